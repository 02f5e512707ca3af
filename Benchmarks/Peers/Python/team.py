"""The threads of one run, and their clocks."""

import math
import os
import threading
import time
from array import array


class Team:
    """The threads of one run, started together and timed."""

    def __init__(self, options):
        self.bodies = []
        self.stop = False
        self.processors = sorted(os.sched_getaffinity(0)) if options.pin else None

    def add(self, body, *arguments):
        self.bodies.append((body, arguments))

    def run(self, meanwhile):
        """`meanwhile` is what this thread does while the others work."""
        barrier = threading.Barrier(len(self.bodies) + 1)
        times = [None] * len(self.bodies)
        threads = [threading.Thread(target=self.work, args=(i, barrier, times)) for i in range(len(times))]
        for thread in threads:
            thread.start()
        cpu = time.process_time_ns()
        barrier.wait()
        meanwhile()
        for thread in threads:
            thread.join()
        self.cpu_ns = time.process_time_ns() - cpu
        self.ns = max(end for _, end in times) - min(start for start, _ in times)

    def run_for(self, ms):
        def sleep_and_stop():
            time.sleep(ms / 1000)
            self.stop = True

        self.run(sleep_and_stop)

    def work(self, index, barrier, times):
        if self.processors:
            os.sched_setaffinity(0, {self.processors[index % len(self.processors)]})
        body, arguments = self.bodies[index]
        barrier.wait()
        start = time.monotonic_ns()
        body(*arguments)
        times[index] = (start, time.monotonic_ns())


class Samples:
    """Times in nanoseconds, of one thread. More than there is room for are not kept."""

    def __init__(self, most):
        self.times = array("q", bytes(8 * most))
        self.count = 0

    def add(self, ns):
        if self.count < len(self.times):
            self.times[self.count] = ns
            self.count += 1

    def all(self):
        return self.times[:self.count].tolist()


def quantile(ordered, share):
    """The smallest sample that this share of all do not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0


def latencies(samples):
    ordered = sorted(samples.all())
    return {"p50_ns": quantile(ordered, 0.5), "p99_ns": quantile(ordered, 0.99), "p999_ns": quantile(ordered, 0.999)}


def work(ns):
    end = time.monotonic_ns() + ns
    while time.monotonic_ns() < end:
        pass
