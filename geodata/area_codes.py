"""The 12-digit codes of administrative areas."""

from __future__ import annotations

import re

from layers.spec import Text

AREA_CODE = re.compile(r"\d{12}(@.+)?")
NOT_AREA_CODE = Text(
    "行政区域的编码应为 12 位数字", "the code of an area must be its 12-digit area code"
)
