"""The help of `gisapp import`: what it does, step by step, with examples."""

from __future__ import annotations

from gisapp.language import say

HELP = say(
    "检查文件并读入图层；每个文件一次导入、一个事务，与网页 /imports 上的导入相同，可整体撤销。\n\n"
    "格式：GeoPackage、Shapefile（连同旁边的 .dbf .prj .cpg）、GeoJSON、KML、DXF、GeoParquet、CSV、XLSX 等。"
    "先列出检查结果：依据、建议和处理办法；有须处理的、有行不合要求，或坐标系、偏移不能确定，就什么都不写，"
    "退出码 5。退回的行连同原因写成与来文件同格式的文件，改好可直接再读。\n\n"
    "列按字段名、中英文标签和别名对应；编码已有的行更新，没变的行不动，没有编码的行按坐标生成编码，"
    "同一文件再读不会重复。\n\n"
    "\b\n"
    "例：\n"
    "  gisapp import 宗地.gpkg --dry-run\n"
    "  gisapp import 宗地.gpkg --layer parcels --map 地块用途=land_use --set dispute=none\n"
    "  gisapp import 点位.shp --crs EPSG:4527 --remedy offset:gcj02 --skip-errors\n"
    "  gisapp import 收件/*.xlsx --sender 某镇综治办 --rejects 退回/\n"
    "  gisapp import --undo 12\n\n"
    "退出码：0 已完成；2 用法不对或数据同时被改；4 数据库不可用；5 文件须处理，没有改动；6 没有这个图层或导入。",
    "Check files and bring them into layers: each file is one import in one transaction, like those "
    "of the page /imports, and can be taken back as a whole.\n\n"
    "Reads GeoPackage, Shapefile (with the .dbf .prj .cpg beside it), GeoJSON, KML, DXF, GeoParquet, "
    "CSV, XLSX and more. First it lists what was found, with evidence, hints and remedies. Nothing is "
    "written, and the exit code is 5, while something must be decided, rows do not fit, or the "
    "coordinate reference system or an offset is not clear. Rejected rows are written with their "
    "reasons to a file of the same format, to be mended and imported.\n\n"
    "Columns are found by field name, label and alias; rows whose code exists are updated, unchanged "
    "rows are left alone, rows without a code get one made from their coordinates, so that the same "
    "file twice doubles nothing.\n\n"
    "\b\n"
    "Examples:\n"
    "  gisapp import plots.gpkg --dry-run\n"
    "  gisapp import plots.gpkg --layer parcels --map USE=land_use --set dispute=none\n"
    "  gisapp import points.shp --crs EPSG:4527 --remedy offset:gcj02 --skip-errors\n"
    "  gisapp import inbox/*.xlsx --sender 'Town office' --rejects returned/\n"
    "  gisapp import --undo 12\n\n"
    "Exit codes: 0 done; 2 wrong usage, or the data was changed meanwhile; 4 no database; 5 the file "
    "needs a decision and nothing was changed; 6 no such layer or import.",
)
