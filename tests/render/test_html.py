from __future__ import annotations

import hashlib
import io
import re
from base64 import b64encode
from html.parser import HTMLParser

import msgspec
import pytest
from PIL import Image

from scanai.inspect.report import Evidence, FindingKind, MassEstimate, Reason, Report, Step
from scanai.manifest.model import Line, Manifest
from scanai.render.html import (
    IndexEntry,
    index_page,
    mass_sentence,
    page_labels,
    quality_words,
    report_page,
    stage_size,
)
from scanai.render.pseudo_colour import MATERIAL_CLASSES
from scanai.render.words import amount, findings_count, interval, quantity, share
from scanai.scan.model import ImageQuality

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 4)).save(buffer, "JPEG")
    return buffer.getvalue()


class Tags(HTMLParser):
    """Counts tags, keeps attributes and visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_page_shows_verdict_findings_evidence_and_lines(report: Report, manifest: Manifest) -> None:
    text = " ".join(Tags(report_page("SYNTH-0001", report, manifest, jpeg())).text.split())
    for part in (
        "Inspect SYNTH-000001",
        "Heavy metal stands inside goods declared as cotton.",
        "not confirmed by the physical evidence",
        "areal density above surroundings 88.2 81.0 to 96.5 43.1 g/cm²",
        "0.4 % of harmless scans or fewer reach it",
        "520100 Raw cotton in pressed bales 44 bales · origin XX",
        "Estimated 12.4 t, 95 % interval 11.1 t to 13.8 t; declared 9.0 t; tare 2.2 t as declared.",
        "Row 112 carried no signal and was filled in.",
        "is not validated on real threats",
    ):
        assert part in text


def test_page_tells_what_carried_the_verdict_and_what_would_change_it(explained: Report) -> None:
    page = Tags(report_page("SYNTH-0001", explained, None, jpeg()))
    text = " ".join(page.text.split())
    for part in (
        "A block of heavy metal, 21 × 20 cm. p 0.004 finding 1",
        "What would change it Without the heavy metal it would be review.",
        "A weighing would settle the mass.",
        "Parts are opaque.",
        "How the verdict came about Combined p 0.008: 0.8 % of harmless scans hold evidence as",
        "Inspect is asked for by: dense part, whose score no harmless scan reaches.",
        "Dense part 0.940 0.620 0.004 0.004 92 % inspect",
        "Unlike known scans 0.900 2.00 0.60 not combined",
    ):
        assert part in text
    links = [a["href"] for a in page.all("a") if (a["href"] or "").startswith("#finding-")]
    assert links[:2] == ["#finding-1", "#finding-3"]
    assert "Heavy metal stands inside goods" not in text  # the long reasons are in the findings


def test_page_without_a_finding_says_that_all_evidence_together_asks(explained: Report) -> None:
    bare = msgspec.structs.replace(
        explained,
        findings=(),
        verdict=msgspec.structs.replace(
            explained.verdict, decision="review", carried_by=(), chain=explained.verdict.chain[2:]
        ),
    )
    text = " ".join(Tags(report_page("N", bare, None, jpeg())).text.split())
    assert "No finding stands by itself" in text
    assert "Review is asked for by: all evidence together." in text
    clear = msgspec.structs.replace(
        bare, verdict=msgspec.structs.replace(bare.verdict, decision="clear")
    )
    assert "Nothing was found" in Tags(report_page("N", clear, None, jpeg())).text


def test_box_stands_where_its_region_is(report: Report) -> None:
    page = Tags(report_page("SYNTH-0001", report, None, jpeg()))
    boxes = [a for a in page.all("a") if "box" in (a.get("class") or "").split()]
    assert [box["data-finding"] for box in boxes] == ["1", "2"]
    assert boxes[0]["style"] == "left: 33.500%; top: 60.000%; width: 4.833%; height: 16.250%"
    assert boxes[0]["class"] == "box"
    assert boxes[1]["class"] == "box unconfirmed"


def rooms(page: Tags) -> list[tuple[float, ...]]:
    """x0, y0, x1, y1 of each label, percent of the picture."""
    styles = [a["style"] or "" for a in page.all("a") if "label" in (a.get("class") or "").split()]
    numbers = [[float(part) for part in re.findall(r"[\d.]+(?=%)", style)] for style in styles]
    return [(left, top, left + width, top + height) for left, top, width, height in numbers]


@pytest.mark.parametrize(
    ("kind", "confirmed", "pixels"),
    [
        ("unknown_anomaly", True, 137),
        ("undeclared_goods", True, 135),
        ("mass_mismatch", False, 217),
        ("empty_mismatch", False, 294),
    ],
)
def test_label_has_room_for_its_words_in_a_wide_face(
    report: Report, kind: FindingKind, confirmed: bool, pixels: int
) -> None:
    # Widths of the words in 12 px bold DejaVu Sans; the label's own margins are 12 px.
    finding = msgspec.structs.replace(report.findings[0], kind=kind, confirmed=confirmed)
    one = msgspec.structs.replace(report, findings=(finding,))
    (label,) = page_labels(one, stage_size(one), crowded=False)
    assert label.place.room[2] - label.place.room[0] >= pixels + 12


def crowd(report: Report, count: int) -> Report:
    """Boxes in a row, each touching the next."""
    findings = [
        msgspec.structs.replace(report.findings[0], region=(500 + 24 * i, 150, 524 + 24 * i, 170))
        for i in range(count)
    ]
    return msgspec.structs.replace(report, findings=tuple(findings))


@pytest.mark.parametrize("count", [2, 4, 9])
def test_labels_of_touching_boxes_do_not_overlap(report: Report, count: int) -> None:
    found = rooms(Tags(report_page("SYNTH-0001", crowd(report, count), None, jpeg())))
    assert len(found) == count
    for i, (x0, y0, x1, y1) in enumerate(found):
        assert 0 <= x0 < x1 <= 100.01
        assert 0 <= y0 < y1 <= 100.01
        for other in found[:i]:
            apart = (other[0] - x1, x0 - other[2], other[1] - y1, y0 - other[3])
            assert max(apart) > -0.01


def test_a_very_long_declaration_is_cut_on_the_page(report: Report, manifest: Manifest) -> None:
    line = manifest.lines[0]
    long = msgspec.structs.replace(manifest, lines=(line,) * 1700)
    text = " ".join(Tags(report_page("SYNTH-0001", report, long, jpeg())).text.split())
    assert text.count(line.description) == 500
    assert "and 1,200 more lines: see the declaration" in text


def test_label_that_stands_apart_is_led_to_its_box(report: Report) -> None:
    page = Tags(report_page("SYNTH-0001", crowd(report, 4), None, jpeg()))
    led = {path["data-finding"] for path in page.all("path") if "data-finding" in path}
    assert led
    assert led < {"1", "2", "3", "4"}


def test_wide_intervals_are_explained_where_there_are_intervals(report: Report) -> None:
    page = report_page("SYNTH-0001", report, None, jpeg())
    assert "comes from physics alone" in Tags(page).text
    assert 'href="#interval"' in page
    bare = msgspec.structs.replace(report.findings[0], evidence=(Evidence(name="ratio", value=1),))
    plain = report_page("N", msgspec.structs.replace(report, findings=(bare,)), None, jpeg())
    assert "comes from physics alone" not in Tags(plain).text
    assert 'href="#interval"' not in plain


@pytest.mark.parametrize("with_manifest", [True, False])
def test_hostile_text_stays_text(report: Report, manifest: Manifest, with_manifest: bool) -> None:
    finding = msgspec.structs.replace(
        report.findings[0], sentence=HOSTILE, evidence=(Evidence(name=HOSTILE, value=1.0),)
    )
    hostile = msgspec.structs.replace(
        report,
        unit=HOSTILE,
        scan_id=HOSTILE,
        scanner=HOSTILE,
        inputs=msgspec.structs.replace(report.inputs, scan=HOSTILE, manifest=HOSTILE),
        findings=(finding,),
        verdict=msgspec.structs.replace(
            report.verdict,
            reasons=(HOSTILE,),
            carried_by=(Reason(name=HOSTILE, sentence=HOSTILE),) if with_manifest else (),
            chain=(Step(name=HOSTILE, passed=True, entry="no_p_value"),),
            would_change=(HOSTILE,),
            caveats=(HOSTILE,),
        ),
        lines=(msgspec.structs.replace(report.lines[0], reason=HOSTILE),),
        image_quality=ImageQuality(notes=(HOSTILE,)),
    )
    line = Line(hs_code="520100", description=HOSTILE, package_type=HOSTILE, origin=HOSTILE)
    papers = msgspec.structs.replace(manifest, unit=HOSTILE, seals=(HOSTILE,), lines=(line,))
    page = report_page(HOSTILE, hostile, papers if with_manifest else None, jpeg())
    index = index_page([IndexEntry(HOSTILE, hostile, jpeg())], [HOSTILE])
    for tags, scripts in ((Tags(page), 1), (Tags(index), 0)):
        assert len(tags.all("script")) == scripts
        assert all("onerror" not in attributes for _, attributes in tags.tags)
        assert all((image["src"] or "").startswith("data:") for image in tags.all("img"))
        assert HOSTILE in tags.text


def test_nothing_comes_from_outside_and_only_the_own_script_may_run(
    report: Report, manifest: Manifest
) -> None:
    page = report_page("SYNTH-0001", report, manifest, jpeg())
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = Tags(page).all("meta")[2]["content"]
    assert policy == (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )
    assert not re.search(r"https?://|url\(|@import", page)


def test_what_is_seen_of_a_line_is_told_with_its_interval(
    report: Report, manifest: Manifest
) -> None:
    page = report_page("SYNTH-0001", report, manifest, jpeg())
    assert "Seen: 10.0 t (9.0 t to 11.2 t), 5.02 kg (4.50 kg to 5.59 kg) a package." in page
    mass = msgspec.structs.replace(report.mass, lower_bound_only=True)
    page = report_page("S", msgspec.structs.replace(report, mass=mass), manifest, jpeg())
    assert "Seen: at least 9.0 t, at least 4.50 kg a package." in page
    without = msgspec.structs.replace(report, mass=None)
    assert "Seen: " not in report_page("S", without, manifest, jpeg())


def test_every_class_of_material_can_be_shown_alone(report: Report) -> None:
    tags = Tags(report_page("SYNTH-0001", report, None, jpeg()))
    colours = [button["data-rgb"] for button in tags.all("button") if "data-rgb" in button]
    assert colours == [" ".join(map(str, entry.rgb)) for entry in MATERIAL_CLASSES]
    assert len(tags.all("canvas")) == 1
    assert "Colours mix all that the ray passes" in tags.text
    single = msgspec.structs.replace(report, energies_mv=(6.0,))
    page = report_page("SYNTH-0001", single, None, jpeg())
    assert "<canvas" not in page
    assert "<button data-rgb" not in page
    assert "Colours mix" not in page


def test_display_picture_says_what_is_not_available(report: Report) -> None:
    display = msgspec.structs.replace(
        report,
        quantity="display",
        pitch_mm=(0.0, 0.0),
        energies_mv=(),
        scanner=None,
        mass=None,
        findings=(),
        image_quality=ImageQuality(),
    )
    text = " ".join(Tags(report_page("SYNTH-0002", display, None, jpeg())).text.split())
    assert "Not available: the grey scale of this picture is unknown." in text
    assert "No manifest was used" in text
    assert "Nothing was found that calls for a second look." in text
    assert "heavy metal" not in text


def test_declared_empty_is_said(report: Report) -> None:
    page = report_page("SYNTH-0001", report, Manifest(unit="SYNTH-000001"), jpeg())
    assert "Declared empty." in Tags(page).text


def test_line_without_code_and_a_code_from_words_are_told_apart(report: Report) -> None:
    lines = (
        Line(description="Household goods", bill="BL-1"),
        Line("850440", "HS CODE 8504.40", code_from="description"),
    )
    page = report_page("scan", report, Manifest(lines=lines), b"")
    assert "<strong>no HS code</strong> Household goods" in page
    assert "bill BL-1" in page
    assert "HS code found in the description" in page


def test_index_puts_the_most_urgent_first_and_lists_what_was_not_read(report: Report) -> None:
    def with_urgency(urgency: float) -> Report:
        verdict = msgspec.structs.replace(report.verdict, urgency=urgency)
        return msgspec.structs.replace(report, verdict=verdict, unit=f"SYNTH-{urgency}")

    entries = [IndexEntry(f"n{u}", with_urgency(u), jpeg()) for u in (0.2, 0.9, 0.5)]
    page = Tags(index_page(entries, ["a.tiff: expected a TIFF file, found an empty file"]))
    links = [a["href"] for a in page.all("a") if (a["href"] or "").endswith(".html")]
    assert list(dict.fromkeys(links)) == ["n0.9.html", "n0.5.html", "n0.2.html"]
    assert "a.tiff: expected a TIFF file, found an empty file" in page.text


@pytest.mark.parametrize(("declared", "zeros"), [(0.0, 0), (9000.0, 1), (None, 1)])
def test_zero_of_the_mass_axis_gives_way_to_a_declared_mass_beside_it(
    report: Report, declared: float | None, zeros: int
) -> None:
    assert report.mass is not None
    mass_seen = msgspec.structs.replace(report.mass, declared_kg=declared)
    page = report_page("N", msgspec.structs.replace(report, mass=mass_seen), None, jpeg())
    assert page.count('<span class="zero">') == zeros


def estimate(**fields: object) -> MassEstimate:
    """Of 20 t seen, without a declared mass."""
    told = {"cargo_kg": 20000, "low_kg": 18000, "high_kg": 22000, "lower_bound_only": False}
    tare = {"declared_kg": None, "tare_kg": 3900, "tare_from": "manifest"}
    return MassEstimate(**told | tare | fields)


def test_lower_bound_of_mass_is_called_one() -> None:
    assert mass_sentence(estimate(lower_bound_only=True, tare_from="standard")) == (
        "Estimated 20.0 t, at least 18.0 t: part of the cargo is opaque; no mass declared; "
        "tare 3.9 t, standard for the type of unit."
    )


def test_tare_of_a_unit_of_unknown_type_is_called_a_guess() -> None:
    assert mass_sentence(estimate(tare_from="length")).endswith(
        "; tare 3.9 t, guessed from the unit's length in the picture."
    )


@pytest.mark.parametrize(
    ("corrected", "told"),
    [
        (
            1200.0,
            " 1.2 t more than areal density adds up to: goods that look like these weigh more.",
        ),
        (
            -900.0,
            " 900 kg less than areal density adds up to: goods that look like these weigh less.",
        ),
        (50.0, ""),
    ],
)
def test_a_correction_of_the_mass_is_told_where_it_counts(corrected: float, told: str) -> None:
    sentence = mass_sentence(estimate(corrected_kg=corrected))
    assert sentence.endswith(f"; tare 3.9 t as declared.{told}")


def test_image_quality_leaves_out_what_is_nil() -> None:
    notes, rows = quality_words(
        ImageQuality(
            dead_rows=((3, 4), (3,)), missing_columns=((), (7,)), zero_share=0.021, notes=("N.",)
        )
    )
    assert notes == ("N.",)
    assert rows == (
        ("Dead detector rows", "2 at the high energy, 1 at the low one"),
        ("Missing columns", "0 at the high energy, 1 at the low one"),
        ("Pixels without signal", "2.1 %"),
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (0.00012, "0.00012"), (0.951, "0.951"), (7.4, "7.40"), (-88.25, "-88.2"),
     (12400, "12,400")],
)  # fmt: skip
def test_quantities_have_three_digits_and_no_exponent(value: float, expected: str) -> None:
    assert quantity(value) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(2.0, "", "2"), (12400.0, "", "12,400"), (0.917, "", "0.917"), (2.0, "kg", "2.00")],
)
def test_what_is_counted_is_told_whole(value: float, unit: str, expected: str) -> None:
    assert amount(value, unit) == expected


@pytest.mark.parametrize(
    ("asking", "rest", "told"),
    [
        (0, 0, ""),
        (1, 0, ""),
        (3, 0, "3 findings"),
        (1, 1, "1 finding + 1 for the record"),
        (0, 2, "2 for the record"),
    ],
)
def test_index_counts_what_asks_for_something_apart(
    report: Report, asking: int, rest: int, told: str
) -> None:
    asks = msgspec.structs.replace(report.findings[0], confirmed=True)
    noted = msgspec.structs.replace(asks, confirmed=False)
    counted = msgspec.structs.replace(report, findings=(asks,) * asking + (noted,) * rest)
    assert findings_count(counted) == told
    text = " ".join(Tags(index_page([IndexEntry("a", counted, jpeg())])).text.split())
    assert told in text
    assert ("for the record" in text) == bool(rest)


def test_shares_and_intervals_read_naturally() -> None:
    assert [share(0), share(0.004), share(0.125), share(1e-6)] == [
        "0 %", "0.4 %", "12 %", "less than 0.01 %",
    ]  # fmt: skip
    assert interval(Evidence(name="Z", value=30)) == ""
    assert interval(Evidence(name="Z", value=30, low=20.0)) == "at least 20"


@pytest.mark.parametrize(
    ("height", "told"),
    [
        (0.0, ""),
        (20.0, ""),
        (
            900.0,
            " Of the interval, some 900 kg either way come of how high the load reaches, "
            "which this view does not show.",
        ),
    ],
)
def test_what_the_unknown_height_of_a_load_means_is_told_where_it_counts(
    height: float, told: str
) -> None:
    sentence = mass_sentence(estimate(height_kg=height))
    assert sentence.endswith(f".{told}")
    assert ("how high" in sentence) == bool(told)
