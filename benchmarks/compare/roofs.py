# SPDX-License-Identifier: BSD-3-Clause
"""How fast the machine can be at most: measured in the run that uses it."""
import ctypes
import threading
import time

from clock import percentile

ROUNDS = 15
SECONDS = 4e-3  # of one round
LONGER = 25  # times as long, of several threads: systems take some milliseconds to share them out to cores


def rounds_for(roof):
    """How much to ask for at once."""
    count = 1000
    while True:
        start = time.process_time()
        if roof(count) == 0:
            return 0
        spent = time.process_time() - start
        if spent > SECONDS / 4:
            return max(1, int(count * SECONDS / spent))
        count *= 4


def rate(work, threads):
    """Operations per second of all threads together; `work()` returns how many it did."""
    rates = []
    for _ in range(ROUNDS):
        if threads == 1:
            start = time.process_time()
            done = work()
            rates.append(done / (time.process_time() - start))
            continue
        barrier, done = threading.Barrier(threads + 1), []

        def one(gate=barrier, to=done):
            gate.wait()
            to.append(work())
            gate.wait()

        workers = [threading.Thread(target=one) for _ in range(threads)]
        for worker in workers:
            worker.start()
        barrier.wait()
        start = time.perf_counter()
        barrier.wait()
        rates.append(sum(done) / (time.perf_counter() - start))
        for worker in workers:
            worker.join()
    return percentile(rates, 0.8)  # as 20 % of times


def copy_of(library, bytes_at_once):
    """A copy of memory that no cache holds."""
    source, target = (ctypes.create_string_buffer(bytes_at_once) for _ in range(2))
    ctypes.memset(source, 1, bytes_at_once)
    return lambda: library.loaded.roof_copy(ctypes.addressof(target), ctypes.addressof(source), bytes_at_once)


def measure(library, threads):
    """A core's speeds: flop/s of multiplying and adding, exponentials/s, flop/s of AMX (0: there is none), bytes/s copied;
    and how many times as fast `threads` threads multiply together."""
    found = {}
    for name in ("multiply", "exponential", "tiles"):
        roof = getattr(library.loaded, "roof_" + name)
        rounds = rounds_for(roof)
        found[name] = rate(lambda roof=roof, rounds=rounds: roof(rounds), 1) if rounds else 0.0
        if name == "multiply" and rounds:
            together = rate(lambda roof=roof, rounds=LONGER * rounds: roof(rounds), threads) if threads > 1 else 0
            found["scales"] = together / found[name] if threads > 1 else 1.0
    found["copy"] = rate(copy_of(library, 2**27), 1)
    return found
