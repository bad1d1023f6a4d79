"""What a proposal rests on, said in words beside its figures."""

from __future__ import annotations

from gisapp.coverage.weights import CONFIGURED
from gisapp.features.camera_places import CONSENT, DECREE_799, LODGING
from layers.spec import Text

METHOD = Text("本系统的计算方法", "How this system computes")
RULES: tuple[tuple[Text, Text], ...] = (
    (
        Text(
            "只用该区域内的数据：邻区的监控看进来的不计。",
            "Only what stands in the area counts: what a neighbour's cameras see in it does not.",
        ),
        METHOD,
    ),
    (
        Text(
            "目标为建筑和水面以外的地面，按小格计分；建筑内的场所计入 30 米内最近的地面。",
            "The target is ground outside buildings and water, in small squares; a place in a "
            "building counts at the nearest ground within 30 m.",
        ),
        METHOD,
    ),
    (
        Text(
            "分值为场所、风险点位、近 12 个月事件、道路和面积的加权和。",
            "Points are the weighted sum of premises, hazard sites, incidents of 12 months, roads "
            "and ground.",
        ),
        CONFIGURED,
    ),
    (
        Text(
            "“离最优至多差”以上界证明，只对所列候选点位成立；移动点位后不再成立。",
            "How far from the best is proven by an upper bound, among the candidates that were "
            "found; it no longer holds when a site is moved.",
        ),
        METHOD,
    ),
    (LODGING, DECREE_799),
    (CONSENT, CONFIGURED),
)
