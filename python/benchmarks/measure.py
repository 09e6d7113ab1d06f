# SPDX-License-Identifier: BSD-3-Clause
"""usage: measure.py [--output NAME] [--targets PROGRAM] [--budget SECONDS] [--quick]

The installed package beside PyTorch and pytorch-metric-learning, on one thread: value and gradients of three losses in
torch's graph, extra memory, a call on a small array, the import. Writes NAME.md and NAME.json. PROGRAM is
`run_time_targets`, which CMakeLists.txt of the package builds; with it, what targets cost that are chosen at run time.

Sides take turns in one process, in an order that changes; the processor time that a fifth of the samples were below
counts, and ours takes part twice. Run it by the Python that has mixcon, torch and pytorch-metric-learning.
"""
import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "benchmarks" / "compare"))

SIZES = (16, 64, 128, 256, 512, 1024, 4096)
LOSSES = ("nt_xent", "supcon", "clip")
OURS, AGAIN, WRITTEN, METRIC = "mixcon", "mixcon, again", "PyTorch, written well", "pytorch-metric-learning"
WIDTH, LARGE = 128, 16384
MOST_METRIC = {"nt_xent": 128, "supcon": 4096}  # rows: its NTXentLoss forms N^3 numbers


def ours(loss, given):
    """(run, leaves): a module of ours, and the tensors whose gradients are wanted."""
    import mixcon

    rows = [r.detach().requires_grad_() for r in given.rows]
    if loss == "nt_xent":
        module, more = mixcon.NTXent(temperature=given.numbers[0]), ()
    elif loss == "supcon":
        t = given.numbers[0]
        module, more = mixcon.SupCon(temperature=t, base_temperature=t), (given.labels.repeat(2),)
    else:
        module, more = mixcon.CLIP(scale=given.numbers[0], learn=False), ()
    return (lambda: module(*rows, *more)), rows


def side(name, loss, given):
    """A function that computes value and gradients."""
    import torch

    if name in (OURS, AGAIN):
        value, rows = ours(loss, given)
    else:
        from peers import LIBRARIES, WRITTEN as FORMULAS

        formula = FORMULAS[loss] if name == WRITTEN else LIBRARIES[loss][METRIC](given)
        rows = [r.detach().requires_grad_() for r in given.rows]
        value = lambda: formula(rows, given)  # noqa: E731

    def both():
        found = value()
        return found, torch.autograd.grad(found, rows)

    return both


def arguments(loss, rows, dtype):
    import torch
    from cases import LOSSES as CASES, Size

    torch.manual_seed(1)
    given = CASES[loss].arguments(torch, Size(rows, WIDTH))
    given.rows = [r.to(dtype) for r in given.rows]
    return given


def apart(found, right):
    """Relative errors of the value and of all gradients together."""
    expected = float(right[0].detach())
    value = abs(float(found[0].detach()) - expected) / abs(expected)
    error = sum(float(((a.double() - b) ** 2).sum()) for a, b in zip(found[1], right[1]))
    return value, (error / sum(float((b**2).sum()) for b in right[1])) ** 0.5


def measure_times(asked):
    import torch
    import clock

    torch.set_num_threads(1)
    records = []
    for loss in LOSSES:
        for rows in (128, 1024) if asked.quick else SIZES:
            right = side(WRITTEN, loss, arguments(loss, rows, torch.float64))()
            given = arguments(loss, rows, torch.float32)
            names = [OURS, AGAIN, WRITTEN] + [METRIC] * (rows <= MOST_METRIC.get(loss, 0))
            runs = {name: side(name, loss, given) for name in names}
            errors = {name: apart(run(), right) for name, run in runs.items()}
            for name, (value, gradient) in errors.items():
                assert value < 1e-4 and gradient < 1e-3, (loss, rows, name, value, gradient)
            taken = clock.take_turns(runs, 1, asked.budget, 5)
            records.append({
                "loss": loss, "rows": rows, "control": clock.control(taken, OURS, AGAIN),
                "errors": errors, "samples": len(taken[OURS]),
                "seconds": {name: clock.percentile(samples) for name, samples in taken.items() if name != AGAIN},
                "spread": {name: clock.spread(samples) for name, samples in taken.items()},
            })
            print(loss, rows, {k: f"{v * 1e6:.0f} us" for k, v in records[-1]["seconds"].items()}, file=sys.stderr)
    return records


def field(name):
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


def measure_memory(asked):
    """The bytes by which a process grows in one call, after a small one; of NT-Xent in torch's graph."""
    import torch

    torch.set_num_threads(1)
    side(asked.side, "nt_xent", arguments("nt_xent", 64, torch.float32))()
    run = side(asked.side, "nt_xent", arguments("nt_xent", asked.rows, torch.float32))
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    before = field("VmRSS")
    run()
    return field("VmHWM") - before


def measure_small(_asked):
    """Seconds of a call of NumPy rows (16, 128), and of the pieces that a caller may leave out."""
    import numpy as np
    import clock
    import mixcon

    z = np.random.default_rng(1).normal(size=(16, WIDTH)).astype(np.float32)
    taken = clock.take_turns({
        "value and gradient": lambda: mixcon.nt_xent(z, temperature=0.5, threads=1),
        "value and gradient, again": lambda: mixcon.nt_xent(z, temperature=0.5, threads=1),
        "value alone": lambda: mixcon.nt_xent(z, temperature=0.5, threads=1, gradient=False),
    }, 1, 2.0, 50)
    return {name: clock.percentile(samples) for name, samples in taken.items()}


def measure_import(asked):
    """Seconds that `import mixcon` takes in a process that has NumPy: processor time, and the clock on the wall."""
    program = ("import time, numpy; a, b = time.process_time(), time.perf_counter(); import mixcon; "
               "print(time.process_time() - a, time.perf_counter() - b)")
    command, rounds = [sys.executable, "-c", program], 5 if asked.quick else 21
    taken = [tuple(map(float, output(command).split())) for _ in range(rounds)]
    ordered = [sorted(one) for one in zip(*taken)]
    return {"processor": ordered[0][len(taken) // 5], "wall": ordered[1][len(taken) // 5]}


def output(command, env=None):
    return subprocess.run(list(map(str, command)), check=True, text=True, stdout=subprocess.PIPE, env=env).stdout


def environment():
    """Peers at their best: PyTorch's widest loops, and freed memory kept on both sides."""
    found = dict(os.environ, MALLOC_TRIM_THRESHOLD_=str(2**30), MALLOC_MMAP_THRESHOLD_=str(2**25))
    if "avx512f" in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        found["ATEN_CPU_CAPABILITY"] = "avx512"
    return found


def about():
    import importlib.metadata as packages

    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line.startswith("model name")]
    versions = {name: packages.version(name) for name in ("torch", "numpy", "pytorch-metric-learning")}
    program = "import mixcon; print(mixcon.__version__, mixcon._core.instruction_set())"
    versions["mixcon"], instruction_set = output([sys.executable, "-c", program]).split()
    return {"date": datetime.date.today().isoformat(), "python": platform.python_version(), "versions": versions,
            "processor": named[0].split(":")[1].strip() if named else platform.machine(), "cores": os.cpu_count(),
            "instruction_set": instruction_set, "load_before": os.getloadavg()[0]}


def lines_of(found):
    """The record as a page."""
    at = found["about"]
    yield "# The Python package beside PyTorch\n"
    yield (f"{at['date']}, {at['processor']}, {at['cores']} cores, load {at['load_before']:.1f} before and "
           f"{at['load_after']:.1f} after; one thread; mixcon {at['versions']['mixcon']} on {at['instruction_set']}, PyTorch "
           f"{at['versions']['torch']}, pytorch-metric-learning {at['versions']['pytorch-metric-learning']}, NumPy "
           f"{at['versions']['numpy']}, Python {at['python']}. By `python/benchmarks/measure.py`.\n")
    yield (f"Value and gradients in torch's graph, float, D = {WIDTH}: microseconds of processor time, and ours divided by "
           "theirs. Control: how far ours is from itself.\n")
    yield "| loss | rows | mixcon | PyTorch, written well | ratio | pytorch-metric-learning | ratio | control |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for one in found["times"]:
        s = one["seconds"]
        metric = f"{s[METRIC] * 1e6:.0f} | {s[OURS] / s[METRIC]:.2f}" if METRIC in s else "- | -"
        yield (f"| `{one['loss']}` | {one['rows']} | {s[OURS] * 1e6:.0f} | {s[WRITTEN] * 1e6:.0f} | "
               f"{s[OURS] / s[WRITTEN]:.2f} | {metric} | {100 * one['control']:.0f} % |")
    if found["targets"]:
        yield "\nTargets chosen at run time, as the package has them, beside the library's types: milliseconds.\n"
        yield "| loss | rows | types | at run time | ratio | same bits | control |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        for one in found["targets"]:
            a, b, c = one["by_types"], one["at_run_time"], one["by_types_again"]
            yield (f"| `{one['loss']}` | {one['rows']} | {min(a, c) * 1e3:.2f} | {b * 1e3:.2f} | "
                   f"{b / statistics.mean((a, c)):.3f} | {'yes' if one['same_bits'] else 'no'} | "
                   f"{100 * (max(a, c) / min(a, c) - 1):.1f} % |")
    yield "\n| what | took |"
    yield "| --- | --- |"
    for name, bytes_taken in found["memory"].items():
        yield f"| memory of one call of NT-Xent, N = {found['memory_rows']}, {name} | {bytes_taken / 1e6:.0f} MB |"
    for name, seconds in found["small"].items():
        yield f"| NumPy call, N = 16, {name} | {seconds * 1e6:.1f} us |"
    for name, seconds in found["import"].items():
        yield f"| `import mixcon` after NumPy, {name} time | {seconds * 1e3:.1f} ms |"
    yield f"\n{found['about']['took'] / 60:.1f} minutes in all."


PARTS = {"times": measure_times, "memory": measure_memory, "small": measure_small, "import": measure_import}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", default="python-package", help="name of the files, without ending")
    parser.add_argument("--targets", default="", help="the program run_time_targets")
    parser.add_argument("--budget", type=float, default=3, help="seconds of turns, of each loss and size")
    parser.add_argument("--quick", action="store_true", help="two sizes, a small matrix for memory")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--side", default=OURS, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        return print(json.dumps(PARTS[asked.part](asked)))
    begin, env = time.time(), environment()
    again = [sys.executable, __file__, "--budget", asked.budget, *(["--quick"] if asked.quick else [])]

    def part(name, *more):
        return json.loads(output([*again, "--part", name, *more], env))

    rows = 2048 if asked.quick else LARGE
    found = {"about": about(), "memory_rows": rows, "small": part("small"), "import": part("import")}
    found["memory"] = {name: part("memory", "--side", name, "--rows", rows) for name in (OURS, WRITTEN)}
    program = [asked.targets, 0.3 if asked.quick else asked.budget]
    found["targets"] = [json.loads(line) for line in output(program, env).splitlines()] if asked.targets else []
    found["times"] = part("times")
    found["about"]["load_after"], found["about"]["took"] = os.getloadavg()[0], time.time() - begin
    Path(f"{asked.output}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    Path(f"{asked.output}.md").write_text("\n".join(lines_of(found)) + "\n", encoding="utf-8")
    return print(f"{asked.output}.md")


if __name__ == "__main__":
    main()
