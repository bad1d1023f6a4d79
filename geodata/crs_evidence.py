"""Why a CRS is proposed, in words that a planner understands."""

from __future__ import annotations

import numpy

from geodata.crs import find_crs
from geodata.crs_trials import Sample, Trial
from geodata.zones import PREFIX, old_datum, zone_of
from layers.spec import Text

NUMBERED = Text(
    "东坐标以 {number} 开头，共 8 位：带号 {number} 的{width}度带，中央经线 {meridian}°E",
    "eastings begin with {number} and have 8 digits: {width}-degree zone {number}, central "
    "meridian {meridian}°E",
)
BARE = Text(
    "东坐标约 {east:,.0f}，没有带号：按中央经线 {meridian}°E 的高斯投影",
    "eastings of about {east:,.0f} without a zone number: Gauss-Krüger with central meridian "
    "{meridian}°E",
)
DEGREES = Text(
    "数值是经纬度：经度 {west:.4f} 至 {east:.4f}，纬度 {south:.4f} 至 {north:.4f}",
    "the numbers are degrees: longitude {west:.4f} to {east:.4f}, latitude {south:.4f} to "
    "{north:.4f}",
)
PLANE = Text(
    "数值是平面坐标，单位米：东 {east:,.0f}、北 {north:,.0f} 上下，符合 {name}",
    "the numbers are metres in a plane, about {east:,.0f} east and {north:,.0f} north: {name} fits",
)
SWAPPED = Text(
    "两个坐标颠倒了：第一个是{first}，第二个是{second}",
    "the coordinates are exchanged: the first is the {first_en}, the second the {second_en}",
)
INSIDE = Text("{share:.0%} 的点落在{where}内", "{share:.0%} of the points land inside {where_en}")
ELSEWHERE = Text(
    "点落在经度 {lon:.3f}、纬度 {lat:.3f} 一带，不在{where}内",
    "the points land near longitude {lon:.3f}, latitude {lat:.3f}, not inside {where_en}",
)
OURS = ("本地辖区", "the areas held here")
ALL = ("中国范围", "China")
DECLARED = Text("与文件声明的坐标系一致", "the file declares it")
SILENT = Text("文件没有声明坐标系", "the file declares no CRS")
OTHERWISE = Text(
    "文件声明的是 {name}，与数值不符", "the file declares {name}, which the numbers contradict"
)
BY_PREFIX = Text(
    "文件声明的是 {name}，东坐标与它相差正好 {metres:,.0f} 米（带号）",
    "the file declares {name}; the eastings differ from it by exactly {metres:,.0f} m, the zone "
    "number",
)
ALSO = Text(
    "文件声明的是 {name}，二者中央经线相同",
    "the file declares {name}, which has the same central meridian",
)
OLD = Text(
    "文件声明的是{datum}。{datum}到国家2000没有公开的精确转换参数，按软件自带参数转换会差几米到一百多米；"
    "请来图单位转换成国家2000（CGCS2000）后再送",
    "the file declares {datum_en}. There is no exact public transformation from {datum_en} to "
    "CGCS2000; what software has is wrong by metres to more than a hundred. Ask the sender to "
    "convert to CGCS2000",
)
ASK = Text(
    "北京54、西安80 的数值与国家2000 只差几十米到一百多米，从数值上看不出来：请向来图单位核实",
    "numbers of Beijing 1954 and Xi'an 1980 differ from CGCS2000 by tens of metres to more than a "
    "hundred, which the numbers do not show: ask the sender",
)
ZONE_UNKNOWN = Text(
    "没有带号，也没有可以对照的辖区，中央经线是按本系统的坐标系推测的",
    "without a zone number and without areas to compare with, the meridian is guessed from the "
    "CRS of record",
)
UTM = Text(
    "UTM 与同一经线的高斯投影只差约千分之 0.4（本地约 1 公里），请对照地图核实",
    "UTM differs from Gauss-Krüger on the same meridian by 0.04 % only (about 1 km here): compare "
    "with the map",
)


def say_evidence(
    sample: Sample, trial: Trial, inside: float, place: tuple[float, float]
) -> tuple[Text, Text | None]:
    """Return why a trial is believed, and what to ask first (None if nothing)."""
    east, north = (sample.y, sample.x) if trial.swap_axes else (sample.x, sample.y)
    parts = [say_numbers(trial, east, north)]
    if trial.swap_axes:
        degrees = find_crs(trial.crs).is_geographic
        first, second = ("纬度", "经度") if degrees else ("北坐标", "东坐标")
        words = ("latitude", "longitude") if degrees else ("northing", "easting")
        parts.append(
            SWAPPED.format(first=first, second=second, first_en=words[0], second_en=words[1])
        )
    where, where_en = OURS if sample.local else ALL
    if inside >= 0.5:
        parts.append(INSIDE.format(share=inside, where=where, where_en=where_en))
    else:
        lon, lat = place
        parts.append(ELSEWHERE.format(lon=lon, lat=lat, where=where, where_en=where_en))
    parts.append(say_declared(sample, trial))
    return join(parts), say_caution(sample, trial)


def join(parts: list[Text]) -> Text:
    """Return several texts as one sentence."""
    english = "; ".join(part.en for part in parts) + "."
    return Text("；".join(part.zh for part in parts) + "。", english[0].upper() + english[1:])


def say_numbers(trial: Trial, east: numpy.ndarray, north: numpy.ndarray) -> Text:
    """Return what the numbers themselves show."""
    zone = trial.zone
    if zone and zone.number:
        width = "三" if zone.width == 3 else "六"
        return Text(
            NUMBERED.zh.format(number=zone.number, width=width, meridian=zone.meridian),
            NUMBERED.en.format(number=zone.number, width=zone.width, meridian=zone.meridian),
        )
    if zone:
        return BARE.format(east=float(numpy.median(east)), meridian=zone.meridian)
    crs = find_crs(trial.crs)
    if crs.is_geographic:
        return DEGREES.format(
            west=east.min(), east=east.max(), south=north.min(), north=north.max()
        )
    return PLANE.format(
        east=float(numpy.median(east)), north=float(numpy.median(north)), name=crs.name
    )


def say_declared(sample: Sample, trial: Trial) -> Text:
    """Return how the trial stands to what the file declares."""
    if not sample.declared:
        return SILENT
    if trial.crs == sample.declared:
        return DECLARED
    crs = find_crs(sample.declared)
    ours, said = trial.zone, zone_of(crs.to_epsg() or 0)
    if ours and said and ours.meridian == said.meridian:
        metres = abs(ours.number - said.number) * PREFIX
        return (
            BY_PREFIX.format(name=crs.name, metres=metres) if metres else ALSO.format(name=crs.name)
        )
    return OTHERWISE.format(name=crs.name)


def say_caution(sample: Sample, trial: Trial) -> Text | None:
    """Return what must be asked before the trial is believed."""
    datum = old_datum(sample.declared) if sample.declared else None
    if datum:
        return OLD.format(datum=datum.zh, datum_en=datum.en)
    if trial.kind == "utm":
        return UTM
    if trial.zone and not trial.zone.number and not sample.local and trial.kind != "declared":
        return ZONE_UNKNOWN
    if trial.zone and not sample.declared:
        return ASK
    return None
