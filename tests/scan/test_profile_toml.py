from __future__ import annotations

import tomllib

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanai.scan import load_profile
from scanai.scan.profile import ScannerProfile, known_profiles
from scanai.scan.profile_toml import profile_toml
from scanai.synth.scanners import draw_scanner


def read_back(profile: ScannerProfile, folder) -> ScannerProfile:
    path = folder / "profile.toml"
    path.write_text(profile_toml(profile), "utf-8")
    return load_profile(path)


@pytest.mark.parametrize("name", known_profiles())
def test_profiles_that_ship_come_back_equal(name, tmp_path):
    profile = load_profile(name)
    assert read_back(profile, tmp_path) == profile


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_drawn_scanners_come_back_equal(seed, tmp_path_factory):
    profile = draw_scanner(np.random.default_rng(seed))
    assert read_back(profile, tmp_path_factory.mktemp("profile")) == profile


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_equal(text):
    profile = msgspec.structs.replace(load_profile("mobile-4"), description=text)
    assert tomllib.loads(profile_toml(profile))["description"] == text
