"""./bench algorithms: what picking a backend costs, by every algorithm, and building the tables of those that hash (JMH)."""

import json
import os
import subprocess
from pathlib import Path

import report
from arena import say
from machine import occasion

SOURCES = Path("verify/src/test/java")
BENCHMARKS = ("AlgorithmBenchmarks", "PickBenchmark", "TableBenchmark")
BEGIN, END = "<!-- results: written by ./bench algorithms --write-docs -->", "<!-- end of results -->"
DOCUMENT = Path("docs/algorithms-performance.md")
GOAL_NANOS = 20
GOAL_MAGLEV_MILLIS = 2.0
CONSTANT, LOGARITHMIC, LINEAR = "1", "log n", "n"

# How a pick grows with the number of backends, where not constant.
GROWTH = {
    "least-connections": LOGARITHMIC,
    "weighted-least-connections": LOGARITHMIC,
    "hash rendezvous": LINEAR,
    "hash rendezvous bounded": LINEAR,
}


def add_arguments(parts, home):
    own = parts.add_parser("algorithms", help="nanoseconds and bytes per pick of every algorithm, and the building of tables")
    own.add_argument("--quick", action="store_true", help="about two minutes: 1,000 backends alone, short rounds")
    own.add_argument("--only", metavar="NAME", action="append", default=[], help='an algorithm such as "hash maglev"; may be repeated')
    own.add_argument("--out", type=Path, metavar="DIR", default=home / "target" / "bench-algorithms", help="default: target/bench-algorithms")
    own.add_argument("--report", action="store_true", help="measure nothing, report what is in DIR")
    own.add_argument("--write-docs", action="store_true", help=f"put the results into {DOCUMENT}")


def run(options, home):
    options.out = options.out.resolve()
    if not options.report:
        measure(options, home)
    results = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in options.out.glob("*.json")}
    if "picks-1" not in results:
        raise SystemExit(f"Nothing has been measured in {options.out}.")
    text = markdown(results)
    print(text)
    if options.write_docs:
        report.write_into(home / DOCUMENT, BEGIN, END, text)


def measure(options, home):
    for old in options.out.glob("*.json"):
        old.unlink()
    setting = occasion(home)
    class_path = build(options.out, home)
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    pace = "quick" if options.quick else "full"
    command = [java, "-cp", class_path, "dev.ballast.verify.AlgorithmBenchmarks", options.out, pace, *options.only]
    with open(options.out / "jmh.log", "w", encoding="utf-8") as log:
        say(f"measuring, {'about two minutes' if options.quick else 'about nine minutes'}; follow it in {log.name}")
        subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=True)
    (options.out / "setting.json").write_text(json.dumps(setting, indent=1) + "\n", encoding="utf-8")


def build(out, home):
    """The modules by Maven, then the benchmarks with what JMH generates for them. Answers the class path."""
    listed = out / "class-path.txt"
    say("building")
    maven = [home / "mvnw", "-q", "-pl", "verify", "-am", "test-compile", "dependency:build-classpath"]
    subprocess.run([*maven, f"-Dmdep.outputFile={listed}"], cwd=home, check=True)
    classes = out / "classes"
    class_path = f"{classes}{os.pathsep}{listed.read_text(encoding='utf-8').strip()}"
    classes.mkdir(exist_ok=True)
    package = home / SOURCES / "dev/ballast/verify"
    javac = [Path(os.environ["JAVA_HOME"]) / "bin" / "javac", "-proc:full", "-nowarn", "-implicit:class", "-d", classes]
    javac += ["-processor", "org.openjdk.jmh.generators.BenchmarkProcessor"]
    javac += ["-cp", class_path, "-sourcepath", home / SOURCES]
    subprocess.run([*javac, *(package / f"{name}.java" for name in BENCHMARKS)], check=True)
    return class_path


def markdown(results):
    return "\n\n".join([setting_text(results), picks(results), tables(results.get("tables", []))]) + "\n"


def setting_text(results):
    return setting_line(results["setting"], f", Java {results['picks-1'][0]['jdkVersion']}")


def setting_line(setting, more=""):
    """When, at which revision, and on what it was measured."""
    machine = setting["machine"]
    kind = "virtual machine" if machine["virtual"] else "machine"
    return (
        f"Measured on {setting['date']} at revision {setting['revision']}{more}; {machine['cpu']}, "
        f"{machine['cores']} cores, a {kind} with Linux {machine['kernel']}."
    )


def picks(results):
    """A row for each algorithm: nanoseconds by number of backends, on one loop and on two; bytes; the goal."""
    loops = [results[name] for name in ("picks-1", "picks-2") if name in results]
    sizes = sorted({size(entry) for entry in loops[0]})
    header = ["algorithm", *(f"{count:,}" for count in sizes)]
    header += [f"2 loops: {count:,}" for count in sizes] if len(loops) > 1 else []
    rows = [[*header, "spread", "bytes", "grows with", ""], ["---"] + ["---:"] * (len(header) + 1) + ["---", "---"]]
    for name in dict.fromkeys(entry["params"]["algorithm"] for entry in loops[0]):
        own = [{size(entry): entry for entry in loop if entry["params"]["algorithm"] == name} for loop in loops]
        every = [by_size[count] for by_size in own for count in sizes]
        growth = GROWTH.get(name, CONSTANT)
        rows.append([name, *map(nanos, every), spread(every), allocated(every), growth, verdict(growth, own[0])])
    looks = {size(entry): entry for entry in results.get("looks", [])}
    if looks:
        blank = [""] * (len(header) - 1 - len(sizes))
        every = [looks[count] for count in sizes]
        rows.append(["two looks, no algorithm", *map(nanos, every), *blank, spread(every), allocated(every), "", ""])
    return report.table(rows)


def verdict(growth, by_size):
    """Of what is constant in the number of backends, on one loop."""
    if growth != CONSTANT:
        return ""
    over = [count for count in sorted(by_size) if by_size[count]["primaryMetric"]["score"] > GOAL_NANOS]
    if not over:
        return f"≤ {GOAL_NANOS} ns"
    return f"> {GOAL_NANOS} ns with " + ", ".join(f"{count:,}" for count in over)


def tables(entries):
    """A row for each table: microseconds to build for members of one weight, and of several."""
    if not entries:
        return ""
    rows = [["table for 1,000 backends", "alike", "by weight", "spread", ""], ["---"] + ["---:"] * 3 + ["---"]]
    for name in dict.fromkeys(entry["params"]["table"] for entry in entries):
        own = {entry["benchmark"].rpartition(".")[2]: entry for entry in entries if entry["params"]["table"] == name}
        both = [own["ofAlike"], own["byWeight"]]
        slowest = max(entry["primaryMetric"]["score"] for entry in both) / 1000
        sign = "≤" if slowest <= GOAL_MAGLEV_MILLIS else ">"
        goal = f"{sign} {GOAL_MAGLEV_MILLIS:g} ms" if name == "maglev 65537" else ""
        rows.append([name, *(f"{entry['primaryMetric']['score'] / 1000:.2f} ms" for entry in both), spread(both), goal])
    return report.table(rows)


def size(entry):
    return int(entry["params"]["backends"])


def nanos(entry):
    score = entry["primaryMetric"]["score"]
    return f"{score:.1f}" if score < 100 else f"{score:,.0f}"


def allocated(entries):
    """Per pick, at most. What JMH itself allocates in a round, shared out, is below a byte."""
    most = max(entry["secondaryMetrics"]["gc.alloc.rate.norm"]["score"] for entry in entries)
    return "0" if most < 1 else f"{most:.0f}"


def spread(entries):
    """The greatest distance between rounds of one measurement, as a part of its mean."""
    rounds = [[value for fork in entry["primaryMetric"]["rawData"] for value in fork] for entry in entries]
    return f"{max((max(values) - min(values)) / (sum(values) / len(values)) for values in rounds):.0%}"
