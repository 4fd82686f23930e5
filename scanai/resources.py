"""Finds the model bundles and scanner profiles, in the wheel or in the checkout.

The wheel carries them under `scanai/_bundled`; a checkout (editable install) has them in its
top-level folders. Resource lookup alone fails after an editable install, hence this one resolver.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_bundled", _PACKAGE.parent)
DEFAULT_BUNDLE = "scanai-v1"


def _folder(name: str) -> Path:
    for root in _ROOTS:
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(
        f"ScanAI is not installed completely: no folder {name} beside {_PACKAGE}"
    )


def scanner_profiles_dir() -> Path:
    """Folder of the scanner profiles that ship with ScanAI, one TOML file each."""
    return _folder("datasets/scanners")


def model_bundle_dir(name: str = DEFAULT_BUNDLE) -> Path:
    """Folder of a released model bundle."""
    return _folder(f"models/{name}")
