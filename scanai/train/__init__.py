"""Training: the only part of ScanAI that needs torch.

The ways in, each in its own module:

    loop.train(recipe, run, workers=…)              windows, training, checkpoints; resumes
    release.export_run(run, out, name, version, …)  run folder → model bundle with set thresholds
    thresholds.set_thresholds(bundle, …)            thresholds of a bundle on fresh benign scans
    evaluate.evaluate(bundle, …)                    figures of a bundle, metrics.json, model card

Importing this package without torch raises MissingExtraError.
"""

from __future__ import annotations

from importlib.util import find_spec

from scanai.errors import MissingExtraError

for _package in ("torch", "torchvision", "onnx", "onnxscript"):
    if find_spec(_package) is None:
        raise MissingExtraError("training, export and evaluation", "train")
