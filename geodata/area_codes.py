"""The 12-digit codes of administrative areas."""

from __future__ import annotations

import re

from layers.spec import Text

AREA_CODE = re.compile(r"\d{12}(@.+)?")
NOT_AREA_CODE = Text(
    "行政区域的编码应为 12 位数字", "the code of an area must be its 12-digit area code"
)
# Tidied names of columns that say in which area a row lies; they are never a row's own code.
CODE_NAMES = frozenset(
    {"areacode", "区划代码", "行政区划代码", "行政区代码", "统计用区划代码", "所属区划"}
    | {"村代码", "村居代码", "镇街代码", "xzqdm", "xzqhdm"}
)
