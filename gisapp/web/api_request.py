"""What every API handler reads from a request: parameters, format, layer, known revision."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request

from gisapp.errors import BadParameter, NotFound
from gisapp.features.faults import bad_value
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

COMMON = ("f", "lang")  # every resource takes them
FORMATS = ("json", "html")


def read_arguments(*names: str, also: Iterable[str] = ()) -> dict[str, str]:
    """Return the request's parameters, each once. Raises BadParameter for an unknown one."""
    known = {*COMMON, *names, *also}
    for name, values in request.args.lists():
        if name not in known:
            raise unknown_parameter(name, known)
        if len(values) > 1:
            raise bad_value(name, Text("出现多次", "it is given more than once"))
    arguments = request.args.to_dict()
    if arguments.get("lang", "zh") not in ("zh", "en"):
        raise bad_value("lang", Text("可用 zh、en", "give zh or en"))
    if arguments.get("f", "json") not in FORMATS:
        raise bad_value("f", Text("可用 json、html", "give json or html"))
    return arguments


def unknown_parameter(name: str, known: Iterable[str]) -> BadParameter:
    """Return the error for a parameter that the resource does not have."""
    short, listed = name[:60], ", ".join(sorted(known))
    return BadParameter(
        Text(f"未知参数：{short}", f"Unknown parameter: {short}"),
        Text(f"可用参数：{listed}", f"Known parameters: {listed}"),
    )


def wants_html(arguments: dict[str, str]) -> bool:
    """Tell whether a page is asked for: by ``f``, else by the Accept header. JSON is preferred."""
    if "f" in arguments:
        return arguments["f"] == "html"
    accepted = request.headers.get("Accept", "")
    if "text/html" not in accepted:
        return False
    offered = ("application/json", "text/html")
    return request.accept_mimetypes.best_match(offered, default=offered[0]) == "text/html"


def named_layer(name: str) -> Layer:
    """Return the declared layer ``name``. Raises NotFound."""
    layer = LAYERS.get(name)
    if layer is None:
        short = name[:60]
        raise NotFound(
            Text(f"没有图层 {short}。", f"There is no layer {short}."),
            Text("/api/collections 列出全部图层。", "/api/collections lists them all."),
        )
    return layer
