"""The table on stdout, and the same as JSON."""

import json
import platform
from dataclasses import asdict
from pathlib import Path

from .figures import FIGURES, REACH, plain
from .host import CORES


def machine(congestion, isolated):
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "processor": model,
        "cores": CORES,
        "kernel": platform.release(),
        "congestion_control": congestion,
        "own_namespace": isolated,
    }


def table(columns):
    names = list(columns)
    widths = [max(9, len(name)) for name in names]
    figures = [*FIGURES, *([REACH] if any(REACH.key in column for column in columns.values()) else [])]
    label = max(len(f"{figure.name}, {figure.unit}") for figure in figures)
    lines = [" " * label + "  " + "  ".join(name.rjust(width) for name, width in zip(names, widths))]
    for figure in figures:
        cells = []
        for name, width in zip(names, widths):
            value = columns[name].get(figure.key)
            cells.append(("-" if value is None else plain(value)).rjust(width))
        lines.append(f"{figure.name}, {figure.unit}".ljust(label) + "  " + "  ".join(cells))
    return lines


def verdict_lines(verdicts):
    lines = []
    for verdict in verdicts:
        word = {None: "not measured", True: "met", False: "NOT MET"}[verdict.met]
        if verdict.aim_met:
            word = "met, aim met"
        ratio = "" if verdict.ratio is None else plain(verdict.ratio)
        lines.append(f"{word:<13} {verdict.figure:<36} {verdict.bar:<44} {ratio:>8}")
    return lines


def text(where, columns, verdicts, extras, disturbed, failed):
    lines = [
        f"{where['cores']} cores, {where['processor']}, Linux {where['kernel']}, "
        f"congestion control {where['congestion_control']}"
        + ("" if where["own_namespace"] else ", NOT in a namespace of its own"),
    ]
    if columns:
        lines += [
            "medians; MB are 10^6 bytes of body; CPU is that of every process of the path, not of its two ends;",
            "before measuring, each path carries traffic for some seconds (Wormholes 20, for its compiler)",
            "",
            *table(columns),
        ]
    if verdicts:
        lines += ["", *verdict_lines(verdicts)]
    if extras:
        lines += ["", *(f"{name}: {value}" for name, value in extras.items())]
    if any(disturbed.values()):
        counts = ", ".join(f"{name} {count}" for name, count in disturbed.items() if count)
        lines += ["", f"samples left out or taken beside other work on this machine: {counts}"]
    if any(failed.values()):
        counts = ", ".join(f"{name} {count}" for name, count in failed.items() if count)
        lines += ["", f"samples that were repeated because a stream of theirs failed: {counts}"]
    return "\n".join(lines)


def write_json(file, where, columns, verdicts, extras, samples):
    document = {
        "machine": where,
        "figures": columns,
        "verdicts": [asdict(verdict) for verdict in verdicts],
        "extras": extras,
        "samples": samples,
    }
    Path(file).write_text(json.dumps(document, indent=1) + "\n")
