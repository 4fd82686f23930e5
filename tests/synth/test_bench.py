from __future__ import annotations

import numpy as np

from scanai.synth import bench
from scanai.synth.bench import SHARES, bench_synth, plain_areal_density
from scanai.synth.trace import trace
from scanai.synth.view import view


def test_bench_keeps_the_promised_shape(monkeypatch, coarse_scanner) -> None:
    monkeypatch.setattr(bench, "load_profile", lambda _: coarse_scanner)
    monkeypatch.setattr(bench, "_COLUMNS", 600)
    monkeypatch.setattr(bench, "_speedup", lambda _: 1.5)
    result = bench_synth(2)
    assert result.keys() == {
        "seconds_per_scan", "two_core_speedup", "share", "plain_ray_loop_ratio",
    }  # fmt: skip
    times = result["seconds_per_scan"]
    assert 0 < times["median"] <= times["p95"]
    assert tuple(result["share"]) == SHARES
    assert abs(sum(result["share"].values()) - 1) < 0.001
    assert result["plain_ray_loop_ratio"] > 0


def test_plain_loop_and_trace_see_the_same_matter(coarse_scanner) -> None:
    scene = bench._scene(30_000)
    rays = view(coarse_scanner, (-0.1, 12.5))
    plain = plain_areal_density(scene, rays, scene.objects)
    traced = np.zeros(rays.shape)
    for layer in trace(scene, rays).layers:
        traced[layer.window] += layer.areal_density
    # At its ends along the travel a solid covers part of a column, which the plain loop rounds.
    assert abs(plain.mean() / traced.mean() - 1) < 0.01
    assert np.abs(plain.mean(axis=1) - traced.mean(axis=1)).max() < 0.04 * traced.mean()
