import re
from pathlib import Path

import pytest

from scanai.errors import RecipeError
from scanai.manifest import read_manifest
from scanai.scan import discover, read_raw, read_scan
from scanai.synth.samples import Sample, read_samples_recipe, simulate_sample, write_samples

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "datasets" / "recipes" / "samples.toml"
SAMPLES = ROOT / "datasets" / "samples"


def test_public_samples_are_those_of_the_recipe_on_its_scanners() -> None:
    # Not their counts: the simulator has changed since they were made (datasheet).
    samples = {sample.name: sample for sample in read_samples_recipe(RECIPE).sample}
    paths = {path.name.split(".")[0]: path for path in discover([SAMPLES])}
    assert paths.keys() == samples.keys()
    for name, path in paths.items():
        raw = read_raw(path)
        assert raw.profile is not None
        assert raw.profile.name == samples[name].profile
        assert read_manifest(SAMPLES / f"{name}.manifest.json").declared_empty == (
            samples[name].kind in ("empty", "false_empty")
        )


def test_public_samples_are_as_the_datasheet_says() -> None:
    recipe = read_samples_recipe(RECIPE).sample
    files = [path for path in SAMPLES.iterdir() if path.is_file()]
    assert len(discover([SAMPLES])) == len(recipe) >= 8
    assert sum(path.stat().st_size for path in files) <= 20_000_000
    assert len({sample.profile for sample in recipe}) == 3
    assert sum(sample.kind in ("concealed", "undeclared", "false_empty") for sample in recipe) >= 3
    assert any(read_scan(path).quality.dead_rows[0] for path in discover([SAMPLES]))


def test_each_sample_lies_beside_its_own_manifest(tmp_path: Path) -> None:
    recipe = tmp_path / "two.toml"
    recipe.write_text(
        '[[sample]]\nname = "a"\nseed = 1\nprofile = "mobile-4"\nkind = "empty"\nunit_type = "20"\n'
        '[[sample]]\nname = "b"\nseed = 2\nprofile = "mobile-4"\nkind = "empty"\nunit_type = "20"\n'
        'file = "npy"\n'
    )
    write_samples(read_samples_recipe(recipe), tmp_path / "out")
    paths = discover([tmp_path / "out"])
    assert [path.name for path in paths] == ["a.tiff", "b.npy"]
    for path in paths:
        name = path.stem
        assert read_scan(path).scan_id == name
        assert read_manifest(tmp_path / "out" / f"{name}.manifest.json").scan_id == name


SAMPLE = '[[sample]]\nname = "a"\nseed = 1\nprofile = "mobile-4"\nkind = "empty"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SAMPLE.replace("empty", "odd"), "kind of sample a among benign, .*, found odd$"),
        (SAMPLE.replace("mobile-4", "mars-1"), "in profile of sample a .*, found mars-1: no such"),
        (SAMPLE + 'unit_type = "60"\n', "unit_type of sample a among 20, .*, found 60$"),
        (SAMPLE + 'heading = "0000"\n', "heading of sample a among goods .*, found 0000$"),
        (SAMPLE * 2, "each name once"),
        ("sample = []\n", r"a list of at least 1 values at \$\.sample, found 0"),
        (SAMPLE + "colour = 1\n", r"only known fields at \$\.sample\[0\] .*, found colour"),
    ],
)
def test_refuses_a_wrong_recipe(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "samples.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=re.escape(f"{path}: expected ") + f".*{message}"):
        read_samples_recipe(path)


def test_sample_is_the_same_every_time() -> None:
    sample = Sample(name="a", seed=3, profile="mobile-4", kind="benign", unit_type="20")
    first, second = (simulate_sample(sample).raw.pixels for _ in range(2))
    assert first.tobytes() == second.tobytes()
