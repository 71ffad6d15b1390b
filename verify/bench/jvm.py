"""What a running JVM says of its memory, through jcmd."""

import os
import re
import subprocess
from pathlib import Path

from machine import output_of

UNITS = {"B": 1, "K": 2**10, "M": 2**20, "G": 2**30}
TRACKING = "-XX:NativeMemoryTracking=summary"


def program(name):
    """One of the JDK that ./bench has found."""
    return str(Path(os.environ["JAVA_HOME"]) / "bin" / name)


def compile_to(directory, source):
    subprocess.run([program("javac"), "-d", str(directory), str(source)], check=True, timeout=60)


def of_tests(home, class_path, more=()):
    """The command that runs a class of module verify's tests, which is to follow."""
    options = ["-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", *more]
    return [program("java"), *options, f"-Dlogback.configurationFile={home / '.mvn' / 'logback-test.xml'}", "-cp", class_path]


def ask(pid, *command):
    return output_of(program("jcmd"), str(pid), *command)


def allocated_bytes(pid):
    """All that the living threads have ever allocated on the heap, by the JVM's own exact counters."""
    counted = re.findall(r" allocated=(\d+)([BKMG]) ", ask(pid, "Thread.print", "-e"))
    return sum(int(number) * UNITS[unit] for number, unit in counted)


def live_heap_bytes(pid):
    """What is in use after a full collection."""
    ask(pid, "GC.run")
    generations = re.findall(r"^\s*\w[\w ]*? total \d+K, used (\d+)K", ask(pid, "GC.heap_info"), re.MULTILINE)
    return sum(int(used) for used in generations) * 2**10


def direct_bytes(pid):
    """Memory of direct buffers: the JVM books it as `Other`. It has to run with TRACKING."""
    found = re.search(r"Other \(reserved=\d+KB, committed=(\d+)KB\)", ask(pid, "VM.native_memory", "summary"))
    return int(found.group(1)) * 2**10 if found else 0
