"""Rows of Ballast alone: what has a bound of its own rather than a peer. Each answers facts: lists of values by name."""

import subprocess
import sys
import time
from pathlib import Path

import clients
import jvm
from arena import Arena, say
from machine import resident_mib
from processes import pinned, wait_until
from proxies import Ballast, pool_routes
from stage import BACKEND_PORTS, BODIES, HTTP_PORT, SMALL_PATH

CONNECTIONS = 64
IDLE_WANTED = 50_000
OWN_FILES = 512
SOURCES = ("127.0.8.1", "127.0.9.1", "127.0.10.1", "127.0.11.1", "127.0.12.1")
START_SECONDS = 20
CURVE_ADDRESSES = tuple(f"127.0.7.{last}" for last in range(100, 150))
CURVE_WARM_UP_SHARE = 0.5


class Alone:
    """What a row needs: the stage, the launcher, the pace."""

    def __init__(self, stage, launcher, pace):
        self.stage = stage
        self.launcher = launcher
        self.pace = pace

    def allocation(self):
        """Bytes on the heap for a request, over kept connections, after the warm-up."""
        ballast = Ballast(self.launcher)
        with Arena(self.stage, [ballast]) as arena:
            server = serving(arena, ballast)
            self._load(ballast, self.pace.warm_up)
            return {"facts": {"bytesPerRequest": [self._allocated(ballast, server) for _ in range(self.pace.rounds)]}}

    def _allocated(self, ballast, server):
        before = jvm.allocated_bytes(server.pid)
        outcome = self._load(ballast, self.pace.seconds)
        each = (jvm.allocated_bytes(server.pid) - before) / outcome.requests
        say(f"  {each:.1f} bytes a request over {outcome.requests} requests")
        return each

    def idle(self):
        """What a kept connection costs that has had one request: live heap and direct memory."""
        ballast = Ballast(self.launcher, {"BALLAST_JAVA_OPTS": jvm.TRACKING})
        count = min(IDLE_WANTED, self.stage.open_files - OWN_FILES)
        with Arena(self.stage, [ballast]) as arena:
            server = serving(arena, ballast)
            self._load(ballast, self.pace.seconds)
            before = memory(server)
            with Crowd(self.stage, ballast, count) as crowd:
                during = memory(server)
                still_open = crowd.disperse()
        if still_open < count:
            raise clients.ClientFailed(f"of {count} connections {still_open} were still open")
        heap, direct, resident = ((after - earlier) / count / 1024 for after, earlier in zip(during, before))
        say(f"  {count} connections: {heap:.2f} KiB heap, {direct:.2f} KiB direct, {resident:.2f} KiB resident each")
        facts = {"kibPerConnection": [heap + direct], "heapKib": [heap], "directKib": [direct], "residentKib": [resident]}
        facts.update({"liveHeapMiB": [before[0] / 2**20], "directMiB": [before[1] / 2**20]})
        note = f"{count:,} connections" + (
            f": this user may open {self.stage.open_files:,} files, too few for {IDLE_WANTED:,}" if count < IDLE_WANTED else ""
        )
        return {"facts": facts, "notes": [note]}

    def start(self):
        """Seconds from exec to the first answer, on one core as the rest of the rows, and on two."""
        both = f"{self.stage.cores.proxy},{self.stage.cores.rest}"
        facts = {"seconds": [], "secondsOnTwoCores": []}
        backends = self.stage.start_backends()
        try:
            for _ in range(max(2, self.pace.rounds) + 1):
                facts["seconds"].append(self._seconds_to_serve(self.stage.cores.proxy))
                facts["secondsOnTwoCores"].append(self._seconds_to_serve(both))
        finally:
            backends.close()
        say(f"  {facts}")
        return {"facts": {name: values[1:] for name, values in facts.items()}}

    def _seconds_to_serve(self, core):
        ballast = Ballast(self.launcher)
        started = time.monotonic()
        server = ballast.start(self.stage, core=core)
        try:
            if not wait_until(lambda: clients.answers(ballast) or server.has_ended(), START_SECONDS, 0.001):
                raise clients.ClientFailed("Ballast did not serve")
            if server.has_ended():
                raise clients.ClientFailed(f"Ballast does not serve: {server.last_words()}")
            return time.monotonic() - started
        finally:
            server.kill()

    def curve(self):
        """CPU for a request with more and more backends, and with many routes."""
        addresses = [f"{address}:{port}" for address in CURVE_ADDRESSES for port in BACKEND_PORTS]
        points = {
            "10 backends": (10, 1),
            "1,000 backends": (1_000, 1),
            "10,000 backends": (10_000, 1),
            "10 backends, 1,000 routes": (10, 1_000),
        }
        facts = {}
        for title, (backends, routes) in points.items():
            upstreams = [addresses[i % len(addresses)] for i in range(backends)]
            ballast = Ballast(self.launcher, upstreams=upstreams, routes=pool_routes(routes))
            start_backends = lambda: self.stage.start_backends(CURVE_ADDRESSES)
            with Arena(self.stage, [ballast], start_backends=start_backends) as arena:
                serving(arena, ballast)
                say(f"  {title}")
                arena.warm_up(ballast, self._load, max(2, int(self.pace.warm_up * CURVE_WARM_UP_SHARE)))
                turns = [arena.measure(ballast, self._load, self.pace.seconds) for _ in range(self.pace.rounds)]
                if any(turn["failed"] for turn in turns):
                    raise clients.ClientFailed(f"requests failed with {title}")
                facts[title] = [turn["cpuMicros"] for turn in turns]
        return {"facts": facts}

    def _load(self, ballast, seconds):
        outcome = clients.wrk(self.stage, ballast.url(SMALL_PATH), SMALL_PATH, CONNECTIONS, seconds)
        if outcome.failed:
            raise clients.ClientFailed(f"{outcome.failed} requests failed")
        return outcome


class Crowd:
    """Connections that are held open by processes of their own, from several source addresses."""

    def __init__(self, stage, ballast, count):
        each = stage.open_files - OWN_FILES
        script = str(Path(__file__).parent / "idle_connections.py")
        self.processes = []
        for number, start in enumerate(range(0, count, each)):
            target = [ballast.address, str(HTTP_PORT), str(min(each, count - start)), SOURCES[number % len(SOURCES)]]
            command = [sys.executable, "-B", script, *target, str(len(BODIES[SMALL_PATH]))]
            self.processes.append(
                subprocess.Popen(pinned(stage.cores.rest, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
        opened = self._sum()
        if opened < count:
            self.__exit__()
            raise clients.ClientFailed(f"of {count} connections {opened} were opened")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()

    def disperse(self):
        """Ends them; answers how many were still open until then."""
        for process in self.processes:
            process.stdin.close()
        return self._sum()

    def _sum(self):
        return sum(int(process.stdout.readline() or 0) for process in self.processes)


def serving(arena, ballast):
    """Its process, thawed for good, as it has the core for itself."""
    if ballast not in arena.servers:
        raise clients.ClientFailed(f"Ballast {arena.absent[ballast.name]}")
    server = arena.servers[ballast]
    server.thaw()
    return server


def memory(server):
    """Live heap, direct and resident memory in bytes."""
    return jvm.live_heap_bytes(server.pid), jvm.direct_bytes(server.pid), resident_mib(server.pid) * 2**20
