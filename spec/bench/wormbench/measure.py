"""What is measured of each path, the same for all of them."""

import os
import time

from .figures import median, percentile
from .host import CORES, Failure, busy_seconds, say

#: A sample counts as disturbed when other programs used more than this share of all cores.
FOREIGN_SHARE = 0.06

TURNS = 500
OPENS = 200
OPEN_PAUSE_MS = 100
WARM_OPENS = 50
CIRCUITS = 50
CIRCUIT_PAUSE_S = 0.1


class Meter:
    """Takes samples of one path.

    `children` are the processes whose CPU counts: every process of the path, client included, load tool and
    server not. `via` is the SOCKS port, or `direct`."""

    def __init__(self, load, name, children, via, effort, isolate=True):
        self.load = load
        self.name = name
        self.children = children
        self.via = via
        self.effort = effort
        self.isolate = isolate
        self.disturbed = 0
        self.failed = 0
        self.figures = {}
        self.samples = {}

    def warm_up(self, megabytes, seconds):
        """Traffic that is not counted: every byte of the first download is compared, then both shapes of load
        run in turns. Just-in-time compilers need it, for others it opens links and circuits."""
        self.load.run("check", self.via, 8_000_000)
        end = time.monotonic() + seconds
        streams = 1
        while time.monotonic() < end:
            self.load.run("bulk", self.via, megabytes * 1_000_000 // streams, streams, self._identities(streams))
            self.load.run("opens", self.via, WARM_OPENS, 0, "none")
            streams = 9 - streams

    def walk(self, seconds):
        """Short requests that are not counted, each third of them on a circuit of its own."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.load.run("opens", self.via, 4 * WARM_OPENS, 0, "none")
            self.load.run("turns", self.via, 4 * WARM_OPENS)
            self.load.run("opens", self.via, 2 * WARM_OPENS, 0, f"each:warm{time.monotonic_ns()}")

    def _identities(self, streams):
        return "each:bulk" if streams > 1 and self.isolate else "none"

    def bulk(self, megabytes):
        self._bulk("stream", "cpu", megabytes, 1)
        self._bulk("streams", "cpu8", megabytes, 8)

    def _bulk(self, rate, cost, megabytes, streams):
        taken = []
        for _ in range(self.effort.samples * self.effort.tries):
            try:
                taken.append(self._one_bulk(megabytes * 1_000_000 // streams, streams))
            except Failure as failure:
                self.failed += 1
                say(f"{self.name}: a sample is repeated: {failure}")
            if sum(sample["clean"] for sample in taken) >= self.effort.samples:
                break
        if not taken:
            raise Failure(f"none of {self.failed} samples ended whole")
        clean = [sample for sample in taken if sample["clean"]]
        used = clean or taken
        self.disturbed += len(taken) - len(clean)
        self.samples[rate] = taken
        self.figures[rate] = median([sample["rate"] for sample in used])
        self.figures[cost] = median([sample["cost"] for sample in used])
        spread = ", ".join(f"{sample['rate']:.0f}{'' if sample['clean'] else '~'}" for sample in taken)
        say(f"{self.name}: {streams} stream{'s'[: streams > 1]}: {spread} MB/s, {self.figures[cost]:.2f} CPU s/GB")

    def _one_bulk(self, bytes_each, streams):
        before, server, busy, begin = self._spent(), self._server(), busy_seconds(), time.monotonic()
        own = self._own()
        answer = self.load.run("bulk", self.via, bytes_each, streams, self._identities(streams))
        lasted = time.monotonic() - begin
        after = self._spent()
        spent = {name: after[name] - before[name] for name in before}
        ours = sum(spent.values()) + self._server() - server + self._own() - own
        foreign = max(0.0, busy_seconds() - busy - ours) / (lasted * CORES)
        gigabytes = answer["bytes"] / 1e9
        return {
            "rate": answer["bytes"] / answer["seconds"] / 1e6,
            "cost": sum(spent.values()) / gigabytes,
            "cost_by_process": {name: round(value / gigabytes, 3) for name, value in spent.items()},
            "foreign": round(foreign, 4),
            "clean": foreign <= FOREIGN_SHARE,
        }

    def _spent(self):
        return self.children.cpu()

    def _server(self):
        return sum(self.load.children.cpu().values())

    @staticmethod
    def _own():
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system

    def latency(self):
        turns = self.load.run("turns", self.via, self.effort.count(TURNS))["first"]
        self.times("turn", turns)
        opens = self.load.run("opens", self.via, self.effort.count(OPENS), OPEN_PAUSE_MS, "none")["first"]
        self.times("open", opens)

    def circuits(self, seconds):
        self.times("circuit", seconds)

    def times(self, key, seconds):
        milliseconds = [value * 1e3 for value in seconds]
        self.samples[key] = [round(value, 4) for value in milliseconds]
        self.figures[key] = median(milliseconds)
        self.figures[key + "99"] = percentile(milliseconds, 0.99)
        say(f"{self.name}: {key}: median {self.figures[key]:.2f} ms, p99 {self.figures[key + '99']:.2f} ms")


class Effort:
    """How much is measured: the whole, or enough to see that everything works."""

    def __init__(self, samples, tries, quick, bulk_only=False):
        self.samples = samples
        self.tries = tries
        self.quick = quick
        self.bulk_only = bulk_only

    def count(self, whole):
        return max(10, whole // 10) if self.quick else whole

    def megabytes(self, whole):
        return max(20, whole // 5) if self.quick else whole


def attempt(what, action):
    """Runs one path's part; a failure is said and leaves its figures empty, it does not end the run."""
    try:
        return action()
    except Failure as failure:
        say(f"{what}: NOT MEASURED: {failure}")
        return None
