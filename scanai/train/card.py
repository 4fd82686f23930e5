"""The model card of a bundle, written from its metadata and its measured figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scanai.inspect.bundle import ANY_SCANNER, BundleMetadata
from scanai.train.figures import Figure
from scanai.train.recipe import recipes_of

CARD_FILE = "README.md"

_HEADINGS = {
    "detection.high_z_100cm3": "heavy metal from 100 cm³ behind up to 100 g/cm² found, d′ ≥ 5",
    "detection.all_shields": "shields found, of those that counting lets one see (d′ ≥ 5)",
    "detection.every_shield": "shields found, of all",
    "detection.no_dense_goods_declared": "shields found where no declared goods are as dense",
    "detection.dense_goods_declared": "the same where declared goods are",
    "detection.unseen": "shields found, d′ ≥ 5, on scanners never seen",
    "detection.unseen_headings": "the same among goods of headings never seen",
    "lookalike_alarm_ratio": "look-alikes alarmed, 100 %: as often as other benign scans",
    "detection.undeclared_goods": "undeclared goods found",
    "detection.in_force": "shields found at the thresholds in force, d′ ≥ 5",
    "false_alarms.shielding": "benign scans alarmed at the thresholds in force, shielding",
    "false_alarms.inspect": "benign scans proposed for inspection",
    "false_alarms.any": "benign scans not clear, any finding",
    "goods.seen.top1": "goods group by mass, scanners seen in training",
    "goods.seen.top3": "goods group among the first three, the same",
    "goods.unseen.top1": "goods group by mass, scanners never seen",
    "goods.unseen.top3": "goods group among the first three, the same",
    "ece": "expected calibration error of goods groups",
    "mass_error": "mass of cargo, mean error, where every part is penetrated",
    "mass_error_opaque": "mass of cargo, mean error, where parts are opaque",
    "empty_accuracy": "empty or loaded as declared, told right",
}


def write_card(
    folder: Path,
    metadata: BundleMetadata,
    figures: Mapping[str, Figure] | None = None,
    part: str | None = None,
) -> None:
    """Writes README.md into the folder; without figures it says that nothing was measured.

    part: of the benchmark, in words, where not all of it was run.
    """
    (folder / CARD_FILE).write_text(card(metadata, figures, part), "utf-8")


def card(
    metadata: BundleMetadata, figures: Mapping[str, Figure] | None, part: str | None = None
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
        lines += [
            f"| {title} | {_percent(figures[name].value)} | {_percent(figures[name].low)} to "
            f"{_percent(figures[name].high)} | {figures[name].count} |"
            for name, title in _HEADINGS.items()
            if name in figures
        ]
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
