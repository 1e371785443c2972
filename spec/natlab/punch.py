#!/usr/bin/env python3
"""punch.py - the simplest UDP and TCP hole punch, to prove the Wormholes NAT laboratory.

  punch.py server PORT                       rendezvous: tells two names each other's endpoint
  punch.py udp|tcp NAME PEER SERVER:PORT     prints 'ok MILLISECONDS ip:port' or 'fail'
"""
import errno, select, socket, sys, time

now = time.monotonic


def server(port):
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind(("0.0.0.0", port))
    t = socket.create_server(("0.0.0.0", port))
    seen, waiting = {}, {}
    print("ready", flush=True)
    while True:
        for s in select.select([u, t, *waiting], [], [])[0]:
            if s is u:
                data, addr = u.recvfrom(200)
                name, peer = data.decode().split()
                seen[name] = addr
                if peer in seen:
                    u.sendto("{} {}".format(*seen[peer]).encode(), addr)
            elif s is t:
                c, addr = t.accept()
                waiting[c] = addr
            else:
                line, addr = s.recv(200).decode().split(), waiting.pop(s)
                if len(line) == 2:
                    seen[line[0]] = (addr, s)
                    if line[1] in seen:
                        other, o = seen[line[1]]
                        s.send("{} {}".format(*other).encode())
                        o.send("{} {}".format(*addr).encode())


def udp(name, peer, srv):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("0.0.0.0", 0))
    target, t0, end, tick, won = None, now(), now() + 5, 0, None
    while now() < end:
        if now() >= tick:
            tick = now() + 0.1
            s.sendto(f"{name} {peer}".encode(), srv)
            if target:
                s.sendto(b"HI", target)
        if not select.select([s], [], [], max(0, tick - now()))[0]:
            continue
        data, addr = s.recvfrom(200)
        if addr == srv:
            ip, port = data.decode().split()
            if not won and target != (ip, int(port)):
                target, t0, end = (ip, int(port)), now(), now() + 3
        else:
            target = addr  # the peer's true endpoint, where its NAT is symmetric
            s.sendto(b"OK", addr)
            if data == b"OK" and not won:
                won, end = (now() - t0, addr), now() + 0.5  # stay to answer the peer
    return won


def tcp(name, peer, srv):
    def sock():
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind(("0.0.0.0", mine))
        return s
    mine = 0
    c = sock()
    mine = c.getsockname()[1]
    c.settimeout(8)
    c.connect(srv)
    c.send(f"{name} {peer}".encode())
    ip, port = c.recv(200).decode().split()
    lst, t0 = sock(), now()
    lst.listen(5)
    lst.setblocking(False)
    out = None
    while now() - t0 < 4:
        if out is None:
            out = sock()
            out.setblocking(False)
            # where the peer's connection is there already, ours has no address left
            begun = out.connect_ex((ip, int(port))) in (0, errno.EINPROGRESS)
            fresh = now()
        r, w, _ = select.select([lst], [out] if begun else [], [], 0.1)
        s = lst.accept()[0] if r else out if w and out.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 else None
        if s and greets(s, name, peer):
            took = now() - t0
            time.sleep(0.5)
            return took, s.getpeername()
        if w or s is out or not begun or now() - fresh > 1.5:
            out.close()
            out = None
            time.sleep(0.05)


def greets(s, name, peer):
    try:
        s.setblocking(True)
        s.settimeout(2)
        s.send(name.encode())
        return s.recv(200) == peer.encode()
    except OSError:
        return False


if sys.argv[1] == "server":
    server(int(sys.argv[2]))
else:
    host, port = sys.argv[4].split(":")
    try:
        got = {"udp": udp, "tcp": tcp}[sys.argv[1]](sys.argv[2], sys.argv[3], (host, int(port)))
    except OSError:
        got = None
    print("ok {:.0f} {}:{}".format(got[0] * 1e3, *got[1]) if got else "fail", flush=True)
