"""Makes the README's picture: the top of a sample's report page, as a browser shows it.

python3 docs/report_picture.py datasets/samples/gantry-01.tiff

Needs Chromium or Chrome. Run it again when the model or the page has changed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from scanai import Inspector, read_manifest, read_scan
from scanai.manifest import find_manifest
from scanai.render.folder import ReportFolder

PICTURE = Path(__file__).with_name("report.png")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WINDOW = (1100, 900)
STEP = 4


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes the README's picture.")
    parser.add_argument("scan", type=Path, help="a sample that has its manifest beside it")
    parser.add_argument("--out", type=Path, default=PICTURE)
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        parser.error(f"needs a browser: one of {', '.join(BROWSERS)}")
    with TemporaryDirectory() as work:
        page = make_page(options.scan, Path(work) / "report")
        shot = take_shot(browser, page, Path(work) / "shot.png")
        save(shot, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1000:.0f} kB")
    return 0


def make_page(scan_file: Path, folder: Path) -> Path:
    scan = read_scan(scan_file)
    manifest_file = find_manifest(scan_file)
    manifest = None if manifest_file is None else read_manifest(manifest_file)
    reports = ReportFolder(folder)
    name = reports.add(Inspector().inspect(scan, manifest), scan, manifest)
    return folder / f"{name}.html"


def take_shot(browser: str, page: Path, out: Path) -> Path:
    command = [browser, "--headless", "--disable-gpu", "--hide-scrollbars"]
    if os.name == "posix" and os.geteuid() == 0:
        command.append("--no-sandbox")  # Chromium has none for root
    command += [f"--window-size={WINDOW[0]},{WINDOW[1]}", f"--screenshot={out}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return out


def save(shot: Path, out: Path) -> None:
    """In steps of four grey levels: no eye sees them, and noise then takes half the room."""
    steps = [min(round(value / STEP) * STEP, 255) for value in range(256)]
    with Image.open(shot) as picture:
        picture.convert("RGB").point(steps * 3).save(out, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
