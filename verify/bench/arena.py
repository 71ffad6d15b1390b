"""Proxies side by side on one core: each is warmed up, then they take turns, and those whose turn it isn't are frozen."""

import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass

import clients
from machine import CoreTimes, cpu_seconds, process_tree, resident_mib
from processes import wait_until
from stage import SMALL_PATH

START_SECONDS = 20
FIRST_SECONDS = 10
LEAD_IN_SECONDS = 1
IDLE_SECONDS = 3
ATTACH_SECONDS = 0.5


@dataclass(frozen=True)
class Pace:
    """How long a run takes: seconds of warm-up, rounds, seconds of a measurement."""

    warm_up: int
    rounds: int
    seconds: int
    is_quick: bool = False

    @property
    def latency_rounds(self):
        """Two more: a pause of the machine under a virtual one makes a p99 ten times what it is, and a median has to outlive it."""
        return self.rounds if self.is_quick else self.rounds + 2


def say(text):
    print(text, file=sys.stderr, flush=True)


class Arena:
    """Backends and proxies, started together and closed together. A proxy that doesn't serve is left out, with the reason."""

    def __init__(self, stage, proxies, path=SMALL_PATH, tls=None, start_backends=None):
        self.stage = stage
        self.path = path
        self.tls = tls
        self.servers = {}
        self.absent = {}
        self.secured = {}
        self.resident_idle = {}
        self._open = ExitStack()
        try:
            self._start(proxies, start_backends or stage.start_backends)
        except BaseException:
            self._open.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._open.close()

    @property
    def present(self):
        """The proxies that serve."""
        return list(self.servers)

    def check(self, proxy):
        """The right bytes, before they are served a million times."""
        clients.check_body(proxy, self.path, self.tls)
        if self.tls and proxy.name not in self.secured:
            self.secured[proxy.name] = clients.secured_by(self.stage, proxy, self.tls)

    def measure(self, proxy, load, seconds):
        """One turn: `load(proxy, seconds)` while the proxy's process and both cores are watched."""
        server = self.servers[proxy]
        server.thaw()
        try:
            load(proxy, LEAD_IN_SECONDS)
            self.check(proxy)
            return self._watched(server, proxy, load, seconds)
        finally:
            server.freeze()

    def warm_up(self, proxy, load, seconds):
        """The first seconds apart: what a start costs those who are measured by its first minute."""
        server = self.servers[proxy]
        server.thaw()
        try:
            self.check(proxy)
            first = self._watched(server, proxy, load, min(FIRST_SECONDS, seconds))
            if seconds > FIRST_SECONDS:
                load(proxy, seconds - FIRST_SECONDS)
            return first
        finally:
            server.freeze()

    def count_splices(self, proxy, load):
        """How often it calls splice, by strace, in a run of its own: watched, it is slow. None where that isn't allowed."""
        counted = self.stage.directory / f"{proxy.name}.strace"
        server = self.servers[proxy]
        server.thaw()
        watch = subprocess.Popen(
            ["strace", "-q", "-f", "-c", "-e", "trace=splice,sendto,writev", "-o", str(counted)]
            + [word for pid in process_tree(server.pid) for word in ("-p", str(pid))],
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(ATTACH_SECONDS)
            load(proxy, LEAD_IN_SECONDS)
        finally:
            watch.send_signal(signal.SIGINT)
            watch.wait()
            server.freeze()
        text = counted.read_text(encoding="utf-8") if counted.exists() else ""
        if not text:
            return None
        found = re.search(r"(\d+)\s+(?:\d+\s+)?splice$", text, re.MULTILINE)
        return int(found.group(1)) if found else 0

    def _watched(self, server, proxy, load, seconds):
        cores = self.stage.cores
        before = CoreTimes.read(cores.proxy), CoreTimes.read(cores.rest), cpu_seconds(server.pid), time.monotonic()
        outcome = load(proxy, seconds)
        elapsed = time.monotonic() - before[3]
        used = cpu_seconds(server.pid) - before[2]
        busy = CoreTimes.read(cores.proxy).busy_share_since(before[0])
        measured = {
            **outcome.as_dict(),
            "cpuMicros": used * 1e6 / max(1, outcome.requests),
            "perSecond": outcome.requests / outcome.seconds,
            "proxyCore": busy,
            "restCore": CoreTimes.read(cores.rest).busy_share_since(before[1]),
            "others": max(0.0, busy - used / elapsed),
            "residentMiB": resident_mib(server.pid),
        }
        say(line_of(proxy, measured))
        return measured

    def _start(self, proxies, start_backends):
        self._open.callback(start_backends().close)
        for proxy in proxies:
            server = proxy.start(self.stage, (self.tls,) if self.tls else ())
            self._open.callback(server.close)
            is_serving = wait_until(lambda: clients.answers(proxy, self.tls) or server.has_ended(), START_SECONDS)
            if is_serving and not server.has_ended():
                self.servers[proxy] = server
            else:
                self.absent[proxy.name] = f"does not serve: {server.last_words()}"
                say(f"  {proxy.title:18} {self.absent[proxy.name]}")
        time.sleep(IDLE_SECONDS)
        for proxy, server in self.servers.items():
            self.resident_idle[proxy.name] = resident_mib(server.pid)
            server.freeze()


def line_of(proxy, measured):
    tail = "" if measured["p99"] is None else f"  p99 {measured['p99'] / 1e3:8.2f} ms"
    failed = f"  {measured['failed']} FAILED" if measured["failed"] else ""
    return (
        f"  {proxy.title:18} {measured['cpuMicros']:9.1f} µs  {measured['perSecond']:9.0f}/s{tail}"
        f"  cores {measured['proxyCore']:4.0%} {measured['restCore']:4.0%}{failed}"
    )


def take_turns(arena, load_of, pace, rounds=None):
    """Every proxy once a round, another one first each time; answers the measurements by proxy."""
    measured = {proxy.name: [] for proxy in arena.present}
    for turn in range(rounds or pace.rounds):
        first = turn % max(1, len(arena.present))
        for proxy in arena.present[first:] + arena.present[:first]:
            measured[proxy.name].append(arena.measure(proxy, load_of(proxy), pace.seconds))
    return measured
