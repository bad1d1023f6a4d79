"""Find features of all layers by code, name or address.

Chinese has no blanks between words, so the index holds every pair of neighbouring characters and
the first one of each word (``gisapp.bigrams``); a row found by it is then checked for the words
themselves. So two characters are found anywhere, a single one only where a word begins. Numbers
such as a parcel's are found by their beginning, as codes are.
"""

from __future__ import annotations

from itertools import pairwise

from psycopg2 import sql

from gisapp.database.ddl import search_expression
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.errors import BadParameter
from gisapp.features.faults import clean_text
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

LONGEST = 100  # characters of a search text
MOST_WORDS = 8
MAX_RESULTS = 50
HALF = 2**31
ENOUGH = 2000  # candidates of one layer that are ranked

BY_CODE = sql.SQL("""
(
    SELECT {name} AS layer, {order} AS place, code, coalesce({title}, code) AS title,
        coalesce({subtitle}, '') AS subtitle, geom_web
    FROM {table} WHERE code ^@ %(code)s OR code ^@ upper(%(code)s)
    ORDER BY code LIMIT %(enough)s
)
""")
BY_NUMBER = sql.SQL("""
(
    SELECT {name} AS layer, {order} AS place, code, coalesce({title}, code) AS title,
        coalesce({subtitle}, '') AS subtitle, geom_web
    FROM {table} WHERE {number} ^@ %(code)s OR {number} ^@ upper(%(code)s)
    ORDER BY {number} LIMIT %(enough)s
)
""")
BY_WORDS = sql.SQL("""
(
    SELECT {name} AS layer, {order} AS place, code, coalesce({title}, code) AS title,
        coalesce({subtitle}, '') AS subtitle, geom_web
    FROM {table} WHERE gisapp.bigrams({words}) @> %(terms)s
        AND regexp_replace({words}, '\\s+', '', 'g') LIKE ALL (%(patterns)s)
    LIMIT %(enough)s
)
""")
# Ranks: the code itself, the very name or a code that begins so, a name that begins so, a name
# that holds the words, anything else. Within a rank the layers take turns, so that none crowds
# out the rest; the shortest name is nearest to what was asked for.
SEARCH = sql.SQL("""
SELECT coalesce(json_agg(json_build_object(
    'layer', layer, 'code', code, 'title', title, 'subtitle', subtitle,
    'lon', round(ST_X(spot)::numeric, 7), 'lat', round(ST_Y(spot)::numeric, 7),
    'bbox', json_build_array(
        round(ST_XMin(box)::numeric, 7), round(ST_YMin(box)::numeric, 7),
        round(ST_XMax(box)::numeric, 7), round(ST_YMax(box)::numeric, 7))
    ) ORDER BY rank, turn, place DESC), '[]')::text
FROM (
    SELECT *, ST_Transform(ST_PointOnSurface(geom_web), 4326) AS spot,
        ST_Transform(ST_Envelope(geom_web), 4326) AS box
    FROM (
        SELECT *, row_number() OVER (
            PARTITION BY rank, layer
            ORDER BY CASE WHEN rank IN (2, 3) THEN length(title) END, code) AS turn
        FROM (
            SELECT DISTINCT ON (layer, code) *, CASE
                WHEN code IN (%(code)s, upper(%(code)s)) THEN 0
                WHEN regexp_replace(lower(title), '\\s+', '', 'g') = %(joined)s THEN 1
                WHEN code ^@ %(code)s OR code ^@ upper(%(code)s) THEN 1
                WHEN regexp_replace(lower(title), '\\s+', '', 'g') ^@ %(joined)s THEN 2
                WHEN regexp_replace(lower(title), '\\s+', '', 'g') LIKE ALL (%(patterns)s) THEN 3
                ELSE 4 END AS rank
            FROM ({hits}) AS hits
            ORDER BY layer, code
        ) AS ranked
    ) AS taking_turns
    ORDER BY rank, turn, place DESC LIMIT %(limit)s
) AS best
""")
ADDRESS = "address"  # the field shown below a result's title
NO_WORDS = BadParameter(
    Text("请输入要搜索的名称、编号或地址。", "Give a name, a code or an address to search for.")
)


def search(reader: Reader, text: str, limit: int = 10) -> bytes:
    """Return the best features for ``text`` as a JSON array, made by the database.

    Each has layer, code, title, subtitle, lon, lat (a point on it) and bbox, in degrees.
    Raises BadParameter for an empty or overlong text.
    """
    words = clean_text("q", text, LONGEST).lower().split()[:MOST_WORDS]
    if not words:
        raise NO_WORDS
    found: str = reader.value(SEARCHES, search_parameters(text.strip(), words, limit))
    return found.encode()


def search_parameters(code: str, words: list[str], limit: int) -> dict[str, object]:
    """Return the parameters of the search statement."""
    return {
        "code": code,
        "terms": sorted({term for word in words for term in bigrams(word)}),
        "patterns": [f"%{escaped(word)}%" for word in words],
        "joined": "".join(words),
        "enough": ENOUGH,
        "limit": limit,
    }


def bigrams(word: str) -> set[int]:
    """Return the terms under which gisapp.bigrams keeps every text that holds ``word``.

    They are its pairs of neighbours; of a single character itself, as the beginning of a word.
    """
    letters = [ord(letter) for letter in word]
    pairs = {term(*pair) for pair in pairwise(letters)}
    return pairs or {term(0, letter) for letter in letters}


def term(before: int, letter: int) -> int:
    """Return the number of a pair of characters, wrapped to PostgreSQL's integer."""
    return ((before << 15 ^ letter) + HALF) % (2 * HALF) - HALF


def escaped(word: str) -> str:
    """Return ``word`` as a LIKE pattern that means just itself."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def hits_sql(layer: Layer) -> sql.Composable:
    """Return the statements that find one layer's candidates."""
    places: dict[str, sql.Composable] = {
        "name": sql.Literal(layer.name),
        "order": sql.Literal(layer.order),
        "table": sql.Identifier(layer.name),
        "title": sql.Identifier(layer.title),
        "subtitle": sql.Identifier(ADDRESS if layer.field_named(ADDRESS) else "area_code"),
    }
    hits = [BY_CODE.format(**places)]
    for field in layer.prefix_fields:
        hits.append(BY_NUMBER.format(number=sql.Identifier(field.name), **places))
    if layer.word_fields:
        hits.append(BY_WORDS.format(words=sql.SQL(search_expression(layer)), **places))
    return sql.SQL(" UNION ALL ").join(hits)


SEARCHES = Statement(
    SEARCH.format(hits=sql.SQL(" UNION ALL ").join(map(hits_sql, LAYERS.values()))),
    reads=tuple(LAYERS),
    example=search_parameters("安南路", ["安南路"], 10),
)
