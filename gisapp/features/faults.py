"""What is wrong with a parameter, said in one way."""

from __future__ import annotations

from gisapp.errors import BadParameter
from layers.spec import Text

MAX_TEXT = 2000


def bad_value(name: str, why: Text) -> BadParameter:
    """Return the error for a parameter whose value does not fit, saying why."""
    return BadParameter(
        Text(f"参数 {name} 无效：{why.zh}。", f"Parameter {name} is not valid: {why.en}.")
    )


def clean_text(name: str, text: str, longest: int = MAX_TEXT) -> str:
    """Return ``text`` unless it is overlong or holds what no database text can.

    Raises BadParameter for NUL and for half surrogates too.
    """
    if len(text) > longest:
        raise bad_value(name, Text("文本过长", "the text is too long"))
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise bad_value(name, Text("含有无效字符", "it holds invalid characters"))
    return text
