"""What every answer goes by: the revisions of rights and of all layers, read in one trip.

The database raises them inside every changing transaction, so that what was kept of an earlier
answer is known to be current, or not, in every process at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement

# A revision grows inside every changing transaction; that transaction's number (xmin) and the
# data set's own identity tell apart databases that were restored or built anew.
STATE = Statement(
    """
SELECT (SELECT revision FROM gisapp.access_state),
    (SELECT value FROM gisapp.deployment WHERE key = 'dataset'),
    (SELECT string_agg(layer || ' ' || revision || ' ' || xmin::text, ';')
        FROM gisapp.layer_revisions)
""",
    prepared="planned",
)


@dataclass(frozen=True)
class State:
    """The revision of accounts, sessions and tokens, the data set, and each layer's revision."""

    access: int
    dataset: str
    revisions: str

    def of(self, names: tuple[str, ...]) -> str:
        """Return the state of the layers ``names``: a text that changes whenever one does."""
        known = split_revisions(self.revisions)
        return ";".join((self.dataset, *(known[name] for name in names)))


def read_state(reader: Reader) -> State:
    """Return the state of now. Read it before the rows: what is kept by it is never older."""
    access, dataset, revisions = reader.rows(STATE)[0]
    return State(access, dataset or "", revisions or "")


@lru_cache(maxsize=8)
def split_revisions(text: str) -> dict[str, str]:
    """Return each layer's name and revision by its name; the same text comes many times."""
    return {part.split(" ", 1)[0]: part for part in text.split(";")}
