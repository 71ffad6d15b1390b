"""Processes that are pinned to a core, and gone when the benchmark is."""

import os
import resource
import signal
import subprocess
import time

from machine import process_tree

STOP_SECONDS = 5


def raise_open_files():
    """As many open files as this user may have; answers that number. Children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def pinned(core, command):
    return ["taskset", "-c", str(core), *command]


class Server:
    """A process that serves until it is closed. While it is frozen it takes no CPU from the one that is measured."""

    def __init__(self, name, core, command, log, environment=None, death_signal="TERM"):
        self.name = name
        self.log = log
        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", death_signal, *pinned(core, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        self.pid = self.process.pid

    def has_ended(self):
        return self.process.poll() is not None

    def last_words(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            lines = [line.strip() for line in log if line.strip()]
        return lines[-1] if lines else "it printed nothing"

    def freeze(self):
        self._signal(signal.SIGSTOP)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def close(self):
        if self.has_ended():
            return
        self.thaw()
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number):
        for pid in process_tree(self.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass


def wait_until(condition, seconds, pause=0.02):
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
