"""The rows that are measured. Each answers a dictionary: what was measured, by phase and proxy, ready for JSON."""

from functools import partial

import clients
from arena import Arena, say, take_turns
from stage import LARGE_PATH, SMALL_PATH

KEEPALIVE_CONNECTIONS = 64
LARGE_CONNECTIONS = 16


class Rows:
    """What a row needs: the stage, the proxies, the pace."""

    def __init__(self, stage, proxies, pace):
        self.stage = stage
        self.proxies = proxies
        self.pace = pace

    def keepalive(self):
        """Small bodies over 64 kept connections: as fast as it goes, then at half of that, and all at the same rate."""
        with self._arena() as arena:
            saturate = partial(self._wrk, SMALL_PATH, KEEPALIVE_CONNECTIONS)
            result = self._saturated(arena, saturate)
            capacity = {name: median_of(turns, "perSecond") for name, turns in result["saturated"].items()}
            half = {name: self._paced(rate / 2) for name, rate in capacity.items()}
            say("  warm-up at half of its own saturation, its first 10 seconds")
            for proxy in arena.present:
                arena.warm_up(proxy, half[proxy.name], self.pace.warm_up)
            say("  at half of its own saturation")
            result["half"] = take_turns(arena, lambda proxy: half[proxy.name], self.pace, self.pace.latency_rounds)
            if not self.pace.is_quick:
                common = min(capacity.values()) / 2
                say(f"  all at {common:.0f}/s")
                result["common"] = take_turns(arena, lambda proxy: self._paced(common), self.pace, self.pace.latency_rounds)
            return result

    def connect(self):
        """A new connection for every request; those to backends are kept."""
        with self._arena() as arena:
            return self._saturated(arena, partial(self._wrk, SMALL_PATH, KEEPALIVE_CONNECTIONS, is_closing=True))

    def large(self):
        """Bodies of 1 MiB."""
        with self._arena(path=LARGE_PATH) as arena:
            load = partial(self._wrk, LARGE_PATH, LARGE_CONNECTIONS)
            result = self._saturated(arena, load)
            result["splices"] = {proxy.name: arena.count_splices(proxy, load) for proxy in arena.present}
            counts = ", ".join(f"{name} {count}" for name, count in result["splices"].items())
            result["notes"] = [f"calls of splice in a second, slowed down by strace: {counts}"]
            return result

    def tls_ec(self):
        """Full TLS 1.3 handshakes with a P-256 certificate."""
        return self._handshakes("ec")

    def tls_rsa(self):
        """Full TLS 1.3 handshakes with an RSA 2048 certificate."""
        return self._handshakes("rsa")

    def tls_bulk(self):
        """Bodies of 1 MiB over TLS 1.3."""
        with self._arena(path=LARGE_PATH, tls="ec") as arena:
            return self._saturated(arena, partial(self._wrk, LARGE_PATH, LARGE_CONNECTIONS, tls="ec"))

    def _handshakes(self, kind):
        with self._arena(tls=kind) as arena:
            return self._saturated(
                arena, lambda proxy, seconds: clients.handshakes(self.stage, proxy, kind, seconds)
            )

    def _arena(self, path=SMALL_PATH, tls=None):
        is_large = path == LARGE_PATH
        proxies = [proxy for proxy in self.proxies if (is_large and not tls) or not getattr(proxy, "splice", "")]
        return Arena(self.stage, [proxy.for_large_bodies() if is_large else proxy for proxy in proxies], path, tls)

    def _saturated(self, arena, load):
        result = {"absent": arena.absent, "residentIdleMiB": arena.resident_idle}
        say("  warm-up, its first 10 seconds")
        result["first"] = {
            proxy.name: [arena.warm_up(proxy, load, self.pace.warm_up)] for proxy in arena.present
        }
        say("  as fast as it goes")
        result["saturated"] = take_turns(arena, lambda _: load, self.pace)
        result["secured"] = arena.secured
        return result

    def _wrk(self, path, connections, proxy, seconds, is_closing=False, tls=None):
        return clients.wrk(self.stage, proxy.url(path, tls), path, connections, seconds, is_closing)

    def _paced(self, rate):
        return lambda proxy, seconds: clients.paced(
            self.stage, proxy, SMALL_PATH, KEEPALIVE_CONNECTIONS, rate, seconds
        )


def median_of(turns, key):
    ordered = sorted(turn[key] for turn in turns)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
