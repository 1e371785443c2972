"""Figures printed beside the table: memory, circuits and streams held, rule decisions, start."""

import re
import subprocess

from .figures import median
from .host import ROOT, Failure, resident_mib, say
from .measure import attempt
from .wormholes import Wormholes

CIRCUITS = 1_000
IDLE_STREAMS = 10_000
TEST_CLASSES = ROOT / "spec" / "target" / "test-classes"
JARS = ROOT / "bin" / "target" / "dist" / "lib"


def collect(bench):
    """All of them, by name; what cannot be had says so in its place."""
    found = {}
    for what, part in (("memory", memory), ("rules", rule_decisions), ("start", start_times)):
        found |= attempt(what, lambda: part(bench)) or {what: "not measured"}
    return found


def memory(bench):
    """Three relays, so that every circuit passes through each of them."""
    say("memory: a network of three relays")
    circuits, streams = bench.effort.count(CIRCUITS), bench.effort.count(IDLE_STREAMS)
    with Wormholes(bench.place("memory"), nodes=3) as network:
        bench.load.run("check", network.socks, 1_000_000)
        idle = resident(network.relays())
        with bench.load.holding(network.socks, circuits, circuits) as held:
            busy = resident(network.relays())
            say(f"memory: {held['open']} streams on circuits of their own after {held['seconds']:.1f} s")
        alive = held["alive"]
        found = {
            "resident memory of a relay, idle": f"{idle:.0f} MiB",
            f"resident memory of a relay with {circuits:,} circuits": f"{busy:.0f} MiB, "
            f"{alive:,} of {circuits:,} still carry a request",
        }
        before = resident([network.client()])
        with bench.load.holding(network.socks, streams, 0) as held:
            after = resident([network.client()])
        found[f"{streams:,} idle streams held"] = (
            f"opened in {held['seconds']:.1f} s, {held['alive']:,} answer afterwards, "
            f"client {before:.0f} to {after:.0f} MiB"
        )
        return found


def resident(pids):
    return median([resident_mib(pid)["resident"] for pid in pids])


def rule_decisions(_):
    main = "org.wormholes.spec.bench.RuleDecisionBench"
    if not (TEST_CLASSES / (main.replace(".", "/") + ".class")).exists():
        raise Failure("the tests are not compiled (run bin/test, or mvn test-compile)")
    say("rules: decisions with 100,000 domain rules")
    lines = run_java(main).splitlines()
    figures = [re.split(r"\s{2,}", line, maxsplit=1) for line in lines if "a second and core" in line]
    return {name: re.sub(r" \(-?\d+\)$", "", figure) for name, figure in figures}


def run_java(main):
    """A class of the tests, on the JDK that the launcher finds."""
    script = 'root=$1; . "$root/bin/src/main/sh/launch.sh"; need_jdk; exec "$jdk/bin/java" -cp "$2" "$3"'
    command = ["sh", "-c", script, "sh", ROOT, f"{TEST_CLASSES}:{JARS}/*", main]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{main}: {done.stderr.strip()[-300:]}")
    return done.stdout


def start_times(_):
    say("start: cold starts of the command line")
    done = subprocess.run([ROOT / "spec" / "bench" / "startup.sh"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"startup.sh: {done.stderr.strip()[-300:]}")
    found = {}
    suffix = ""
    for line in done.stdout.splitlines():
        name, _, time = line.rpartition("  ")
        if line.endswith(":"):
            suffix = ", " + line.removesuffix(":")
        elif time.strip() and "ms" in time:
            found[name.strip() + suffix] = time.strip()
    return found
