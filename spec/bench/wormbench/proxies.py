"""Chains of four plain proxies on loopback: what the same number of hops costs without any onion."""

import shutil
import subprocess
from pathlib import Path

from .host import Children, Failure, eventually, free_ports

HOPS = 4
BUFFER = 256 << 10

#: Where Debian puts nginx's stream module; it is built in elsewhere.
STREAM_MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


class ProxyChain:
    """Four processes, each passing every byte to the next; the last one reaches the server. Applications
    connect to `entry`."""

    def __init__(self, folder, target):
        self.folder = Path(folder)
        self.children = Children(folder)
        self.ports = free_ports(HOPS)
        self.entry = self.ports[0]
        for hop in range(HOPS):
            last = hop == HOPS - 1
            self._start_hop(hop, self.ports[hop], target if last else f"127.0.0.1:{self.ports[hop + 1]}", last)
        try:
            eventually("the proxies", 15, self._all_listen, self.children)
        except BaseException:
            self.children.stop()
            raise

    def _all_listen(self):
        listening = set()
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                listening.add(int(fields[1].split(":")[1], 16))
        return listening.issuperset(self.ports)

    def _start_hop(self, hop, port, onward, last):
        raise NotImplementedError

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.children.stop()


class Nginx(ProxyChain):
    """nginx's stream proxy, one process a hop."""

    name = "nginx"

    def _start_hop(self, hop, port, onward, last):
        if shutil.which("nginx") is None:
            raise Failure("nginx is not installed (Debian: nginx libnginx-mod-stream)")
        place = self.folder / f"hop{hop}"
        place.mkdir()
        module = f"load_module {STREAM_MODULE};\n" if STREAM_MODULE.exists() else ""
        settings = place / "nginx.conf"
        settings.write_text(
            f"{module}daemon off; master_process off; pid {place}/pid; error_log stderr error;\n"
            "events { worker_connections 1024; }\n"
            "stream {\n"
            f"  proxy_buffer_size {BUFFER // 1024}k; tcp_nodelay on;\n"
            f"  server {{ listen 127.0.0.1:{port}; proxy_pass {onward}; }}\n"
            "}\n"
        )
        self.children.start(f"hop{hop}", "nginx", "-p", place, "-e", "stderr", "-c", settings)


class Haproxy(ProxyChain):
    """haproxy in TCP mode, one thread a hop."""

    name = "haproxy"
    tls_between = False

    def __init__(self, folder, target):
        if shutil.which("haproxy") is None:
            raise Failure("haproxy is not installed (Debian: haproxy)")
        if self.tls_between:
            self.certificate = self._make_certificate(Path(folder))
        super().__init__(folder, target)

    def _start_hop(self, hop, port, onward, last):
        bind = f"bind 127.0.0.1:{port}"
        server = f"server next {onward}"
        if self.tls_between:
            if hop > 0:
                bind += f" ssl crt {self.certificate} ssl-min-ver TLSv1.3"
            if not last:
                server += " ssl verify none ssl-min-ver TLSv1.3"
        settings = self.folder / f"hop{hop}.cfg"
        settings.write_text(
            "global\n"
            f"  nbthread 1\n  tune.bufsize {BUFFER}\n  maxconn 2000\n"
            "defaults\n"
            "  mode tcp\n  timeout connect 5s\n  timeout client 300s\n  timeout server 300s\n"
            f"listen hop\n  {bind}\n  {server}\n"
        )
        self.children.start(f"hop{hop}", "haproxy", "-db", "-f", settings)

    @staticmethod
    def _make_certificate(folder):
        folder.mkdir(parents=True, exist_ok=True)
        key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
        words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-days", "2", "-subj", "/CN=hop", "-keyout", key, "-out", certificate]
        subprocess.run([str(w) for w in words], check=True, capture_output=True)
        both.write_text(certificate.read_text() + key.read_text())
        return both


class HaproxyTls(Haproxy):
    """The same with TLS 1.3 on the three links between the hops."""

    name = "haproxy + TLS 1.3"
    tls_between = True
