"""What the kernel says of this machine: cores, processes, memory, versions."""

import fcntl
import os
import platform
import socket
import struct
import subprocess
import time
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


CONGESTION_CONTROL = Path("/proc/sys/net/ipv4/tcp_congestion_control")
INTERFACE_UP = 1  # IFF_UP, netdevice(7)
GET_FLAGS, SET_FLAGS = 0x8913, 0x8914
LOOPBACK = "16sh"


def settle_network(congestion_control):
    """Sets up the network that ./bench has made for this run; the machine's own is left as it is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = fcntl.ioctl(any_socket, GET_FLAGS, struct.pack(LOOPBACK, b"lo", 0).ljust(40, b"\0"))
        flags = struct.unpack_from(LOOPBACK, asked)[1]
        if flags & INTERFACE_UP:
            return
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack(LOOPBACK, b"lo", flags | INTERFACE_UP).ljust(40, b"\0"))
    CONGESTION_CONTROL.write_text(congestion_control, encoding="ascii")


def congestion_control():
    return CONGESTION_CONTROL.read_text(encoding="ascii").strip()


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


def occasion(home):
    """When and where something is measured, and of what: for the head of a report."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M %Z"),
        "revision": output_of("git", "-C", str(home), "describe", "--always", "--dirty").strip() or "unknown",
        "machine": hardware(),
    }
