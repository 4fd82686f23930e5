"""Whether a graph in 8 bits is good enough to stay in its bundle.

It is when, on the whole benchmark and at 1 % of benign scans alarmed, it finds less than half a
point fewer of the shields that counting lets one see. The value decides; its interval, over the
scans that both graphs saw, says how sure that is.
"""

from __future__ import annotations

import msgspec

from scanai.train.curves import Detector, difference
from scanai.train.figures import RATE, Figure, rounded, visible

ALLOWED_FALL = 0.005
"""Share of the shields: a rule of this project."""


class Int8(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of metrics.json: the graph in 8 bits beside the one in 32."""

    sha256: str
    difference: Figure | None
    """Share of the shields with d′ ≥ 5 found in 8 bits, less that in 32; None without any."""
    allowed_fall: float = ALLOWED_FALL
    accepted: bool | None
    """None: not decided, by a part of a benchmark or without such shields."""


def judge(full: Detector, small: Detector, sha256: str, *, whole: bool) -> Int8:
    """full, small: the graph in 32 and in 8 bits on the same scans; whole: all of a benchmark."""
    found = difference(full, small, RATE, visible)
    if found is None:
        return Int8(sha256=sha256, difference=None, accepted=None)
    accepted = found.value > -ALLOWED_FALL if whole else None
    return Int8(sha256=sha256, difference=rounded(found), accepted=accepted)
