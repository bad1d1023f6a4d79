"""The rules by which camera records are checked: what is wrong, why it matters, who says so.

``wrong`` is SQL that is true for a row of ``camera`` (see ``device_checks.sql``) that breaks the
rule, ``value`` SQL for the text that shows it. A clause is cited only where it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gisapp.features.camera_places import DECREE_799
from gisapp.queries.spec import DEFINITION, DISTRICT
from layers.spec import Text

Severity = Literal["error", "warning", "info"]
GB28181 = Text("GB/T 28181 设备编码", "GB/T 28181, device identifiers")
GB28181_FIELDS = Text("GB/T 28181 目录属性", "GB/T 28181, catalogue attributes")


@dataclass(frozen=True)
class DeviceRule:
    """One rule; ``why`` may have ``{parameter}`` places."""

    name: str
    severity: Severity
    label: Text
    why: Text
    source: Text
    wrong: str
    value: str = "NULL"


RULES = (
    DeviceRule(
        "id_form",
        "error",
        Text("国标编号不是 20 位数字", "The identifier is not 20 digits"),
        Text("平台无法按编号接入设备。", "No platform can reach the device by it."),
        GB28181,
        "device_id !~ '^[0-9]{20}$'",
        "device_id",
    ),
    DeviceRule(
        "id_civil",
        "error",
        Text("国标编号的行政区划与所在地不符", "The identifier names another district"),
        Text(
            "前 6 位应为所在区县；省、市平台的编号以 00 结尾，按省、市核对。",
            "Its first 6 digits are the district where it stands; an identifier of a province's or "
            "city's platform ends in 00 there and is held against those.",
        ),
        GB28181,
        "device_id ~ '^[0-9]{20}$' AND area_code ~ '^[0-9]{12}$'"
        " AND left(device_id, 6) NOT IN (left(area_code, 6), left(area_code, 4) || '00',"
        " left(area_code, 2) || '0000')",
        "left(device_id, 6)",
    ),
    DeviceRule(
        "id_type",
        "error",
        Text("国标编号的类型码不是摄像机", "The identifier is of another kind of device"),
        Text(
            "第 11–13 位应为 131（摄像机）或 132（网络摄像机）；118 是网络录像机。",
            "Digits 11 to 13 are 131 (camera) or 132 (network camera); 118 is a recorder.",
        ),
        GB28181,
        "device_id ~ '^[0-9]{20}$' AND substr(device_id, 11, 3) NOT IN ('131', '132')",
        "substr(device_id, 11, 3)",
    ),
    DeviceRule(
        "id_twice",
        "error",
        Text("国标编号重复", "The identifier is used more than once"),
        Text("同一编号只能有一路视频。", "One identifier stands for one picture."),
        GB28181,
        "same_id > 1",
        "device_id",
    ),
    DeviceRule(
        "id_missing",
        "warning",
        Text("没有国标编号", "No identifier"),
        Text("规划中的点位不计。", "Planned ones are not counted."),
        GB28181,
        "device_id IS NULL AND status <> 'planned'",
    ),
    DeviceRule(
        "lodging_indoor",
        "error",
        Text("室内监控所在建筑有出租房间或宿舍", "An indoor camera in a house with let rooms"),
        Text(
            "客房、宿舍、更衣室、浴室、卫生间等私密处不得安装；请核对是否只看公共通道。",
            "None may be in guest rooms, dormitories, changing rooms, baths or toilets; check "
            "that it sees common passages only.",
        ),
        DECREE_799,
        "room_type = '2' AND lodging.code IS NOT NULL",
        "lodging.code",
    ),
    DeviceRule(
        "lodging_inside",
        "warning",
        Text("点位落在有出租房间或宿舍的建筑内", "Placed inside a house with let rooms"),
        Text(
            "未注明室外：可能是数字化偏差，也可能装在屋内，请核对。",
            "Not recorded as outdoor: drawn slightly off, or inside the house; please check.",
        ),
        DECREE_799,
        "room_type IS NULL AND lodging.code IS NOT NULL",
        "lodging.code",
    ),
    DeviceRule(
        "consent",
        "info",
        Text("附近有须征得同意的单位", "Near a place whose consent is needed"),
        Text(
            "{consent} 米内的学校、军事设施，以及重点区域中注明须征得同意的。",
            "Schools, military sites and key areas recorded as needing consent, within {consent} m.",
        ),
        DISTRICT,
        "neighbour.name IS NOT NULL",
        "neighbour.name",
    ),
    DeviceRule(
        "retention_short",
        "warning",
        Text("录像保存天数不足", "Kept too short"),
        Text("少于 {retention} 天，需要时已无录像可查。", "Less than {retention} days: what is asked for later is gone."),
        DISTRICT,
        "retention_days < %(retention)s AND status <> 'planned'",
        "retention_days::text",
    ),
    DeviceRule(
        "retention_missing",
        "info",
        Text("录像保存天数不详", "How long it is kept is not known"),
        Text("不详不等于达标。", "Not known is not enough."),
        DISTRICT,
        "retention_days IS NULL AND status <> 'planned'",
    ),
    DeviceRule(
        "same_place",
        "warning",
        Text("同一位置同一朝向有多条记录", "More than one record of one place and direction"),
        Text(
            "坐标取整到米、方位角取整到 10 度后相同；都没有朝向和编号的也算。"
            "一台多目设备的各路朝向不同，不算。",
            "Equal when coordinates are rounded to metres and azimuths to 10 degrees; also where "
            "neither direction nor identifier is known. Lenses of one device look elsewhere and "
            "do not count.",
        ),
        DEFINITION,
        "same_view > 1",
        "same_view::text",
    ),
    DeviceRule(
        "far",
        "warning",
        Text("远离道路和建筑", "Far from any road or building"),
        Text("{far} 米内没有道路和建筑：坐标或坐标系可能有误。", "None within {far} m: its position or reference system may be wrong."),
        DISTRICT,
        "is_far",
    ),
    DeviceRule(
        "outside",
        "warning",
        Text("在所有村居之外", "Outside every village"),
        Text("无人负责，也不计入任何覆盖率。", "Nobody's duty, and part of no figure."),
        DEFINITION,
        "area_code IS NULL",
    ),
    DeviceRule(
        "direction_missing",
        "warning",
        Text("朝向不详", "No direction"),
        Text(
            "只能算可能覆盖；可转动的和全景的不计。",
            "Nothing is surely covered; those that turn and panoramic ones are not counted.",
        ),
        GB28181_FIELDS,
        "azimuth IS NULL AND direction_type IS NULL"
        " AND coalesce(ptz_type, '') NOT IN ('1', '4', '5', '6')"
        " AND coalesce(horizontal_fov, 0) < 360",
    ),
    DeviceRule(
        "range_missing",
        "warning",
        Text("可视距离不详，也没有像素数", "Neither view distance nor pixels"),
        Text("覆盖范围只能按假定的上下限。", "How far it sees is between assumed bounds."),
        GB28181_FIELDS,
        "max_view_distance IS NULL AND width_px IS NULL",
    ),
    DeviceRule(
        "fov_missing",
        "info",
        Text("水平视场角不详", "No field angle"),
        Text("全景的不计。", "Panoramic ones are not counted."),
        GB28181_FIELDS,
        "horizontal_fov IS NULL AND coalesce(ptz_type, '') <> '6'",
    ),
    DeviceRule(
        "impossible",
        "error",
        Text("数值不可能", "A value that cannot be"),
        Text(
            "视场角或可视距离为 0；方位角与八方位相差超过 45 度；全景而视场角小于 180 度；"
            "在线而安装日期在将来。",
            "Field angle or distance 0; azimuth and 8-way direction more than 45 degrees apart; "
            "panoramic below 180 degrees; online but installed in the future.",
        ),
        DEFINITION,
        "impossible IS NOT NULL",
        "impossible",
    ),
)  # fmt: skip
