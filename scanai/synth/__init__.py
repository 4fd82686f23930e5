"""The simulator: scenes of cargo, rays through them, counts of a scanner, and the truth about both.

`simulate.simulate` makes one scan, `dataset.write_dataset` and `dataset.iter_scans` many. The flow:
`scenes` (from `units`, `cargo`, `forms`, `concealment`) → `trace` (chords of `solids`) → `detect`
→ RawScan, with `truth` and the manifest beside it. Scatter, afterglow, cross-talk and the blur of
focal spot and detector are not modelled.
"""
