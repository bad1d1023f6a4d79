"""What a table must offer to be checked and prepared: its columns, and its rows in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy


class Rows(Protocol):
    """Some rows: arrays of one length.

    ``rows`` count the table's rows from 1; ``columns`` hold numbers, or objects with None where
    missing; ``shapes`` are WKB bytes or None.
    """

    @property
    def rows(self) -> numpy.ndarray: ...

    @property
    def columns(self) -> dict[str, numpy.ndarray]: ...

    @property
    def shapes(self) -> numpy.ndarray: ...


class Named(Protocol):
    """A column."""

    @property
    def name(self) -> str: ...


class Source(Protocol):
    """A table that can be read in chunks as often as needed, such as an ``Intake``."""

    @property
    def columns(self) -> Sequence[Named]: ...

    def batches(self) -> Iterator[Rows]:
        """Yield all rows in order."""
        ...
