"""What a request that writes brings: JSON, the version it is made from, the CRS and the reason."""

from __future__ import annotations

import json
from typing import Any, NoReturn
from urllib.parse import unquote

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from geodata.conversion import CONTROL
from gisapp.database.engine import Reader
from gisapp.errors import BadParameter
from gisapp.features.asked import named_crs
from gisapp.features.crs import CRS84_URI, Crs
from gisapp.features.editing import Editor
from gisapp.features.faults import bad_value
from gisapp.features.values import personal_fault
from gisapp.features.versions import Match
from gisapp.web.context import caller
from layers.spec import Text

GEOJSON_KINDS = ("application/geo+json", "application/json")
PATCH_KINDS = ("application/merge-patch+json", "application/geo+json", "application/json")
LARGEST = 8_000_000  # bytes; 100,000 positions with every digit are 5 million
REASON = "Gisapp-Reason"
LONGEST_REASON = 500  # characters
NO_JSON = Text("内容不是合格的 JSON：{why}。", "The content is not proper JSON: {why}.")


def read_object(*kinds: str, largest: int = LARGEST) -> dict[str, Any]:
    """Return the JSON object that the request brings.

    Raises UnsupportedMediaType for other content, RequestEntityTooLarge, BadParameter for what
    is no JSON object or is one that programs read differently: a name twice, NaN, Infinity.
    """
    if request.mimetype not in kinds:
        raise UnsupportedMediaType()
    request.max_content_length = largest
    body = request.get_data(cache=False)
    try:
        read = json.loads(
            body.decode("utf-8-sig"), parse_constant=refuse_constant, object_pairs_hook=unique
        )
    except UnicodeDecodeError:
        raise no_json(Text("不是 UTF-8", "it is not UTF-8")) from None
    except RecursionError:
        raise no_json(Text("嵌套过深", "it is nested too deeply")) from None
    except ValueError:
        raise no_json(Text("读不懂", "it cannot be read")) from None
    if not isinstance(read, dict):
        raise no_json(Text("应为对象", "it must be an object"))
    return read


def refuse_constant(name: str) -> NoReturn:
    """Raise BadParameter for NaN and the infinities, which JSON does not have."""
    raise no_json(Text(f"JSON 没有 {name}", f"JSON has no {name}"))


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object. Raises BadParameter when a name is there twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise no_json(Text("有重复的名称", "a name is there twice"))
    return made


def no_json(why: Text) -> BadParameter:
    """Return the error for content that is not JSON as it should be."""
    return BadParameter(Text(NO_JSON.zh.format(why=why.zh), NO_JSON.en.format(why=why.en)))


def asked_match(said: str = "") -> Match:
    """Return the version that the request changes: by If-Match, else by what its feature says.

    A weak tag, or what is no tag, names a version that there is not.
    """
    asked = request.if_match
    tags = tuple(tag or "" for tag in asked.as_set()) if asked else ()  # werkzeug: "" is None
    nothing = "If-Match" in request.headers and not tags and not asked.star_tag
    return Match(("",) if nothing else tags, asked.star_tag, said)


def content_crs(reader: Reader) -> Crs:
    """Return the CRS of the coordinates that the request brings. Raises BadParameter."""
    return named_crs(reader, request.headers.get("Content-Crs", CRS84_URI).strip().strip("<>"))


def editor() -> Editor:
    """Return who edits, and why as the request says. Raises BadParameter for the reason."""
    return Editor(caller(), asked_reason(), request.remote_addr or "")


def asked_reason() -> str:
    """Return the reason that the request gives: percent-encoded UTF-8, empty when none."""
    try:
        reason = unquote(request.headers.get(REASON, ""), errors="strict").strip()
    except UnicodeDecodeError:
        raise bad_value(REASON, Text("不是 UTF-8", "it is not UTF-8")) from None
    if len(reason) > LONGEST_REASON:
        raise bad_value(REASON, Text("最多 500 字", "at most 500 characters"))
    if CONTROL.search(reason):
        raise bad_value(REASON, Text("含有控制字符", "it holds control characters"))
    if fault := personal_fault(reason):
        raise bad_value(REASON, fault)
    return reason
