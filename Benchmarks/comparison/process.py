"""Child processes: servers that are started, asked for their health and ended by their own id."""
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


class Failure(Exception):
    """A measurement that could not be made; the message says why."""


def run(command, limit=900, **options):
    """The standard output of a command that must succeed."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=limit, **options)
    except subprocess.TimeoutExpired:
        raise Failure(f"{os.path.basename(command[0])} took more than {limit} s")
    except OSError as error:
        raise Failure(f"{command[0]}: {error.strerror}")
    if result.returncode != 0:
        raise Failure(f"{os.path.basename(command[0])} failed: {(result.stderr or result.stdout).strip()[-600:]}")
    return result.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tree(pid):
    """The process and everything it started."""
    pids, found = [pid], []
    while pids:
        pid = pids.pop()
        found.append(pid)
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as file:
                    pids += map(int, file.read().split())
        except OSError:
            pass
    return found


def resident_bytes(pid):
    """Memory of the process and its children; pages that several share are counted once."""
    total = 0
    for one in tree(pid):
        try:
            with open(f"/proc/{one}/smaps_rollup") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:")) * 1024
        except (OSError, StopIteration):
            pass
    return total


def cpu_seconds(pid):
    total = 0
    for one in tree(pid):
        try:
            with open(f"/proc/{one}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / os.sysconf("SC_CLK_TCK")


class Others:
    """CPUs that processes other than this one and those it started keep busy, while this is the context."""

    def __init__(self, *running):
        """`running`: ids of processes of ours that do not end meanwhile."""
        self.running = running

    def __enter__(self):
        self.start = (time.monotonic(), *self.now())
        return self

    def __exit__(self, *_):
        began, busy, own = self.start
        seconds = max(time.monotonic() - began, 1e-3)
        busy, own = (after - before for after, before in zip(self.now(), (busy, own)))
        self.cpus = round(max(0.0, busy - own) / seconds, 2)

    def now(self):
        # Seconds of user, nice, system, irq and softirq of the whole machine.
        with open("/proc/stat") as file:
            fields = list(map(int, file.readline().split()[1:]))
        busy = sum(fields[i] for i in (0, 1, 2, 5, 6)) / os.sysconf("SC_CLK_TCK")
        spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        own = sum(one.ru_utime + one.ru_stime for one in spent) + sum(map(cpu_seconds, self.running))
        return busy, own


class Server:
    """A running OpenAI-compatible server; a context manager that ends it."""

    def __init__(self, name, command, port, log, env=None, limit=300):
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        start = time.monotonic()
        with open(log, "w") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env=env, start_new_session=True)
        try:
            while not self.is_healthy():
                if self.process.poll() is not None or time.monotonic() - start > limit:
                    with open(log) as output:
                        raise Failure(f"{name} did not start: {output.read().strip()[-600:]}")
                time.sleep(0.01)
        except BaseException:
            self.stop()
            raise
        self.start_seconds = time.monotonic() - start

    def is_healthy(self):
        try:
            with urllib.request.urlopen(self.url + "/health", timeout=5) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def resident_bytes(self):
        return resident_bytes(self.process.pid)

    def idle_cpus(self, seconds=1.0):
        """CPUs that it uses while nobody asks for anything."""
        before = cpu_seconds(self.process.pid)
        time.sleep(seconds)
        return (cpu_seconds(self.process.pid) - before) / seconds

    def stop(self):
        if self.process.poll() is not None:
            return
        children = tree(self.process.pid)[1:]
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class BusyNeighbour:
    """One process that never stops computing."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
