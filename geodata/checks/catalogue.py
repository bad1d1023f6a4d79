"""All checks, and the examination that runs them."""

from __future__ import annotations

from geodata.checks.codes import DoubleCodeCheck, KnownCodeCheck
from geodata.checks.columns import MappingCheck, PlacesCheck, RequiredCheck
from geodata.checks.crs import CrsCheck
from geodata.checks.district import AreaCodeCheck, DistrictCheck
from geodata.checks.encoding import EncodingCheck, NotesCheck
from geodata.checks.errors import ErrorCheck
from geodata.checks.oddities import CrossingCheck, DoubleCheck, SliverCheck
from geodata.checks.offset import OffsetCheck
from geodata.checks.personal import PersonalCheck
from geodata.checks.replaced import ReplacedCheck
from geodata.checks.shapes import ShapeCheck
from geodata.checks.spec import Check
from geodata.checks.values import NotationCheck, ValueCheck

CHECKS: tuple[type[Check], ...] = (
    PlacesCheck,
    PersonalCheck,
    EncodingCheck,
    CrsCheck,
    OffsetCheck,
    DistrictCheck,
    RequiredCheck,
    MappingCheck,
    ErrorCheck,
    ShapeCheck,
    ValueCheck,
    ReplacedCheck,
    DoubleCodeCheck,
    DoubleCheck,
    SliverCheck,
    CrossingCheck,
    AreaCodeCheck,
    NotationCheck,
    KnownCodeCheck,
    NotesCheck,
)
