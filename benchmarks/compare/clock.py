# SPDX-License-Identifier: BSD-3-Clause
"""How time is taken: everyone in turns, in one process, in an order that changes from round to round."""
import gc
import random
import statistics
import time

SHORTEST = 2e-3  # seconds: what is shorter is called several times for one sample
FRACTION = 0.2  # the sample that counts: the fifth part of all were faster


def percentile(samples, fraction=FRACTION):
    """The sample below which that fraction of the others lies."""
    ordered = sorted(samples)
    return ordered[int(fraction * (len(ordered) - 1))]


def repeats_of(call, clock):
    """How many calls make a sample that is long enough; the first calls warm up."""
    call()
    count = 1
    while True:
        start = clock()
        for _ in range(count):
            call()
        spent = clock() - start
        if spent >= SHORTEST / 2 or count >= 4096:
            return max(1, round(count * SHORTEST / max(spent, SHORTEST / 2))) if spent < SHORTEST else count
        count *= 2


def take_turns(calls, threads, budget, least, most=200, seed=1):
    """Seconds of one call of each: {name: [sample, ...]}. Rounds until `budget` seconds are spent, from `least` to `most`.

    One thread: the process's CPU time, which other work on the machine does not lengthen much. More: wall time.
    """
    clock = time.process_time if threads == 1 else time.perf_counter
    repeats = {name: repeats_of(call, clock) for name, call in calls.items()}
    samples = {name: [] for name in calls}
    order, shuffle = list(calls), random.Random(seed)
    gc.collect()
    gc.disable()
    try:
        begin, rounds = time.perf_counter(), 0
        while rounds < least or (rounds < most and time.perf_counter() - begin < budget):
            shuffle.shuffle(order)
            for name in order:
                call, count = calls[name], repeats[name]
                start = clock()
                for _ in range(count):
                    call()
                samples[name].append((clock() - start) / count)
            rounds += 1
    finally:
        gc.enable()
    return samples


def control(samples, first, second):
    """How far two runs of the same call are apart: 0.02 is 2 %."""
    a, b = percentile(samples[first]), percentile(samples[second])
    return max(a, b) / min(a, b) - 1


def spread(samples):
    """The middle half of the samples, relative to their median."""
    if len(samples) < 4:
        return float("nan")
    low, middle, high = statistics.quantiles(samples, n=4)
    return (high - low) / middle
