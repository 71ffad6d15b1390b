"""./bench: measures Ballast beside HAProxy, nginx and Caddy on this machine, the algorithms alone, locks, also under faults, probing, and backends that fail."""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import algorithms
import figures
import health
import lock_faults
import locks
import probing
import report
from alone import Alone
from arena import Pace, say
from machine import Cores, congestion_control, occasion, settle_network
from processes import raise_open_files
from proxies import Ballast, Caddy, HaProxy, Nginx, SplicingHaProxy
from rows import Rows
from stage import Stage

HOME = Path(__file__).resolve().parents[2]
DOCUMENT = HOME / "docs" / "performance.md"
BEGIN, END = "<!-- results: written by ./bench proxy --write-docs -->", "<!-- end of results -->"
PEERS = {peer.name: peer for peer in (HaProxy, SplicingHaProxy, Nginx, Caddy)}
FULL = Pace(warm_up=30, rounds=3, seconds=10)
QUICK = Pace(warm_up=3, rounds=1, seconds=2, is_quick=True)
NOT_QUICK = ("tls-rsa", "tls-bulk", "idle", "curve")


def arguments():
    parser = argparse.ArgumentParser(prog="./bench", description=__doc__)
    parts = parser.add_subparsers(dest="what", required=True)
    algorithms.add_arguments(parts, HOME)
    lock_faults.add_arguments(parts, HOME)
    locks.add_arguments(parts, HOME)
    health.add_arguments(parts, HOME)
    probing.add_arguments(parts, HOME)
    proxy = parts.add_parser(
        "proxy", help="CPU, throughput, latency and memory of the proxies, side by side"
    )
    proxy.add_argument("--quick", action="store_true", help="at most three minutes: the main rows, one short round each")
    names = ", ".join(report.ROWS)
    proxy.add_argument(
        "--only", metavar="ROW", action="append", default=[], choices=[*report.ROWS], help=f"may be repeated: {names}"
    )
    proxy.add_argument("--rounds", type=int, metavar="N", help=f"default {FULL.rounds}")
    proxy.add_argument("--seconds", type=int, metavar="N", help=f"of a measurement, default {FULL.seconds}")
    proxy.add_argument("--warm-up", type=int, metavar="N", help=f"seconds of it, default {FULL.warm_up}")
    proxy.add_argument("--peers", metavar="NAMES", default=",".join(PEERS), help="default %(default)s; --quick leaves out caddy")
    proxy.add_argument("--out", type=Path, metavar="DIR", default=HOME / "target" / "bench", help="default: target/bench")
    proxy.add_argument("--resume", action="store_true", help="keep the rows that are in DIR already")
    proxy.add_argument("--report", action="store_true", help="measure nothing, report what is in DIR")
    proxy.add_argument("--write-docs", action="store_true", help="put the results into docs/performance.md")
    proxy.add_argument(
        "--congestion-control", metavar="NAME", default="cubic", help="of TCP, where a network can be made for the run; default %(default)s"
    )
    proxy.add_argument("--ballast", type=Path, metavar="FILE", default=HOME / "ballast", help="the launcher to measure")
    return parser.parse_args()


def main():
    options = arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda signum, _: sys.exit(128 + signum))
    options.out.mkdir(parents=True, exist_ok=True)
    parts = {"algorithms": algorithms, "lock-faults": lock_faults, "locks": locks, "probing": probing, "health": health}
    if options.what in parts:
        parts[options.what].run(options, HOME)
        return
    if not options.report:
        measure(options)
    paths = {name: options.out / f"{name}.json" for name in report.ROWS}
    results = {name: read(path) for name, path in paths.items() if path.exists()}
    if not results:
        sys.exit(f"Nothing has been measured in {options.out}.")
    setting_of_run = read(options.out / "setting.json")
    text = report.markdown(results, setting_of_run)
    (options.out / "summary.md").write_text(text, encoding="utf-8")
    write(options.out / "summary.json", figures.summary(results, setting_of_run))
    print(text)
    if options.write_docs:
        report.write_into(DOCUMENT, BEGIN, END, text)


def measure(options):
    settle_network(options.congestion_control)
    pace = pace_of(options)
    proxies = [Ballast(options.ballast), *peers_of(options)]
    setting_of_run = setting(pace, proxies)
    write(options.out / "setting.json", setting_of_run)
    directory = tempfile.mkdtemp(prefix="ballast-bench-")
    try:
        stage = Stage(directory, Cores.of_this_machine(), raise_open_files())
        os.sched_setaffinity(0, {stage.cores.rest})
        sides = Rows(stage, proxies, pace), Alone(stage, options.ballast, pace)
        for name in chosen_rows(options):
            method = name.replace("-", "_")
            measure_it = next(getattr(side, method) for side in sides if hasattr(side, method))
            measure_row(options, name, measure_it, setting_of_run)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def peers_of(options):
    names = options.peers.split(",")
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        sys.exit(f"There is no peer {unknown[0]}; there are: {', '.join(PEERS)}.")
    return [PEERS[name]() for name in names if not (options.quick and name == "caddy")]


def measure_row(options, name, measure_it, setting_of_run):
    """A row that fails is reported, and the others go on."""
    path = options.out / f"{name}.json"
    if options.resume and path.exists() and is_complete(read(path)):
        say(f"{name}: kept")
        return
    path.unlink(missing_ok=True)
    say(f"{name}: {report.ROWS[name]}")
    started = time.monotonic()
    try:
        result = measure_it()
    except Exception as failure:  # pylint: disable=broad-exception-caught
        say(f"{name}: FAILED: {failure!r}")
        result = {"failure": repr(failure)}
    write(path, {**result, "setting": setting_of_run})
    say(f"{name}: took {time.monotonic() - started:.0f} s")


def is_complete(result):
    return "failure" not in result and "ballast" not in result.get("absent", {})


def chosen_rows(options):
    return options.only or [name for name in report.ROWS if not (options.quick and name in NOT_QUICK)]


def pace_of(options):
    usual = QUICK if options.quick else FULL
    return Pace(
        options.warm_up or usual.warm_up,
        options.rounds or usual.rounds,
        options.seconds or usual.seconds,
        usual.is_quick,
    )


def setting(pace, proxies):
    versions = {proxy.name: proxy.version() for proxy in proxies if not getattr(proxy, "splice", "")}
    return {
        **occasion(HOME),
        "versions": versions,
        "congestionControl": congestion_control(),
        "warmUp": pace.warm_up,
        "rounds": pace.rounds,
        "seconds": pace.seconds,
    }


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def write(path, content):
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
