"""The proxies that are compared: how each is configured, started and asked for its version.

All of them append to X-Forwarded-For and set X-Forwarded-Proto and -Host, as Ballast does by default; keep connections
to backends; write no access log; run with one thread or worker, which is what one core can use.
"""

import json
import re

from machine import output_of
from processes import Server
from stage import BACKEND_ADDRESS, BACKEND_PORTS, HTTP_PORT, TLS_PORTS, nginx_temporary_paths, nginx_user

UPSTREAMS = tuple(f"{BACKEND_ADDRESS}:{port}" for port in BACKEND_PORTS)


def indented(text, by=4):
    return "\n".join(" " * by + line for line in text.strip().splitlines())


class Proxy:
    """One of those that are compared. `title` is for people, `name` for files and options."""

    name = ""
    title = ""
    address = ""
    death_signal = "KILL"

    def start(self, stage, tls=(), core=None):
        """Starts it on the proxy's core, or another; `tls` names the kinds of certificates to have listeners for."""
        command, environment = self.command(stage, tls)
        log = stage.directory / f"{self.name}.log"
        core = stage.cores.proxy if core is None else core
        return Server(self.name, core, command, log, environment, self.death_signal)

    def for_large_bodies(self):
        """The same proxy, configured as it is fastest with bodies of 1 MiB."""
        return self

    def command(self, stage, tls):
        raise NotImplementedError

    def version(self):
        raise NotImplementedError

    def url(self, path, tls=None):
        return f"https://{self.address}:{TLS_PORTS[tls]}{path}" if tls else f"http://{self.address}:{HTTP_PORT}{path}"


class HaProxy(Proxy):
    name = "haproxy"
    title = "HAProxy"
    address = "127.0.7.11"
    splice = ""

    def __init__(self, buffer_bytes=16_384):
        self.buffer_bytes = buffer_bytes

    def for_large_bodies(self):
        """64 KiB are the best size for them, and cost it a third more for small ones; nginx is best with 16 for both."""
        return HaProxy(65_536)

    # Connections count twice in its sum of open files, pipes for splicing once more.
    def command(self, stage, tls):
        binds = [f"bind {self.address}:{HTTP_PORT} backlog 4096"]
        binds += [
            f"bind {self.address}:{TLS_PORTS[kind]} backlog 4096 ssl crt {stage.both(kind)} alpn http/1.1" for kind in tls
        ]
        servers = "\n".join(f"  server s{i} {upstream}" for i, upstream in enumerate(UPSTREAMS))
        configuration = f"""
global
  nbthread 1
  tune.bufsize {self.buffer_bytes}
  maxconn {min(20_000, stage.open_files // 4)}
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  retries 1
  http-reuse always
  option http-keep-alive
{self.splice}
frontend clients
{indented(chr(10).join(binds), 2)}
  option forwardfor
  http-request set-header X-Forwarded-Proto https if {{ ssl_fc }}
  http-request set-header X-Forwarded-Proto http if !{{ ssl_fc }}
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  default_backend backends
backend backends
  balance roundrobin
{servers}
"""
        path = stage.file(f"{self.name}.cfg", configuration)
        return ["haproxy", "-db", "-f", str(path), *([] if self.splice else ["-dS"])], {}

    def version(self):
        return first_match(r"version (\S+)", output_of("haproxy", "-v"))


class SplicingHaProxy(HaProxy):
    """`splice-auto` decides by a guess that never falls for splicing here; asked for by name, it does splice."""

    name = "haproxy-splice"
    title = "HAProxy, splicing"
    address = "127.0.7.12"
    splice = "  option splice-request\n  option splice-response"

    def for_large_bodies(self):
        return self


class Nginx(Proxy):
    name = "nginx"
    title = "nginx"
    address = "127.0.7.13"
    death_signal = "TERM"

    def command(self, stage, tls):
        listens = [f"listen {self.address}:{HTTP_PORT} backlog=4096;"]
        listens += [f"listen {self.address}:{TLS_PORTS[kind]} ssl backlog=4096;" for kind in tls]
        keys = [
            f"ssl_certificate {stage.certificate(kind)};\nssl_certificate_key {stage.key(kind)};" for kind in tls
        ]
        secured = "\n".join(
            self.server([listen], key) for listen, key in zip(listens[1:], keys)
        )
        configuration = f"""
{nginx_user()}
worker_processes 1;
daemon off;
pid {stage.directory}/nginx.pid;
error_log {stage.directory}/nginx.error crit;
worker_rlimit_nofile {stage.open_files};
events {{ worker_connections {stage.open_files - 256}; }}
http {{
  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 60s;
{nginx_temporary_paths(stage.directory)}
  ssl_protocols TLSv1.2 TLSv1.3;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_buffers 16 16k;
  proxy_buffer_size 16k;
  proxy_max_temp_file_size 0;
  upstream backends {{
{indented(chr(10).join(f"server {upstream};" for upstream in UPSTREAMS))}
    keepalive 512;
    keepalive_requests 1000000000;
  }}
{self.server(listens[:1], "")}
{secured}
}}
"""
        path = stage.file("nginx.conf", configuration)
        return ["nginx", "-p", str(stage.directory), "-c", str(path)], {}

    @staticmethod
    def server(listens, keys):
        lines = [*listens, *keys.splitlines(), "location / { proxy_pass http://backends; }"]
        return f"  server {{\n{indented(chr(10).join(lines))}\n  }}"

    def version(self):
        return first_match(r"nginx/(\S+)", output_of("nginx", "-v"))


class Caddy(Proxy):
    name = "caddy"
    title = "Caddy"
    address = "127.0.7.14"

    def command(self, stage, tls):
        handler = {
            "handler": "reverse_proxy",
            "upstreams": [{"dial": upstream} for upstream in UPSTREAMS],
            "load_balancing": {"selection_policy": {"policy": "round_robin"}},
            "transport": {
                "protocol": "http",
                "compression": False,
                "keep_alive": {"enabled": True, "max_idle_conns_per_host": 512, "idle_timeout": "60s"},
            },
        }
        routes = [{"handle": [handler]}]
        plain = {"listen": [f"{self.address}:{HTTP_PORT}"], "routes": routes, "automatic_https": {"disable": True}}
        servers = {"http": plain}
        for kind in tls:
            policies = [{"certificate_selection": {"any_tag": [kind]}, "alpn": ["http/1.1"]}]
            servers[kind] = {**plain, "listen": [f"{self.address}:{TLS_PORTS[kind]}"], "tls_connection_policies": policies}
        certificates = [
            {"certificate": str(stage.certificate(kind)), "key": str(stage.key(kind)), "tags": [kind]} for kind in tls
        ]
        configuration = {
            "admin": {"disabled": True},
            "logging": {"logs": {"default": {"level": "ERROR"}}},
            "apps": {"http": {"servers": servers}, "tls": {"certificates": {"load_files": certificates}}},
        }
        path = stage.file("caddy.json", json.dumps(configuration, indent=2))
        return ["caddy", "run", "--config", str(path)], {"HOME": str(stage.directory), "GOMAXPROCS": "1"}

    def version(self):
        return first_match(r"(\d[\w.+-]*)", output_of("caddy", "version"))


class Ballast(Proxy):
    """By its own launcher, with the flags and features that it has by default, serving a static file."""

    name = "ballast"
    title = "Ballast"
    address = "127.0.7.10"
    admin_port = 7071

    def __init__(self, launcher, environment=None, upstreams=UPSTREAMS, routes=("- {pool: web}",)):
        self.launcher = launcher
        self.environment = environment or {}
        self.upstreams = upstreams
        self.routes = routes

    def command(self, stage, tls):
        path = stage.file("ballast.yaml", self.configuration(stage, tls))
        command = [
            *(str(self.launcher), "lb", "--config", str(path)),
            *("--address", self.address, "--admin-port", str(self.admin_port)),
        ]
        return command, {"BALLAST_BUILD": "off", **self.environment}

    def configuration(self, stage, tls):
        secured = [
            f"- {{name: {kind}, port: {TLS_PORTS[kind]}, protocol: https, tls: {{certificates: [{kind}]}}}}" for kind in tls
        ]
        certificates = [
            f"kind: Certificate\nname: {kind}\n"
            f"certificate: |\n{indented(stage.certificate(kind).read_text(encoding='ascii'))}\n"
            f"key: |\n{indented(stage.key(kind).read_text(encoding='ascii'))}"
            for kind in tls
        ]
        return "\n---\n".join([load_balancer(secured, self.routes), pool(self.upstreams), *certificates]) + "\n"

    def version(self):
        return first_match(r"ballast (\S+)", output_of(str(self.launcher), "version"))


def pool_routes(count):
    """So many routes, of which the last takes what the others don't."""
    return [*(f"- {{match: {{pathPrefix: /route-{i}}}, pool: web}}" for i in range(count - 1)), "- {pool: web}"]


def load_balancer(more_listeners, routes):
    listeners = [f"- {{name: http, port: {HTTP_PORT}, protocol: http}}", *more_listeners]
    head = 'kind: LoadBalancer\nname: web\ndomain: bench.test\nhosts: ["*"]\nlisteners:\n'
    return head + indented("\n".join(listeners), 2) + "\nroutes:\n" + indented("\n".join(routes), 2)


def pool(upstreams):
    backends = "\n".join(f'- {{name: b{i}, address: "{upstream}"}}' for i, upstream in enumerate(upstreams))
    return f"kind: Pool\nname: web\nbackends:\n{indented(backends, 2)}"


def first_match(pattern, text):
    match = re.search(pattern, text)
    return match.group(1) if match else "unknown"
