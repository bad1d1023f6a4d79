"""Where the towns lie, how hilly and how urban they are, and what they live from: made up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """A town's place: kilometres east and north of CENTRE, how hilly, how urban, its trade."""

    east: float
    north: float
    hilly: float
    urban: float
    trade: str


# The first towns are taken for a small district; each lies next to an earlier one.
SITES = {
    "445103121": Site(0.2, 0.6, 0.0, 1.6, "ceramics"),  # 枫溪镇
    "445103100": Site(-3.6, 3.4, 0.45, 1.0, "ceramics"),  # 古巷镇
    "445103103": Site(-4.4, -0.6, 0.1, 1.1, "ceramics"),  # 凤塘镇
    "445103115": Site(3.2, 7.6, 0.9, 0.5, "other"),  # 归湖镇
    "445103104": Site(-2.2, -3.8, 0.0, 1.1, "steel"),  # 浮洋镇
    "445103105": Site(3.4, -4.3, 0.0, 1.0, "garments"),  # 龙湖镇
    "445103106": Site(0.6, -5.9, 0.0, 1.0, "steel"),  # 金石镇
    "445103114": Site(7.2, -3.0, 0.0, 0.6, "other"),  # 江东镇
    "445103108": Site(1.2, -9.0, 0.0, 1.3, "steel"),  # 彩塘镇
    "445103107": Site(-2.6, -8.0, 0.0, 0.9, "plastics"),  # 沙溪镇
    "445103109": Site(5.4, -8.2, 0.0, 0.9, "garments"),  # 东凤镇
    "445103110": Site(2.6, -13.0, 0.0, 1.6, "food"),  # 庵埠镇
    "445103450": Site(-0.9, -11.4, 0.0, 1.5, "printing"),  # 广东潮安经济开发区
    "445103101": Site(-8.4, 6.6, 0.8, 0.6, "ceramics"),  # 登塘镇
    "445103116": Site(9.0, 9.2, 0.9, 0.5, "other"),  # 文祠镇
    "445103120": Site(-1.4, 14.2, 1.0, 0.4, "other"),  # 赤凤镇
    "445103117": Site(6.2, 17.2, 1.0, 0.4, "food"),  # 凤凰镇
    "445103400": Site(11.8, 14.4, 1.0, 0.3, "other"),  # 万峰林场
}
