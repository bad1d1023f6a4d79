"""Make docs/data-model.md from the layers' declarations: ``python scripts/data_model.py``."""

from __future__ import annotations

from pathlib import Path

from layers.catalogue import LAYERS
from layers.spec import SYSTEM_COLUMNS, Choice, Field, Layer

PAGE = Path(__file__).resolve().parent.parent / "docs" / "data-model.md"
MEANINGS = {
    "id": "the row's number in its table; not shown outside",
    "code": "the stable name of the feature, unique in its layer",
    "area_code": "12 digits of the smallest known area at the feature's position",
    "geom": "the geometry of record, in the deployment's metric CRS (default EPSG:4548)",
    "geom_web": "a generated copy in EPSG:3857, for tiles",
    "source": "where the row came from: a name in `gisapp.sources`, which holds the attribution",
    "row_version": "counts the row's changes",
    "created_at": "when the row came",
    "updated_at": "when it last changed",
    "change_id": "the change that made this version: a row of `gisapp.changes` (stands last)",
}
GROUPS = {
    "operational": "What the work is about; seen within the caller's areas.",
    "support": "What the work needs; seen within the caller's areas.",
    "context": "What the map stands on; open to every signed-in account.",
}
HEAD = """# Data model

Made by `python scripts/data_model.py` from the declarations in `layers/`; do not edit.

Every layer is one table of schema `gisapp` with these columns before its own. A field marked
`*` is required.

| column | type | meaning |
|---|---|---|
"""


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(make_page(), encoding="utf-8")


def make_page() -> str:
    """Return the whole text of the page."""
    system = [f"| `{name}` | {kind} | {MEANINGS[name]} |" for name, kind in SYSTEM_COLUMNS]
    parts = [HEAD + "\n".join(system) + "\n"]
    for group, meaning in GROUPS.items():
        members = sorted(
            (layer for layer in LAYERS.values() if layer.group == group),
            key=lambda layer: layer.name,
        )
        parts.append(f"## {group.capitalize()} layers\n\n{meaning}\n")
        parts += [describe_layer(layer) for layer in members]
    return "\n".join(parts)


def describe_layer(layer: Layer) -> str:
    """Return the section of one layer."""
    facts = [f"`{layer.geometry}`"]
    facts += [f"standard: {layer.standard}"] if layer.standard else []
    facts += [f"graded by `{layer.grade}`"] if layer.grade else []
    facts += [f"time: `{layer.time}`"] if layer.time else []
    facts += [f"valid until: `{layer.valid_until}`"] if layer.valid_until else []
    rows = ["| field | type | 名称 / label | values |", "|---|---|---|---|"]
    rows += [describe_field(field) for field in layer.fields]
    head = f"### {layer.name}: {layer.label.zh} / {layer.label.en}"
    return "\n".join([head, "", layer.description.en, "", "; ".join(facts) + ".", "", *rows, ""])


def describe_field(field: Field) -> str:
    """Return the table row of one field."""
    kind = field.type + (" *" if field.required else "")
    label = f"{field.label.zh} / {field.label.en}" + (f" ({field.unit})" if field.unit else "")
    return f"| `{field.name}` | {kind} | {label} | {cell(values_of(field))} |"


def values_of(field: Field) -> str:
    """Return what a field may hold, and the standard that says so."""
    parts = [", ".join(describe_choice(choice) for choice in field.choices)]
    if field.minimum is not None or field.maximum is not None:
        parts.append(f"{bound(field.minimum)} to {bound(field.maximum)}")
    if field.type == "text":
        parts.append(f"at most {field.max_length} characters")
    parts += [field.help.en if field.help else "", field.standard]
    return "; ".join(part for part in parts if part)


def describe_choice(choice: Choice) -> str:
    """Return one entry of a code table."""
    return f"`{choice.code}` {choice.label.zh} / {choice.label.en}"


def bound(value: float | None) -> str:
    """Return one end of a range."""
    return "any" if value is None else f"{value:.15g}"


def cell(text: str) -> str:
    """Return text that keeps inside its table cell."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main()
