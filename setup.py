"""Copies the default model bundle and the scanner profiles into the wheel."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py

CARRIED = ("models/scanai-v1", "datasets/scanners")


class BuildWithBundles(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:  # the checkout itself serves
            return
        for folder in CARRIED:
            target = Path(self.build_lib) / "scanai" / "_bundled" / folder
            # Weights are for training, which starts from a checkout.
            copytree(folder, target, dirs_exist_ok=True, ignore=ignore_patterns("weights.pt"))


setup(cmdclass={"build_py": BuildWithBundles})
