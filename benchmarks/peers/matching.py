#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: matching.py PROGRAM [--rounds R] [--venv FOLDER] [--output FILE]

PuzzleMix's and AlignMix's plans beside the steps that their papers published, written with PyTorch: for PuzzleMix block
saliency, neighbours' differences, three labels by gco's swap moves (the solver of the published code) an image at a time,
and the transport of blocks for the whole batch; for AlignMix squared distances of all tokens and log-domain Sinkhorn. Both
sides on one thread, plans alone. PROGRAM is `peers_matching` as built.

PyTorch and gco-wrapper go into a virtual environment of their own (build/peers-venv). Where they cannot be installed the
table has our side alone, and says so.
"""
import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from pathlib import Path

LABELS, BETA, GAMMA, ETA, NEIGHBOURS, DISTANCE = 3, 1.2, 0.5, 0.2, 4, 0.8


def moved_blocks(torch, saliency, mask, blocks):
    """The transport of the published code for a batch: saliency and mask (N, B * B)."""
    count = blocks * blocks
    place = torch.arange(count)
    distance = ((place[:, None] // blocks - place // blocks) ** 2 + (place[:, None] % blocks - place % blocks) ** 2).float()
    cost = DISTANCE * distance / (blocks - 1) ** 2 - saliency[:, :, None] * (mask > 0).float()[:, None, :]
    for _ in range(blocks):
        wish = torch.nn.functional.one_hot(cost.argmin(-1), count).float()
        offer = cost * wish + (1 - wish) * 1e8
        kept = torch.nn.functional.one_hot(offer.argmin(-2), count).float().transpose(1, 2) * wish
        cost = cost + (wish - kept)
    return kept.argmax(-2)


def puzzlemix(torch, numpy, gco, images, saliency, blocks):
    """Masks and transports of a batch with partner i + 1."""
    count, side = images.shape[0], images.shape[2]
    order, size = (torch.arange(count) + 1) % count, side // blocks
    pooled = torch.nn.functional.avg_pool2d(saliency[:, None], size)[:, 0]
    own = pooled / pooled.sum((1, 2), keepdim=True)
    beta, pool = BETA / blocks / 16, min(NEIGHBOURS, size)
    small = torch.nn.functional.avg_pool2d(images, pool)
    step, cells = size // pool, small.shape[2]
    pair = [small[order], small]  # 0: partner, 1: own
    down, across = {}, {}
    for p in (0, 1):
        for q in (0, 1):
            d = (pair[p][:, :, step - 1 : cells - 1 : step] - pair[q][:, :, step::step]).abs().mean(1)
            down[p, q] = BETA / blocks / 16 * GAMMA * d.reshape(count, blocks - 1, blocks, step).mean(-1)
            a = (pair[p][:, :, :, step - 1 : cells - 1 : step] - pair[q][:, :, :, step::step]).abs().mean(1)
            across[p, q] = BETA / blocks / 16 * GAMMA * a.transpose(1, 2).reshape(count, blocks - 1, blocks, step).mean(-1).transpose(1, 2)
    show_own, show_partner = own[order].clone(), own.clone()
    for cost, first, second in ((down, (slice(None), slice(None, -1)), (slice(None), slice(1, None))),
                                (across, (slice(None), slice(None), slice(None, -1)), (slice(None), slice(None), slice(1, None)))):
        show_own[first] += (cost[1, 0] + cost[1, 1]) / 2
        show_partner[first] += (cost[0, 1] + cost[0, 0]) / 2
        show_own[second] += (cost[0, 1] + cost[1, 1]) / 2
        show_partner[second] += (cost[1, 0] + cost[0, 0]) / 2
    large = 1000 * blocks * blocks
    # gco takes integers, and a strength below 0 ends its process
    strength = [(large * ((cost[1, 0] + cost[0, 1] - cost[1, 1] - cost[0, 0]) / 2 + beta) / (LABELS - 1) ** 2)
                .clamp(min=0).numpy().astype(numpy.int32) for cost in (down, across)]
    shares = numpy.linspace(0, 1, LABELS)
    apart = ((numpy.arange(LABELS)[:, None] - numpy.arange(LABELS)) ** 2).astype(numpy.int32)
    prior = [-math.log(math.comb(LABELS - 1, l) * 0.5 ** (LABELS - 1) + 1e-8) for l in range(LABELS)]
    unary = torch.stack([(1 - t) * show_own + t * show_partner + ETA * prior[l] / blocks**2 for l, t in enumerate(shares)], -1).numpy()
    masks = []
    for i in range(count):
        labels = gco.cut_grid_graph((large * unary[i]).astype(numpy.int32), apart, strength[0][i], strength[1][i], n_iter=-1,
                                    algorithm="swap")
        masks.append(1 - labels / (LABELS - 1))
    mask = torch.from_numpy(numpy.stack(masks)).float().reshape(count, -1)
    flat = own.reshape(count, -1)
    return mask, moved_blocks(torch, flat, mask, blocks), moved_blocks(torch, flat[order], 1 - mask, blocks)


def alignmix(torch, maps):
    """Assignments (N, p, p) of a batch (N, C, p) with partner i + 1."""
    count, _, tokens = maps.shape
    other = maps.roll(-1, 0)
    a, b = maps.transpose(1, 2), other.transpose(1, 2)
    cost = ((a[:, :, None] - b[:, None]) ** 2).sum(-1)
    mass, u, v = math.log(1 / tokens + 1e-8), torch.zeros(count, tokens), torch.zeros(count, tokens)
    for _ in range(100):
        before = u
        u = 0.1 * (mass - torch.logsumexp((-cost + u[:, :, None] + v[:, None]) / 0.1, -1)) + u
        v = 0.1 * (mass - torch.logsumexp((-cost + u[:, :, None] + v[:, None]) / 0.1, -2)) + v
        if (u - before).abs().sum(-1).mean() < 0.1:
            break
    return tokens * torch.exp((-cost + u[:, :, None] + v[:, None]) / 0.1)


def measure_peers(sizes, rounds):
    """In a process of its own: prints {line: milliseconds} and the versions."""
    import gco
    import numpy
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    found = {}
    for what, size in sizes:
        count, second, third = (int(n) for n in size.split())
        if what == "puzzlemix":
            images, place = torch.rand(count, 3, second, second), torch.arange(second).float()
            centre = second * (0.25 + 0.5 * torch.rand(count, 2))
            far = torch.hypot(place[None, :, None] - centre[:, :1, None], place[None, None] - centre[:, 1:, None])
            saliency = torch.exp(-8 * far / second) * torch.rand(count, second, second)
            run = lambda: puzzlemix(torch, numpy, gco, images, saliency, third)
        else:
            maps = 0.05 * torch.randn(count, second, third)
            run = lambda: alignmix(torch, maps)
        taken = []
        for turn in range(rounds + 1):
            start = time.perf_counter()
            run()
            taken.append((time.perf_counter() - start) * 1e3)
        found[f"{what} {size}"] = statistics.median(taken[1:])
    print(json.dumps([f"PyTorch {torch.__version__}, gco-wrapper", found]))


def prepared(venv):
    """The python of a virtual environment that has the peers, or None."""
    python = Path(venv) / "bin/python"
    asked = [str(python), "-c", "import torch, numpy, gco"]
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        if subprocess.run(asked, capture_output=True, check=False).returncode != 0:
            subprocess.run([str(python), "-m", "pip", "install", "-q", "torch", "numpy", "gco-wrapper"], check=True)
        subprocess.run(asked, capture_output=True, check=True)
    except (subprocess.CalledProcessError, OSError) as why:
        print(f"no peers: torch and gco-wrapper could not be installed from the package index ({why})", file=sys.stderr)
        return None
    return str(python)


def main():
    if sys.argv[1:2] == ["--peer"]:
        return measure_peers(json.loads(sys.argv[3]), int(sys.argv[2]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--venv", default="build/peers-venv")
    parser.add_argument("--output", default="")
    asked = parser.parse_args()
    ours = subprocess.run([asked.program, "--rounds", str(asked.rounds)], capture_output=True, text=True, check=True)
    measured = [line.split("\t") for line in ours.stdout.splitlines()]
    python, versions, others = prepared(asked.venv), "no peers could be installed", {}
    if python:
        sizes = json.dumps([[what, size] for what, size, _ in measured])
        done = subprocess.run([python, __file__, "--peer", str(asked.rounds), sizes], capture_output=True, text=True, check=True)
        versions, others = json.loads(done.stdout.splitlines()[-1])
    lines = [f"One thread each, {versions}; medians of {asked.rounds} rounds, milliseconds a batch.", "",
             "| policy | batch | ours | published steps | times faster |", "| --- | --- | --- | --- | --- |"]
    for what, size, taken in measured:
        first, second, third = size.split()
        batch = f"{first} images of {second} x {second}, {third} x {third} blocks" if what == "puzzlemix" else \
            f"{first} maps of {third} tokens, {second} channels"
        other = others.get(f"{what} {size}")
        lines.append(f"| `{what}` | {batch} | {float(taken):.2f} | " + (f"{other:.2f} | {other / float(taken):.1f} |" if other else "- | - |"))
    text = "\n".join(lines) + "\n"
    Path(asked.output).write_text(text, encoding="utf-8") if asked.output else print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
