"""What the measurements say: each figure of ours beside those of the peers, as a ratio with its spread.

A ratio is that of the medians over the rounds. Its spread goes from our best round over the peer's worst to our worst
over its best: a win is a ratio whose whole spread lies below 1, so every round of ours was better than every one of
the peer's.
"""

from dataclasses import dataclass
from statistics import median

BALLAST = "ballast"
SATURATED_CORE = 0.95
FULL_CORE = 0.97
NOISE = 0.05
ROUNDS_TO_JUDGE = 3
SPLICING = ("haproxy-splice",)
SECONDS_PER_GB = 1e9 / 2**20 / 1e6


@dataclass(frozen=True)
class Figure:
    """One line of the table: a number from each measurement of a phase of a row, and what our ratio is to be."""

    title: str
    row: str
    phase: str
    key: str
    unit: str
    scale: float = 1
    must: float | None = None
    aim: float | None = None
    digits: int = 1
    is_higher_better: bool = False
    peers: tuple = ("haproxy", "nginx", "caddy")


FIGURES = (
    Figure("HTTP/1.1 keep-alive, small bodies: CPU per request", "keepalive", "saturated", "cpuMicros", "µs", 1, 1.05, 0.90),
    Figure("… requests per second", "keepalive", "saturated", "perSecond", "/s", digits=0, is_higher_better=True),
    Figure("a new connection per request: CPU per connection", "connect", "saturated", "cpuMicros", "µs", 1, 1.05, 0.90),
    Figure("1 MiB bodies: CPU per GB, without splice", "large", "saturated", "cpuMicros", "s", SECONDS_PER_GB, 1.0, 0.8, 3),
    Figure("… beside HAProxy, splicing", "large", "saturated", "cpuMicros", "s", SECONDS_PER_GB, digits=3, peers=SPLICING),
    Figure("TLS 1.3: CPU per full handshake, P-256", "tls-ec", "saturated", "cpuMicros", "µs", 1, 1.05, 1.0),
    Figure("TLS 1.3: CPU per full handshake, RSA 2048", "tls-rsa", "saturated", "cpuMicros", "µs", 1, 1.05, 1.0),
    Figure("TLS 1.3, 1 MiB bodies: CPU per GB", "tls-bulk", "saturated", "cpuMicros", "s", SECONDS_PER_GB, 1.05, 1.0, 3),
    Figure("p99 at half of its own saturation", "keepalive", "half", "p99", "ms", 1e-3, 1.1, 1.0, 3),
    Figure("… p50", "keepalive", "half", "p50", "ms", 1e-3, digits=3),
    Figure("… p99.9", "keepalive", "half", "p999", "ms", 1e-3, digits=3),
    Figure("p99, all at the same rate", "keepalive", "common", "p99", "ms", 1e-3, digits=3),
    Figure("… CPU per request", "keepalive", "common", "cpuMicros", "µs"),
)


@dataclass(frozen=True)
class Fact:
    """A number of ours alone, with bounds in its own unit."""

    title: str
    row: str
    key: str
    unit: str
    must: float | None = None
    aim: float | None = None
    digits: int = 1


FACTS = (
    Fact("heap allocation per keep-alive request in steady state", "allocation", "bytesPerRequest", "B", 256, 0),
    Fact("an idle keep-alive connection: live heap + direct memory", "idle", "kibPerConnection", "KiB", 6, 3, 2),
    Fact("… live heap", "idle", "heapKib", "KiB", digits=2),
    Fact("… direct memory", "idle", "directKib", "KiB", digits=2),
    Fact("… resident memory, the kernel's not counted", "idle", "residentKib", "KiB", digits=2),
    Fact("live heap after load, without them", "idle", "liveHeapMiB", "MiB"),
    Fact("direct memory after load, without them", "idle", "directMiB", "MiB"),
    Fact("RSS idle", "keepalive", "residentIdleMiB", "MiB", 150, 100, 0),
    Fact("RSS at full load", "keepalive", "residentMiB", "MiB", 250, 160, 0),
    Fact("`ballast lb` from exec to serving, on one core", "start", "seconds", "s", 0.8, 0.4, 2),
    Fact("… on two cores", "start", "secondsOnTwoCores", "s", digits=2),
    Fact("CPU per request with 10 backends", "curve", "10 backends", "µs"),
    Fact("… 1,000 backends", "curve", "1,000 backends", "µs"),
    Fact("… 10,000 backends", "curve", "10,000 backends", "µs"),
    Fact("… 10 backends, 1,000 routes", "curve", "10 backends, 1,000 routes", "µs"),
)
LOADED_ROWS = ("keepalive", "connect", "large", "tls-bulk")


@dataclass(frozen=True)
class Line:
    """A figure, filled in: `values` are those of all rounds, by proxy."""

    figure: Figure
    values: dict
    peer: str | None = None
    ratio: float | None = None
    spread: tuple | None = None
    verdict: str = ""

    def as_dict(self):
        figure = self.figure
        return {
            "figure": figure.title,
            "row": figure.row,
            "phase": figure.phase,
            "unit": figure.unit,
            "values": self.values,
            "bestPeer": self.peer,
            "ratio": self.ratio,
            "spread": self.spread,
            "verdict": self.verdict,
            "must": figure.must,
            "aim": figure.aim,
        }


def lines(results):
    return [line_of(figure, results[figure.row]) for figure in FIGURES if figure.row in results]


def line_of(figure, result):
    values = {
        name: [turn[figure.key] * figure.scale for turn in turns]
        for name, turns in result.get(figure.phase, {}).items()
        if name in (BALLAST, *figure.peers) and is_valid(turns, figure.key)
    }
    peers = [name for name in values if name != BALLAST]
    if BALLAST not in values or not peers:
        return Line(figure, values, verdict="not measured")
    best = (max if figure.is_higher_better else min)(peers, key=lambda name: median(values[name]))
    ours, theirs = values[BALLAST], values[best]
    spread = (min(ours) / max(theirs), max(ours) / min(theirs))
    return Line(figure, values, best, median(ours) / median(theirs), spread, verdict(spread, len(ours), figure))


def summary(results, setting):
    """Everything that the tables say, for programs."""
    return {
        "setting": setting,
        "figures": [line.as_dict() for line in lines(results)],
        "alone": [
            {"fact": fact.title, "row": fact.row, "unit": fact.unit, "values": values, "must": fact.must, "aim": fact.aim}
            for fact, values in facts(results)
        ],
        "caveats": [{"where": where, "caveat": caveat} for where, caveat in caveats(results)],
    }


def facts(results):
    """Each fact whose row was measured, with its values over the rounds."""
    for fact in FACTS:
        values = values_of(fact, results)
        if values:
            yield fact, values


def values_of(fact, results):
    if fact.key == "residentMiB":
        loaded = [results.get(row, {}).get("saturated", {}).get(BALLAST, []) for row in LOADED_ROWS]
        resident = [turn["residentMiB"] for turns in loaded for turn in turns]
        return [max(resident)] if resident else []
    result = results.get(fact.row, {})
    if fact.key == "residentIdleMiB":
        idle = result.get("residentIdleMiB", {})
        return [idle[BALLAST]] if BALLAST in idle else []
    return result.get("facts", {}).get(fact.key, [])


def is_valid(turns, key):
    return bool(turns) and all(turn["failed"] == 0 and turn["requests"] > 0 and turn[key] is not None for turn in turns)


def verdict(spread, rounds, figure):
    if rounds < ROUNDS_TO_JUDGE:
        return "too few rounds"
    if spread[0] <= 1 <= spread[1]:
        return "tie"
    return "win" if (spread[0] > 1) == figure.is_higher_better else "loss"


def caveats(results):
    """What makes numbers worth less than they look: row, what it is, and whom it concerns."""
    for row, result in results.items():
        if "failure" in result:
            yield row, f"not measured: {result['failure']}"
        for name, reason in result.get("absent", {}).items():
            yield row, f"{name} {reason}"
        for phase in ("saturated", "half", "common"):
            for caveat in caveats_of(phase, result.get(phase, {})):
                yield f"{row}, {phase}", caveat
        for note in result.get("notes", []):
            yield row, note


def caveats_of(phase, turns_of):
    def concerning(text, form, value_of, is_worrying):
        values = {name: value_of(turns) for name, turns in turns_of.items() if turns}
        worrying = [f"{name} {form.format(value)}" for name, value in values.items() if is_worrying(value)]
        return [f"{text}: {', '.join(worrying)}"] if worrying else []

    def worst(key, of=max):
        return lambda turns: of(turn[key] for turn in turns)

    found = concerning("failed requests, so it does not count", "{}", worst("failed"), bool)
    if phase == "saturated":
        found += concerning("not saturated, its core was busy", "{:.0%}", worst("proxyCore", min), lambda v: v < SATURATED_CORE)
    found += concerning("the core of client and backends was full", "{:.0%}", worst("restCore"), lambda v: v > FULL_CORE)
    found += concerning("noise: of its core others took", "{:.0%}", worst("others"), lambda v: v > NOISE)
    return found


def target(median_value, bounded):
    """Whether the bounds of a figure or fact are met by the median."""
    if median_value is None or bounded.must is None:
        return ""
    if median_value <= bounded.aim:
        return "aim met"
    return "met" if median_value <= bounded.must else "missed"
