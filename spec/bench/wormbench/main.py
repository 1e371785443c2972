"""Command line of the benchmark."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from . import extras as extra_figures
from . import report
from .figures import judge, judge_carriers, judge_services
from .host import MARK, Load, congestion_control, enter_namespace, say
from .measure import Effort, attempt
from .paths import BULK, OURS, PATHS, Bench


def arguments():
    parser = argparse.ArgumentParser(
        prog="spec/bench/run",
        description="Measures Tor as shipped, Tor tuned, chains of plain proxies and Wormholes in one run, under one "
        "congestion control, and holds the figures against the bars.",
    )
    parser.add_argument("--only", action="append", choices=[*PATHS, "extras"], metavar="PATH",
                        help="measure this path only; may be repeated: " + ", ".join([*PATHS, "extras"]))
    parser.add_argument("--carriers", action="store_true",
                        help="bulk of Wormholes alone: over each carrier, and split over several circuits")
    parser.add_argument("--quick", action="store_true", help="small bodies and few requests: does everything work?")
    parser.add_argument("--samples", type=int, default=5, help="throughput samples a path (default 5)")
    parser.add_argument("--tries", type=int, default=2,
                        help="a sample disturbed by other programs is repeated; attempts a sample (default 2)")
    parser.add_argument("--json", metavar="FILE", help="write everything, single samples included, to FILE")
    parser.add_argument("--cc", default=os.environ.get("CC_ALGORITHM", "cubic"),
                        help="TCP congestion control of every path (default cubic)")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a bar is not met")
    return parser.parse_args()


def main():
    options = arguments()
    enter_namespace(options.cc)
    wanted = options.only or (BULK if options.carriers else [*PATHS, "extras"])
    effort = Effort(
        1 if options.quick else options.samples,
        1 if options.quick else options.tries,
        options.quick,
        bulk_only=options.carriers,
    )
    where = report.machine(congestion_control(), bool(os.environ.get(MARK)))
    say(f"congestion control {where['congestion_control']}, paths: {', '.join(wanted)}")
    with tempfile.TemporaryDirectory(prefix="wormbench-") as folder:
        ends = Path(folder) / "ends"
        ends.mkdir()
        with Load(ends) as load:
            bench = Bench(Path(folder), load, effort)
            meters = {name: attempt(name, lambda: PATHS[name](bench)) for name in PATHS if name in wanted}
            more = extra_figures.collect(bench) if "extras" in wanted else {}
    columns = {name: meter.figures if meter else {} for name, meter in meters.items()}
    whole = OURS in columns and not options.carriers
    verdicts = (judge(columns) if whole else []) + judge_carriers(columns) + judge_services(columns)
    disturbed = {name: meter.disturbed for name, meter in meters.items() if meter}
    broken = {name: meter.failed for name, meter in meters.items() if meter}
    print(report.text(where, columns, verdicts, more, disturbed, broken))
    if options.json:
        samples = {name: meter.samples for name, meter in meters.items() if meter}
        report.write_json(options.json, where, columns, verdicts, more, samples)
    failed = [verdict for verdict in verdicts if not verdict.met]
    sys.exit(1 if options.strict and failed else 0)
