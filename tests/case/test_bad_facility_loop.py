"""The plant of liquid-cooled racks, given wrongly: one line that names the key."""

from types import SimpleNamespace

import pytest

from thermo.case.closed_loop_consistency import check_facility_loop
from thermo.case.schema import Case
from thermo.case.schema_plant import Plant
from thermo.errors import CaseError


def check(cooling="closed_loop", **plant):
    case = SimpleNamespace(cooling=cooling, error=lambda key, text: CaseError(f"{key}: {text}"),
                           errors_at=lambda key: Case.errors_at(case, key))
    check_facility_loop(case, Plant.model_validate(plant))


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        ({"facility_loop": {"coolant": "glycol"}}, r'facility_loop.coolant: unknown coolant "glycol"'),
        ({"dry_cooler": {"record": "BAC"}}, r"dry_cooler.record: unknown dry cooler"),
        ({"trim_chiller": {"record": "Carrier 30XWP1012"}}, "has a condenser cooled by water: choose one of Carrier"),
        ({"trim_chiller": {"condenser": "water"}}, 'trim_chiller.condenser: must be "air"'),
        ({"facility_loop": {"rejection": "tower"}}, "trim_chiller: is missing: towers need it"),
        ({"dry_cooler": {"kind": "in_chiller"}}, "in_chiller needs the chillers it is in"),
        (
            {"facility_loop": {"rejection": "tower"}, "trim_chiller": {"condenser": "water"}, "dry_cooler": {}},
            "dry_cooler: has no effect with plant.facility_loop.rejection",
        ),
        ({"facility_loop": {"residual_air": "facility_loop"}, "chiller": {}}, "chiller: has no effect"),
    ],
)
def test_what_does_not_fit(plant, message):
    with pytest.raises(CaseError, match=message):
        check(**plant)


def test_a_room_cooled_by_air_has_no_facility_loop():
    with pytest.raises(CaseError, match=r'plant\.fill: has no effect with case\.cooling = "air"'):
        check("air", fill={})


def test_sizing_given_twice():
    with pytest.raises(ValueError, match="design_approach has no effect with units"):
        Plant.model_validate({"dry_cooler": {"units": 3, "design_approach": 6.0}})


def test_a_plant_that_fits():
    check(facility_loop={"coolant": "propylene glycol 40%"}, trim_chiller={"record": "Carrier 30RB390"})
