"""A private network of Debian's tor on loopback: one authority, relays that may be guard or exit, one client."""

import re
import secrets
import shutil
import socket
import subprocess
import time

from .host import Children, Failure, eventually, free_ports

RELAYS = 4
AUTHORITY = "authority"

#: Tor's own code without its waiting: no scheduler timer, wide congestion windows, one leg per stream.
TUNED = ["Schedulers Vanilla", "ConfluxEnabled 0"]
TUNED_PARAMETERS = {"alpha": 800, "beta": 1000, "gamma": 1000, "delta": 10000}


class TorNetwork:
    """Started by the constructor, ready when that returns. `tuned` chooses between Tor as shipped and the
    fastest settings known for one circuit on loopback."""

    def __init__(self, folder, tuned):
        for program in ("tor", "tor-gencert"):
            if shutil.which(program) is None:
                raise Failure(f"{program} is not installed (Debian: tor)")
        self.folder = folder
        self.tuned = tuned
        self.children = Children(folder)
        self.names = [AUTHORITY] + [f"relay{i}" for i in range(RELAYS)]
        ports = free_ports(len(self.names) + 3)
        self.onion_ports = dict(zip(self.names, ports))
        self.directory_port, self.socks, self.control_port = ports[-3:]
        self.started = time.monotonic()
        self._prepare()
        try:
            for name in self.names:
                self._start(name)
            # A client that meets a consensus without relays remembers them as unusable for minutes.
            eventually("a consensus that lists every relay", 120, self._agreed, self.children)
            self._start("client")
            eventually("tor's client", 120, self._bootstrapped, self.children)
        except BaseException:
            self.children.stop()
            raise
        self.bootstrap_seconds = time.monotonic() - self.started

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.children.stop()

    def _start(self, name):
        self.children.start(name, "tor", "--defaults-torrc", self.folder / "none", "-f", self._torrc(name))

    def _agreed(self):
        consensus = self._data(AUTHORITY) / "cached-microdesc-consensus"
        if not consensus.exists():
            return False
        flags = [line for line in consensus.read_text().splitlines() if line.startswith("s ")]
        return sum("Running" in line for line in flags) == len(self.names)

    def _bootstrapped(self):
        return "Bootstrapped 100%" in self.children.output("client")

    def _torrc(self, name):
        return self.folder / f"{name}.torrc"

    def _data(self, name):
        return self.folder / name

    def _prepare(self):
        (self.folder / "none").write_text("")
        (self.folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        for name in [*self.names, "client"]:
            self._data(name).mkdir(mode=0o700)
        authority = self._authority_line()
        for name in self.names:
            role = self._authority_options() if name == AUTHORITY else EXIT
            self._write(name, authority, self._relay_options(name) + role)
        self._write("client", authority, CLIENT + [f"SocksPort 127.0.0.1:{self.socks}",
                                                   f"ControlPort 127.0.0.1:{self.control_port}"])

    def _write(self, name, authority, options):
        lines = COMMON + (TUNED if self.tuned else [])
        lines = lines + [authority, f"DataDirectory {self._data(name)}"] + options
        self._torrc(name).write_text("\n".join(lines) + "\n")

    def _relay_options(self, name):
        here = f"127.0.0.1:{self.onion_ports[name]}"
        return RELAY + [f"Nickname {name}", f"ORPort {here} IPv4Only",
                        f"ServerDNSResolvConfFile {self.folder / 'resolv.conf'}"]

    def _authority_options(self):
        options = AUTHORITATIVE + [f"DirPort 127.0.0.1:{self.directory_port} IPv4Only"]
        if self.tuned:
            wide = [f"cc_vegas_{key}_exit={value}" for key, value in TUNED_PARAMETERS.items()]
            options = options + ["ConsensusParams " + " ".join([*wide, "cc_sscap_exit=10000"])]
        return options

    def _authority_line(self):
        """Makes the authority's two identities; both fingerprints stand in every node's configuration."""
        keys = self._data(AUTHORITY) / "keys"
        keys.mkdir(mode=0o700)
        words = ["tor-gencert", "--create-identity-key", "--passphrase-fd", "0", "-m", "12",
                 "-a", f"127.0.0.1:{self.directory_port}"]
        self._run(words, cwd=keys, input=secrets.token_hex(12) + "\n")
        certificate = (keys / "authority_certificate").read_text()
        voter = re.search(r"^fingerprint (\w+)$", certificate, re.MULTILINE).group(1)
        bare = self.folder / "fingerprint.torrc"
        bare.write_text("\n".join([f"DataDirectory {self._data(AUTHORITY)}", "Address 127.0.0.1", "SocksPort 0",
                                   f"Nickname {AUTHORITY}", f"ORPort {self.onion_ports[AUTHORITY]}"]) + "\n")
        listed = self._run(["tor", "--quiet", "--defaults-torrc", self.folder / "none", "-f", bare,
                            "--list-fingerprint", "--DirAuthority", "x 127.0.0.1:1 " + "f" * 40])
        relay = listed.strip().splitlines()[-1].split(" ", 1)[1].replace(" ", "")
        return (f"DirAuthority {AUTHORITY} orport={self.onion_ports[AUTHORITY]} no-v2 v3ident={voter} "
                f"127.0.0.1:{self.directory_port} {relay}")

    @staticmethod
    def _run(words, **options):
        done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **options)
        if done.returncode != 0:
            raise Failure(f"{words[0]}: {(done.stderr or done.stdout).strip()[-300:]}")
        return done.stdout

    def circuit_seconds(self, count, pause):
        """Times from launch to built of `count` three-hop circuits."""
        with Control(self.control_port, self._data("client") / "control_auth_cookie") as control:
            return [control.build_circuit(pause) for _ in range(count)]


class Control:
    """As much of Tor's control protocol as timing a circuit takes."""

    def __init__(self, port, cookie):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.lines = self.socket.makefile("rb")
        self._command("AUTHENTICATE " + cookie.read_bytes().hex())
        self._command("SETEVENTS CIRC")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def _line(self):
        # Tor leaves Nagle's algorithm on: a late acknowledgement of ours would hold back its next line.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return self.lines.readline().decode().rstrip()

    def _command(self, text):
        self.socket.sendall(text.encode() + b"\r\n")
        waiting = []
        while (line := self._line()).startswith("650"):
            waiting.append((time.monotonic(), line))
        if not line.startswith("250"):
            raise Failure(f"tor said: {line or 'nothing'}")
        return line, waiting

    def publish(self, count, port):
        """The names of so many new onion services, once a directory has the descriptor of each."""
        self._command("SETEVENTS HS_DESC")
        names, waiting = [], set()
        events = []
        for _ in range(count):
            answer, more = self._service(f"ADD_ONION NEW:ED25519-V3 Flags=DiscardPK,Detach Port=80,127.0.0.1:{port}")
            names.append(f"{answer}.onion")
            waiting.add(answer)
            events += more
        while waiting:
            line = events.pop(0) if events else self._line()
            words = line.split()
            if words[1:3] == ["HS_DESC", "UPLOADED"]:
                waiting.discard(words[3])
        return names

    def _service(self, command):
        self.socket.sendall(command.encode() + b"\r\n")
        events, name = [], ""
        while not (line := self._line()).startswith("250 "):
            if line.startswith("650"):
                events.append(line)
            elif line.startswith("250-ServiceID="):
                name = line.partition("=")[2]
            else:
                raise Failure(f"tor said: {line or 'nothing'}")
        return name, events

    def build_circuit(self, pause):
        time.sleep(pause)
        begin = time.monotonic()
        answer, events = self._command("EXTENDCIRCUIT 0")
        number = answer.split()[-1]
        launched = begin
        while True:
            moment, line = events.pop(0) if events else (None, self._line())
            words = line.split()
            if words[1:3] != ["CIRC", number]:
                continue
            if words[3] == "LAUNCHED":
                launched = moment or time.monotonic()
            elif words[3] == "BUILT":
                took = (moment or time.monotonic()) - launched
                self._command(f"CLOSECIRCUIT {number}")
                return took
            elif words[3] == "FAILED":
                raise Failure(f"tor could not build a circuit: {line}")


COMMON = [
    "TestingTorNetwork 1",
    "Log notice stdout",
    "ShutdownWaitLength 0",
    "AssumeReachable 1",
    "PathsNeededToBuildCircuits 0.67",
    "OutboundBindAddress 127.0.0.1",
]

RELAY = [
    "Address 127.0.0.1",
    "AddressDisableIPv6 1",
    "SocksPort 0",
    "ContactInfo none",
    "BandwidthRate 2147483647 bytes",
    "BandwidthBurst 2147483647 bytes",
    "ServerDNSDetectHijacking 0",
    "ServerDNSAllowBrokenConfig 1",
    "ServerDNSTestAddresses",
    "DoSCircuitCreationEnabled 0",
    "DoSConnectionEnabled 0",
    "DoSStreamCreationEnabled 0",
]

EXIT = [
    "ExitRelay 1",
    "ExitPolicyRejectPrivate 0",
    "ExitPolicyRejectLocalInterfaces 0",
    "ExitPolicy accept *:*",
]

AUTHORITATIVE = [
    "AuthoritativeDirectory 1",
    "V3AuthoritativeDirectory 1",
    "ExitRelay 0",
    "ExitPolicy reject *:*",
    "V3AuthVotingInterval 30",
    "V3AuthVoteDelay 5",
    "V3AuthDistDelay 5",
    "V3AuthNIntervalsValid 20",
    "TestingV3AuthInitialVotingInterval 10",
    "TestingV3AuthInitialVoteDelay 3",
    "TestingV3AuthInitialDistDelay 3",
    "TestingDirAuthVoteGuard *",
    "TestingDirAuthVoteExit *",
    "TestingDirAuthVoteHSDir *",
    "TestingMinExitFlagThreshold 0",
]

CLIENT = [
    "CookieAuthentication 1",
    "ClientRejectInternalAddresses 0",
    "ClientDNSRejectInternalAddresses 0",
    "LearnCircuitBuildTimeout 0",
    "CircuitBuildTimeout 60",
    "MaxCircuitDirtiness 7200",
    # A laboratory's circuits fail in ways that would look like an attack.
    "PathBiasCircThreshold 1000000000",
    "PathBiasUseThreshold 1000000000",
]
