"""The stage that every proxy plays on: addresses, certificates, bodies, and the backends that serve them.

Clients offer one TLS cipher suite, so that all proxies do the same work.

    client ──▶ proxy's own address :8080, :8443, :8444 ──▶ BACKEND_ADDRESS :9001, :9002
    └─ core B                 core A ─┘                         core B ─┘
"""

import os
import subprocess
from pathlib import Path

from machine import output_of
from processes import Server

BACKEND_ADDRESS = "127.0.7.2"
BACKEND_PORTS = (9001, 9002)
HTTP_PORT = 8080
TLS_PORTS = {"ec": 8443, "rsa": 8444}
HOST = "bench.test"

SMALL_PATH = "/small"
LARGE_PATH = "/large"
BODIES = {SMALL_PATH: b"0123456789abcdef" * 8, LARGE_PATH: os.urandom(4096) * 256}

KEY_ALGORITHMS = {"ec": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "rsa": ("rsa:2048",)}

CLIENT_TLS = """
openssl_conf = all
[all]
ssl_conf = programs
[programs]
system_default = client
[client]
MinProtocol = TLSv1.3
Ciphersuites = TLS_AES_128_GCM_SHA256
"""

BACKEND_CONFIGURATION = """
{user}
worker_processes 1;
daemon off;
pid {directory}/backend.pid;
error_log {directory}/backend.error crit;
worker_rlimit_nofile {open_files};
events {{ worker_connections {connections}; }}
http {{
  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=16;
  default_type text/plain;
{temporary_paths}
  server {{
{listens}
    root {directory}/bodies;
    location / {{ return 200 "{small}"; }}
    location = {large_path} {{ }}
  }}
}}
"""


def nginx_user():
    """A worker that root starts would otherwise be one that can't read these files."""
    return "user root;" if os.geteuid() == 0 else ""


def nginx_temporary_paths(directory):
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(f"  {kind}_temp_path {directory}/{kind};" for kind in kinds)


class Stage:
    """The directory of a run, with its certificates and bodies."""

    def __init__(self, directory, cores, open_files):
        self.directory = Path(directory)
        self.cores = cores
        self.open_files = open_files
        self._write_bodies()
        self.client_environment = {"OPENSSL_CONF": str(self.file("client.cnf", CLIENT_TLS))}
        for kind, algorithm in KEY_ALGORITHMS.items():
            self._make_certificate(kind, algorithm)

    def file(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def certificate(self, kind):
        return self.directory / f"{kind}.crt"

    def key(self, kind):
        return self.directory / f"{kind}.key"

    def both(self, kind):
        """Certificate and key in one file."""
        return self.directory / f"{kind}.pem"

    def start_backends(self, addresses=(BACKEND_ADDRESS,), ports=BACKEND_PORTS):
        """nginx with one worker, which answers from memory: cheap enough to outrun the proxy from beside the client."""
        configuration = BACKEND_CONFIGURATION.format(
            user=nginx_user(),
            directory=self.directory,
            open_files=self.open_files,
            connections=self.open_files - 256,
            temporary_paths=nginx_temporary_paths(self.directory),
            listens="\n".join(f"    listen {address}:{port} backlog=4096;" for address in addresses for port in ports),
            small=BODIES[SMALL_PATH].decode(),
            large_path=LARGE_PATH,
        )
        path = self.file("backend.conf", configuration)
        return Server(
            "backends",
            self.cores.rest,
            ["nginx", "-p", str(self.directory), "-c", str(path)],
            self.directory / "backend.log",
        )

    def _write_bodies(self):
        bodies = self.directory / "bodies"
        bodies.mkdir()
        (bodies / LARGE_PATH.strip("/")).write_bytes(BODIES[LARGE_PATH])

    def _make_certificate(self, kind, algorithm):
        printed = output_of(
            *("openssl", "req", "-x509", "-nodes", "-days", "30", "-newkey", *algorithm),
            *("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"),
            *("-keyout", str(self.key(kind)), "-out", str(self.certificate(kind))),
        )
        if not self.certificate(kind).exists():
            raise subprocess.SubprocessError(f"openssl made no certificate: {printed}")
        self.both(kind).write_bytes(self.certificate(kind).read_bytes() + self.key(kind).read_bytes())
