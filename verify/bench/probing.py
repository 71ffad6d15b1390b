"""./bench probing: what it costs to probe many targets from one event loop, and how punctual the probes are."""

import json
import subprocess
from pathlib import Path

import jvm
import report
from algorithms import setting_line
from arena import say
from lock_faults import build
from machine import Cores, occasion
from processes import pinned, raise_open_files

BEGIN, END = "<!-- results: written by ./bench probing --write-docs -->", "<!-- end of results -->"
DOCUMENT = Path("docs/probing-performance.md")
KINDS = {"tcp": "TCP, a connection each", "http": "HTTP/1.1, connections kept"}
OWN_FILES = 512
SPARE_SHARE = 0.2
MOST_CORES = 1.0
LEAST_PUNCTUAL = 0.95
JVM = ["-Xmx512m", "--sun-misc-unsafe-memory-access=allow"]


def add_arguments(parts, home):
    own = parts.add_parser("probing", help="CPU, memory and schedule error of probing 10,000 targets every second")
    own.add_argument("--targets", type=int, metavar="N", default=10_000, help="default %(default)s; at most 60,000")
    own.add_argument("--seconds", type=int, metavar="N", default=60, help="of a measurement, default %(default)s")
    own.add_argument("--warm-up", type=int, metavar="N", default=30, help="seconds of it, default %(default)s")
    own.add_argument("--only", metavar="KIND", choices=[*KINDS], action="append", default=[], help="tcp or http; default: both")
    own.add_argument("--out", type=Path, metavar="DIR", default=home / "target" / "bench-probing", help="default: target/bench-probing")
    own.add_argument("--report", action="store_true", help="measure nothing, report what is in DIR")
    own.add_argument("--write-docs", action="store_true", help=f"put the results into {DOCUMENT}")


def run(options, home):
    options.out = options.out.resolve()
    if not options.report:
        measure(options, home)
    results = {kind: read(options.out / f"{kind}.json") for kind in KINDS if (options.out / f"{kind}.json").exists()}
    if not results:
        raise SystemExit(f"Nothing has been measured in {options.out}.")
    text = markdown(results, read(options.out / "setting.json"))
    print(text)
    if options.write_docs:
        report.write_into(home / DOCUMENT, BEGIN, END, text)
    faults = [f"{kind}: {fault}" for kind, result in results.items() for fault in faults_of(result)]
    if faults:
        raise SystemExit("\n".join(faults))


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def measure(options, home):
    wanted = int(options.targets * (1 + SPARE_SHARE)) + OWN_FILES
    files = raise_open_files()
    if files < wanted:
        raise SystemExit(
            f"{options.targets:,} targets need {wanted:,} open files, and this user may have {files:,} in a process: raise it"
            f" (ulimit -Hn {wanted}, as root; LimitNOFILE= of a service), or say --targets {int((files - OWN_FILES) / (1 + SPARE_SHARE))}."
        )
    for old in options.out.glob("*.json"):
        old.unlink()
    setting = {
        **occasion(home),
        "warmUp": options.warm_up,
    }
    (options.out / "setting.json").write_text(json.dumps(setting, indent=1) + "\n", encoding="utf-8")
    java = jvm.of_tests(home, build(options.out, home), JVM)
    cores = Cores.of_this_machine()
    for kind in options.only or KINDS:
        say(f"{kind}: {options.targets:,} targets, {options.warm_up} s of warm-up, then {options.seconds} s")
        result = probed(java, cores, [kind, str(options.targets)], [str(options.warm_up), str(options.seconds)])
        (options.out / f"{kind}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def probed(java, cores, what, times):
    """A server on one core, and who probes it on another."""
    server = subprocess.Popen(
        pinned(cores.rest, [*java, "dev.ballast.verify.ProbedServer"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        port = server.stdout.readline().strip()
        command = [*java, "dev.ballast.verify.ProbingLoad", *what, port, *times]
        done = subprocess.run(pinned(cores.proxy, command), stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout.strip().splitlines()[-1])
    finally:
        server.stdin.close()
        server.wait()


def faults_of(result):
    """What makes a result worthless, or misses the goal."""
    wanted = result["targets"] * result["seconds"]
    if result["failed"]:
        yield f"{result['failed']:,} probes failed: {result['failures']}"
    if result["verdicts"] or result["healthy"] != result["targets"]:
        yield f"{result['verdicts']:,} verdicts changed, {result['healthy']:,} of {result['targets']:,} targets are healthy in the end"
    if result["sent"] < LEAST_PUNCTUAL * wanted:
        yield f"{result['sent']:,} probes in {result['seconds']:.0f} s: too few"
    if result["processCores"] > MOST_CORES:
        yield f"took {result['processCores']:.2f} cores, more than {MOST_CORES:g}"


def markdown(results, setting):
    run_text = " and ".join(f"{result['seconds']:.0f} s of {kind}" for kind, result in results.items())
    head = f"{setting_line(setting)} {setting['warmUp']} s of warm-up each, then {run_text}."
    return f"{head}\n\n{table(results)}\n"


def table(results):
    rows = [["", *(KINDS[kind] for kind in results)], ["---"] + ["---:"] * len(results)]
    for title, form, value in (
        ("targets", "{:,}", lambda r: r["targets"]),
        ("probes per second", "{:,.0f}", lambda r: r["sent"] / r["seconds"]),
        ("of these failed, in all", "{:,}", lambda r: r["failed"]),
        ("CPU of the event loop, cores", "{:.2f}", lambda r: r["loopCores"]),
        ("**CPU of the whole process, cores**", "**{:.2f}**", lambda r: r["processCores"]),
        ("… µs per probe", "{:.0f}", lambda r: r["processCores"] * r["seconds"] / r["sent"] * 1e6),
        ("late by, p50", "{:.2f} ms", lambda r: r["lateP50Millis"]),
        ("… p99", "{:.2f} ms", lambda r: r["lateP99Millis"]),
        ("… the latest", "{:.1f} ms", lambda r: r["lateMaxMillis"]),
        ("pauses of the observer noticed", "{:,}", lambda r: r["pauses"]),
        ("heap after a collection", "{:.0f} MiB", lambda r: r["heapMiB"]),
        ("… KiB per target", "{:.1f}", lambda r: r["heapMiB"] * 1024 / r["targets"]),
        ("resident memory", "{:.0f} MiB", lambda r: r["residentMiB"]),
    ):
        rows.append([title, *(form.format(value(result)) for result in results.values())])
    return report.table(rows)
