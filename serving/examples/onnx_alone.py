"""Runs a model bundle with ONNX Runtime alone, without ScanAI: what a program in C++ would do.

python3 onnx_alone.py BUNDLE SCAN.tiff

Needs numpy, onnxruntime and pillow. Inputs and outputs, shapes and units stand in bundle.json.
The regions are the model's own: no physics has confirmed them, no papers were read, and dead rows
were not filled in as the Inspector does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageSequence

IMAGE_DESCRIPTION = 270


def main(bundle: str, scan_file: str) -> int:
    metadata = json.loads((Path(bundle) / "bundle.json").read_text("utf-8"))
    session = onnxruntime.InferenceSession(Path(bundle) / "model.onnx")
    with Image.open(scan_file) as tiff:
        description = json.loads(tiff.tag_v2[IMAGE_DESCRIPTION])
        pixels = np.stack([np.asarray(page) for page in ImageSequence.Iterator(tiff)])
    dark = np.array(description["dark"], np.float32)  # one level, or one for each row
    air = np.array(description["air"], np.float32)
    pitch = description.get("pitch_mm") or [5.0, 5.0]
    outputs = session.run(
        None,
        {
            "scan": pixels[None].astype(np.float32),
            "open_beam": (air - dark)[None, :, :, None],
            "dark": dark[None, :, :, None],
            "pitch_mm": np.array(pitch, np.float32),
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
