"""Code tables that several layers share."""

from __future__ import annotations

from layers.spec import Choice, Text

RED, ORANGE, YELLOW, BLUE, GREY = "#c62828", "#ef6c00", "#f2b705", "#1e6fba", "#757575"

# Hazard grade: four levels, red the worst; not yet graded is shown as unknown, never as fine.
GRADES = (
    Choice("red", Text("红（重大）", "Red (major)"), RED, 4),
    Choice("orange", Text("橙（较大）", "Orange (serious)"), ORANGE, 3),
    Choice("yellow", Text("黄（一般）", "Yellow (moderate)"), YELLOW, 2),
    Choice("blue", Text("蓝（低）", "Blue (low)"), BLUE, 1),
    Choice("ungraded", Text("未评级", "Not graded"), GREY, 0, unknown=True),
)

YES_NO_UNKNOWN = (
    Choice("yes", Text("是", "Yes")),
    Choice("no", Text("否", "No")),
    Choice("unknown", Text("不详", "Unknown"), unknown=True),
)

RECTIFICATION = (
    Choice("none_needed", Text("无需整改", "Nothing to rectify"), "#2e7d32"),
    Choice("open", Text("待整改", "To be rectified"), RED),
    Choice("under_way", Text("整改中", "Under way"), ORANGE),
    Choice("done", Text("已整改", "Rectified"), BLUE),
    Choice("unknown", Text("不详", "Unknown"), GREY, unknown=True),
)
