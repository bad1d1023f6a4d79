"""Where cameras may not hang, and where somebody has to consent: one rule for checks and siting."""

from __future__ import annotations

from layers.spec import Text

DECREE_799 = Text(
    "《公共安全视频图像信息系统管理条例》（国务院令第799号，2025-04-01 施行）；所引为政府网摘要，"
    "未核对条文；识别办法由区县配置",
    "Regulation on Public Security Video Image Information Systems (State Council Decree 799, in "
    "force 2025-04-01), after the government's summary, its clauses not read; how such places are "
    "recognised is configured by the district",
)
LODGING = Text(
    "客房、宿舍、更衣室、浴室、卫生间等私密处不得安装。",
    "None may be in guest rooms, dormitories, changing rooms, baths or toilets.",
)
CONSENT = Text(
    "学校、军事设施，以及重点区域中注明须征得同意的。",
    "Schools, military sites, and key areas recorded as needing consent.",
)
CONSENT_METRES = 50.0
