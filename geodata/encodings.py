"""In which encoding texts of unknown origin are, with the evidence, and how to decode them.

Candidates are UTF-8, GB 18030 (which contains GBK and GB 2312), Big5 and Windows-1252. Each is
judged by how many texts it can decode and by how common the characters are that come out: the
levels of GB 2312 and Big5 sort characters by use, so a wrong guess yields rare ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geodata.decoding import MOJIBAKE, decode, known_encoding, label, undo
from geodata.frequent_characters import FREQUENT
from layers.spec import Text

CANDIDATES = ("utf-8", "gb18030", "big5", "cp1252")
CHINESE = ("gb18030", "big5")
LOST = ("锟斤拷", "烫烫烫", "\ufffd")  # what remains of characters that are gone for good
SAMPLES = 20_000  # distinct texts that are looked at
MOST_BYTES = 2_000_000  # of them together
LETTERS = 24  # of a sample
CLOSE = 0.12  # a declared encoding stands when it scores no worse than the best by this much


@dataclass(frozen=True)
class Alternative:
    """One encoding that was tried: its score from 0 to 1, how many texts fit, and what they say."""

    name: str
    score: float
    valid: int
    texts: int
    sample: str


@dataclass(frozen=True)
class EncodingGuess:
    """The encoding that fits best. ``declared`` is what the file says of itself (or "").

    ``name`` is what ``decode`` takes. ``confidence`` runs from 0 to 1. ``broken`` counts texts of
    the sample that cannot be read in full; ``lost`` those that were destroyed before.
    """

    name: str
    confidence: float
    evidence: Text
    declared: str = ""
    broken: int = 0
    lost: int = 0
    alternatives: tuple[Alternative, ...] = ()


def guess_from_json(held: Mapping[str, Any]) -> EncodingGuess:
    """Return the guess of which ``dataclasses.asdict`` made ``held``."""
    others = tuple(Alternative(**other) for other in held["alternatives"])
    return EncodingGuess(**{**held, "evidence": Text(**held["evidence"]), "alternatives": others})


def guess_encoding(texts: Iterable[bytes], declared: str = "") -> EncodingGuess:
    """Return the encoding of ``texts`` (cells or lines as bytes); ``declared`` as the file says."""
    seen = distinct(texts)
    claim = known_encoding(declared) if declared else None
    if not seen:
        name = claim or "utf-8"
        evidence = Text(
            "全部是 ASCII 字符，任何编码读出来都一样。",
            "All texts are ASCII; every encoding reads them alike.",
        )
        return EncodingGuess(name, 1.0, evidence, declared)
    names = list(CANDIDATES) + ([claim] if claim and claim not in CANDIDATES else [])
    tried = sorted((attempt(seen, name) for name in names), key=lambda one: -one.score)
    damage = find_mojibake([decode(text, "utf-8")[0] for text in seen])
    chosen = choose(tried, claim, damage is not None)
    second = max((one.score for one in tried if one is not chosen), default=0.0)
    whole = chosen.valid / chosen.texts
    confidence = min(0.99, 0.5 + chosen.score - second) * whole * min(1.0, 0.4 + chosen.score)
    confidence = max(0.05, confidence)
    if chosen.name == "utf-8" and chosen.valid == chosen.texts:
        chance = 0.5 ** (len(seen) + 1)  # that other texts are valid UTF-8 by accident
        confidence = max(confidence, 1 - chance - max(0.0, second - chosen.score))
    evidence = explain(tried, chosen, declared, claim)
    decoded = [decode(text, chosen.name)[0] for text in seen]
    name = chosen.name
    if damage and name == "utf-8":
        name, sample = damage
        evidence = joined(
            evidence,
            Text(
                f"文字在保存之前已被错误转码（乱码）；还原后常见的字：{sample}",
                f"The texts were garbled before they were saved; restored, the commonest letters are: {sample}",
            ),
        )
    lost = sum(any(mark in text for mark in LOST) for text in decoded)
    if lost:
        evidence = joined(
            evidence,
            Text(
                f"{lost} 处文字已损坏（如“锟斤拷”），无法还原，请用原始数据重新导出。",
                f"{lost} texts are destroyed beyond repair; export them from the source again.",
            ),
        )
    broken = chosen.texts - chosen.valid
    return EncodingGuess(name, round(confidence, 2), evidence, declared, broken, lost, tuple(tried))


def distinct(texts: Iterable[bytes]) -> list[bytes]:
    """Return the different texts that hold more than ASCII, at most ``SAMPLES`` of ``MOST_BYTES``.

    They are read in every encoding, letter by letter: of long lines a few are enough.
    """
    found: dict[bytes, None] = {}
    size = 0
    for text in texts:
        if not text.isascii() and text not in found:
            found[text] = None
            size += len(text)
            if len(found) >= SAMPLES or size >= MOST_BYTES:
                break
    return list(found)


def attempt(texts: Sequence[bytes], name: str) -> Alternative:
    """Judge one encoding by all texts."""
    valid, score, letters = 0, 0.0, 0
    for text in texts:
        read, whole = decode(text, name)
        valid += whole
        points, count = credit(read, text, name)
        score += points
        letters += count
    share = valid / len(texts)
    sample = letters_of(decode(text, name)[0] for text in texts)
    mean = score / max(letters, 1)
    return Alternative(name, round(max(0.0, mean * share**2), 3), valid, len(texts), sample)


def letters_of(texts: Iterable[str]) -> str:
    """Return the commonest letters beyond ASCII, in an order that spells nothing of the texts.

    Whoever can read them sees whether the encoding is right, and no name or number is told.
    """
    counts = Counter(letter for text in texts for letter in text if letter > "\x7f")
    ranked = sorted(counts, key=lambda letter: (-counts[letter], letter))
    return "".join(letter for letter in ranked if letter.isalpha())[:LETTERS]


def credit(read: str, text: bytes, name: str) -> tuple[float, int]:
    """Return the points of the characters beyond ASCII and their number."""
    if name == "cp1252":
        return western_credit(text)
    odd = [letter for letter in read if letter > "\x7f"]
    return sum(character_credit(letter, name) for letter in odd), len(odd)


def character_credit(letter: str, name: str) -> float:
    """Return from 0 (never in a Chinese list) to 1 (common) how likely a character is."""
    if letter in FREQUENT:
        return 1.0
    if "\u4e00" <= letter <= "\u9fff":
        return 0.75 if is_first_level(letter, name) else 0.25
    if letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff" or letter < "\xa0":
        return 0.0
    if letter in "，。、（）：；“”‘’—－·《》【】！？～　" or "\uff10" <= letter <= "\uff5a":
        return 0.9
    if letter >= "\u0250":
        return 0.35 if name in CHINESE else 0.5
    return 0.45 if name == "utf-8" else 0.2  # Latin letters with marks


def is_first_level(letter: str, name: str) -> bool:
    """Tell whether a character is of the common level of its national set."""
    big5 = level(letter, "big5", 0xA4, 0xC6)
    simple = level(letter, "gb2312", 0xB0, 0xD7)
    return {"gb18030": simple, "big5": big5}.get(name, simple or big5)


def level(letter: str, charset: str, first: int, last: int) -> bool:
    """Tell whether the lead byte of ``letter`` in ``charset`` lies between two values."""
    try:
        return first <= letter.encode(charset)[0] <= last
    except UnicodeEncodeError:
        return False


def western_credit(text: bytes) -> tuple[float, int]:
    """Judge single bytes: in western words they stand alone among ASCII letters."""
    alone = count = 0
    for place, byte in enumerate(text):
        if byte < 0x80:
            continue
        count += 1
        around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        alone += byte >= 0xC0 and around.isascii() and any(chr(b).isalpha() for b in around)
    return 0.8 * alone, count


def choose(tried: Sequence[Alternative], claim: str | None, garbled: bool) -> Alternative:
    """Return the best, or what the file declares where that is about as good.

    ``garbled`` tells that the texts read as UTF-8 make sense once earlier damage is undone.
    """
    best = tried[0]
    utf8 = next(one for one in tried if one.name == "utf-8")
    if utf8.valid == utf8.texts and (garbled or utf8.score >= max(0.4, best.score - 0.3)):
        best = utf8  # other encodings are hardly ever valid UTF-8 by chance
    declared = next((one for one in tried if one.name == claim), None)
    if declared and declared.valid == declared.texts and declared.score >= best.score - CLOSE:
        return declared
    return best


def explain(
    tried: Sequence[Alternative], chosen: Alternative, declared: str, claim: str | None
) -> Text:
    """Return the evidence in words: how many texts fit which encoding, and what they say."""
    counts = [(label(one.name), one.valid, one.texts, one.score) for one in tried]
    evidence = Text(
        f"按 {label(chosen.name)} 读，常见的字：{chosen.sample}。各编码能完整解码的文字数与常用字得分："
        + "；".join(f"{name} {valid}/{all_}，{score:.2f}" for name, valid, all_, score in counts)
        + "。",
        f"Read as {label(chosen.name)}, the commonest letters: {chosen.sample}. Texts that decode in full, and how common "
        "their characters are: "
        + "; ".join(f"{name} {valid}/{all_}, {score:.2f}" for name, valid, all_, score in counts)
        + ".",
    )
    if not declared:
        return evidence
    if claim is None:
        told = Text(
            f"文件声明的编码不认识：{declared[:40]}。",
            f"The file declares an unknown encoding: {declared[:40]}.",
        )
    elif claim == chosen.name:
        told = Text(
            f"与文件声明（{declared[:40]}）一致。", f"The file declares {declared[:40]} too."
        )
    else:
        told = Text(
            f"文件声明 {declared[:40]}，但内容不是。",
            f"The file declares {declared[:40]}, but its content is not that.",
        )
    return joined(evidence, told)


def find_mojibake(texts: Sequence[str]) -> tuple[str, str] | None:
    """Return the name that undoes earlier damage and what a text then says, if that helps."""
    odd = [text for text in texts if not text.isascii()]
    before = mean_credit(odd)
    best: tuple[float, str, str] | None = None
    for way in MOJIBAKE:
        mended = [undo(text, way.partition("+")[2]) for text in odd]
        changed = sum(a != b for a, b in zip(odd, mended, strict=True))
        after = mean_credit([text for text in mended if not text.isascii()])
        if changed >= 0.5 * len(odd) and after > before + 0.15 and after >= 0.6:
            sample = letters_of(mended)
            best = max(best or (0.0, "", ""), (after, way, sample))
    return best[1:] if best else None


def mean_credit(texts: Sequence[str]) -> float:
    """Return how common the characters beyond ASCII are, from 0 to 1."""
    letters = [letter for text in texts for letter in text if letter > "\x7f"]
    return sum(character_credit(one, "utf-8") for one in letters) / max(len(letters), 1)


def joined(first: Text, second: Text) -> Text:
    """Return two sentences after each other."""
    return Text(first.zh + second.zh, f"{first.en} {second.en}")
