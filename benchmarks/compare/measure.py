# SPDX-License-Identifier: BSD-3-Clause
"""usage: measure.py times PLAN THREADS LIBRARIES OUTPUT [--only LOSS,...] [--without SIDE,...] [--budget SECONDS] [--most-rows N]
       measure.py memory LOSS SIZE SIDE LIBRARIES

The part of a run that has a process of its own: every case on so many threads, or the memory that one side takes in one
call. LIBRARIES and SIZE are JSON. __main__.py starts it; see benchmarks/README.md.
"""
import argparse
import json
import sys
import time
import traceback
from pathlib import Path

import torch

import clock
import roofs as machine
from cases import LOSSES, QUICK, WHOLE, Size
from inductor import compiled_for
from library import Library
from sides import AGAIN, PLAIN, SIDES, all_sides, ours, right_answer


def checked(loss, sides, right):
    """Errors of each side, and a sentence for those that are wrong or fail; these are not timed."""
    errors, refused = {}, {}
    for name, (_, answer) in sides.items():
        try:
            value, gradient = answer().errors(right)
        except Exception as why:  # a peer may fail in any way  # pylint: disable=broad-except
            refused[name] = f"failed: {type(why).__name__}: {str(why).splitlines()[0][:100]}" if str(why) else type(why).__name__
            continue
        errors[name] = (value, gradient)
        if not (value <= LOSSES[loss].tolerance and gradient <= 10 * LOSSES[loss].tolerance):
            refused[name] = f"another answer: value off by {value:.1e}, gradients by {gradient:.1e} (relative)"
    return errors, refused


def measure_case(loss, size, gradients, asked, plan, roofs):
    """One record: what each side took."""
    torch.manual_seed(1)
    given = LOSSES[loss].arguments(torch, size)
    torch._dynamo.reset()  # what was compiled for other sizes
    begin = time.perf_counter()
    only = [name for name in SIDES if name not in asked.without]
    sides = all_sides(asked.libraries, loss, given, asked.threads, gradients, only)
    errors, refused = checked(loss, sides, right_answer(loss, given, gradients))
    ready = time.perf_counter()
    runs = {name: run for name, (run, _) in sides.items() if name not in refused}
    record = {"loss": loss, "size": vars(size), "threads": asked.threads, "sides": {}, "refused": refused,
              "pass": "mix" if LOSSES[loss].mixes else "value and gradients" if gradients else "value"}
    if PLAIN in runs:
        runs[AGAIN] = ours(Library(asked.libraries[PLAIN]), loss, given, asked.threads, gradients)[0]
    samples = clock.take_turns(runs, asked.threads, asked.budget or plan.budget, plan.least)
    if PLAIN in runs:
        record["control"] = clock.control(samples, PLAIN, AGAIN)
        samples[PLAIN] += samples.pop(AGAIN)
    work = LOSSES[loss].work(size, gradients)
    if work.bytes:  # a copy of as much memory, which caches may hold
        roofs = {**roofs, "copy": machine.rate(machine.copy_of(Library(asked.libraries[PLAIN]), int(work.bytes / 2)), 1)}
    record["floor"] = work.seconds(roofs) / asked.threads
    for name, taken in samples.items():
        record["sides"][name] = {"seconds": clock.percentile(taken), "spread": clock.spread(taken), "samples": len(taken),
                                 "value_error": errors[name][0], "gradient_error": errors[name][1]}
    print(f"{loss} ({size}), {record['pass']}, threads {asked.threads}: made ready in {ready - begin:.1f} s, measured in "
          f"{time.perf_counter() - ready:.1f} s; " + "; ".join(refused.values()), file=sys.stderr)
    return record


def measure_times(asked):
    torch.set_num_threads(asked.threads)
    plan = {"quick": QUICK, "whole": WHOLE}[asked.plan]
    roofs = machine.measure(Library(asked.libraries[PLAIN]), asked.threads)
    records = []
    chosen = plan.sizes if asked.threads == 1 else plan.of_two
    for loss, sizes in chosen.items():
        if asked.only and loss not in asked.only:
            continue
        for size in (size for size in sizes if not asked.most_rows or size.rows <= asked.most_rows):
            passes = [False, True] if LOSSES[loss].has_value and plan.with_values and asked.threads == 1 else [True]
            for gradients in passes:
                try:
                    records.append(measure_case(loss, size, gradients, asked, plan, roofs))
                except Exception as why:  # the others go on, and the page says so  # pylint: disable=broad-except
                    traceback.print_exc()
                    records.append({"loss": loss, "size": vars(size), "pass": "value and gradients" if gradients else "value",
                                    "sides": {}, "refused": {"every side": f"failed: {type(why).__name__}"}})
    after = machine.measure(Library(asked.libraries[PLAIN]), asked.threads)
    Path(asked.output).write_text(json.dumps({"roofs": roofs, "roofs_after": after, "compiled_for": compiled_for(),
                                               "records": records}), encoding="utf-8")


def peak_of(field):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


def measure_memory(asked):
    """Prints the bytes by which the process grew at most in one call, after a small one that loads what it needs."""
    torch.set_num_threads(1)
    size = Size(**json.loads(asked.size))
    small = Size(min(64, size.rows), min(size.width, 32), min(size.classes, 16), min(size.queue, 64), min(size.own, 8))
    for at in (small, size):
        torch.manual_seed(1)
        given = LOSSES[asked.loss].arguments(torch, at)
        torch._dynamo.reset()
        run = all_sides(asked.libraries, asked.loss, given, 1, True, [asked.side])[asked.side][0]
        if at is size and asked.side == "torch.compile":
            run()  # compiles; what the compiler took is freed, or counted in both numbers
            import ctypes

            ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
        before = peak_of("VmRSS")
        run()
    print(peak_of("VmHWM") - before)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(required=True)
    times = parts.add_parser("times")
    times.add_argument("plan"), times.add_argument("threads", type=int), times.add_argument("libraries", type=json.loads)
    times.add_argument("output")
    for option in ("--only", "--without"):
        times.add_argument(option, type=lambda text: text.split(",") if text else [], default=[])
    times.add_argument("--budget", type=float, default=0)
    times.add_argument("--most-rows", type=int, default=0)
    times.set_defaults(do=measure_times)
    memory = parts.add_parser("memory")
    for name in ("loss", "size", "side"):
        memory.add_argument(name)
    memory.add_argument("libraries", type=json.loads)
    memory.set_defaults(do=measure_memory)
    asked = parser.parse_args()
    asked.do(asked)


if __name__ == "__main__":
    main()
