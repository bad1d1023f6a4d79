"""The answer of a query, with everything needed to understand and to check it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gisapp.features.sources import GENERATED, Source
from gisapp.queries.describe import describe_columns, describe_rules
from gisapp.queries.spec import Query, Values
from layers.spec import Text

TRUNCATED = Text(
    "只显示前 {returned} 条，共 {matched} 条；汇总按全部 {matched} 条计算。",
    "Truncated: the first {returned} of {matched} rows in all; the summary counts all {matched}.",
)


@dataclass(frozen=True)
class Answer:
    """A query's answer: what was asked, how many rows there are in all, and JSON texts."""

    query: Query
    values: Values
    matched: int  # rows in all
    returned: int  # rows shown
    features: str  # JSON array of GeoJSON features
    summary: str  # JSON array of objects
    sources: tuple[Source, ...]

    @property
    def truncated(self) -> bool:
        """Whether there are more rows than are shown."""
        return self.returned < self.matched

    @property
    def generated(self) -> bool:
        """Whether any of the data was made by the demonstration."""
        return any(source.generated for source in self.sources)

    @property
    def attributions(self) -> list[str]:
        """What maps and exports must show about the data's origin."""
        return [source.attribution for source in self.sources if source.attribution]

    def notes(self, language: str) -> list[str]:
        """Return what must be said beside the rows: truncation, demonstration data."""
        notes = []
        if self.truncated:
            told = TRUNCATED.format(returned=self.returned, matched=self.matched)
            notes.append(told.say(language))
        if self.generated:
            notes.append(GENERATED.say(language))
        return notes

    def head(self, language: str) -> dict[str, Any]:
        """Return what a FeatureCollection says besides its features and summary."""
        query = self.query
        return {
            "type": "FeatureCollection",
            "query": query.name,
            "title": query.label.say(language),
            "description": query.description.say(language),
            "parameters": dict(self.values),
            "rules": describe_rules(query, self.values, language),
            "columns": describe_columns(query.columns, language),
            "summaryColumns": describe_columns(query.summary_columns, language),
            "numberMatched": self.matched,
            "numberReturned": self.returned,
            "truncated": self.truncated,
            "notes": self.notes(language),
            "generated": self.generated,
            "attributions": self.attributions,
        }

    def geojson(self, language: str) -> bytes:
        """Return a FeatureCollection that also says what was asked and by which rules.

        The features are passed through as the database made them.
        """
        head = json.dumps(self.head(language), ensure_ascii=False)
        return f'{head[:-1]}, "summary": {self.summary}, "features": {self.features}}}'.encode()

    def rows(self) -> list[dict[str, Any]]:
        """Return the features as GeoJSON objects, for tables and exports."""
        found: list[dict[str, Any]] = json.loads(self.features)
        return found

    def summary_rows(self) -> list[dict[str, Any]]:
        """Return the summary's rows."""
        found: list[dict[str, Any]] = json.loads(self.summary)
        return found
