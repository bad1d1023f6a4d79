"""Every house rule can fail: a counter-example for each, and its innocent neighbour."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.house import front, imports, shape, sql
from tests.house.sources import Source

LONG = "def f() -> None:\n" + "    pass\n" * 60

# Rule, path, text that breaks the rule, and a text beside it that does not.
CASES = {
    "import from above": (
        imports.upward_imports,
        "gisapp/features/read.py",
        "from gisapp.web.context import services",
        "from gisapp.database.engine import Reader",
    ),
    "declaration that imports the server": (
        imports.upward_imports,
        "layers/cameras.py",
        "import gisapp.settings",
        "from layers.codes import GRADES",
    ),
    "relative import from above": (
        imports.upward_imports,
        "geodata/readers.py",
        "from gisapp import errors",
        "from geodata import errors",
    ),
    "import between capabilities": (
        imports.upward_imports,
        "gisapp/planning/plans.py",
        "from gisapp.coverage.gaps import find_gaps",
        "from gisapp.planning.topology import split",
    ),
    "module without a place": (
        imports.upward_imports,
        "gisapp/utils.py",
        "",
        None,
    ),
    "import inside a function": (
        imports.late_imports,
        "gisapp/features/read.py",
        "def f():\n    import json",
        "import json\ndef f():\n    return json",
    ),
    "import by text": (
        imports.dynamic_imports,
        "gisapp/features/read.py",
        "from importlib import import_module",
        "from importlib.metadata import version",
    ),
    "computed declaration": (
        shape.impure_layer,
        "layers/cameras.py",
        "from layers.spec import Layer\nLAYER = Layer(name='a'.upper())",
        "from layers.spec import Layer\nNOTE = 'a'\nLAYER = Layer(name=NOTE)",
    ),
    "declaration in a loop": (
        shape.impure_layer,
        "layers/cameras.py",
        "from layers.spec import Layer, Field\nLAYER = Layer(tuple(Field(n) for n in 'ab'))",
        "from layers.spec import Layer, Field\nLAYER = Layer((Field('a'), Field('b')))",
    ),
    "declaration with a function": (
        shape.impure_layer,
        "layers/cameras.py",
        "from layers.spec import Layer\nLAYER = Layer()\ndef f():\n    pass",
        "from layers.spec import Layer\nLAYER = Layer()",
    ),
    "two declarations": (
        shape.impure_layer,
        "layers/cameras.py",
        "from layers.spec import Layer\nLAYER = Layer()\nLAYER = Layer()",
        "from layers.spec import Layer\nLAYER = Layer()",
    ),
    "declaration that reads": (
        shape.impure_layer,
        "layers/cameras.py",
        "import pathlib\nfrom layers.spec import Layer\nLAYER = Layer()",
        "from layers.spec import Layer\nLAYER = Layer()",
    ),
    "package file with code": (
        shape.crowded_package,
        "gisapp/__init__.py",
        '"""Doc."""\nfrom gisapp.app import create_app',
        '"""Doc."""',
    ),
    "long function": (shape.long_functions, "gisapp/a.py", LONG, LONG.removesuffix("    pass\n")),
    "public function without docstring": (
        shape.undocumented,
        "gisapp/a.py",
        '"""Doc."""\ndef f():\n    pass',
        '"""Doc."""\ndef f():\n    """Do."""\ndef _g():\n    pass',
    ),
    "method without docstring": (
        shape.undocumented,
        "gisapp/a.py",
        '"""Doc."""\nclass A:\n    def f(self):\n        pass',
        '"""Doc."""\nclass A:\n    @property\n    def f(self):\n        return 1',
    ),
    "SQL in a handler": (
        sql.misplaced_sql,
        "gisapp/web/api.py",
        "COUNT = 'SELECT count(*) FROM cameras'",
        '"""SELECT is explained here."""\nTITLE = "Select a layer"',
    ),
    "SQL inside a function": (
        sql.misplaced_sql,
        "gisapp/features/read.py",
        "def f(c):\n    c.execute('DELETE FROM x')",
        "DROP = 'DELETE FROM x'\ndef f(c):\n    c.execute(DROP)",
    ),
    "SQL beside words for people": (
        sql.misplaced_sql,
        "gisapp/features/read.py",
        "def f(c):\n    c.execute('DELETE FROM x')\n    return Text('甲', 'a')",
        "def f(c):\n    return Text('运行 SELECT 1', 'run SELECT 1')",
    ),
    "SQL in an f-string": (
        sql.misplaced_sql,
        "gisapp/features/read.py",
        "def f(n):\n    return f'SELECT {n}'",
        "def f(n):\n    return f'selected {n}'",
    ),
    "PostGIS call inside a function": (
        sql.misplaced_sql,
        "gisapp/queries/near.py",
        "def f():\n    return 'ST_Area(geom)'",
        "def f():\n    return 'area'",
    ),
    "layer table by name": (
        sql.named_tables,
        "gisapp/queries/near.py",
        "NEAR = 'SELECT * FROM gisapp.cameras'",
        "NEAR = 'SELECT * FROM cameras, gisapp.sources'",
    ),
    "layer table by identifier": (
        sql.named_tables,
        "gisapp/queries/near.py",
        "A = sql.Identifier('gisapp', name)",
        "A = sql.Identifier('feature', name)",
    ),
    "layer table by f-string": (
        sql.named_tables,
        "gisapp/queries/near.py",
        "def f(n):\n    return f'gisapp.{n}'",
        "def f(n):\n    return f'gisapp {n}'",
    ),
    "connection past the pool": (
        sql.private_connections,
        "gisapp/features/read.py",
        "import psycopg2\nC = psycopg2.connect('')",
        "import psycopg2\nC = psycopg2.sql",
    ),
    "cursor in a handler": (
        sql.private_connections,
        "gisapp/web/api.py",
        "def f(c):\n    c.cursor()",
        "def f(r):\n    r.rows()",
    ),
    "outside host in a script": (
        front.outside_hosts,
        "static/js/map.js",
        'fetch("https://cdn.example.com/a.js")',
        'const svg = "http://www.w3.org/2000/svg"; // a comment',
    ),
    "outside host without scheme": (
        front.outside_hosts,
        "gisapp/templates/a.html",
        '<img src="//cdn.example.com/a.png">',
        '<img src="/static/a.png">',
    ),
    "innerHTML": (
        front.code_from_text,
        "static/js/map.js",
        "panel.innerHTML = name",
        "panel.textContent = name // never innerHTML",
    ),
    "eval": (front.code_from_text, "static/js/map.js", "eval(text)", "evaluate(text)"),
    "text in a timer": (
        front.code_from_text,
        "static/js/map.js",
        "setTimeout('go()', 1)",
        "setTimeout(go, 1)",
    ),
    "inline handler": (
        front.code_from_text,
        "gisapp/templates/a.html",
        '<a href="#" onclick="go()">',
        '<a href="#" data-on="click">',
    ),
    "unescaped template value": (
        front.code_from_text,
        "gisapp/templates/a.html",
        "{{ name | safe }}",
        "{{ name }}",
    ),
    "inline script": (
        front.inline_scripts,
        "gisapp/templates/a.html",
        "<script>go()</script>",
        '<script nonce="{{ nonce }}">go()</script><script type="application/json">1</script>',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rule_when_broken_complains(name: str) -> None:
    rule, path, broken, _ = CASES[name]
    (complaint, *_) = rule(Source(path, dedent(broken)))
    assert complaint.startswith(f"{path}:")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[3] is not None])
def test_rule_when_kept_is_silent(name: str) -> None:
    rule, path, _, kept = CASES[name]
    assert rule(Source(path, dedent(kept))) == []


def test_cycles_when_hidden_in_functions_are_found() -> None:
    ring = [
        Source("gisapp/a.py", "import gisapp.b"),
        Source("gisapp/b.py", "from gisapp.c import x"),
        Source("gisapp/c.py", "def f():\n    from gisapp import a"),
        Source("gisapp/d.py", "import gisapp.a"),
    ]
    assert imports.cycles(ring) == [["gisapp.a", "gisapp.b", "gisapp.c"]]
    assert imports.cycles([*ring[:2], ring[3]]) == []
