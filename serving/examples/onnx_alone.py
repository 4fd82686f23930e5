"""Runs a model bundle with ONNX Runtime alone, without ScanAI: what a program in C++ would do.

python3 onnx_alone.py BUNDLE SCAN.tiff

Needs numpy, onnxruntime and pillow, and a TIFF that tells its open beam and its pitch: to find an
open beam in the picture is the Inspector's work. Exit code 2, with one line, for anything else.
Inputs and outputs, shapes and units stand in bundle.json. The regions are the model's own: no
physics has confirmed them, no papers were read, and dead rows were not filled in as the Inspector
does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageSequence

IMAGE_DESCRIPTION = 270


def read(scan_file: str) -> tuple[dict[str, Any], NDArray[np.uint16]]:
    """Description and pixels (energies, H, W)."""
    with Image.open(scan_file) as tiff:
        told = json.loads(tiff.tag_v2[IMAGE_DESCRIPTION])
        description = {name: value for name, value in told.items() if value is not None}
        return description, np.stack([np.asarray(page) for page in ImageSequence.Iterator(tiff)])


def levels(told: Any, energies: int) -> NDArray[np.float32]:
    """(energies, 1 or H) from one level for the scan, one for each energy, or for each row."""
    level = np.asarray(told, np.float32)
    level = level if level.ndim == 2 else level.reshape(-1, 1)
    if not np.isfinite(level).all():
        raise ValueError("a level that is no number")
    return np.broadcast_to(level, (energies, level.shape[1]))


def main(bundle: str, scan_file: str) -> int:
    metadata = json.loads((Path(bundle) / "bundle.json").read_text("utf-8"))
    session = onnxruntime.InferenceSession(Path(bundle) / "model.onnx")
    try:
        description, pixels = read(scan_file)
        air = levels(description["air"], len(pixels))
        dark = levels(description.get("dark", 0.0), len(pixels))
        pitch = np.asarray(description["pitch_mm"], np.float32)
        if pitch.shape != (2,) or not (pitch > 0).all():
            raise ValueError(f"pitch_mm {description['pitch_mm']}")
    except KeyError as missing:
        sys.stderr.write(f"{scan_file}: expected {missing} in the description, found none\n")
        return 2
    except (OSError, ValueError, TypeError, AttributeError, SyntaxError) as error:
        sys.stderr.write(f"{scan_file}: expected a whole TIFF of ScanAI's, found {error}\n")
        return 2
    outputs = session.run(
        None,
        {
            "scan": pixels[None].astype(np.float32),
            "open_beam": (air - dark)[None, :, :, None],
            "dark": dark[None, :, :, None],
            "pitch_mm": pitch,
            "declared_groups": np.zeros(len(metadata["goods_groups"]) + 1, np.float32),
        },
    )
    named = dict(zip((output["name"] for output in metadata["outputs"]), outputs, strict=True))
    scanner = metadata["scanners"].get(description.get("scanner"), {})
    limits = scanner.get("thresholds", {})
    # Nothing is declared here: what lies there may be goods as dense as a shield.
    name = "shielding_score_in_dense_goods"
    least = limits.get(name, metadata["thresholds"][name]["value"])
    print(f"{metadata['name']} {metadata['version']}: regions from a score of {least:.2f}")
    found = [row for row in named["regions"] if row[4] >= least]
    for x0, y0, x1, y1, score in found:
        print(f"  pixels ({x0:.0f}, {y0:.0f}) to ({x1:.0f}, {y1:.0f}), score {score:.2f}")
    if not found:
        print("  none")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
