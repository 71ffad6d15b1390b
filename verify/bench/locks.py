"""./bench locks: acquiring and releasing by every engine, beside other libraries; and sharing out a consumer group after a death."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

import report
from algorithms import setting_line
from arena import say
from lock_faults import etcd_version, postgres_version, redis_version
from machine import occasion

BEGIN, END = "<!-- results: written by ./bench locks --write-docs -->", "<!-- end of results -->"
DOCUMENT = Path("docs/locks-performance.md")
HERE = Path(__file__).resolve().parent / "locks"
TTL_MILLIS = 3000
START_SECONDS = 60

# Name, class of the locker, what it is given, and what stands beside it for a ratio: the first of its server.
CONTENDERS = {
    "Ballast, PostgreSQL": ("BallastLocker", "postgres"),
    "Ballast, Redis": ("BallastLocker", "redis"),
    "Redisson RLock": ("PeerLockers$RedissonLock", "redis"),
    "Redisson RFairLock": ("PeerLockers$RedissonFairLock", "redis"),
    "Ballast, Redlock": ("BallastLocker", "redlock"),
    "Ballast, etcd": ("BallastLocker", "etcd"),
    "jetcd lock": ("PeerLockers$Jetcd", "etcd"),
    "Curator InterProcessMutex": ("PeerLockers$Curator", "zookeeper"),
}
BESIDE = {
    "Redisson RLock": "Ballast, Redis",
    "Redisson RFairLock": "Ballast, Redis",
    "jetcd lock": "Ballast, etcd",
    "Curator InterProcessMutex": "Ballast, etcd",
}
CASES = [(1, "one"), *((clients, names) for names in ("one", "different") for clients in (8, 50, 200))]


def add_arguments(parts, home):
    own = parts.add_parser("locks", help="acquire and release beside Redisson, Curator and jetcd; rebalancing of a consumer group")
    own.add_argument("--rounds", type=int, metavar="N", default=2, help="default %(default)s")
    own.add_argument("--seconds", type=float, metavar="S", default=1.5, help="of a measurement, default %(default)s")
    own.add_argument("--clients", metavar="NUMBERS", default="1,8,50,200", help="default %(default)s")
    own.add_argument("--partitions", type=int, metavar="N", default=1000, help="of the consumer group, default %(default)s")
    own.add_argument("--members", type=int, metavar="N", default=10, help="of the consumer group, default %(default)s")
    own.add_argument("--out", type=Path, metavar="DIR", default=home / "target" / "bench-locks", help="default: target/bench-locks")
    own.add_argument("--report", action="store_true", help="measure nothing, report what is in DIR")
    own.add_argument("--write-docs", action="store_true", help=f"put the results into {DOCUMENT}")


def run(options, home):
    options.out = options.out.resolve()
    path = options.out / "results.json"
    if not options.report:
        path.write_text(json.dumps(measure(options, home), indent=1) + "\n", encoding="utf-8")
    if not path.exists():
        raise SystemExit(f"Nothing has been measured in {options.out}.")
    text = markdown(json.loads(path.read_text(encoding="utf-8")))
    print(text)
    if options.write_docs:
        report.write_into(home / DOCUMENT, BEGIN, END, text)


def measure(options, home):
    own, peers = build(options.out, home)
    setting = {
        **occasion(home),
        "versions": [postgres_version(home), redis_version(), etcd_version(), *peer_versions()],
        "rounds": options.rounds,
        "seconds": options.seconds,
    }
    directory = Path(tempfile.mkdtemp(prefix="ballast-bench-"))
    directory.chmod(0o755)
    servers = Servers(directory, own, peers)
    try:
        results = locks(options, servers, own, peers)
        return {"setting": setting, "locks": results, "groups": groups(options, servers, own)}
    finally:
        servers.close()
        shutil.rmtree(directory, ignore_errors=True)


def build(out, home):
    """Two class paths: Ballast's, and the other libraries', which only this command resolves."""
    say("building")
    listed = {name: out / f"class-path-{name}.txt" for name in ("own", "peers")}
    goal = "dependency:build-classpath"
    maven = [home / "mvnw", "-q"]
    own = [*maven, "-pl", "verify", "-am", "test-compile", goal, f"-Dmdep.outputFile={listed['own']}"]
    subprocess.run(own, cwd=home, check=True)
    subprocess.run([*maven, "-f", HERE / "pom.xml", goal, f"-Dmdep.outputFile={listed['peers']}"], cwd=home, check=True)
    sources = {"own": ("BallastLocker", "GroupLoad", "PostgresServer"), "peers": ("PeerLockers",)}
    paths = []
    for name, extra in sources.items():
        classes = out / f"classes-{name}"
        classes.mkdir(exist_ok=True)
        class_path = f"{classes}{os.pathsep}{listed[name].read_text(encoding='utf-8').strip()}"
        javac = [Path(os.environ["JAVA_HOME"]) / "bin" / "javac", "-proc:none", "-nowarn", "-d", classes, "-cp", class_path]
        subprocess.run([*javac, *(HERE / f"{source}.java" for source in ("Locker", "LockLoad", *extra))], check=True)
        paths.append(class_path)
    return paths


def peer_versions():
    pom = (HERE / "pom.xml").read_text(encoding="utf-8")
    wanted = {"redisson": "Redisson", "curator-recipes": "Curator", "zookeeper": "ZooKeeper", "jetcd-core": "jetcd"}
    return [f"{title} {pom.split(f'<artifactId>{name}</artifactId>')[1].split('<version>')[1].split('<')[0]}" for name, title in wanted.items()]


def java(class_path, *arguments):
    logging = f"-Dlogback.configurationFile={HERE / 'logback.xml'}"
    options = ["-XX:+UseSerialGC", "-Xmx512m", logging, "-Dzookeeper.admin.enableServer=false"]
    return [str(Path(os.environ["JAVA_HOME"]) / "bin" / "java"), *options, "-cp", class_path, *map(str, arguments)]


class Child:
    """A process that is spoken to by lines, and gone when the benchmark is."""

    def __init__(self, command, log):
        with open(log, "ab") as errors:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args[3:]} has ended: {self.process.wait()}")
        return line.strip()

    def ask(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return self.line()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


class Servers:
    """Of each kind as it is run for real: what it acknowledges is on disk (Redis: appendfsync always; the others by themselves)."""

    def __init__(self, directory, own, peers):
        self.running = []
        self.directory = directory
        ports = free_ports(10)
        redis, zookeeper, etcd, peer = ports[:6], ports[6], ports[7], ports[8]
        for port in redis:
            place = self._place(f"redis-{port}")
            always = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
            self._start(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(place), *always])
        client, between = f"http://127.0.0.1:{etcd}", f"http://127.0.0.1:{peer}"
        self._start(
            ["etcd", "--name", "node", "--data-dir", str(self._place("etcd")), "--listen-client-urls", client]
            + ["--advertise-client-urls", client, "--listen-peer-urls", between]
            + ["--initial-advertise-peer-urls", between, "--initial-cluster", f"node={between}"]
        )
        server = "org.apache.zookeeper.server.ZooKeeperServerMain"
        self._start(java(peers, server, zookeeper, self._place("zookeeper")))
        postgres = self._start(java(own, "PostgresServer", self._place("postgres")))
        five = ",".join(f"127.0.0.1:{port}" for port in redis[1:])
        self.urls = {
            "postgres": postgres.line(),
            "redis": f"redis://127.0.0.1:{redis[0]}",
            "redlock": f"redlock://{five}?max-ttl=15s",
            "etcd": f"etcd://127.0.0.1:{etcd}",
            "zookeeper": f"127.0.0.1:{zookeeper}",
        }
        self.peer_urls = {**self.urls, "etcd": client}
        for port in ports[:8]:
            await_port(port)
        say("Redlock's nodes stay out for their longest lease: waiting 16 s")
        time.sleep(16)

    def _place(self, name):
        place = self.directory / name
        place.mkdir()
        return place

    def _start(self, command):
        child = Child(command, self.directory / "servers.log")
        self.running.append(child)
        return child

    def close(self):
        for child in self.running:
            child.process.send_signal(signal.SIGTERM)
        for child in self.running:
            child.close()


def free_ports(count):
    found = [socket.socket() for _ in range(count)]
    for each in found:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in found]
    for each in found:
        each.close()
    return ports


def await_port(port):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing listens at 127.0.0.1:{port}")


def locks(options, servers, own, peers):
    """All contenders take turns, in each round in the same order, in a process each that stays."""
    log = options.out / "clients.log"
    log.unlink(missing_ok=True)
    loads = {}
    for name, (locker, server) in CONTENDERS.items():
        is_own = locker == "BallastLocker"
        url = (servers.urls if is_own else servers.peer_urls)[server]
        loads[name] = Child(java(own if is_own else peers, "LockLoad", locker, url), log)
        loads[name].line()
    wanted = {int(number) for number in options.clients.split(",")}
    cases = [case for case in CASES if case[0] in wanted]
    results = {name: {f"{clients} {names}": [] for clients, names in cases} for name in loads}
    for name, load in loads.items():
        say(f"warming up: {name}")
        load.ask(f"8 different {options.seconds * 2}")
    for number in range(options.rounds):
        for clients, names in cases:
            say(f"round {number + 1}: {clients} clients, {names}")
            for name, load in loads.items():
                results[name][f"{clients} {names}"].append(json.loads(load.ask(f"{clients} {names} {options.seconds}")))
    for load in loads.values():
        load.close()
    return results


def groups(options, servers, own):
    """Milliseconds from the death of a member until the others own all that it had, by engine."""
    return {server: group(options, servers.urls[server], own) for server in ("postgres", "redis", "etcd")}


def group(options, url, own):
    say(f"{options.partitions} partitions over {options.members} members: {url.split(':')[0]}")
    log = options.out / "members.log"
    names = [f"m{i}" for i in range(options.members)]
    arguments = (options.partitions, TTL_MILLIS)
    began = time.monotonic()
    members = {name: Child(java(own, "GroupLoad", url, "bench", name, *arguments), log) for name in names}
    watch = Watch(members)
    try:
        watch.await_total(options.partitions, names)
        joined = time.monotonic() - began
        dead = names[0]
        lost = watch.count(dead)
        killed = time.monotonic_ns()
        members.pop(dead).kill()
        watch.forget(dead)
        last = watch.await_total(options.partitions, members)
        return {"partitions": lost, "millis": (last - killed) / 1e6, "joinedSeconds": joined}
    finally:
        for child in members.values():
            child.kill()


class Watch:
    """What the members say that they own."""

    def __init__(self, members):
        self.counts = {}
        self.last = 0
        self.changed = threading.Condition()
        for name, child in members.items():
            threading.Thread(target=self._hear, args=(name, child), daemon=True).start()

    def _hear(self, name, child):
        for line in child.process.stdout:
            at, count = line.split()
            with self.changed:
                self.counts[name] = int(count)
                self.last = max(self.last, int(at))
                self.changed.notify_all()

    def count(self, name):
        with self.changed:
            return self.counts[name]

    def _is_shared_out(self, total, names):
        return sum(self.counts.values()) == total and all(self.counts.get(name) for name in names)

    def forget(self, name):
        with self.changed:
            self.counts.pop(name)

    def await_total(self, total, names):
        """Until all is owned, and each of these owns some; answers when the last change was, on the machine's monotonic clock."""
        with self.changed:
            if not self.changed.wait_for(lambda: self._is_shared_out(total, names), timeout=START_SECONDS):
                raise RuntimeError(f"{self.counts} of {total} partitions after {START_SECONDS} s")
            return self.last


def markdown(results):
    setting = results["setting"]
    head = (
        f"{setting_line(setting)} {', '.join(setting['versions'])}. Rounds: {setting['rounds']} of {setting['seconds']:g} s; "
        "medians of the rounds."
    )
    return "\n\n".join([head, throughput(results["locks"]), latency(results["locks"]), rebalancing(results["groups"])]) + "\n"


def cases_of(results):
    return list(next(iter(results.values())))


def title(case):
    clients, names = case.split()
    return "1 client" if clients == "1" else f"{clients}, {'one name' if names == 'one' else 'different'}"


def middle(turns, key):
    return median(turn[key] for turn in turns)


def throughput(results):
    """Locks taken and given back a second; in brackets what that is of Ballast's with the same server (Curator: with etcd)."""
    cases = cases_of(results)
    rows = [["locks a second", *map(title, cases), "failed"], ["---"] + ["---:"] * (len(cases) + 1)]
    for name, by_case in results.items():
        cells = []
        for case in cases:
            own = middle(by_case[case], "perSecond")
            beside = BESIDE.get(name)
            ballast = middle(results[beside][case], "perSecond") if beside in results else 0
            cells.append(f"{own:,.0f}" + (f" (×{own / ballast:.2f})" if ballast else ""))
        failed = sum(turn["failed"] for turns in by_case.values() for turn in turns)
        rows.append([name, *cells, f"{failed:,}"])
    return report.table(rows)


def latency(results):
    cases = cases_of(results)
    rows = [["p50 / p99 in ms", *map(title, cases)], ["---"] + ["---:"] * len(cases)]
    for name, by_case in results.items():
        rows.append([name, *(f"{millis(by_case[case], 'p50')} / {millis(by_case[case], 'p99')}" for case in cases)])
    return report.table(rows)


def millis(turns, key):
    value = middle(turns, key) / 1000
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def rebalancing(groups_by_engine):
    rows = [["after a death", "partitions to take over", f"all owned again (TTL {TTL_MILLIS / 1000:g} s)"], ["---", "---:", "---:"]]
    for server, own in groups_by_engine.items():
        rows.append([server, f"{own['partitions']:,}", f"{own['millis']:,.0f} ms"])
    return report.table(rows)
