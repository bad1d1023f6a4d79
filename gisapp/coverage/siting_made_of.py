"""What a proposal was made of, as digests by kind of input, and which of them differ by now.

A digest is made by the very statements that a proposal reads, of the columns that count: a note
on a camera changes nothing, its removal does. What is only planned sees nothing and carries
nothing: saving a proposal does not put it out of date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg2 import sql

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.coverage import siting_read as reading
from gisapp.coverage.refresh import FORM, incidents_since
from gisapp.coverage.siting_read import Area
from gisapp.coverage.siting_settings import Rules
from gisapp.coverage.siting_store import Kept
from gisapp.database.engine import Database, Reader
from gisapp.database.statements import Statement
from gisapp.errors import BadParameter
from layers.catalogue import LAYERS
from layers.spec import Text

DIGEST = sql.SQL(
    "SELECT count(*) || '.' || coalesce(sum(hashtextextended(input::text, 0)), 0)"
    " FROM ({}) AS input"
)


def digest_of(statement: Statement) -> Statement:
    """Return the statement that sums hashes of another's rows, whatever their order."""
    return Statement(DIGEST.format(statement.body), statement.reads, example=statement.example)


DIGESTS: Mapping[str, Statement] = {
    "areas": digest_of(reading.AREA),
    "cameras": digest_of(reading.CAMERAS),
    "buildings": digest_of(reading.BUILDINGS),
    "water": digest_of(reading.WATER),
    "roads": digest_of(reading.ROADS),
    "key_areas": digest_of(reading.CONSENT),
    **{name: digest_of(statement) for name, statement in reading.FEATURES.items()},
}
SETTINGS = Text("分值或覆盖设置", "weights or settings of coverage")
UNKNOWN = Text("方案的依据没有记录", "what it was made of was not kept")


@dataclass(frozen=True)
class MadeOf:
    """Digests by kind of input: a layer or ``settings``; ``since``: incidents from then on count."""

    since: datetime
    digests: Mapping[str, str]

    def written(self) -> dict[str, object]:
        """Return it as JSON holds it."""
        return {"since": self.since.isoformat(), **self.digests}


def read_made_of(reader: Reader, area: Area, rules: Rules, since: datetime) -> MadeOf:
    """Return the digests of an area's rows; the reader's scope is the area."""
    box = reading.box_of(reading.bounds_of(area), reading.MARGIN, area.srid)
    given = {**box, "since": since, "code": area.code}
    digests = {name: str(reader.value(one, given)) for name, one in DIGESTS.items()}
    return MadeOf(since, {**digests, "settings": digest_of_rules(rules)})


def digest_of_rules(rules: Rules) -> str:
    """Return a digest of what the district decides, and of how the server computes."""
    said = repr((FORM, rules.weights, rules.assumptions, rules.months))
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def begin_made_of(reader: Reader, area: Area, rules: Rules) -> MadeOf:
    """Return the digests of today, for a proposal that is made now."""
    return read_made_of(reader, area, rules, incidents_since(rules.months, datetime.now(UTC)))


def find_changes(database: Database, kept: Kept, rules: Rules) -> tuple[Text, ...]:
    """Return what of a proposal's inputs is another than when it was made, in words.

    Read as then: in its area alone, without the layers hidden from who asked. Incidents that have
    grown old since do not count as a change.
    """
    held = kept.asked.get("made_of", {})
    if "since" not in held:
        return (UNKNOWN,)
    with database.read(Scope(EVERYTHING.prefixes, tuple(kept.hidden))) as reader:
        try:
            area = reading.find_area(reader, kept.area_code)
        except BadParameter:
            return (LAYERS["areas"].label,)
    with database.read(reading.inside(area, reader.scope)) as reader:
        now = read_made_of(reader, area, rules, datetime.fromisoformat(held["since"]))
    changed = [name for name, digest in now.digests.items() if held.get(name) != digest]
    return tuple(LAYERS[name].label if name in LAYERS else SETTINGS for name in changed)
