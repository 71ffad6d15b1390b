"""What the kernel says of this machine: cores, processes, memory, versions."""

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cores:
    """Two of the cores this process may use: the first for the proxy alone, the second for all the rest."""

    proxy: int
    rest: int

    @staticmethod
    def of_this_machine():
        usable = sorted(os.sched_getaffinity(0))
        if len(usable) < 2:
            raise SystemExit("The benchmark needs two cores: one for the proxy, one for clients and backends.")
        return Cores(usable[0], usable[1])


@dataclass(frozen=True)
class CoreTimes:
    """Seconds since boot that a core was busy, and that there were."""

    busy: float
    total: float

    @staticmethod
    def read(core):
        with open("/proc/stat", encoding="ascii") as stat:
            fields = next(line for line in stat if line.startswith(f"cpu{core} ")).split()[1:9]
        ticks = [int(field) for field in fields]
        idle = ticks[3] + ticks[4]
        return CoreTimes((sum(ticks) - idle) / TICKS_PER_SECOND, sum(ticks) / TICKS_PER_SECOND)

    def busy_share_since(self, before):
        return (self.busy - before.busy) / max(self.total - before.total, 1 / TICKS_PER_SECOND)


def process_tree(pid):
    """The process and its descendants."""
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in task.read_text(encoding="ascii").split():
                found += process_tree(int(child))
    except OSError:
        pass  # it has just ended
    return found


def cpu_seconds(pid):
    """User and system time of the process tree: all threads, those that have ended and the kernel's work for them too."""
    ticks = 0
    for member in process_tree(pid):
        fields = Path(f"/proc/{member}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def resident_mib(pid):
    pages = sum(
        int(Path(f"/proc/{member}/statm").read_text(encoding="ascii").split()[1]) for member in process_tree(pid)
    )
    return pages * PAGE_BYTES / 2**20


def output_of(*command):
    """What a command prints, on either stream; empty when it can't run."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def hardware():
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.split(":")[1].strip() for line in cpuinfo.splitlines() if line.startswith("model name")), "")
    memory = next(line for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines() if "MemTotal" in line)
    return {
        "cpu": model or platform.processor(),
        "cores": os.cpu_count(),
        "memoryGiB": round(int(memory.split()[1]) / 2**20, 1),
        "virtual": " hypervisor" in cpuinfo,
        "kernel": platform.release(),
    }
