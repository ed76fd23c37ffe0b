#!/usr/bin/env python3
"""Draws growth.svg: how cost grows with the ledger.

Each file Results/<records>.ndjson is the output of
`ledgerstone-bench --records <records> --json`. Needs matplotlib.
"""
import json
import pathlib

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

PANELS = [
    ("records per second", ["bulk append", "verify, every"]),
    ("milliseconds", ["opening after a clean close", "opening after a crash"]),
    ("MiB beyond caches", ["memory after a clean close", "memory after a crash"]),
    ("microseconds per proof", ["inclusion proof, made, any", "inclusion proof, checked, without"]),
]


def main():
    folder = pathlib.Path(__file__).parent
    sizes = {}
    for path in folder.glob("Results/*.ndjson"):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        sizes[int(path.stem)] = rows
    matplotlib.rcParams["svg.hashsalt"] = "ledgerstone"
    figure, axes = plt.subplots(1, len(PANELS), figsize=(4 * len(PANELS), 3.4))
    for axis, (unit, names) in zip(axes, PANELS):
        for name in names:
            points = []
            for size in sorted(sizes):
                # The row of all records where there is one: it comes after that of the first.
                found = [row for row in sizes[size] if row["name"].startswith(name)]
                if found:
                    points.append((size, found[-1]["value"]))
            axis.plot(*zip(*points), marker="o", label=name)
        axis.set_xscale("log")
        axis.set_ylim(bottom=0)
        axis.set_xlabel("records")
        axis.set_ylabel(unit)
        axis.legend(fontsize="small")
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(folder / "growth.svg", metadata={"Date": None})


main()
