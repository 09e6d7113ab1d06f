#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: mixing.py PROGRAM [--threads T] [--rounds R] [--venv FOLDER] [--output FILE]

Mixing a batch of float images beside PyTorch eager, torchvision's v2 transforms and timm, all in times of a copy of the
batch in the same process, and ours in times faster; then, of every policy that sees no pixels, what drawing its plan costs
of applying it. PROGRAM is `peers_mixing` as built. Both sides have the same threads and run one after the other.

PyTorch, torchvision and timm go into a virtual environment of their own (build/peers-venv). Where they cannot be installed
the table has our side alone, and says so. Nothing else needs them.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

PACKAGES = ("torch", "torchvision", "timm")
# Both sides keep what they have freed, as in a program that trains: else page faults are what small batches and plans measure.
MALLOC = {"MALLOC_TRIM_THRESHOLD_": str(2**30), "MALLOC_MMAP_THRESHOLD_": str(2**25)}


def peers(torch, x, labels):
    """name of the policy: {who: a function of no arguments that mixes x}."""
    count, rows = x.shape[0], x.shape[2]
    order = torch.randperm(count)
    keep, box = 0.4, (rows // 5, rows - rows // 6)
    mask = (torch.rand(1, 1, rows, rows) > 0.5).float()

    def boxed():
        y = x.clone()
        y[:, :, box[0] : box[1], box[0] : box[1]] = x[order, :, box[0] : box[1], box[0] : box[1]]
        return y

    found = {
        "mixup": {"PyTorch eager": lambda: keep * x + (1 - keep) * x[order]},
        "cutmix": {"PyTorch eager": boxed},
        "fmix": {"PyTorch eager": lambda: mask * x + (1 - mask) * x[order]},
    }
    try:
        from torchvision.transforms import v2

        mixup, cutmix = v2.MixUp(num_classes=10), v2.CutMix(num_classes=10)
        found["mixup"]["torchvision v2"] = lambda: mixup(x, labels)
        found["cutmix"]["torchvision v2"] = lambda: cutmix(x, labels)
    except ImportError:
        pass
    try:
        from timm.data import Mixup

        of_mixup, of_cutmix = Mixup(mixup_alpha=1.0, num_classes=10), Mixup(mixup_alpha=0.0, cutmix_alpha=1.0, num_classes=10)
        found["mixup"]["timm (in place)"] = lambda: of_mixup(x, labels)
        found["cutmix"]["timm (in place)"] = lambda: of_cutmix(x, labels)
    except ImportError:
        pass
    return found


def measure_peers(threads, rounds):
    """In a process of its own: prints {batch: {policy: {who: times a copy}}} and versions."""
    import torch

    torch.set_num_threads(threads)
    result = {}
    for shape in ((256, 3, 224, 224), (256, 3, 32, 32)):
        x, labels = torch.rand(*shape), torch.arange(shape[0]) % 10
        y = torch.empty_like(x)
        turns = rounds if shape[2] > 100 else 20 * rounds
        of_shape = {}
        for policy, by in peers(torch, x, labels).items():
            taken = {who: [] for who in (*by, "copy")}
            for turn in range(turns + 1):
                for who, mix in (*by.items(), ("copy", lambda: y.copy_(x))):
                    start = time.perf_counter()
                    mix()
                    if turn > 0:
                        taken[who].append((time.perf_counter() - start) * 1e3)
            copy = statistics.median(taken.pop("copy"))
            of_shape[policy] = {who: (statistics.median(t), statistics.median(t) / copy) for who, t in taken.items()}
        result["x".join(map(str, shape))] = of_shape
    versions = ["PyTorch " + torch.__version__]
    for name in ("torchvision", "timm"):
        try:
            versions.append(name + " " + __import__(name).__version__)
        except ImportError:
            pass
    print(json.dumps([", ".join(versions), result]))


def prepared(venv):
    """The python of a virtual environment that has the peers, or None."""
    python = Path(venv) / "bin/python"
    asked = [str(python), "-c", "import torch, torchvision, timm"]
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        if subprocess.run(asked, capture_output=True, check=False).returncode != 0:
            subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES], check=True)
        subprocess.run(asked, capture_output=True, check=True)
    except (subprocess.CalledProcessError, OSError) as why:
        print(f"no peers: {', '.join(PACKAGES)} could not be installed from the package index ({why})", file=sys.stderr)
        return None
    return str(python)


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "unknown processor"


def main():
    if sys.argv[1:2] == ["--peer"]:
        return measure_peers(int(sys.argv[2]), int(sys.argv[3]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--venv", default="build/peers-venv")
    parser.add_argument("--output", default="")
    asked = parser.parse_args()
    python = prepared(asked.venv)
    turns = [str(asked.threads), str(asked.rounds)]
    os.environ.update(MALLOC)
    ours = subprocess.run([asked.program, "--threads", turns[0], "--rounds", turns[1]], capture_output=True, text=True, check=True)
    versions, others = "no peers could be installed", {}
    if python:
        done = subprocess.run([python, __file__, "--peer", *turns], capture_output=True, text=True, check=True)
        versions, others = json.loads(done.stdout.splitlines()[-1])
    lines = [
        f"{processor()}, {asked.threads} thread(s) each, {versions}; float, medians of {asked.rounds} rounds, each side in times of "
        "its own process's copy of the batch.",
        "",
        "| policy | batch | ours, ms | copies | beside | ms | copies | times faster |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    draws = ["", "| policy | drawing a plan, ms | of applying it |", "| --- | --- | --- |"]
    for line in ours.stdout.splitlines():
        kind, name, *rest = line.split("\t")
        if kind == "draw":
            draws.append(f"| `{name}` | {float(rest[0]):.3f} | {100 * float(rest[1]):.1f} % |")
            continue
        shape, milliseconds, copies = rest[0], float(rest[1]), float(rest[2])
        cells = f"| `{name}` | {shape} | {milliseconds:.2f} | {copies:.2f} |"
        for who, (taken, of_copy) in others.get(shape, {}).get(name, {"-": (None, None)}).items():
            lines.append(f"{cells} {who} | {taken:.2f} | {of_copy:.2f} | {taken / milliseconds:.1f} |" if taken else f"{cells} - | - | - | - |")
    text = "\n".join(lines + draws) + "\n"
    Path(asked.output).write_text(text, encoding="utf-8") if asked.output else print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
