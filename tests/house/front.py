"""Rules about pages, scripts and styles: no outside host, no text that becomes code."""

from __future__ import annotations

import re

from tests.house.sources import Source

HOST = re.compile(r"(?:https?:|wss?:|(?<=[\"'(=\s]))//[\w.$&%{}-]+\.[a-zA-Z]{2,}[^\s\"'<>)]*")
# Addresses that are names, or links which a person follows; no page ever requests them.
NAMES: dict[str, str] = {
    "http://www.w3.org/": "XML namespaces",
    "http://www.opengis.net/": "names of the OGC's standards and reference systems",
    "https://www.openstreetmap.org/copyright": "the link that the ODbL asks for",
    "https://json-schema.org/": "names of schema dialects",
    "https://schemas.opengis.net/": "names of the OGC's schemas",
}
DANGEROUS = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write(?:ln)?|eval|new Function|"
    r"createContextualFragment|srcdoc)\b|set(?:Timeout|Interval)\(\s*[\"'`]"
)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(")
# Who may declare text to be markup, and why it is harmless there.
MAY_MARK_UP = {"gisapp/maps/page.py": "what Folium renders: configuration, never data of features"}
COMMENTS = {".js": re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)}


def outside_hosts(source: Source) -> list[str]:
    """Complain about addresses of other hosts, except those that are only names."""
    return [
        source.complaint(line_of(source.text, match.start()), f"outside host: {match.group()}")
        for match in HOST.finditer(source.text)
        if not match.group().startswith(tuple(NAMES))
    ]


def code_from_text(source: Source) -> list[str]:
    """Complain where text could become markup or code in a script or template."""
    text = without_comments(source)
    found = [*DANGEROUS.finditer(text), *HANDLER.finditer(text)]
    if source.path not in MAY_MARK_UP:
        found += UNESCAPED.finditer(text)
    return [
        source.complaint(line_of(text, match.start()), f"text becomes code: {match.group()!r}")
        for match in found
    ]


def inline_scripts(source: Source) -> list[str]:
    """Complain about ``<script>`` elements with neither ``src`` nor a nonce, unless JSON."""
    return [
        source.complaint(line_of(source.text, match.start()), "inline script without a nonce")
        for match in SCRIPT.finditer(source.text)
        if not re.search(r"\bnonce=|application/(?:ld\+)?json|\bsrc=", match.group(1))
    ]


def without_comments(source: Source) -> str:
    """Return the text with a script's comments blanked, lines kept."""
    pattern = COMMENTS.get(source.path[source.path.rfind(".") :])
    if pattern is None:
        return source.text
    return pattern.sub(lambda match: "\n" * match.group().count("\n"), source.text)


def line_of(text: str, position: int) -> int:
    """Return the line number of a position."""
    return text.count("\n", 0, position) + 1
