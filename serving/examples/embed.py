"""Embeds the Inspector: inspects one scan, beside its manifest if given, and acts on the verdict.

python3 embed.py SCAN [MANIFEST]
"""

from __future__ import annotations

import sys

from scanai import Inspector, read_manifest, read_scan
from scanai.errors import InputError


def main(scan_file: str, manifest_file: str | None = None) -> int:
    inspector = Inspector()  # once for each process; share it between threads
    try:
        scan = read_scan(scan_file)
        manifest = read_manifest(manifest_file) if manifest_file else None
        report = inspector.inspect(scan, manifest)
    except InputError as error:
        print(f"not inspected: {error}", file=sys.stderr)
        return 2
    print(f"{report.verdict.decision}, urgency {report.verdict.urgency:.2f}")
    for finding in report.findings:
        # regions are pixels of the scan: (x0, y0, x1, y1), x along the travel
        print(f"  {finding.kind} {finding.region or ''} {finding.sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
