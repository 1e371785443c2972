"""Our own network: one process a node, and a client process with a SOCKS entry. The command lines and the
shape of what they answer stand here and nowhere else."""

import http.client
import json
import os
import socket
import subprocess
import time
from pathlib import Path

from .host import ROOT, Children, Failure, eventually, free_ports

LAUNCHER = ROOT / "bin" / "wormholes"
DAEMON = ROOT / "bin" / "wormholesd"

RULESET = """\
ruleset "bench", version: "1.0" do
  network "{network}" do
    open_to :anyone
    bootstrap "{bootstrap}"
  end

  tunnel "bench", over: "{network}" do
    entry {{ socks port: {port} }}
    relay 3
    exit {{ allow {{ address.loopback? }} }}
    carry :{carrier}
  end
{split}end
"""

#: Every flow over several circuits at once.
SPLIT = """
  split "parts", of: "bench", circuits: {circuits}

  routes do
    to("parts") {{ otherwise }}
  end
"""


class Wormholes:
    """Started by the constructor, ready when that returns: `nodes` relays, each a process, and a client,
    all links over one carrier, every flow over one circuit or split over several."""

    def __init__(self, folder, nodes, carrier="tcp", circuits=1):
        self.folder = Path(folder)
        self.children = Children(folder)
        self.carrier = carrier
        self.split = SPLIT.format(circuits=circuits) if circuits > 1 else ""
        (self.socks,) = free_ports(1)
        self.started = time.monotonic()
        try:
            self._start(nodes)
        except BaseException:
            self.children.stop()
            raise
        self.ready_seconds = time.monotonic() - self.started

    def _start(self, nodes):
        written = self.folder / "network.json"
        self.children.start("network", LAUNCHER, "devnet", nodes, "--processes", "--write", written,
                            "--carrier", self.carrier, environment=self._environment("network"))
        eventually("the network", 120, lambda: written.exists() and written.read_text(), self.children)
        network = json.loads(written.read_text())
        self.relay_pids = network["processes"]
        self.children.start("client", DAEMON, environment=self._environment("client"))
        eventually("the client", 60, lambda: "ready " in self.children.output("client"), self.children)
        ruleset = self.folder / "bench.rb"
        ruleset.write_text(RULESET.format(**network, port=self.socks, carrier=self.carrier, split=self.split))
        self._apply(ruleset)

    def _apply(self, ruleset):
        done = subprocess.run([LAUNCHER, "apply", "--yes", ruleset], capture_output=True, text=True,
                              env={**os.environ, **self._environment("client")})
        if done.returncode != 0:
            raise Failure(f"apply: {(done.stderr or done.stdout).strip()[-500:]}")

    def _environment(self, name):
        home = self.folder / name
        (home / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
        return {"XDG_RUNTIME_DIR": str(home / "run"), "XDG_STATE_HOME": str(home / "state")}

    def _control_socket(self):
        return self.folder / "client" / "run" / "wormholes" / "control.sock"

    def ask(self, path):
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self._control_socket()))
        connection.request("GET", path)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise Failure(f"control API {path}: {answer.status} {body}")
        return body

    def circuit_seconds(self, load, count, pause):
        """Times of `count` three-hop circuits, each asked for by a stream under a name of its own."""
        before = {circuit["id"] for circuit in self._circuits()}
        load.run("opens", self.socks, count, int(pause * 1000), f"each:circuit{time.monotonic_ns()}")
        built = [circuit for circuit in self._circuits() if circuit["id"] not in before]
        times = [circuit["build_time_ms"] / 1000 for circuit in built if "build_time_ms" in circuit]
        # One or two may be of the reserve that the client keeps, and still on their way.
        if len(times) < count * 0.9:
            raise Failure(f"{count} circuits were asked for, {len(times)} were timed")
        return times

    def relays(self):
        """Process ids of the relays."""
        return self.relay_pids

    def client(self):
        return self.children.running["client"].pid

    def _circuits(self):
        return self.ask("/v1/circuits")["circuits"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.children.stop()

