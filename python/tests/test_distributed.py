# SPDX-License-Identifier: BSD-3-Clause
"""Losses over the processes of torch.distributed, by gloo: as one process, value and gradients; DDP; what goes wrong."""

import inspect
import os
import pathlib
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

from conftest import torch_or_skip

torch = torch_or_skip()

import mixcon
from mixcon import distributed
from ranks_cases import DIVIDED, SHARINGS, expected, gathered, local_call

SIZES = (1, 2, 4)


@pytest.fixture(scope="session")
def ran(tmp_path_factory):
    """What the processes of each size found."""
    worker = str(pathlib.Path(__file__).with_name("ranks_worker.py"))
    answers = {}
    for size in SIZES:
        folder = tmp_path_factory.mktemp(f"of_{size}")
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
        running = [
            subprocess.Popen(
                [sys.executable, worker, str(rank), str(size), str(folder)], env=environment, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            for rank in range(size)
        ]
        try:
            said = [process.communicate(timeout=120)[0] for process in running]
        finally:
            for process in running:
                process.kill()
        codes = [process.returncode for process in running]
        assert codes == [-9 if size == 4 and rank == 1 else 0 for rank in range(size)], "\n".join(said)
        answers[size] = [pickle.loads((folder / f"{rank}.pickle").read_bytes()) for rank in range(size)]
    return answers


def close(found, wanted, within=1e-12):
    return np.abs(found - wanted).max() <= within * max(1.0, np.abs(wanted).max())


@pytest.mark.parametrize("name", DIVIDED)
def test_value_and_gradients_are_those_of_one_process(ran, name):
    for size in SIZES:
        for sharing in SHARINGS:
            value, gradients = expected(name, size, sharing)
            of_processes = [one[name, sharing] for one in ran[size]]
            for mine, _ in of_processes:
                assert close(mine, np.float64(value)), (size, sharing, mine, value)
            found = gathered(name, size, sharing, [by for _, by in of_processes])
            assert found.keys() == gradients.keys()
            for argument, wanted in gradients.items():
                assert close(found[argument], wanted), (size, sharing, argument)


def test_every_loss_is_divided_or_refused():
    refused = set(mixcon.losses()) - set(DIVIDED)
    assert refused == {
        "decoupled_mixup", "infinite_class_mixup", "mmcl", "n_pairs", "relational_distillation",
        "soft_binary_cross_entropy", "soft_cross_entropy", "weighted_decoupled",
    }
    for name in refused:
        form = mixcon._forms.FORMS[name]
        with pytest.raises(ValueError, match=f"{name}.*divided"):
            distributed.global_loss(getattr(mixcon, form.class_name)())


def test_results_have_the_same_bits_each_time_and_in_both_forms(ran):
    for size in SIZES:
        for one in ran[size]:
            assert one["bits"][0] == one["bits"][1] == one["bits"][2]


def of_one_process():
    """The gradients by parameters over the whole batch: no processes, no DDP."""
    from torch import nn

    torch.manual_seed(1)
    x, y, labels = torch.randn(8, 5, dtype=torch.float64), torch.randn(8, 5, dtype=torch.float64), torch.arange(8) % 3
    torch.manual_seed(3)
    face = mixcon.ArcFace(3, 3, scale=8.0).double()
    calls = {
        "nt_xent": (mixcon.NTXent(temperature=0.2), (x, y), ()),
        "supcon": (mixcon.SupCon(temperature=0.2), (x,), (labels,)),
        "clip": (mixcon.CLIP(scale=5.0).double(), (x, y), ()),
        "siglip": (mixcon.SigLIP(scale=5.0, bias=-2.0).double(), (x, y), ()),
        "arcface": (face, (x,), (labels,)),
    }
    found = {}
    for name, (loss, rows, rest) in calls.items():
        torch.manual_seed(2)
        net = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3)).double()
        loss(*(net(r) for r in rows), *rest).backward()
        found[name] = [p.grad.numpy() for p in (*net.parameters(), *loss.parameters())]
    return found


def test_gradients_by_parameters_under_ddp(ran):
    for name, wanted in of_one_process().items():
        for size in SIZES:
            for sharing in SHARINGS:
                for one in ran[size]:
                    found, undone = (one["ddp", name, sharing, how] for how in ("global", "sum"))
                    for f, u, w in zip(found, undone, wanted):
                        assert close(f, w), (name, size, sharing)
                        assert close(u * size, w)  # without the factor the average is 1 / W of the gradient
            if size > 1 and name != "arcface":  # controls: the mean of local means, and no factor
                local, undone = (ran[size][0]["ddp", name, "even", how] for how in ("local", "sum"))
                assert not all(close(f, w, 1e-3) for f, w in zip(local, wanted)), name
                assert not all(close(f, w, 1e-3) for f, w in zip(undone, wanted)), name


REFUSED = {
    "temperature": "temperature = 0.1, rank 0 says temperature = 0.07",
    "labels": "labels are missing",
    "few labels": "7 labels",
    "odd rows": "7 rows",
    "width": "rank 1 of . says width = 4, rank 0 says width = 5",
    "type": "rank 1 of . says type of rows = float32 or shorter, rank 0 says type of rows = float64",
    "loss": "rank 1 of . says loss = supcon, rank 0 says loss = nt_xent",
    "pairs": "rank 1 of . says loss = vicreg, rank 0 says loss = nt_xent",
    "targets": "rank 1 of . says targets = others, rank 0 says targets = labels",
    "similarity": "rank 1 of . says rows = as_given, rank 0 says rows = unit",
    "device": "meta",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_one_process_refuses_all_refuse(ran, what):
    for size in (2, 4):
        if size == 2 and "rank 0" in REFUSED[what]:
            pattern = "rank 1"
        else:
            pattern = REFUSED[what]
        words = {one["refused", what] for one in ran[size]}
        assert len(words) == 1, words
        (sentence,) = words
        assert re.search(pattern, sentence) and "rank 1" in sentence, sentence


def test_gradients_are_computed_where_one_process_wants_them(ran):
    for size in (2, 4):
        value, _ = expected("supcon", size, "even")
        assert all(close(one["some gradients"], np.float64(value)) for one in ran[size])
        first = ran[size][0]
        assert close(first["some gradients of 0"], size * first["supcon", "even"][1]["z"])


def test_the_log_says_once_how_many_negatives_there_are(ran):
    lines = ran[4][0]["lines"]
    assert "nt_xent: 4 processes, 18 anchors, 18 candidates: at most 17 negatives per anchor" in lines
    of_all = [line for line in lines if ": 4 processes, " in line]
    assert len({line.split(":")[0] for line in of_all}) == len(of_all) == len(DIVIDED)
    of_a_part = ["nt_xent: 2 processes, 16 anchors, 16 candidates: at most 15 negatives per anchor"]  # a group of its own
    assert [line for line in lines if line not in of_all] in ([], of_a_part)  # none where a part is refused
    assert "lines" not in ran[4][2]


def test_a_part_of_the_processes(ran):
    said = [one.get("part") for one in ran[4]]
    assert said[2] is said[3] is None
    if "use_local_synchronization" in inspect.signature(torch.distributed.new_group).parameters:
        torch.manual_seed(1)
        x, y = torch.randn(8, 5, dtype=torch.float64), torch.randn(8, 5, dtype=torch.float64)
        assert all(close(s, mixcon.NTXent()(x, y).item()) for s in said[:2])
    else:
        assert all("PyTorch 2.1" in s for s in said[:2])


def test_others_notice_a_process_that_dies_or_leaves(ran):
    for size in (2, 4):
        for rank, one in enumerate(ran[size]):
            if size == 4 and rank == 1:
                continue
            (kind, sentence, seconds), (again, second, _) = one["failed"]
            assert seconds < 10
            if size == 2 and rank == 1:
                assert kind == "MemoryError"
            else:
                assert kind == "RankFailure" and f"process {rank} of {size}" in sentence and "\n" not in sentence
            assert again == "RankFailure" and "failed before" in second


def test_what_is_refused_without_other_processes():
    with pytest.raises(TypeError, match="expected a module of mixcon"):
        distributed.global_loss(torch.nn.CrossEntropyLoss())
    with pytest.raises(RuntimeError, match="init_process_group"):
        distributed.global_loss(mixcon.NTXent())(torch.randn(4, 3))


def test_estimates():
    block = 65536 // 8 * 128 * 4
    assert distributed.memory_estimate(65536, 128, 8) == 8 * block
    assert distributed.memory_estimate(65536, 128, 8, gathered=True, bytes=8) == 2 * 13 * block
    assert distributed.traffic_estimate(65536, 128, 8) == 3 * 7 * block
    with pytest.raises(ValueError, match="at least 1"):
        distributed.memory_estimate(65536, 128, 0)
