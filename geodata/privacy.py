"""Places, never persons: find columns that hold ID numbers, phone numbers or personal names.

By header and by content. An ID number is told from other 18-digit numbers by its date and its
check digit (GB 11643-1999), a mobile phone by its first digits. Names are told by a column
being filled almost wholly with two to four Chinese characters that begin with a common surname.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from geodata.words import fold
from layers.spec import Text

ID_RUN = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])")
PHONE_RUN = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\+|00)?86[- ]?)?(?:\d{11}|\d{3}([- ])\d{4}\1\d{4})(?![0-9A-Za-z])"
)
MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})")
LANDLINE = re.compile(r"(?:\(0\d{2,3}\)|0\d{2,3}[- ])\d{7,8}(?:[-转]\d{1,6})?")
LONG_RUN = re.compile(r"\d(?:[ -]?\d){5,}[Xx]?")
MASK = "*"
NAME = re.compile(r"[\u4e00-\u9fff]{2,3}(?:[\u4e00-\u9fff])?")
FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ＋－", "0123456789Xx+-")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
# Of the runs of digits that could be one, so many must pass: codes pass by chance.
SHARE = 0.3
NAME_SHARE = 0.8
FEWEST_NAMES = 5  # distinct values below which names are not judged
MOST_NAMES = 2000  # distinct values looked at, evenly spread
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范石廖贾韦夏付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃洪翁庄柯佘"
)
# Endings that make a word a place, not a person.
PLACE_ENDS = frozenset(
    "村镇街路巷区市县厂店局所站桥塘山河湖里园场坊楼院校社厝寨埔洲溪港湾口门亭庙宫道线段"
)

ID_WORDS = re.compile(r"身份证|证件号|公民身份|护照号|驾驶证号|社保号|sfz|idcard|identitycard")
PHONE_WORDS = re.compile(r"手机|电话|联系方式|联络方式|微信|qq号|邮箱")
PERSON_WORDS = re.compile(
    r"姓名|户主|联系人|联络人|负责人|法人|法定代表|业主|房东|承租人|租客|租户姓|居民名|责任人|当事人|监护人|经营者"
)
COUNT_END = re.compile(r"(数|数量|人数|类别|类型|性质|方式数|count|kind|type)$")
PERSON_TOKENS = frozenset(
    {"surname", "firstname", "lastname", "fullname", "householder", "landlord"}
    | {"tenant", "contact", "contactname", "ownername", "person", "personname", "xingming"}
)
PHONE_TOKENS = frozenset(
    {"phone", "mobile", "tel", "telephone", "cellphone", "phonenumber", "mobilephone", "email"}
    | {"wechat", "fax", "contactphone", "contactmobile"}
)
ID_TOKENS = frozenset({"idno", "idnumber", "idcard", "idcardno", "sfzh", "passport", "ssn"})

IDS = Text("身份证件号码", "identity card numbers")
PHONES = Text("电话号码", "phone numbers")
NAMES = Text("人员姓名", "personal names")


@dataclass(frozen=True)
class Personal:
    """A column that looks personal: what it looks like, and whether by ``header`` or content."""

    column: str
    kind: Text
    header: bool


def mask(text: str) -> str:
    """Return a text with every run of digits that could be personal made unreadable."""
    return LONG_RUN.sub(lambda run: MASK * len(run.group()), text.translate(FULL_WIDTH))


def holds_number(text: str) -> bool:
    """Tell whether a text holds an identity number, a mobile or a landline number."""
    plain = text.translate(FULL_WIDTH)
    if any(map(is_id_number, ID_RUN.findall(plain))) or LANDLINE.fullmatch(plain.strip()):
        return True
    runs = (re.sub("[- ]", "", run.group()) for run in PHONE_RUN.finditer(plain))
    return any(MOBILE.fullmatch(run) for run in runs)


def check_column(column: str, values: Iterable[object], *, trust_header: bool) -> Personal | None:
    """Return what is personal about a column, or None.

    ``trust_header``: the header is a name that the layer declares, so only content counts.
    """
    kind = None if trust_header else header_kind(column)
    if kind:
        return Personal(column, kind, header=True)
    kind = content_kind(values)
    return Personal(column, kind, header=False) if kind else None


def header_kind(column: str) -> Text | None:
    """Return what a column's header promises: IDS, PHONES, NAMES or None."""
    word = re.sub(r"[\s_\-:.]+", "", fold(column))
    tokens = {word, *re.split(r"[\s_\-:.]+", fold(column))}
    if COUNT_END.search(word):
        return None
    if ID_WORDS.search(word) or tokens & ID_TOKENS:
        return IDS
    if PHONE_WORDS.search(word) or tokens & PHONE_TOKENS:
        return PHONES
    if PERSON_WORDS.search(word) or tokens & PERSON_TOKENS:
        return NAMES
    return None


def content_kind(values: Iterable[object]) -> Text | None:
    """Return what a column's values look like: IDS, PHONES, NAMES or None."""
    held = dict.fromkeys(values)
    held.pop(None, None)
    distinct = list(map(str, held))
    text = "\n".join(distinct)
    if not text.isascii():
        text = text.translate(FULL_WIDTH)
    found = ID_RUN.findall(text)
    if found and sum(map(is_id_number, found)) >= SHARE * len(found):
        return IDS
    runs = [re.sub("[- ]", "", run.group()) for run in PHONE_RUN.finditer(text)]
    if runs and sum(1 for run in runs if MOBILE.fullmatch(run)) > SHARE * len(runs):
        return PHONES
    return NAMES if mostly_names(distinct) else None


def is_id_number(text: str) -> bool:
    """Tell whether 18 characters are an ID number: a real date and the right check digit."""
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text, strict=False))
    return born.year >= 1900 and CHECK_DIGITS[total % 11] == text[17].upper()


def mostly_names(values: list[str]) -> bool:
    """Tell whether distinct values are mostly names of persons."""
    spread = values[:: max(1, len(values) // MOST_NAMES)]
    filled = [value.strip() for value in spread if value.strip()]
    if len(filled) < FEWEST_NAMES:
        return False
    return sum(map(is_person_name, filled)) >= NAME_SHARE * len(filled)


def is_person_name(value: str) -> bool:
    """Tell whether a text could be a Chinese person's name and is not plainly a place."""
    return bool(NAME.fullmatch(value) and value[0] in SURNAMES and value[-1] not in PLACE_ENDS)
