"""The model card of a bundle, written from its metadata and its measured figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scanai.inspect.bundle import ANY_SCANNER, BundleMetadata
from scanai.train.figure_words import words_of
from scanai.train.figures import Figure
from scanai.train.int8_accepted import Int8
from scanai.train.recipe import recipes_of

CARD_FILE = "README.md"

_SHOWN = (
    "detection.high_z_100cm3",
    "detection.all_shields",
    "detection.every_shield",
    "detection.no_dense_goods_declared",
    "detection.dense_goods_declared",
    "detection.unseen",
    "detection.unseen_headings",
    "lookalike_alarm_ratio",
    "detection.undeclared_goods",
    "detection.in_force",
    "false_alarms.shielding",
    "false_alarms.inspect",
    "false_alarms.any",
    "goods.seen.top1",
    "goods.seen.top3",
    "goods.unseen.top1",
    "goods.unseen.top3",
    "ece",
    "mass_error",
    "mass_error_opaque",
    "empty_accuracy",
)


def write_card(
    folder: Path,
    metadata: BundleMetadata,
    figures: Mapping[str, Figure] | None = None,
    *,
    part: str | None = None,
    int8: Int8 | None = None,
) -> None:
    """Writes README.md into the folder; without figures it says that nothing was measured.

    part: of the benchmark, in words, where not all of it was run. int8: what was measured of the
    graph in 8 bits.
    """
    (folder / CARD_FILE).write_text(card(metadata, figures, part=part, int8=int8), "utf-8")


def card(
    metadata: BundleMetadata,
    figures: Mapping[str, Figure] | None,
    *,
    part: str | None = None,
    int8: Int8 | None = None,
) -> str:
    recipes = recipes_of(metadata)
    profiles = dict.fromkeys(name for recipe in recipes for name in recipe.profiles)
    trained = ", then ".join(f"{one.windows} of recipe `{one.name}`" for one in recipes)
    not_simulated = any(recipe.own_scans for recipe in recipes)
    lines = [
        f"# {metadata.name} {metadata.version}",
        "",
        "Finds shielding and goods groups in cargo X-ray scans, dual or single energy. "
        "What the inputs and outputs mean, and every threshold in force, is in `bundle.json`.",
        "",
        "**Intended use**: to propose to a trained image analyst where to look, beside the "
        "declaration. It decides nothing.",
        "",
        f"**Training data**: windows of simulated scans ({', '.join(profiles)}): {trained}. "
        + ("Scans of its maker's own besides." if not_simulated else "No real scan was used."),
        "",
        "**Limits**: not validated on real scans or real threats. For a scanner other "
        "than those above thresholds and p-values are those of scanners drawn at random, if these "
        "are among them; it had better get its own. Objects that statistics hide "
        "behind dense cargo are not found by anyone.",
        "",
        "## Thresholds",
        "",
    ]
    scanners = metadata.scanners
    if scanners:
        sets = ", ".join(f"{own.scans} of {name}" for name, own in scanners.items())
        lines += [
            f"Set on benign simulated scans: {sets}. A scanner with a column has its own values; "
            f"any other has those of `{ANY_SCANNER}` or, without such a column, of all together "
            "and no p-values.",
            "",
        ]
    else:
        lines += ["Initial values: not yet set on scans.", ""]
    lines += [_row("threshold", "any scanner", *scanners, "unit", "false alarms", "meaning")]
    lines += ["|---" * (5 + len(scanners)) + "|"]
    for name, threshold in metadata.thresholds.items():
        rate = threshold.false_alarm_rate
        own = [scores.thresholds.get(name) for scores in scanners.values()]
        lines.append(
            _row(
                name,
                f"{threshold.value:.4g}",
                *("" if value is None else f"{value:.4g}" for value in own),
                threshold.unit,
                "" if rate is None else f"{100 * rate:g} %",
                threshold.meaning,
            )
        )
    lines += ["", "## Measured", ""]
    if not figures:
        lines.append("Nothing has been measured yet: run `scanai evaluate`.")
    else:
        if part is not None:
            lines += [f"On {part} of the benchmark: a quick look, not what the bundle reaches.", ""]
        lines += [
            "On simulated scans that the model was not trained on, of scanners, headings and load "
            "forms seen and unseen, through the whole Inspector. Detection is at 1 % of benign "
            "scans alarmed unless it says otherwise. All figures are in `metrics.json`, written by "
            "`scanai evaluate`.",
            "",
            "| figure | value | 95 % interval | cases |",
            "|---|---|---|---|",
        ]
        lines += [_figure_row(name, figures[name]) for name in _SHOWN if name in figures]
    if metadata.int8_sha256 is not None:
        lines += ["", _int8_told(int8)]
    return "\n".join(lines) + "\n"


def _int8_told(int8: Int8 | None) -> str:
    if int8 is None:
        return "Its graph in 8 bits has not been measured: `scanai evaluate --int8` does."
    found = int8.difference
    if found is None:
        return "Its graph in 8 bits could not be judged: no shields to find."
    verdict = {True: "accepted", False: "not accepted, and not in the bundle", None: "not decided"}
    low, high = 100 * found.low, 100 * found.high
    return (
        f"In 8 bits the graph finds {100 * found.value:+.2f} points of the shields with d′ ≥ 5 "
        f"({low:+.2f} to {high:+.2f}, {found.count} cases); a fall of less than "
        f"{100 * int8.allowed_fall:g} is allowed: {verdict[int8.accepted]}."
    )


def _figure_row(name: str, figure: Figure) -> str:
    ends = f"{_percent(figure.low)} to {_percent(figure.high)}"
    return _row(words_of(name), _percent(figure.value), ends, str(figure.count))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
