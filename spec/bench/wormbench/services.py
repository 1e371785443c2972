"""Services whose place nobody knows: Tor's onion services and ours, each published by a process of its own."""

import json
import os
import subprocess
import time

from .host import Failure, eventually, free_ports, say
from .measure import Meter
from .tornet import CLIENT, Control, TorNetwork
from .wormholes import DAEMON, LAUNCHER, Wormholes

#: Services that the client has never seen, each reached once.
STRANGERS = 10

PUBLISH = """\
ruleset "services", version: "1.0" do
  network "{network}" do
    open_to :anyone
    bootstrap "{bootstrap}"
  end

  tunnel "services", over: "{network}" do
    relay 3
{published}
  end
end
"""


class OnionServices(TorNetwork):
    """A private network of tor, tuned, and one more tor that keeps onion services up."""

    def __init__(self, folder, port):
        super().__init__(folder, tuned=True)
        try:
            self.names_of_services = self._host(port)
        except BaseException:
            self.children.stop()
            raise

    def _prepare(self):
        super()._prepare()
        (self.hosting_port,) = free_ports(1)
        (self.folder / "host").mkdir(mode=0o700)
        lines = self._torrc("client").read_text().splitlines()
        authority = next(line for line in lines if line.startswith("DirAuthority "))
        self._write("host", authority, CLIENT + ["SocksPort 0", f"ControlPort 127.0.0.1:{self.hosting_port}"])

    def _host(self, port):
        self._start("host")
        eventually("the tor of the services", 120, lambda: "Bootstrapped 100%" in self.children.output("host"),
                   self.children)
        with Control(self.hosting_port, self._data("host") / "control_auth_cookie") as control:
            return control.publish(STRANGERS + 1, port)


class Published(Wormholes):
    """Our network, and one more engine that publishes services."""

    def __init__(self, folder, port):
        super().__init__(folder, nodes=6)
        try:
            self.names_of_services = self._publish(port)
        except BaseException:
            self.children.stop()
            raise

    def _publish(self, port):
        self.children.start("publisher", DAEMON, environment=self._environment("publisher"))
        eventually("the publisher", 60, lambda: "ready " in self.children.output("publisher"), self.children)
        network = json.loads((self.folder / "network.json").read_text())
        names = [f"s{i}" for i in range(STRANGERS + 1)]
        ruleset = self.folder / "services.rb"
        published = "\n".join(f'    publish {port}, as: "{name}"' for name in names)
        ruleset.write_text(PUBLISH.format(**network, published=published))
        environment = {**os.environ, **self._environment("publisher")}
        done = subprocess.run([LAUNCHER, "apply", "--yes", ruleset], capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            raise Failure(f"apply: {(done.stderr or done.stdout).strip()[-500:]}")

        def ready():
            asked = subprocess.run([LAUNCHER, "status", "--json"], capture_output=True, text=True, env=environment)
            services = [each for tunnel in json.loads(asked.stdout)["tunnels"] for each in tunnel["services"]]
            return services if all(each["ready"] > 0 for each in services) else None

        services = {each["name"]: each["address"] for each in eventually("the services", 60, ready, self.children)}
        return [services[name].removeprefix("wormhole://") + ".wormhole" for name in names]


def measure(bench, name, network, megabytes, warm_seconds):
    """Every figure of the table that a service has, with the time to reach one that was never reached before."""
    familiar, *strangers = network.names_of_services
    meter = Meter(bench.load.aimed(f"{familiar}:80"), name, network.children, network.socks, bench.effort,
                  isolate=False)
    amount = bench.effort.megabytes(megabytes)
    meter.warm_up(amount // 3, warm_seconds)
    if warm_seconds > 2:
        meter.walk(warm_seconds)
    reached = []
    for stranger in strangers:
        time.sleep(0.2)
        answer = bench.load.aimed(f"{stranger}:80").run("opens", network.socks, 1, 0, "none")
        reached += answer["first"]
    meter.times("reach", reached)
    meter.latency()
    meter.bulk(amount)
    return meter


def onions(bench, name, megabytes):
    say(f"{name}: starting a private network")
    with OnionServices(bench.place(name), bench.load.port) as network:
        say(f"{name}: ready after {network.bootstrap_seconds:.0f} s")
        return measure(bench, name, network, megabytes, 2)


def published(bench, name, megabytes):
    say(f"{name}: starting a network of one process a node")
    with Published(bench.place(name), bench.load.port) as network:
        say(f"{name}: ready after {network.ready_seconds:.1f} s; warming up")
        return measure(bench, name, network, megabytes, 5 if bench.effort.quick else 20)
