#!/usr/bin/env python3
"""wire.py - the public segment of the Wormholes NAT laboratory in user space.

Stands in for the kernel's netem where it is missing: an Ethernet switch whose ports are
the tap devices named 'wan' in the lab's namespaces, each with one-way delay, jitter, loss
and rate. A frame is held for the delay of the port it came from plus that of the port it
goes to. Started and stopped by run; SIGHUP reads the settings again.
"""
import ctypes, fcntl, heapq, os, random, select, signal, struct, sys, time

STATE, PREFIX = sys.argv[1], sys.argv[2]
libc = ctypes.CDLL(None, use_errno=True)


class Port:
    __slots__ = ("fd", "node", "delay", "jitter", "loss", "rate", "free_in", "free_out")

    def __init__(self, node):
        with open("/run/netns/" + PREFIX + node) as ns:
            if libc.setns(ns.fileno(), 0x40000000):
                raise OSError(ctypes.get_errno(), "setns " + node)
        self.node = node
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, 0x400454CA, struct.pack("16sH22x", b"wan", 0x0002 | 0x1000))  # tap, no header
        self.delay = self.jitter = self.loss = self.rate = self.free_in = self.free_out = 0.0


def settings(*_):
    with open(STATE + "/shapes") as f:
        for line in f:
            name, *kvs = line.split()
            p = by_node.get(name)
            if p:
                v = dict(kv.split("=", 1) for kv in kvs)
                p.delay = float(v.get("delay", 0)) / 1e3
                p.jitter = float(v.get("jitter", 0)) / 1e3
                p.loss = float(v.get("loss", 0)) / 100
                p.rate = float(v.get("rate", 0)) * 125  # bytes a second


with open(STATE + "/uplinks") as f:
    ports = [Port(line.split()[0]) for line in f]
by_node = {p.node: p for p in ports}
by_fd = {p.fd: p for p in ports}
settings()
signal.signal(signal.SIGHUP, settings)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
poll = select.epoll()
for p in ports:
    poll.register(p.fd, select.EPOLLIN)
print("ready", len(ports), flush=True)

table, queue, seq = {}, [], 0
mono, rnd = time.monotonic, random.random
QUEUE_S = 0.25  # a rate-limited port drops what would wait longer than this


def write(fd, frame):
    try:
        os.write(fd, frame)
    except OSError:
        pass  # the link is down or its buffer is full: the frame is lost


def send(src, dst, frame, now):
    global seq
    if (src.loss and rnd() < src.loss) or (dst.loss and rnd() < dst.loss):
        return
    at = now
    if src.rate or dst.rate:
        if src.rate:
            src.free_in = max(src.free_in, now) + len(frame) / src.rate
            at = src.free_in
        if dst.rate:
            dst.free_out = max(dst.free_out, at) + len(frame) / dst.rate
            at = dst.free_out
        if at - now > QUEUE_S:
            if src.rate:
                src.free_in -= len(frame) / src.rate
            if dst.rate:
                dst.free_out -= len(frame) / dst.rate
            return
    at += src.delay + dst.delay
    j = src.jitter + dst.jitter
    if j:
        at += j * (2 * rnd() - 1)
    if at <= now:
        write(dst.fd, frame)
    else:
        seq += 1
        heapq.heappush(queue, (at, seq, dst.fd, frame))


while True:
    wait = max(0.0, queue[0][0] - mono()) if queue else -1
    for fd, _ in poll.poll(wait):
        src = by_fd[fd]
        for _ in range(64):
            try:
                frame = os.read(fd, 65536)
            except BlockingIOError:
                break
            except OSError:
                break
            now = mono()
            table[frame[6:12]] = src
            dst = None if frame[0] & 1 else table.get(frame[0:6])
            if dst is not None:
                if dst is not src:
                    send(src, dst, frame, now)
            else:
                for p in ports:
                    if p is not src:
                        send(src, p, frame, now)
    now = mono()
    while queue and queue[0][0] <= now:
        _, _, fd, frame = heapq.heappop(queue)
        write(fd, frame)
