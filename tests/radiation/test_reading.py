from __future__ import annotations

import pytest

from scanai.radiation import Alarm, Panel, RadiationReading


def test_refuses_parts_that_do_not_fit() -> None:
    panel = Panel(name="left", particle="gamma", counts=(1, 2), live_s=(0.1, 0.1))
    assert RadiationReading(source="a", real_s=(0.1, 0.1), panels=(panel,)).of("gamma") == (panel,)
    with pytest.raises(ValueError, match="panel left: 3 intervals, found 2"):
        RadiationReading(source="a", real_s=(0.1,) * 3, panels=(panel,))
    below = Panel(name="left", particle="gamma", counts=(-1,), live_s=(0.1,))
    with pytest.raises(ValueError, match="at least 0"):
        RadiationReading(source="a", real_s=(0.1,), panels=(below,))


@pytest.mark.parametrize(
    ("category", "of_neutrons"),
    [("Neutron", True), ("Gamma-Neutron", True), ("Gamma", False), ("Isotope", False)],
)
def test_a_neutron_alarm_is_told_by_its_category(category: str, of_neutrons: bool) -> None:
    assert Alarm(category=category).of_neutrons == of_neutrons
