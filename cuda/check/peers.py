#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: peers.py [--seconds S] [--json FILE] [--check-only] [--device NAME]

Measures what other implementations take for the losses of cuda/bench: PyTorch eager and torch.compile, a plain Triton
kernel, and Liger, CCE and siglip-kernel where they are installed. One that is not there is a line of its own. Each is
first compared with PyTorch in float32 on a small batch.

  --seconds S     begin no measurement after S seconds (default 85)
  --json FILE     write a line of JSON for each measurement
  --check-only    compare and measure nothing
  --device NAME   such as cpu, which only compares (default: cuda)

Exit status: 0 all present peers agree; 1 one does not; 77 there is no PyTorch or no GPU.
"""
import argparse
import importlib
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

SCALE = 8.0  # 1 / temperature, and SigLIP's; a power of two, so that bfloat16 rows times it are exact
CLASSES = 100
SIZES = [(65536, 128), (16384, 128), (4096, 128), (65536, 256), (65536, 64)]
GIVEN = [(8192, 32768)]
IMAGES = (256, 3 * 224 * 224)


def load(name):
    """A module, or why there is none."""
    try:
        return importlib.import_module(name), ""
    except Exception as missing:  # a broken installation must not end the check
        return None, f"{type(missing).__name__}: {missing}"


torch, NO_TORCH = load("torch")


# ---- the losses in PyTorch, each of rows a and c (N, D)

def info_nce(a, c):
    logits = (a * SCALE) @ c.T
    return torch.nn.functional.cross_entropy(logits, torch.arange(len(a), device=a.device))


def clip(a, c):
    logits, own = (a * SCALE) @ c.T, torch.arange(len(a), device=a.device)
    cross_entropy = torch.nn.functional.cross_entropy
    return (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2


def siglip(a, c):
    logits = (a * SCALE) @ c.T - SCALE
    return (torch.nn.functional.softplus(logits).sum(dtype=torch.float32) - logits.diagonal().float().sum()) / len(a)


def nt_xent(a, _):
    logits = (a * SCALE) @ a.T
    logits = logits.fill_diagonal_(float("-inf"))
    other_view = (torch.arange(len(a), device=a.device) + len(a) // 2) % len(a)
    return torch.nn.functional.cross_entropy(logits, other_view)


def supcon(a, _):
    logits = (a * SCALE) @ a.T
    labels = torch.arange(len(a), device=a.device) % CLASSES
    positive = labels[:, None] == labels[None, :]
    positive = positive.fill_diagonal_(False)
    attraction = torch.where(positive, logits, 0).sum(1, dtype=torch.float32) / positive.sum(1)
    logits = logits.fill_diagonal_(float("-inf"))
    return (torch.logsumexp(logits, 1).float() - attraction).mean()


def given_logits(logits, _):
    return torch.nn.functional.cross_entropy(logits, torch.arange(len(logits), device=logits.device))


EAGER = {"info_nce": info_nce, "clip": clip, "siglip": siglip, "nt_xent": nt_xent, "supcon": supcon,
         "given_logits": given_logits}


def top_16(a, c):
    return torch.topk(a @ c.T, 16)


def mixup(x, _):
    partner = torch.arange(len(x), device=x.device).roll(1)
    own = torch.linspace(0, 1, len(x), device=x.device)[:, None]
    return x * own + x[partner] * (1 - own)


def in_float(loss):
    return loss in ("given_logits", "mixup")


# ---- the others: {loss: function of the same rows}, or why not

def triton_peer():
    module, why = load("triton_loss")
    return (None, why) if module is None else ({"info_nce": lambda a, c: module.InfoNCE.apply(a, c, SCALE)}, "")


def liger_peer():
    module, why = load("liger_kernel.transformers")
    if module is None:
        return None, why
    fused, plain = module.LigerFusedLinearCrossEntropyLoss(), module.LigerCrossEntropyLoss()

    def own(a):
        return torch.arange(len(a), device=a.device)
    return {"info_nce": lambda a, c: fused(c, a * SCALE, own(a)), "given_logits": lambda x, _: plain(x, own(x))}, ""


def cce_peer():
    module, why = load("cut_cross_entropy")
    if module is None:
        return None, why

    def loss(a, c):  # with no gradient dropped
        return module.linear_cross_entropy(a * SCALE, c, torch.arange(len(a), device=a.device), filter_eps=None)
    return {"info_nce": loss}, ""


def siglip_peer():
    module, why = load("siglip_kernel")
    if module is None:
        return None, why

    def loss(a, c):
        log_scale = torch.tensor(SCALE, device=a.device).log().requires_grad_()
        bias = torch.tensor(-SCALE, device=a.device, requires_grad=True)
        return module.fused_siglip_loss(a, c, log_scale, bias)
    return {"siglip": loss}, ""


PEERS = {"triton": triton_peer, "liger": liger_peer, "cce": cce_peer, "siglip-kernel": siglip_peer}


class Run:
    """Measurements until the time is up."""

    def __init__(self, seconds, path, device):
        self.end, self.file, self.device = time.monotonic() + seconds, open(path, "w") if path else None, device
        self.failed = 0
        self.flush = torch.empty(2**28, dtype=torch.uint8, device=device) if device == "cuda" else None

    def note(self, name, **what):
        line = {"name": name, **what}
        print("  ".join(f"{key}={value}" for key, value in line.items()), flush=True)
        if self.file:
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()

    def left(self):
        return self.end - time.monotonic()

    def rows(self, loss, rows, width, dtype):
        """Unit rows, or logits of about the same size."""
        made = torch.randn(2, rows, width, device=self.device)
        if not in_float(loss):
            made = torch.nn.functional.normalize(made, dim=-1)
        return [side.to(dtype).detach().contiguous().requires_grad_() for side in made]

    def agrees(self, name, loss, function):
        """Whether value and gradient are those of PyTorch in float32, as far as bfloat16 goes."""
        torch.manual_seed(1)
        rows, width = (256, 1024) if loss == "given_logits" else (512, 64)
        dtype = torch.float32 if loss == "given_logits" else torch.bfloat16
        sides = self.rows(loss, rows, width, dtype)
        exact = [side.detach().float().requires_grad_() for side in sides]
        expected = EAGER[loss](*exact)
        expected.backward()
        try:
            found = function(*sides)
            found.backward()
            self.wait()
            value = abs(found.item() - expected.item()) / max(abs(expected.item()), 0.1)
            apart = (sides[0].grad.float() - exact[0].grad).norm() / exact[0].grad.norm()
            wrong = "" if value <= 0.02 and apart.item() <= 0.05 else f"value off by {value:.2g}, gradient by {apart:.2g}"
        except Exception as broken:
            wrong = f"{type(broken).__name__}: {broken}".splitlines()[0][:200]
        if wrong:
            self.failed += 1
            self.note(name, loss=loss, rows=rows, width=width, **{"pass": "gradient"}, note=f"does not agree: {wrong}")
        return not wrong

    def wait(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def times(self, step, runs):
        begin = [torch.cuda.Event(enable_timing=True) for _ in range(runs)]
        end = [torch.cuda.Event(enable_timing=True) for _ in range(runs)]
        for k in range(runs):
            self.flush.zero_()
            begin[k].record()
            step()
            end[k].record()
        torch.cuda.synchronize()
        return [first.elapsed_time(last) * 1e-3 for first, last in zip(begin, end)]

    def measure(self, name, loss, function, rows, width, with_gradient, seconds=0.4):
        """Median of 5 to 50 runs, each with an empty cache, and the memory that a run takes besides its rows."""
        place = {"loss": loss, "element": "float32" if in_float(loss) else "bfloat16", "rows": rows, "width": width,
                 "pass": "gradient" if with_gradient else "forward"}
        if self.left() <= 0:
            self.note(name, **place, note="not measured: the time was up")
            return
        try:
            sides = self.rows(loss, rows, width, torch.float32 if in_float(loss) else torch.bfloat16)

            def step():
                if not with_gradient:
                    with torch.no_grad():
                        function(*sides)
                    return
                for side in sides:
                    side.grad = None
                function(*sides).backward()
            torch.cuda.synchronize()
            before = torch.cuda.memory_allocated()
            torch.cuda.reset_peak_memory_stats()
            step()
            torch.cuda.synchronize()
            memory = torch.cuda.max_memory_allocated() - before
            self.times(step, 1)
            one = self.times(step, 1)[0]
            runs = int(min(max(seconds / max(one, 1e-6), 5), 50))
            taken = self.times(step, runs)
            self.note(name, **place, median_s=statistics.median(taken), fastest_s=min(taken), runs=runs,
                      memory_bytes=memory)
        except Exception as broken:  # out of memory, most often
            self.note(name, **place, note=f"{type(broken).__name__}: {broken}".splitlines()[0][:160])
        sides = None
        torch.cuda.empty_cache()


def measure_eager(run):
    for rows, width in SIZES:
        for loss, function in EAGER.items():
            if loss != "given_logits":
                run.measure("eager", loss, function, rows, width, True)
    run.measure("eager", "info_nce", info_nce, *SIZES[0], False)
    run.measure("eager", "top_16", top_16, *SIZES[0], False)
    run.measure("eager", "mixup", mixup, *IMAGES, False)
    for rows, width in GIVEN:
        run.measure("eager", "given_logits", given_logits, rows, width, True)


def measure_compiled(run, losses, sizes):
    for loss in losses:
        for rows, width in sizes:
            run.measure("torch.compile", loss, torch.compile(EAGER[loss], dynamic=False), rows, width, True)


def measure_peer(run, name, measures):
    """Compares one of PEERS, where it is there, and measures it where it agrees."""
    if run.left() <= 0:
        run.note(name, note="not measured: the time was up")
        return
    try:
        losses, why = PEERS[name]()
    except Exception as broken:
        losses, why = None, f"{type(broken).__name__}: {broken}"
    if losses is None:
        run.note(name, note=f"not installed ({why.splitlines()[0][:120] if why else 'no reason'})")
        return
    for loss, function in losses.items():
        if run.agrees(name, loss, function) and measures:
            for rows, width in GIVEN if loss == "given_logits" else SIZES:
                run.measure(name, loss, function, rows, width, True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("--help", "-h", action="store_true")
    parser.add_argument("--seconds", type=float, default=85)
    parser.add_argument("--json", default="")
    parser.add_argument("--check-only", action="store_true")
    parser.add_argument("--device", default="cuda")
    given = parser.parse_args()
    if given.help:
        print(__doc__)
        return 0
    if torch is None:
        print(f"peers: no PyTorch ({NO_TORCH}); nothing was measured")
        return 77
    if given.device == "cuda" and not torch.cuda.is_available():
        print("peers: PyTorch finds no GPU; nothing was measured")
        return 77
    torch.manual_seed(1)
    run = Run(given.seconds, given.json, given.device)
    for loss, function in EAGER.items():
        run.agrees("eager", loss, function)
    measures = not given.check_only and given.device == "cuda"
    if measures:
        measure_eager(run)
    measure_peer(run, "triton", measures)
    if measures:
        measure_compiled(run, ["info_nce", "siglip"], SIZES[:2])
    for name in ("siglip-kernel", "liger", "cce"):
        measure_peer(run, name, measures)
    if measures:
        measure_compiled(run, ["clip", "nt_xent", "supcon"], SIZES[:1])
        measure_compiled(run, ["given_logits"], GIVEN)
        run.measure("torch.compile", "mixup", torch.compile(mixup, dynamic=False), *IMAGES, False)
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
