"""The simulator: scenes of cargo, rays through them, counts of a scanner, and the truth about both.

`simulate.simulate` makes one scan, `dataset.iter_scans` and, as files, `shards.write_dataset` many.
The flow: `scenes` (from `units`, `cargo`, `forms`, `concealment`) → `trace` (chords of `solids`
along the rays of `view`) → `detect` (beam and matter) → `recording` (`optics`, noise, `response`) →
RawScan, with `truth` and the manifest beside it. `scanners` draws whole scanners at random.
"""
