"""The machine: a private network namespace, child processes held by handle, and what they cost."""

import contextlib
import copy
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1
TCP_CONGESTION = 13
MARK = "WORMBENCH_INSIDE"


def say(text):
    """A progress line; results go to stdout, everything else here."""
    print(f"[{time.monotonic() - say.begin:6.1f} s] {text}", file=sys.stderr, flush=True)


say.begin = time.monotonic()


class Failure(Exception):
    """Something that cannot be measured, said in one line."""


# ---- isolation ---------------------------------------------------------------------------------


def enter_namespace(congestion):
    """Runs this program again inside network and process namespaces of its own, so that congestion control
    is the same for every path, nothing can leave the machine, and no child can outlive the run. Returns where
    that is not permitted, and once inside."""
    if os.environ.get(MARK):
        prepare_loopback(congestion)
        return
    unshare = shutil.which("unshare")
    rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    inside = [unshare, *rights, "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if unshare and subprocess.run([*inside, "true"], capture_output=True).returncode == 0:
        os.execve(unshare, [*inside, sys.executable, *sys.argv], {**os.environ, MARK: "1"})
    say("no namespace of its own is permitted here: measuring on the machine's own loopback")


def prepare_loopback(congestion):
    """Brings loopback up and sets the congestion control per route, which needs no write to /proc/sys."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for place in ("127.0.0.0/8", "127.0.0.1"):
        route = ["ip", "route", "change", "local", place, "dev", "lo", "table", "local", "proto", "kernel"]
        subprocess.run([*route, "scope", "host", "src", "127.0.0.1", "congctl", congestion], capture_output=True)


def congestion_control():
    """The algorithm that a new loopback connection really has, by asking one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            return client.getsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, 16).rstrip(b"\0").decode()


def free_ports(count):
    """Ports that were all free at the same moment."""
    with contextlib.ExitStack() as held:
        return [held.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(count)]


# ---- children ----------------------------------------------------------------------------------


class Children:
    """Processes that belong to one path, ended by handle."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.running = {}

    def start(self, name, *command, environment=None, **options):
        """Starts a process whose output goes to a file of its own name."""
        with open(self.folder / f"{name}.out", "ab") as out:
            self.running[name] = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                **options,
            )
        return self.running[name]

    def output(self, name):
        return (self.folder / f"{name}.out").read_text(errors="replace")

    def alive(self):
        """Raises when a child has ended by itself."""
        for name, child in self.running.items():
            if child.poll() is not None:
                tail = self.output(name)[-600:].strip()
                raise Failure(f"{name} ended with {child.returncode}: {tail}")

    def cpu(self):
        """CPU seconds so far, by process: user and system, with descendants."""
        return {name: cpu_seconds(child.pid) for name, child in self.running.items()}

    def pids(self):
        return [pid for child in self.running.values() for pid in family(child.pid)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for child in self.running.values():
                if child.poll() is None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(child.pid, sign)
            for child in self.running.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(5)
        self.running.clear()


def family(pid):
    """A process and its living descendants."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                found += family(int(child))
    return found


def own_cpu(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_seconds(pid):
    return sum(own_cpu(one) for one in family(pid))


def busy_seconds():
    """CPU seconds that the whole machine has spent working."""
    fields = [int(x) for x in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def resident_mib(pid):
    """Resident and private memory of one process, MiB."""
    sizes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, size = line.partition(":")
        sizes[name] = int(size.split()[0]) / 1024
    return {"resident": sizes["Rss"], "private": sizes["Private_Dirty"] + sizes["Private_Clean"]}


def eventually(what, seconds, condition, *children):
    """Waits until `condition()` gives something true, and returns it. The one place that polls."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        for child in children:
            child.alive()
        if time.monotonic() > end:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(0.05)


# ---- the two ends ------------------------------------------------------------------------------


class Load:
    """The server at the far end, and the client commands at the near end (`load.c`)."""

    def __init__(self, folder):
        self.program = Path(folder) / "load"
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise Failure("a C compiler is needed for the load tool (Debian: gcc)")
        command = [compiler, "-O2", "-pthread", "-o", self.program, HERE / "load.c"]
        subprocess.run(command, check=True)
        self.children = Children(folder)
        (self.port,) = free_ports(1)
        self.target = f"127.0.0.1:{self.port}"
        self.children.start("server", self.program, "serve", self.port)
        eventually("the server", 10, lambda: "listening" in self.children.output("server"), self.children)

    def aimed_at(self, port):
        """The same tool with another target: the first proxy of a chain that leads to the server."""
        return self.aimed(f"127.0.0.1:{port}")

    def aimed(self, target):
        """The same tool with another name for the server, `host:port`."""
        other = copy.copy(self)
        other.target = target
        return other

    def run(self, command, via, *arguments, seconds=180):
        """One client command; its JSON answer."""
        words = [self.program, command, str(via), self.target, *map(str, arguments)]
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{command} via {via}: no end in {seconds} s") from None
        lines = done.stdout.strip().splitlines()
        if not lines:
            raise Failure(f"{command} via {via}: {done.stderr.strip() or 'no answer'}")
        answer = json.loads(lines[0])
        if answer["failed"]:
            raise Failure(f"{command} via {via}: {answer['failed']} of its streams failed")
        return answer

    @contextlib.contextmanager
    def holding(self, via, count, identities, seconds=180):
        """Idle streams, held while the block runs; used once each at its end."""
        words = [str(w) for w in (self.program, "hold", via, self.target, count, identities)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            try:
                answer = json.loads(child.stdout.readline() or '{"failed": 1}')
                if answer["failed"]:
                    raise Failure(f"hold via {via}: {answer['failed']} of {count} streams were refused")
                yield answer
                out, _ = child.communicate("use\n", timeout=seconds)
                answer["alive"] = json.loads(out)["alive"]
            finally:
                child.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.children.stop()
