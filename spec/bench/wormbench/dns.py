"""Names: a DNS entry of ours, in front of three hops, beside unbound in front of none; both ask the same server, and
dnsperf asks both."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .figures import plain
from .host import MARK, Children, Failure, congestion_control, enter_namespace, eventually, free_ports, say
from .report import machine
from .wormholes import Wormholes

ZONE = "bench.test"
#: Names that are asked for again and again.
WARM_NAMES = 100
#: Questions under way at a time, and a rate at which nobody is busy.
OUTSTANDING = 100
CALM_RATE = 200

RULESET = """\
ruleset "names", version: "1.0" do
  network "{network}" do
    open_to :anyone
    bootstrap "{bootstrap}"
  end

  tunnel "names", over: "{network}" do
    entry {{ dns port: {plain} }}
    entry {{ dns port: {checked}, dnssec: true, anchors: ["{anchor}"] }}
    relay 3
    exit {{ allow {{ address.loopback? }} }}
  end
end
"""

SERVER = """\
server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: ""
  interface: 127.0.0.1@{port}
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  do-daemonize: no
  do-not-query-localhost: no
  use-syslog: no
  logfile: ""
  num-threads: 1
  msg-cache-size: 64m
  rrset-cache-size: 64m
  local-zone: "test." nodefault
  module-config: "{modules}"
{more}
"""

#: The server that everybody asks: a signed zone in which every name is there.
ZONE_PART = """\
auth-zone:
  name: "{zone}."
  zonefile: "{folder}/{zone}.signed"
  for-downstream: yes
  for-upstream: yes
  fallback-enabled: no
"""

#: A resolver that remembers, and checks signatures or not.
FORWARD_PART = """\
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@53
"""


class Server:
    """The zone at port 53, where the resolver of this machine is said to be, and two plain resolvers of it."""

    def __init__(self, folder, children):
        self.folder = folder
        self.children = children
        self.anchor = self._sign()
        self._start("zone", 53, "iterator", ZONE_PART.format(zone=ZONE, folder=folder))
        self.plain, self.checking = free_ports(2)
        self._start("plain", self.plain, "iterator", FORWARD_PART)
        anchor = f'  trust-anchor: "{self.anchor}"\n'
        self._start("checking", self.checking, "validator iterator", anchor + FORWARD_PART)

    def _sign(self):
        key = self._run("ldns-keygen", "-r", "/dev/urandom", "-a", "ECDSAP256SHA256", "-k", ZONE).strip()
        zone = self.folder / ZONE
        zone.write_text(f"{ZONE}. 3600 IN SOA ns.{ZONE}. admin.{ZONE}. 1 3600 600 86400 30\n"
                        f"{ZONE}. 3600 IN NS ns.{ZONE}.\n*.{ZONE}. 3600 IN A 127.0.0.9\n")
        self._run("ldns-signzone", "-o", ZONE, "-f", f"{zone}.signed", zone, key)
        return " ".join((self.folder / f"{key}.ds").read_text().split())

    def _run(self, *words):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=self.folder)
        if done.returncode != 0:
            raise Failure(f"{words[0]}: {done.stderr.strip()}")
        return done.stdout

    def _start(self, name, port, modules, more):
        written = self.folder / f"{name}.conf"
        written.write_text(SERVER.format(folder=self.folder, port=port, modules=modules, more=more))
        self.children.start(name, "unbound", "-d", "-c", written)
        eventually(name, 10, lambda: "start of service" in self.children.output(name), self.children)


class Names(Wormholes):
    """Our network with two DNS entries, the second of which checks signatures."""

    def __init__(self, folder, anchor):
        self.anchor = anchor
        self.plain, self.checking = free_ports(2)
        super().__init__(folder, nodes=5)

    def _apply(self, ruleset):
        network = json.loads((self.folder / "network.json").read_text())
        ruleset.write_text(RULESET.format(**network, plain=self.plain, checked=self.checking, anchor=self.anchor))
        super()._apply(ruleset)


class Perf:
    """dnsperf, with names that nobody asked for before, or the same ones again."""

    def __init__(self, folder):
        self.folder = folder
        self.warm = folder / "warm"
        self.warm.write_text("".join(f"warm{i}.{ZONE} A\n" for i in range(WARM_NAMES)))
        self.next = 0

    def fresh(self, count):
        file = self.folder / "fresh"
        file.write_text("".join(f"n{self.next + i}.{ZONE} A\n" for i in range(count)))
        self.next += count
        return file

    def run(self, port, file, *how):
        words = ["dnsperf", "-s", "127.0.0.1", "-p", port, "-d", file, "-q", OUTSTANDING, "-t", 10, "-c", 4, *how]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=180)
        told = done.stdout

        def number(pattern):
            found = re.search(pattern, told)
            if not found:
                raise Failure(f"dnsperf: {(done.stderr or told).strip()[-300:]}")
            return float(found.group(1))

        good = number(r"Response codes:.*?NOERROR (\d+)")
        sent = number(r"Queries sent: +(\d+)")
        return {
            "rate": number(r"Queries per second: +([\d.]+)"),
            "latency": number(r"Average Latency \(s\): +([\d.]+)") * 1e3,
            "lost": int(sent - good),
        }


def rows(perf, port, seconds, count):
    """What is said of one port: rate and lost with a hundred names again and again and with new ones, and the
    latency of both when it has nothing else to do."""
    perf.run(port, perf.warm, "-n", 2)
    again = perf.run(port, perf.warm, "-l", seconds)
    calm = perf.run(port, perf.warm, "-l", seconds, "-Q", CALM_RATE)
    new = perf.run(port, perf.fresh(count), "-n", 1)
    calm_new = perf.run(port, perf.fresh(CALM_RATE * seconds), "-n", 1, "-Q", CALM_RATE)
    return {
        "warm": again["rate"],
        "warm ms": calm["latency"],
        "new": new["rate"],
        "new ms": calm_new["latency"],
        "lost": sum(each["lost"] for each in (again, calm, new, calm_new)),
    }


LABELS = {
    "warm": "remembered names, questions a second",
    "warm ms": f"remembered names at {CALM_RATE} a second, ms",
    "new": "new names, questions a second",
    "new ms": f"new names at {CALM_RATE} a second, ms",
    "lost": "questions lost or failed",
}


def warm_up(perf, port, seconds, count):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        perf.run(port, perf.warm, "-l", 1)
        perf.run(port, perf.fresh(count), "-n", 1)


def own_resolver(folder):
    """Says in this namespace that the machine's resolver is ours; exits ask it."""
    if not os.environ.get(MARK):
        raise Failure("a namespace of its own is needed, in which port 53 is free")
    said = folder / "resolv.conf"
    said.write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", said, "/etc/resolv.conf"], check=True)


def main():
    parser = argparse.ArgumentParser(prog="spec/bench/dns", description="Asks DNS entries and plain resolvers alike.")
    parser.add_argument("--quick", action="store_true", help="a second of each: does everything work?")
    options = parser.parse_args()
    for program in ("dnsperf", "unbound", "ldns-signzone"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            sys.exit(f"{program} is needed (Debian: dnsperf unbound ldnsutils)")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    sys.argv[:1] = ["-m", "wormbench.dns"]  # what runs again inside
    enter_namespace("cubic")
    seconds, count, warm = (1, 500, 2) if options.quick else (5, 5000, 15)
    columns = {}
    with tempfile.TemporaryDirectory(prefix="wormbench-") as place:
        folder = Path(place)
        own_resolver(folder)
        with Children(folder / "servers") as children:
            server = Server(folder / "servers", children)
            perf = Perf(folder)
            say("starting a network of one process a node")
            with Names(folder / "names", server.anchor) as names:
                say(f"ready after {names.ready_seconds:.1f} s")
                for name, port, heats in (
                    ("unbound", server.plain, 1),
                    ("wormholes", names.plain, warm),
                    ("unbound, checked", server.checking, 1),
                    ("wormholes, checked", names.checking, warm),
                ):
                    warm_up(perf, port, heats, count)
                    columns[name] = rows(perf, port, seconds, count)
                    say(f"{name}: " + ", ".join(f"{key} {plain(value)}" for key, value in columns[name].items()))
    where = machine(congestion_control(), True)
    print(f"{where['cores']} cores, {where['processor']}, Linux {where['kernel']}; by UDP; wormholes over three hops")
    width = max(map(len, LABELS.values()))
    print(" " * width + "".join(f"  {name:>18}" for name in columns))
    for key, label in LABELS.items():
        print(label.ljust(width) + "".join(f"  {plain(column[key]):>18}" for column in columns.values()))
    sys.exit(1 if any(column["lost"] for column in columns.values()) else 0)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(str(failure))
