"""The shapes: each does its work over fresh queues and returns the result."""

import os
import queue
import threading
import time

from team import Samples, Team, latencies, quantile, work

POISON = -1
WORD = (1 << 64) - 1
INTERMEDIARIES = 3
MANY_SAMPLES = 4_000_000
TICK_NS = 100_000
WAKES = 20
PAUSE = 0.01


class Ends:
    """A fresh queue: `send` and `receive` wait in the way asked for."""

    def __init__(self, options):
        self.queue = queue.Queue(options.capacity)
        if options.wait == "block":
            self.send, self.receive = self.queue.put, self.queue.get
        else:
            self.send, self.receive = self.spin_send, self.spin_receive

    # The interpreter's lock makes one processor of all, so each failed try yields, and with it that lock.

    def spin_send(self, element):
        while True:
            try:
                return self.queue.put_nowait(element)
            except queue.Full:
                os.sched_yield()

    def spin_receive(self):
        while True:
            try:
                return self.queue.get_nowait()
            except queue.Empty:
                os.sched_yield()


def result(ok, elements, team, **more):
    return {"outcome": "ok" if ok else "failed", "elements": elements, "ns": team.ns, "cpu_ns": team.cpu_ns, **more}


def run_queue(options, ms):
    ends, team = Ends(options), Team(options)
    made = [0] * options.producers
    taken = [None] * options.consumers
    lock = threading.Lock()
    producing = options.producers

    def produce(index):
        nonlocal producing
        send = ends.send
        first = element = index << 40
        while True:
            send(element)
            element += 1
            if team.stop:
                break
        made[index] = element - first
        with lock:
            producing -= 1
            last = producing == 0
        if last:
            for _ in range(options.consumers):
                send(POISON)

    def consume(index):
        receive = ends.receive
        newest = [-1] * options.producers
        count = total = 0
        right = True
        while (element := receive()) != POISON:
            if options.work_ns:
                work(options.work_ns)
            producer = element >> 40
            if producer < options.producers and element > newest[producer]:
                newest[producer] = element
            else:
                right = False
            count += 1
            total += element
        taken[index] = (count, total, right)

    for index in range(options.producers):
        team.add(produce, index)
    for index in range(options.consumers):
        team.add(consume, index)
    team.run_for(ms)
    elements = sum(count for count, _, _ in taken)
    total = sum(total for _, total, _ in taken)
    due = sum(count * (index << 40) + count * (count - 1) // 2 for index, count in enumerate(made))
    ok = all(right for _, _, right in taken) and elements == sum(made) and total & WORD == due & WORD
    return result(ok, elements, team)


def run_pipeline(options, ms):
    source, sink, team = Ends(options), Ends(options), Team(options)
    made = count = total = 0

    def produce():
        nonlocal made
        element = 0
        while True:
            source.send(element)
            element += 1
            if team.stop:
                break
        made = element
        for _ in range(INTERMEDIARIES):
            source.send(POISON)

    def carry():
        while (element := source.receive()) != POISON:
            if options.work_ns:
                work(options.work_ns)
            sink.send(element)
        sink.send(POISON)

    def consume():
        nonlocal count, total
        poisons = 0
        while poisons < INTERMEDIARIES:
            element = sink.receive()
            if element == POISON:
                poisons += 1
            else:
                count += 1
                total += element

    team.add(produce)
    for _ in range(INTERMEDIARIES):
        team.add(carry)
    team.add(consume)
    team.run_for(ms)
    return result(count == made and total == made * (made - 1) // 2, count, team)


def run_pingpong(options, ms):
    there, back, team = Ends(options), Ends(options), Team(options)
    samples = Samples(MANY_SAMPLES)
    trips, ok = 0, True

    def ask():
        nonlocal trips, ok
        while True:
            start = time.monotonic_ns()
            there.send(trips)
            answer = back.receive()
            samples.add(time.monotonic_ns() - start)
            ok = ok and answer == trips
            trips += 1
            if team.stop:
                break
        there.send(POISON)

    def answer():
        while (element := there.receive()) != POISON:
            back.send(element)

    team.add(ask)
    team.add(answer)
    team.run_for(ms)
    return result(ok, trips, team, **latencies(samples))


def run_idle(options, ms):
    ends, team = Ends(options), Team(options)
    woken = [Samples(WAKES) for _ in range(options.consumers)]
    percent = 0.0

    def consume(samples):
        while (sent := ends.receive()) != POISON:
            samples.add(time.monotonic_ns() - sent)

    def watch():
        nonlocal percent
        time.sleep(PAUSE)
        start, cpu = time.monotonic_ns(), time.process_time_ns()
        time.sleep(ms / 1000)
        percent = 100 * (time.process_time_ns() - cpu) / (time.monotonic_ns() - start)
        for _ in range(WAKES):
            time.sleep(PAUSE)
            ends.send(time.monotonic_ns())
        for _ in range(options.consumers):
            ends.send(POISON)

    for samples in woken:
        team.add(consume, samples)
    team.run(watch)
    ordered = sorted(ns for samples in woken for ns in samples.all())
    return result(len(ordered) == WAKES, len(ordered), team, cpu_percent=round(percent, 3),
                  wake_p50_ns=quantile(ordered, 0.5), wake_p99_ns=quantile(ordered, 0.99))


def run_paced(options, ms):
    ends, team = Ends(options), Team(options)
    samples = Samples(MANY_SAMPLES)
    made = made_total = count = total = 0
    ordered = True

    def produce():
        nonlocal made, made_total
        start = time.monotonic_ns()
        for tick in range(1, ms * 1_000_000 // TICK_NS + 1):
            due = start + tick * TICK_NS
            while (left := due - time.monotonic_ns()) > 0:
                time.sleep(left / 1e9)
            until = options.rate * tick * TICK_NS // 1_000_000_000
            while made < until:  # a rate that is not a multiple of the ticks' is spread over them
                ends.send(due)
                made += 1
                made_total += due
        ends.send(POISON)

    def consume():
        nonlocal count, total, ordered
        newest = 0
        while (due := ends.receive()) != POISON:
            samples.add(time.monotonic_ns() - due)
            ordered = ordered and due >= newest
            newest = due
            count += 1
            total += due

    team.add(produce)
    team.add(consume)
    team.run(lambda: None)
    return result(ordered and count == made and total == made_total, count, team, **latencies(samples))


SHAPES = {"queue": run_queue, "pipeline": run_pipeline, "pingpong": run_pingpong, "idle": run_idle, "paced": run_paced}
