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

_MISMATCH = {
    "group_swap": "largest line under a code of another goods group, found",
    "chapter_swap": "under a code of the same group and another chapter",
    "heading_swap": "under a code of the same group and chapter and another heading",
    "part_5": "5 % of the mass are goods of another group that no line names, found",
    "part_10": "10 % of the mass",
    "part_25": "25 % of the mass",
    "part_50": "50 % of the mass",
    "mass_15": "declared mass 15 to 60 % off, all penetrated, found by the mass alone",
    "mass_15.opaque": "the same where parts are opaque",
    "false_empty": "loaded unit declared empty, found",
    "false_mismatch.correct": "true declarations contradicted at the thresholds in force",
    "false_mismatch.vague": "the same in vague words",
    "queue_1pct": "bad ones among the first 1 % of a queue with 2 % bad ones",
    "queue_2pct": "among the first 2 %",
    "queue_5pct": "among the first 5 %",
    "queue_10pct": "among the first 10 %",
    "queue_5pct.mass_rule": "among the first 5 % in the order of mass deviation alone",
    "queue_5pct.document_rules": "in the order of the papers alone",
    "queue_5pct.random": "in random order",
}


def write_card(
    folder: Path,
    metadata: BundleMetadata,
    figures: Mapping[str, Figure] | None = None,
    part: str | None = None,
    mismatch: Mapping[str, Figure] | None = None,
) -> None:
    """Writes README.md into the folder; without figures it says that nothing was measured.

    part: of the benchmark, in words, where not all of it was run.
    """
    (folder / CARD_FILE).write_text(card(metadata, figures, part, mismatch), "utf-8")


def card(
    metadata: BundleMetadata,
    figures: Mapping[str, Figure] | None,
    part: str | None = None,
    mismatch: Mapping[str, Figure] | None = None,
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
            *_table(figures, _HEADINGS),
        ]
    if mismatch:
        lines += [
            "",
            "## What was said against what is seen",
            "",
            "The same loads under true papers and under false ones. Detection is at 1 % of the "
            "true declarations contradicted. How odd the papers of false declarations are, and what bad "
            "consignments are of, are project estimates.",
            "",
            *_table(mismatch, _MISMATCH),
        ]
    return "\n".join(lines) + "\n"


def _table(figures: Mapping[str, Figure], titles: Mapping[str, str]) -> list[str]:
    rows = [
        _row(
            title,
            _percent(figures[name].value),
            f"{_percent(figures[name].low)} to {_percent(figures[name].high)}",
            str(figures[name].count),
        )
        for name, title in titles.items()
        if name in figures
    ]
    return [_row("figure", "value", "95 % interval", "cases"), "|---|---|---|---|", *rows]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
