"""Bills turned into transport units: what holds for every cargo manifest, however it is written."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.manifest import Manifest, awmds_format, cuscar_format, json_format
from scanai.manifest.units_of_bills import Bill, Container, Goods, Share, units_of

NUMBERS = ("TESU0000013", "TESU0000029", "TESU0000034", "TESU 000001")
words = st.text("abcé HSCODE8504.<&>", max_size=30)
masses = st.none() | st.floats(0.5, 30_000)
goods = st.builds(
    Goods,
    words,
    code=st.sampled_from(["", "8504.40", "100630", "999999", "x"]),
    packages=st.none() | st.integers(1, 1000),
    mass_kg=masses,
    placed=st.just({})
    | st.dictionaries(st.sampled_from(NUMBERS), st.builds(Share, st.none(), masses)),
)
bills = st.builds(
    Bill,
    st.sampled_from(["B-1", "B-2", "B-3"]),
    master=st.sampled_from(["", "", "B-3"]),
    nature=st.sampled_from(["", "22", "23", "24", "28", "99"]),
    containers=st.lists(st.sampled_from(NUMBERS), max_size=3).map(tuple),
    unnamed_containers=st.booleans(),
    goods=st.lists(goods, max_size=3).map(tuple),
)
containers = st.builds(Container, st.sampled_from(NUMBERS), empty=st.booleans(), goods_kg=masses)


@given(st.lists(containers, min_size=1, max_size=5), st.lists(bills, max_size=5))
def test_each_container_is_one_unit_that_json_holds(
    told: list[Container], bills: list[Bill]
) -> None:
    units = units_of(told, bills, "a", "a container")
    assert len({unit.unit[:10] for unit in units}) == len(units)
    for unit in units:
        empty = all(one.empty for one in told if one.number.replace(" ", "")[:10] == unit.unit[:10])
        assert unit.declared_empty == empty
        assert not (empty and unit.gross_mass_kg)
        assert json_format.parse(json_format.serialise(unit), "a") == unit


@given(
    st.lists(st.tuples(st.sampled_from(NUMBERS[:3]), st.floats(1, 30_000)), min_size=1, max_size=9)
)
def test_masses_of_bills_of_one_container_each_add_up(parts: list[tuple[str, float]]) -> None:
    bills = [
        Bill(str(number), containers=(container,), goods=(Goods("rice", mass_kg=mass),))
        for number, (container, mass) in enumerate(parts)
    ]
    units = units_of([Container(number) for number, _ in parts], bills, "a", "a container")
    for unit in units:
        mass = sum(mass for number, mass in parts if number == unit.unit)
        assert unit.gross_mass_kg == pytest.approx(mass)
        assert sum(line.mass_kg or 0 for line in unit.lines) == pytest.approx(mass)


texts = st.text("ABCé+:'?<&> 1", min_size=1, max_size=20).filter(lambda text: text.strip())
cargo = st.lists(
    st.tuples(st.sampled_from(NUMBERS[:3]), texts, st.integers(1, 30_000)), min_size=1, max_size=6
)


def _awmds(cargo: list[tuple[str, str, int]]) -> bytes:
    bills = "".join(
        f"<Bol_segment><Bol_id><Bol_reference>{number}</Bol_reference><Bol_nature>23</Bol_nature>"
        f"</Bol_id><ctn_segment><Ctn_reference>{container}</Ctn_reference></ctn_segment>"
        f"<Goods_segment><Gross_mass>{mass}</Gross_mass><Goods_description>{escape(text)}"
        "</Goods_description></Goods_segment></Bol_segment>"
        for number, (container, text, mass) in enumerate(cargo)
    )
    return f"<Awmds>{bills}</Awmds>".encode()


def _cuscar(cargo: list[tuple[str, str, int]]) -> bytes:
    def released(text: str) -> str:
        return "".join(f"?{mark}" if mark in "+:'?" else mark for mark in text)

    bills = "".join(
        f"CNI+1'RFF+BM:{number}'GIS+23'GID+1'FTX+AAA+++{released(text)}'MEA+AAE+G+KGM:{mass}'"
        f"SGP+{container}'"
        for number, (container, text, mass) in enumerate(cargo)
    )
    end = f"UNT+{7 * len(cargo) + 2}+1'UNZ+1+1'"
    return f"UNB+UNOC:3'UNH+1+CUSCAR:D:95B:UN'{bills}{end}".encode("latin-1")


@given(cargo)
def test_both_formats_say_the_same_of_the_same_cargo(cargo: list[tuple[str, str, int]]) -> None:
    from_xml: tuple[Manifest, ...] = awmds_format.parse(_awmds(cargo), "a")
    assert from_xml == cuscar_format.parse(_cuscar(cargo), "a")
    lines = [
        (unit.unit, line.description, line.mass_kg) for unit in from_xml for line in unit.lines
    ]
    assert sorted(lines) == sorted(
        (unit, " ".join(text.split()), mass) for unit, text, mass in cargo
    )
