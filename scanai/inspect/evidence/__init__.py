"""Evidence: what the scan, the model and the papers say, each kind in its own module.

Every module turns measurements into findings and into one score per kind of evidence; none of them
decides. Decisions are in `scanai.inspect.verdict`, thresholds in the bundle.
"""
