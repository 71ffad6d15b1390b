"""./bench health: from a backend's fault to every LB server, and the requests that fail meanwhile."""

import json
import math
import subprocess
from pathlib import Path

import jvm
import report
from algorithms import setting_line
from arena import say
from lock_faults import build, postgres_version
from machine import occasion

MISSED = "**missed**"
BEGIN, END = "<!-- results: written by ./bench health --write-docs -->", "<!-- end of results -->"
DOCUMENT = Path("docs/health-timeline.md")
FAULTS = {
    "KILLED": "killed: refuses",
    "FROZEN": "frozen (SIGSTOP)",
    "UNAVAILABLE": "answers 503",
    "CUT": "cut off, silently",
}
POOLS = {"retried": "defaults", "once": "without retries, `firstByte: 2s`"}
TIMES = {
    "verdictMillis": "fault to verdict",
    "storedMillis": "fault to database",
    "usedMillis": "fault to every LB server",
    "spreadMillis": "verdict to every LB server",
}

# The fault, what is measured, whether at p99 or at most, and the limit in ms.
TARGETS = (
    ("FROZEN", "usedMillis", 0.99, 3000),
    ("CUT", "usedMillis", 0.99, 3000),
    ("KILLED", "verdictMillis", 1, 1200),
    *((fault, "spreadMillis", 0.99, 50) for fault in FAULTS),
)


def add_arguments(parts, home):
    what = "from a backend's fault to every LB server, and the requests that fail meanwhile; needs root, for network namespaces"
    own = parts.add_parser("health", help=what, description=what)
    own.add_argument("--rounds", type=int, metavar="N", default=20, help="of each fault, default %(default)s; each takes up to 20 s")
    own.add_argument("--out", type=Path, metavar="DIR", default=home / "target" / "bench-health", help="default: target/bench-health")
    own.add_argument("--report", action="store_true", help="run nothing, report what is in DIR")
    own.add_argument("--write-docs", action="store_true", help=f"put the results into {DOCUMENT}")


def run(options, home):
    options.out = options.out.resolve()
    if not options.report:
        measure(options, home)
    samples, requests = (report.read_lines(options.out / f"{name}.jsonl") for name in ("samples", "requests"))
    setting = json.loads((options.out / "setting.json").read_text(encoding="utf-8"))
    text = markdown(samples, requests, setting)
    print(text)
    if options.write_docs:
        report.write_into(home / DOCUMENT, BEGIN, END, text)
    missed = text.count(MISSED)
    if missed:
        raise SystemExit(f"{missed} targets are missed.")


def measure(options, home):
    for name in ("samples.jsonl", "requests.jsonl"):
        (options.out / name).unlink(missing_ok=True)
    setting = {
        **occasion(home),
        "versions": [postgres_version(home)],
        "rounds": options.rounds,
    }
    command = jvm.of_tests(home, build(options.out, home))
    command += ["dev.ballast.verify.HealthRounds", options.out, options.rounds]
    say(f"running {options.rounds} rounds")
    with open(options.out / "run.log", "w", encoding="utf-8") as log:
        subprocess.run([str(part) for part in command], cwd=home / "verify", stdout=log, stderr=log, check=True)
    (options.out / "setting.json").write_text(json.dumps(setting, indent=1) + "\n", encoding="utf-8")


def quantile(values, share):
    """The smallest value that at least this share of all doesn't exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def markdown(samples, requests, setting):
    head = f"{setting['rounds']} rounds of each fault, two pools each. {setting_line(setting)} {', '.join(setting['versions'])}."
    return "\n\n".join([head, times(samples), asked(requests), targets(samples, requests)]) + "\n"


def times(samples):
    """A row for each fault: p50, p99 and max of each time, in ms."""
    rows = [["fault", "samples", *(f"{title}, p50 / p99 / max ms" for title in TIMES.values())]]
    rows.append(["---"] + ["---:"] * (len(TIMES) + 1))
    for fault, title in FAULTS.items():
        own = [sample for sample in samples if sample["fault"] == fault]
        cells = []
        for key in TIMES if own else ():
            values = [sample[key] for sample in own]
            cells.append(" / ".join(f"{quantile(values, share):,.0f}" for share in (0.5, 0.99, 1)))
        rows.append([title, str(len(own)), *cells])
    return report.table(rows)


def asked(requests):
    """A row for each fault, with what became of requests of each pool."""
    rows = [["fault"], ["---"]]
    for title in POOLS.values():
        rows[0] += [f"{title}: requests", "failed", "slowest"]
        rows[1] += ["---:"] * 3
    for fault, title in FAULTS.items():
        row = [title]
        for pool in POOLS:
            own = [one for one in requests if (one["fault"], one["pool"]) == (fault, pool)]
            slowest = max((one["slowestMillis"] for one in own), default=0)
            row += [f"{sum(one['sent'] for one in own):,}", f"**{sum(one['failed'] for one in own):,}**", f"{slowest:,.0f} ms"]
        rows.append(row)
    return report.table(rows)


def targets(samples, requests):
    """A line for each target: met or not."""
    lines = []
    for fault, key, share, limit in TARGETS:
        values = [sample[key] for sample in samples if sample["fault"] == fault]
        if values:
            reached = quantile(values, share)
            at = "p99" if share < 1 else "at most"
            what = f"{FAULTS[fault]}, {TIMES[key]}"
            lines.append(f"- {what}: {at} {reached:,.0f} ms, wanted {limit:,} ms: {'met' if reached <= limit else MISSED}")
    for fault, title in FAULTS.items():
        failed = sum(one["failed"] for one in requests if (one["fault"], one["pool"]) == (fault, "retried"))
        lines.append(f"- {title}, requests failed with retries: {failed:,}, wanted 0: {'met' if failed == 0 else MISSED}")
    return "\n".join(lines)
