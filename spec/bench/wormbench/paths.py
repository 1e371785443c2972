"""Every path that is measured: how it is started, how much it is given to carry."""

from .figures import CARRIERS, ONIONS, SERVICES, SPLITS
from .host import say
from .measure import CIRCUIT_PAUSE_S, CIRCUITS, Meter
from .proxies import Haproxy, HaproxyTls, Nginx
from .services import onions, published
from .tornet import TorNetwork
from .wormholes import Wormholes

OURS = "wormholes"


class Bench:
    """One run: where files go, the two ends, how much effort."""

    def __init__(self, folder, load, effort):
        self.folder = folder
        self.load = load
        self.effort = effort

    def place(self, name):
        place = self.folder / "".join(c if c.isalnum() else "-" for c in name)
        place.mkdir()
        return place


def tor(bench, name, tuned, megabytes):
    say(f"{name}: starting a private network")
    with TorNetwork(bench.place(name), tuned) as network:
        say(f"{name}: ready after {network.bootstrap_seconds:.0f} s")
        meter = Meter(bench.load, name, network.children, network.socks, bench.effort)
        amount = bench.effort.megabytes(megabytes)
        meter.warm_up(amount // 3, 2)
        meter.bulk(amount)
        meter.latency()
        meter.circuits(network.circuit_seconds(bench.effort.count(CIRCUITS), CIRCUIT_PAUSE_S))
        return meter


def proxies(bench, kind, megabytes):
    with kind(bench.place(kind.name), bench.load.target) as chain:
        meter = Meter(bench.load.aimed_at(chain.entry), kind.name, chain.children, "direct", bench.effort)
        amount = bench.effort.megabytes(megabytes)
        meter.warm_up(amount, 1)
        meter.bulk(amount)
        meter.latency()
        return meter


def wormholes(bench, megabytes):
    say(f"{OURS}: starting a network of one process a node")
    with Wormholes(bench.place(OURS), nodes=5) as network:
        say(f"{OURS}: ready after {network.ready_seconds:.1f} s; warming up")
        meter = Meter(bench.load, OURS, network.children, network.socks, bench.effort)
        amount = bench.effort.megabytes(megabytes)
        seconds = 5 if bench.effort.quick else 20
        meter.warm_up(amount // 2, seconds)
        meter.bulk(amount)
        if bench.effort.bulk_only:
            return meter
        # The short paths of the code are compiled when they have been walked often enough.
        meter.walk(seconds)
        meter.latency()
        meter.circuits(network.circuit_seconds(bench.load, bench.effort.count(CIRCUITS), CIRCUIT_PAUSE_S))
        return meter


def bulk(bench, name, megabytes, **network_options):
    """Bulk alone."""
    say(f"{name}: starting a network of one process a node")
    with Wormholes(bench.place(name), nodes=5, **network_options) as network:
        say(f"{name}: ready after {network.ready_seconds:.1f} s; warming up")
        meter = Meter(bench.load, name, network.children, network.socks, bench.effort)
        amount = bench.effort.megabytes(megabytes)
        meter.warm_up(amount // 2, 5 if bench.effort.quick else 20)
        meter.bulk(amount)
        return meter


def over_name(carrier):
    return f"{OURS} over {carrier}"


def split_name(circuits):
    return f"{OURS} split in {circuits}"


#: What `--carriers` measures.
BULK = (OURS, *map(over_name, CARRIERS), *map(split_name, SPLITS))


#: In the order in which they run and stand in the table.
PATHS = {
    "tor": lambda bench: tor(bench, "tor", tuned=False, megabytes=60),
    "tor tuned": lambda bench: tor(bench, "tor tuned", tuned=True, megabytes=300),
    "haproxy": lambda bench: proxies(bench, Haproxy, megabytes=1000),
    "nginx": lambda bench: proxies(bench, Nginx, megabytes=1000),
    "haproxy + TLS 1.3": lambda bench: proxies(bench, HaproxyTls, megabytes=500),
    OURS: lambda bench: wormholes(bench, megabytes=1000),
    **{over_name(carrier): lambda bench, carrier=carrier: bulk(bench, over_name(carrier), 500, carrier=carrier)
       for carrier in CARRIERS},
    **{split_name(count): lambda bench, count=count: bulk(bench, split_name(count), 500, circuits=count)
       for count in SPLITS},
    ONIONS: lambda bench: onions(bench, ONIONS, megabytes=200),
    SERVICES: lambda bench: published(bench, SERVICES, megabytes=800),
}
