"""Embeds the Inspector: inspects one scan, beside its manifest if given, and acts on the verdict.

python3 embed.py SCAN [--manifest FILE] [--profile NAME_OR_FILE]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from scanai import Inspector, read_manifest, read_scan
from scanai.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Inspects one cargo X-ray scan.")
    parser.add_argument("scan", metavar="SCAN")
    parser.add_argument("--manifest", metavar="FILE", help="its declaration")
    parser.add_argument(
        "--profile",
        metavar="PROFILE",
        help="scanner, where the scan names none: a name or TOML file",
    )
    options = parser.parse_args(arguments)
    inspector = Inspector()  # once for each process; share it between threads
    try:
        scan = read_scan(options.scan, options.profile)
        manifest = read_manifest(options.manifest) if options.manifest else None
        report = inspector.inspect(scan, manifest, manifest_name=options.manifest)
    except InputError as error:
        print(f"not inspected: {error}", file=sys.stderr)
        return 2
    print(f"{report.verdict.decision}, urgency {report.verdict.urgency:.2f}")
    for finding in report.findings:
        # regions are pixels of the scan: (x0, y0, x1, y1), x along the travel
        print(f"  {finding.kind} {finding.region or ''} {finding.sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
