"""The OpenAPI document of everything under ``/api``, gathered from the handlers' modules."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from pkgutil import iter_modules

import gisapp.web
from gisapp.web.openapi_parts import Part, spoken
from gisapp.web.openapi_schemas import PARAMETERS, SCHEMAS
from gisapp.web.schemas import feature_schemas
from layers.spec import Text

VERSIONS = ("3.1.0", "3.0.3")
TITLE = Text("基层治理地图 API", "Grassroots governance map API")
ABOUT = Text(
    "OGC API - Features（第 1、2、4、5 部分）与自有的搜索、瓦片、聚合和空间查询。",
    "OGC API - Features (parts 1, 2, 4 and 5) with search, tiles, clusters and spatial queries.",
)
TAGS = {
    "capabilities": Text("服务说明", "About the service"),
    "data": Text("图层与要素", "Layers and features"),
    "history": Text("历史与差异", "History and differences"),
    "editing": Text("编辑", "Editing"),
    "search": Text("搜索与点选", "Search and click"),
    "tiles": Text("瓦片与聚合", "Tiles and clusters"),
    "queries": Text("空间查询", "Spatial queries"),
    "coverage": Text("监控覆盖", "Camera coverage"),
    "imports": Text("导入", "Imports"),
    "jobs": Text("后台任务", "Jobs"),
}


def gather_paths() -> Part:
    """Return the ``OPENAPI`` of every module of ``gisapp.web`` that has one, in one."""
    paths: Part = {}
    for module in sorted(item.name for item in iter_modules(gisapp.web.__path__)):
        found = getattr(import_module(f"gisapp.web.{module}"), "OPENAPI", {})
        for path, item in found.items():
            paths[path] = {**paths.get(path, {}), **item}
    return dict(sorted(paths.items()))


def build_document(language: str, openapi: str = VERSIONS[0]) -> Part:
    """Return the OpenAPI document in a language and a version of OpenAPI."""
    document: Part = {
        "openapi": openapi,
        "info": {
            "title": TITLE,
            "description": ABOUT,
            "version": version("gisapp"),
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": "/api"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": gather_paths(),
        "components": {
            "parameters": PARAMETERS,
            "schemas": {**SCHEMAS, **feature_schemas(language)},
        },
    }
    said: Part = spoken(document, language)
    return said
