"""What each figure of a benchmark is called where people read it: on the page and on the card.

metrics.json has the short names, which programs look up; how a figure is counted is in `figures`.
"""

from __future__ import annotations

_WORDS = {
    "detection.high_z_100cm3": "heavy metal from 100 cm³ behind up to 100 g/cm² found, d′ ≥ 5",
    "detection.all_shields": "shields found, of those that counting lets one see (d′ ≥ 5)",
    "detection.every_shield": "shields found, of all",
    "detection.localised": "alarmed scans with a shield whose best region lies on it",
    "detection.in_force": "shields found at the thresholds in force, d′ ≥ 5",
    "detection.no_dense_goods_declared": "shields found where no declared goods are as dense",
    "detection.dense_goods_declared": "shields found where declared goods are as dense",
    "detection.unseen": "shields found, d′ ≥ 5, on scanners never seen",
    "detection.unseen_headings": "shields found, d′ ≥ 5, among goods that the network never saw",
    "detection.unseen_forms": "shields found, d′ ≥ 5, among load forms that the network never saw",
    "detection.undeclared_goods": "undeclared goods found",
    "lookalike_alarm_ratio": "look-alikes alarmed, as often as other benign scans",
    "false_alarms.shielding": "benign scans alarmed for shielding at the thresholds in force",
    "false_alarms.inspect": "benign scans proposed for inspection",
    "false_alarms.any": "benign scans not clear, any finding",
    "goods.seen.top1": "goods group by mass, scanners seen in training",
    "goods.seen.top3": "goods group among the first three, scanners seen in training",
    "goods.unseen.top1": "goods group by mass, scanners never seen",
    "goods.unseen.top3": "goods group among the first three, scanners never seen",
    "goods.unseen_headings.top1": "goods group by mass, headings that the network never saw",
    "goods.unseen_headings.top3": "among the first three, headings that the network never saw",
    "goods.unseen_forms.top1": "goods group by mass, load forms that the network never saw",
    "goods.unseen_forms.top3": "among the first three, load forms that the network never saw",
    "goods.graph.seen.top1": "goods group by mass, by the graph alone, scanners seen in training",
    "goods.graph.seen.top3": "among the first three, by the graph alone, scanners seen",
    "goods.graph.unseen.top1": "goods group by mass, by the graph alone, scanners never seen",
    "goods.graph.unseen.top3": "among the first three, by the graph alone, scanners never seen",
    "goods.graph.unseen_headings.top1": "goods group by mass, by the graph, headings never seen",
    "goods.graph.unseen_headings.top3": "among the first three, by the graph, headings never seen",
    "goods.graph.unseen_forms.top1": "goods group by mass, by the graph, load forms never seen",
    "goods.graph.unseen_forms.top3": "among the first three, by the graph, load forms never seen",
    "ece": "expected calibration error of goods groups",
    "mass_error": "mass of cargo, mean error, where every part is penetrated",
    "mass_error_opaque": "mass of cargo, mean error, where parts are opaque",
    "mass_covered": "true masses within the interval, where every part is penetrated",
    "mass_covered_opaque": "true masses within the interval, where parts are opaque",
    "empty_accuracy": "empty or loaded as declared, told right",
}
RATIOS = frozenset({"lookalike_alarm_ratio"})
"""Figures that are no shares."""
_FAMILIES = {
    "detection.material.": "shields of {} found, d′ ≥ 5",
    "detection.form.": "shields of the form {} found, d′ ≥ 5",
    "detection.volume_cm3.": "shields of {} cm³ found, d′ ≥ 5",
    "detection.behind_g_cm2.": "shields behind {} g/cm² found, d′ ≥ 5",
    "detection.profile.": "shields found, d′ ≥ 5, on scanner {}",
    "false_alarms.profile.": "benign scans of scanner {} alarmed for shielding",
    "goods.form.": "goods group by mass, loads of {} alone",
}
"""How the names of a family begin, and what they are called; the rest says which one."""
_AT_RATES = {f".{rate}pct": f"; at {rate} % of benign scans alarmed" for rate in ("0.5", "1", "3")}


def words_of(name: str) -> str:
    """In words; a figure that has none keeps its name."""
    for ending, rate in _AT_RATES.items():
        if name.endswith(ending):
            return words_of(name.removesuffix(ending)) + rate
    for beginning, text in _FAMILIES.items():
        if name.startswith(beginning):
            return text.format(_which(name.removeprefix(beginning)))
    return _WORDS.get(name, name)


def _which(rest: str) -> str:
    """100-300 → 100 to 300, 1000+ → 1000 and more, big_bags → big bags."""
    low, between, high = rest.partition("-")
    if between and low.isdigit() and high.isdigit():
        return f"{low} to {high}"
    if rest.endswith("+"):
        return f"{rest[:-1]} and more"
    return rest.replace("_", " ")
