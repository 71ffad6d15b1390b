"""What asks the proxies: each client runs for some seconds on the core of clients and backends, and says how it went."""

import hashlib
import json
import os
import re
import socket
import ssl
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

import jvm
from processes import pinned
from stage import BODIES, HOST, HTTP_PORT, SMALL_PATH, TLS_PORTS

HERE = Path(__file__).parent
HEAD_BYTES_LIMIT = 1_000
HANDSHAKERS = 4


class ClientFailed(Exception):
    pass


@dataclass
class Outcome:
    """Latencies in microseconds; None where the client knows none."""

    requests: int
    seconds: float
    failed: int
    p50: float | None = None
    p99: float | None = None
    p999: float | None = None

    def as_dict(self):
        return asdict(self)


def wrk(stage, url, path, connections, seconds, is_closing=False):
    """A closed loop: each connection sends its next request when the last one was answered."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "wrk_report.lua"), "--timeout", "10s"]
    command += ["-H", f"Host: {HOST}", *(["-H", "Connection: close"] if is_closing else []), url]
    return parsed(run(stage, command, seconds), path, connections)


def paced(stage, proxy, path, connections, rate, seconds):
    """An open loop: requests go out at random times, so many a second."""
    classes = stage.directory / "classes"
    if not classes.exists():
        jvm.compile_to(classes, HERE / "PacedClient.java")
    command = [jvm.program("java"), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(classes), "PacedClient"]
    command += [proxy.address, str(HTTP_PORT), path, str(connections), str(rate), str(seconds), str(len(BODIES[path]))]
    return parsed(run(stage, command, seconds), path, connections)


def handshakes(stage, proxy, kind, seconds):
    """Full handshakes, one after the other from a few processes: openssl marks each with `*`, a resumed one with `r`."""
    target = f"{proxy.address}:{TLS_PORTS[kind]}"
    command = ["openssl", "s_time", "-connect", target, "-new", "-tls1_3", "-time", str(seconds)]
    running = [start(stage, command, subprocess.STDOUT) for _ in range(HANDSHAKERS)]
    try:
        outcomes = [_handshakes_of(process, seconds) for process in running]
    finally:
        for process in running:
            process.kill()
    return Outcome(sum(done for done, _ in outcomes), seconds, sum(failed for _, failed in outcomes))


def _handshakes_of(process, seconds):
    try:
        printed = process.communicate(timeout=seconds + 20)[0]
    except subprocess.TimeoutExpired as timeout:
        raise ClientFailed("openssl s_time did not end") from timeout
    counted = re.search(r"(\d+) connections in \d+ real seconds", printed)
    if process.returncode != 0 or not counted:
        raise ClientFailed(f"openssl s_time: {printed.strip().splitlines()[-1:]}")
    full = printed.count("*")
    return full, max(0, int(counted.group(1)) - full)


def start(stage, command, errors):
    return subprocess.Popen(
        pinned(stage.cores.rest, command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env={**os.environ, **stage.client_environment},
    )


def run(stage, command, seconds):
    """The last line that a client prints, which is its report."""
    process = start(stage, command, subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=seconds + 30)
    except subprocess.TimeoutExpired as timeout:
        raise ClientFailed(f"{command[0]} did not end") from timeout
    finally:
        process.kill()
    lines = [line for line in out.splitlines() if line.startswith("{")]
    if process.returncode != 0 or not lines:
        raise ClientFailed(f"{command[0]}: {(err or out).strip()[-200:]}")
    return json.loads(lines[-1])


def parsed(report, path, connections):
    """Beside what failed, too few or too many bytes for so many answers count as a failure."""
    body = len(BODIES[path])
    least, most = report["requests"] * body, (report["requests"] + connections) * (body + HEAD_BYTES_LIMIT)
    is_whole = least <= report["bytes"] <= most
    return Outcome(
        report["requests"],
        report["micros"] / 1e6,
        report["failed"] + (0 if is_whole else 1),
        report["p50"],
        report["p99"],
        report["p999"],
    )


def check_body(proxy, path, tls=None):
    """Asks once; fails unless status and body are as they shall be."""
    stream = socket.create_connection((proxy.address, TLS_PORTS[tls] if tls else HTTP_PORT), timeout=5)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        stream = context.wrap_socket(stream, server_hostname=HOST)
    with stream:
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: stream.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 ") or hashlib.sha256(body).digest() != hashlib.sha256(BODIES[path]).digest():
        raise ClientFailed(f"{proxy.title} answered {head[:60]!r} and {len(body)} bytes")


def secured_by(stage, proxy, tls):
    """TLS version, cipher suite and kind of key that a client gets."""
    command = ["openssl", "s_client", "-brief", "-connect", f"{proxy.address}:{TLS_PORTS[tls]}", "-servername", HOST]
    printed = start(stage, command, subprocess.STDOUT).communicate(timeout=20)[0]
    return " ".join(re.findall(r"^(?:Protocol version|Ciphersuite|Server Temp Key): ([\w.]+)", printed, re.MULTILINE))


def answers(proxy, tls=None):
    """Whether it serves."""
    try:
        check_body(proxy, SMALL_PATH, tls)
        return True
    except (OSError, ClientFailed):
        return False
