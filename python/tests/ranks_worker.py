# SPDX-License-Identifier: BSD-3-Clause
"""One process of the tests over processes: `ranks_worker.py RANK SIZE FOLDER`. Writes what it found to FOLDER."""

import datetime
import logging
import os
import pathlib
import pickle
import signal
import sys
import time

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, os.path.dirname(__file__))

import mixcon
from mixcon import distributed
from ranks_cases import DIVIDED, SHARINGS, local_call, part

RANK, SIZE, FOLDER = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
found = {"torch": torch.__version__}


def every_loss():
    for name in DIVIDED:
        for sharing in SHARINGS:
            loss, rows, rest = local_call(name, RANK, SIZE, sharing)
            value = distributed.global_loss(loss, averaged_by_ddp=False)(**rows, **rest)
            value.backward()
            found[name, sharing] = value.item(), {k: t.grad.numpy() for k, t in rows.items() if t.grad is not None}


def the_same_bits():
    again = []
    for gathered in (False, False, True):
        loss, rows, rest = local_call("supcon", RANK, SIZE, "uneven")
        value = distributed.global_loss(loss, gathered=gathered)(**rows, **rest)
        value.backward()
        again.append((value.item(), rows["z"].grad.numpy().tobytes()))
    found["bits"] = again


def batch():
    torch.manual_seed(1)
    return torch.randn(8, 5, dtype=torch.float64), torch.randn(8, 5, dtype=torch.float64), torch.arange(8) % 3


def encoder():
    torch.manual_seed(2)
    return torch.nn.Sequential(torch.nn.Linear(5, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3)).double()


def of_modules(sharing):
    """Losses as a program calls them: two views, labels, columns with a learned scale, and proxies."""
    mine = part(RANK, SIZE, sharing, 8)
    x, y, labels = batch()
    torch.manual_seed(3)
    face = mixcon.ArcFace(3, 3, scale=8.0).double()
    calls = {
        "nt_xent": (mixcon.NTXent(temperature=0.2), lambda f, g: f(g(x[mine]), g(y[mine]))),
        "supcon": (mixcon.SupCon(temperature=0.2), lambda f, g: f(g(x[mine]), labels[mine])),
        "clip": (mixcon.CLIP(scale=5.0).double(), lambda f, g: f(g(x[mine]), g(y[mine]))),
        "siglip": (mixcon.SigLIP(scale=5.0, bias=-2.0).double(), lambda f, g: f(g(x[mine]), g(y[mine]))),
        "arcface": (face, lambda f, g: f(g(x[mine]), labels[mine])),
    }
    return calls


def under_ddp():
    for sharing in ("even", "uneven", "one empty"):
        for name, (loss, call) in of_modules(sharing).items():
            for how in ("global", "sum", "local"):
                if how == "local" and (sharing != "even" or name == "clip" and SIZE > 4):
                    continue
                whole = loss if how == "local" else distributed.global_loss(loss, averaged_by_ddp=how == "global")
                if any(p.requires_grad for p in whole.parameters()):
                    whole = DistributedDataParallel(whole)
                net = DistributedDataParallel(encoder())
                for p in loss.parameters():
                    p.grad = None
                call(whole, net).backward()
                parameters = [*net.parameters(), *loss.parameters()]
                found["ddp", name, sharing, how] = [p.grad.numpy().copy() for p in parameters]


def refusals():
    x, y, labels = batch()
    odd = RANK == 1
    narrow = x[:, :4] if odd else x
    supcon = lambda **p: distributed.global_loss(mixcon.SupCon(**p))
    z = lambda: distributed.global_loss(mixcon.NTXent())
    calls = {
        "temperature": lambda: supcon(temperature=0.1 if odd else 0.07)(x, labels),
        "labels": lambda: supcon()(x, None if odd else labels),
        "few labels": lambda: supcon()(x, labels[:7] if odd else labels),
        "odd rows": lambda: z()(x[:7] if odd else x),
        "width": lambda: z()(narrow),
        "type": lambda: z()(x.float() if odd else x),
        "loss": lambda: (supcon()(x, labels) if odd else z()(x)),
        "pairs": lambda: (distributed.global_loss(mixcon.VICReg()) if odd else z())(x, y),
        "targets": lambda: supcon()(x, targets=mixcon.targets.Others() if odd else mixcon.targets.Labels(labels)),
        "similarity": lambda: supcon(rows="as_given" if odd else "unit")(x, labels),
        "device": lambda: z()(x.to("meta") if odd else x),
    }
    for name, call in calls.items():
        try:
            call()
        except ValueError as refused:
            found["refused", name] = str(refused)


def a_process_without_gradients():
    loss, rows, rest = local_call("supcon", RANK, SIZE, "even")
    with torch.set_grad_enabled(RANK == 0):
        value = distributed.global_loss(loss)(**rows, **rest)
    found["some gradients"] = value.item()
    if RANK == 0:
        value.backward()
        found["some gradients of 0"] = rows["z"].grad.numpy()


def parts_of_the_world():
    group = dist.new_group([0, 1])
    if RANK < 2:
        x, y, _ = batch()
        mine = part(RANK, 2, "even", 8)
        try:
            found["part"] = distributed.global_loss(mixcon.NTXent(), group)(x[mine], y[mine]).item()
        except ValueError as refused:
            found["part"] = str(refused)


class Lines(logging.Handler):
    def emit(self, record):
        found.setdefault("lines", []).append(record.getMessage())


def interrupted(how):
    """Process 1 ends in the middle of a call: the others say so."""
    x, y, _ = batch()
    loss = distributed.global_loss(mixcon.NTXent())
    loss(x, y)
    ranks = distributed.ranks_of(None, None)
    start = ranks.start

    def ends(*given):
        if how == "killed":
            (FOLDER / "killed").write_text(str(time.time()))
            os.kill(os.getpid(), signal.SIGKILL)
        raise MemoryError("no memory")

    if RANK == 1:
        ranks.start = ends
    begin = time.time()
    for _ in range(2):  # the second call is refused at once
        try:
            loss(x, y)
        except (distributed.RankFailure, MemoryError) as failed:
            found.setdefault("failed", []).append((type(failed).__name__, str(failed), time.time() - begin))
    ranks.start = start


def main():
    torch.set_num_threads(1)
    log = logging.getLogger("mixcon.distributed")
    log.setLevel(logging.INFO), log.addHandler(Lines())
    dist.init_process_group(
        "gloo", init_method=f"file://{FOLDER}/store", rank=RANK, world_size=SIZE,
        timeout=datetime.timedelta(seconds=60),
    )
    every_loss()
    the_same_bits()
    under_ddp()
    if SIZE > 1:
        refusals()
        a_process_without_gradients()
        the_same_bits()  # the group works as before
    if SIZE == 4:
        parts_of_the_world()
    if SIZE > 1:
        (FOLDER / f"{RANK}.pickle").write_bytes(pickle.dumps(found))
        interrupted("killed" if SIZE == 4 else "left")
    (FOLDER / f"{RANK}.pickle").write_bytes(pickle.dumps(found))


main()
