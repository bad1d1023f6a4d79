from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database
from gisapp.database.statements import Statement

VILLAGES = Statement("SELECT count(*) FROM areas WHERE level = 'village'", reads=("areas",))


def test_demo_fixture_holds_villages(demo: Database) -> None:
    with demo.read(EVERYTHING) as reader:
        assert reader.value(VILLAGES) >= 8
