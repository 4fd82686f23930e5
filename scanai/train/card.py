"""The model card of a bundle, written from its metadata and its measured figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scanai.inspect.bundle import ANY_SCANNER, BundleMetadata
from scanai.train.figure_words import RATIOS, words_of
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
    "goods.graph.seen.top1",
    "goods.graph.unseen.top1",
    "ece",
    "mass_error",
    "mass_error_opaque",
    "empty_accuracy",
)

_MISMATCH = {
    "group_swap": "largest line under a code of another goods group, found",
    "group_swap.in_force": "the same, contradicted at the thresholds in force",
    "group_swap.by_goods": "the same by the section that stands out most, alone",
    "group_swap.as_a_whole": "the same by how little the load as a whole looks as declared, alone",
    "chapter_swap": "under a code of the same group and another chapter",
    "chapter_swap.in_force": "the same, contradicted at the thresholds in force",
    "chapter_swap.by_heading": "the same by how rare the picture is under the code, alone",
    "heading_swap": "under a code of the same group and chapter and another heading",
    "heading_swap.in_force": "the same, contradicted at the thresholds in force",
    "part_5": "5 % of the mass are goods of another group that no line names, found",
    "part_10": "10 % of the mass",
    "part_25": "25 % of the mass",
    "part_25.in_force": "25 %, contradicted at the thresholds in force",
    "part_25.by_goods": "25 %, by the section that stands out most, alone",
    "part_50": "50 % of the mass",
    "mass_15": "declared mass 15 to 60 % off, all penetrated, found by the mass alone",
    "mass_15.in_force": "the same at the thresholds in force",
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
    *,
    part: str | None = None,
    int8: Int8 | None = None,
    mismatch: Mapping[str, Figure] | None = None,
) -> None:
    """Writes README.md into the folder; without figures it says that nothing was measured.

    part: of the benchmark, in words, where not all of it was run. int8: what was measured of the
    graph in 8 bits.
    """
    text = card(metadata, figures, part=part, int8=int8, mismatch=mismatch)
    (folder / CARD_FILE).write_text(text, "utf-8")


def card(
    metadata: BundleMetadata,
    figures: Mapping[str, Figure] | None,
    *,
    part: str | None = None,
    int8: Int8 | None = None,
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
        + ("Scans of its maker's own besides." if not_simulated else "No real scan was used.")
        + _signatures_told(metadata)
        + _odds_told(metadata),
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
            *_table(figures, {name: words_of(name) for name in _SHOWN}),
        ]
    if int8 is not None or metadata.int8_sha256 is not None:
        lines += ["", _int8_told(int8)]
    if mismatch:
        lines += [
            "",
            "## What was said against what is seen",
            "",
            "The same loads under true papers and under false ones. Detection is at 1 % of the "
            "true declarations contradicted. How odd the papers of false declarations are, and "
            "what bad consignments are of, are project estimates. A code of the same group makes "
            "hardly a finding: it moves the scan up the queue.",
            "",
            *_table(mismatch, _MISMATCH),
        ]
    return "\n".join(lines) + "\n"


def _signatures_told(metadata: BundleMetadata) -> str:
    signatures = metadata.signatures
    if signatures is None:
        return ""
    return (
        f" Signatures of {len(signatures.headings)} HS headings, those too that the network was "
        f"never shown, from {signatures.scans:,} simulated honest loads and cuts on these scanners."
    )


def _odds_told(metadata: BundleMetadata) -> str:
    odds = metadata.region_odds
    if odds is None:
        return ""
    return (
        f" Odds that a region is a shield, beside physics and papers, from {odds.scans:,} "
        "simulated scans of these scanners, about half of them with a shield, among goods of all "
        "headings and load forms, those too that the network was never shown."
    ) + _lumps_told(metadata)


def _lumps_told(metadata: BundleMetadata) -> str:
    if metadata.lumps is None:
        return ""
    return (
        " What is a lump, a dense thing of its own, was learned from the same scans, also with "
        "shields and honest pieces put into them."
    )


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


def _table(figures: Mapping[str, Figure], titles: Mapping[str, str]) -> list[str]:
    rows = [
        _row(
            title,
            _value(name, figures[name].value),
            f"{_value(name, figures[name].low)} to {_value(name, figures[name].high)}",
            str(figures[name].count),
        )
        for name, title in titles.items()
        if name in figures
    ]
    return [_row("figure", "value", "95 % interval", "cases"), "|---|---|---|---|", *rows]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _value(name: str, value: float) -> str:
    return f"{value:.1f} times" if name in RATIOS else f"{100 * value:.1f} %"
