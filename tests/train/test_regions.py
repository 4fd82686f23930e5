"""Regions: the best cells of the maps, with boxes inside the picture."""

from __future__ import annotations

import pytest
import torch

from scanai.train.regions import REGIONS, candidates, peaks


def test_regions_are_peaks_cut_at_the_picture_highest_first() -> None:
    centre = torch.full((1, 1, 16, 16), -20.0)
    centre[0, 0, 2, 3], centre[0, 0, 2, 4], centre[0, 0, 9, 9] = 3.0, 2.0, 5.0
    centre[0, 0, 15, 15] = 9.0  # in the padding
    box = torch.full((1, 4, 16, 16), 10.0)
    box[0, :, 9, 9] = torch.tensor([1.0, 2.0, 3.0, 99.0])
    regions = peaks(candidates(torch.full_like(centre, 20.0), centre, box, 60, 60))[0]
    assert regions.shape == (REGIONS, 5)
    assert regions[0, :4].tolist() == [37.0, 36.0, 41.0, 60.0]
    assert regions[1, :4].tolist() == [4.0, 0.0, 24.0, 20.0]
    assert regions[0, 4] == pytest.approx(0.9933**0.5, abs=1e-3)
    # The cell beside the second peak is none of its own.
    assert (regions[2:, 4] < 1e-3).all()


def test_a_cell_that_the_picture_merely_reaches_into_counts() -> None:
    centre = torch.full((1, 1, 8, 8), -20.0)
    centre[0, 0, 7, 3] = 3.0
    box = torch.full((1, 4, 8, 8), 6.0)
    maps = (torch.full_like(centre, 20.0), centre, box)
    assert peaks(candidates(*maps, 29, 32))[0, 0].tolist()[:4] == [8.0, 24.0, 20.0, 29.0]
    assert peaks(candidates(*maps, 28, 32))[0, 0, 4] < 1e-3


def test_every_picture_of_a_batch_has_its_own_regions() -> None:
    centre = torch.full((2, 1, 8, 8), -20.0)
    centre[0, 0, 2, 2], centre[1, 0, 5, 6] = 3.0, 3.0
    box = torch.full((2, 4, 8, 8), 4.0)
    regions = peaks(candidates(torch.full_like(centre, 20.0), centre, box, 32, 32), 4)
    assert regions[:, 0, :4].tolist() == [[6.0, 6.0, 14.0, 14.0], [22.0, 18.0, 30.0, 26.0]]


def test_a_box_that_is_no_number_is_no_region() -> None:
    centre = torch.full((1, 1, 8, 8), 3.0)
    box = torch.full((1, 4, 8, 8), torch.nan)
    regions = peaks(candidates(centre, centre, box, 32, 32))
    assert torch.isfinite(regions).all()
