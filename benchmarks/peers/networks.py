#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: networks.py PROGRAM [--only NAME] [--precision fp32|bf16] [--threads T] [--seconds S] [--rounds R] [--venv FOLDER]
                   [--output FILE]

Forward, backward and SGD step of residual networks, in images per second, beside PyTorch. PROGRAM is `peers_networks` as
built. PyTorch runs in each of its settings (fp32 and bf16 autocast, both memory formats, eager and torch.compile), ours in
fp32 and bf16 (--precision: only one, as fp32 on a processor without AVX-512); all take turns in every round, and the table
has the best setting of either side by its median over the rounds.

PyTorch goes into a virtual environment of its own (build/peers-venv). Where it cannot be installed the table has our side
alone, and says so. Nothing else needs it.
"""
import argparse
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

# name: depth, channels, side, batch, blocks of each stage, width
NETWORKS = {
    "ResNet-8, 28 x 28 x 1": (8, 1, 28, 128, (1, 1, 1), 16),
    "ResNet-20, 32 x 32 x 3": (20, 3, 32, 128, (3, 3, 3), 16),
    "ResNet-18, 32 x 32 x 3": (18, 3, 32, 128, (2, 2, 2, 2), 64),
}
PEER_SETTINGS = [(precision, layout, how) for precision in ("fp32", "bf16") for layout in ("nchw", "channels_last")
                 for how in ("eager", "compiled")]


def model_of(torch, channels, blocks, width):
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.path = nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
                nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
            changes = stride != 1 or inputs != outputs
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                                          nn.BatchNorm2d(outputs)) if changes else nn.Identity()

        def forward(self, x):
            return torch.relu(self.path(x) + self.shortcut(x))

    layers = [nn.Conv2d(channels, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    inputs = width
    for stage, count in enumerate(blocks):
        for k in range(count):
            outputs = width << stage
            layers.append(Block(inputs, outputs, 2 if stage > 0 and k == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10))


def peer(network, precision, layout, how, threads, seconds):
    """PyTorch's images per second; run in a process of its own."""
    import torch

    torch.set_num_threads(threads)
    _, channels, side, batch, blocks, width = NETWORKS[network]
    model = model_of(torch, channels, blocks, width)
    images, labels = torch.randn(batch, channels, side, side), torch.arange(batch) % 10
    if layout == "channels_last":
        model, images = model.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    if how == "compiled":
        model = torch.compile(model)
    optimiser = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9, weight_decay=1e-4)

    def step():
        optimiser.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            scores = model(images)
        torch.nn.functional.cross_entropy(scores.float(), labels).backward()
        optimiser.step()

    for _ in range(3):
        step()
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        step()
        steps += 1
    return steps * batch / (time.perf_counter() - start)


def installed_python(venv):
    """The interpreter of the peers' environment; None, with a line that says so, where it cannot be made."""
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    if subprocess.run([str(python), "-c", "import torch"], capture_output=True).returncode == 0:
        return python
    print("networks.py: installing torch into", venv, file=sys.stderr)
    done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", "torch", "numpy"], capture_output=True, text=True)
    if done.returncode != 0:
        print("networks.py: PyTorch cannot be installed (no package index?); the table has our side alone", file=sys.stderr)
        return None
    return python


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="peers_networks")
    parser.add_argument("--only", default="", help="the networks whose name has this in it")
    parser.add_argument("--precision", choices=["fp32", "bf16"], help="of both sides; both without")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--venv", type=Path, default=Path("build/peers-venv"))
    parser.add_argument("--output", type=Path)
    parser.add_argument("--peer", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.peer:
        print(peer(*chosen.peer, chosen.threads, chosen.seconds))
        return

    python = installed_python(chosen.venv)
    precisions = [chosen.precision] if chosen.precision else ["fp32", "bf16"]
    settings = [each for each in PEER_SETTINGS if each[0] in precisions] if python else []
    lines = ["| network | mixcon, images/s | PyTorch, images/s | ratio |", "| --- | --- | --- | --- |"]
    for network, (depth, channels, side, batch, _, _) in NETWORKS.items():
        if chosen.only not in network:
            continue
        ours, theirs = {}, {}
        for _ in range(chosen.rounds):
            for precision in precisions:
                words = [chosen.program, depth, channels, side, batch, precision, chosen.threads, chosen.seconds]
                answer = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True, check=True)
                ours.setdefault(precision, []).append(float(answer.stdout))
            for setting in settings:
                answer = subprocess.run(
                    [str(python), __file__, "-", "--threads", str(chosen.threads), "--seconds", str(chosen.seconds),
                     "--peer", network, *setting], capture_output=True, text=True, check=True)
                theirs.setdefault(" ".join(setting), []).append(float(answer.stdout))

        def best(of):
            return max(((statistics.median(each), name) for name, each in of.items()), default=(float("nan"), "-"))

        (mine, how), (other, setting) = best(ours), best(theirs)
        lines.append(f"| {network}, batch {batch} | {mine:.0f} ({how}) | {other:.0f} ({setting}) | {mine / other:.2f} |")
        print(lines[-1], {name: [round(x) for x in each] for name, each in {**ours, **theirs}.items()}, flush=True)
    text = "\n".join(lines) + f"\n\nthreads: {chosen.threads}; medians of {chosen.rounds} rounds; {platform.processor() or platform.machine()}\n"
    print("\n" + text)
    if chosen.output:
        chosen.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
