# SPDX-License-Identifier: BSD-3-Clause
"""What tests over processes have in common: how each loss's example is shared out, and what one process says of all."""

import numpy as np
import torch

import mixcon.functional as F
from examples import examples
from mixcon import distributed, nn, targets
from mixcon._forms import FORMS

SAMPLES, WIDTH = 9, 4
ALL = examples(SAMPLES, WIDTH)
DIVIDED = [n for n in ALL if not distributed._refusal(n)]
SHARINGS = ("even", "uneven", "one empty")
STACKED = {"two_views", "with_universum", "images_and_mixtures", "un_mixed"}  # rows i and N + i are of sample i
WHOLE = {"queue", "proxies"}
CONSTANT = {"byol", "simsiam", "knowledge_distillation"}


def counts_of(size, sharing, rows=SAMPLES):
    """How many samples each process has."""
    weights = np.ones(size) if sharing != "uneven" else 1.0 + 2 * (np.arange(size) % 2)
    if sharing == "one empty" and size > 1:
        weights[size // 2] = 0
    ends = np.round(np.cumsum(weights) / weights.sum() * rows).astype(int)
    return np.diff(np.concatenate([[0], ends]))


def part(rank, size, sharing, rows=SAMPLES):
    counts = counts_of(size, sharing, rows)
    return slice(int(counts[:rank].sum()), int(counts[: rank + 1].sum()))


def rows_of(name, argument, mine, size, rank):
    """Which rows of an argument are a process's."""
    form = FORMS[name].call.__name__
    if argument == "proxies":
        return np.arange(3)  # all, in every process
    if argument == "queue":
        return np.arange(7)[part(rank, size, "even", 7)]
    if form in STACKED and argument in ("z", "u", "queries"):
        return np.concatenate([np.arange(SAMPLES)[mine], SAMPLES + np.arange(SAMPLES)[mine]])
    return np.arange(SAMPLES)[mine]


def local_partner(count):
    return np.roll(np.arange(count), 1)


def local_call(name, rank, size, sharing, dtype=torch.float64):
    """A process's module, its rows, and the rest of its call."""
    example, mine = ALL[name], part(rank, size, sharing)
    rows = {
        k: torch.tensor(v[rows_of(name, k, mine, size, rank)], dtype=dtype) for k, v in example.rows.items()
    }
    for k, t in enumerate(rows.values()):
        t.requires_grad_(not (name in CONSTANT and k == 1))
    rest = dict(example.rest)
    if "labels" in rest:
        rest["labels"] = torch.tensor(rest["labels"][mine])
    if isinstance(rest.get("lam"), np.ndarray):
        rest["lam"] = rest["lam"][mine]
    if "partner" in rest:
        rest["partner"] = local_partner(mine.stop - mine.start)
    parameters = dict(example.parameters)
    if name == "weighted_softmax":
        rest["targets"] = targets.Table(shares()[mine])
        parameters["kappa"] = parameters["kappa"][mine]
    return module(name, parameters), rows, rest


def module(name, parameters):
    """The loss as a module that has only its parameters: all rows are handed in."""
    return type(name, (nn.LossModule,), {"_loss": name, "_form": FORMS[name]})(**parameters)


def shares():
    """The table of the example of weighted_softmax."""
    rng = np.random.default_rng(3)
    return rng.uniform(0.1, 1, (SAMPLES, SAMPLES)) * (1 - np.eye(SAMPLES))


ALL["weighted_softmax"].parameters["kappa"] = shares().sum(1)


def expected(name, size, sharing):
    """What one process says of all rows: the value, and the gradients by name."""
    example = ALL[name]
    rows = {k: torch.tensor(v, dtype=torch.float64) for k, v in example.rows.items()}
    for k, t in enumerate(rows.values()):
        t.requires_grad_(not (name in CONSTANT and k == 1))
    value = of_all(name, rows, dict(example.rest), dict(example.parameters), size, sharing)
    value.backward()
    return value.item(), {k: t.grad.numpy() for k, t in rows.items() if t.grad is not None}


def of_all(name, rows, rest, parameters, size, sharing):
    parts = [part(rank, size, sharing) for rank in range(size)]
    if name == "un_mix_loss":  # whose mixtures are of a process's images: the mean of what each says, of all queues
        value = 0
        for mine in parts:
            count = mine.stop - mine.start
            if count:
                queries = torch.cat([rows["queries"][mine], rows["queries"][SAMPLES:][mine]])
                own = F.un_mix_loss(queries, rows["keys"][mine], rows["queue"], 0.7)
                value = value + own * (count / SAMPLES)
        return value
    if name == "supmix":
        return F.contrast("supmix", rows["z"], None, table_of_mixtures(rest["labels"], rest["lam"], parts))
    if "partner" in rest:
        rest["partner"] = np.concatenate([m.start + local_partner(m.stop - m.start) for m in parts])
    if name == "weighted_softmax":
        rest["targets"] = targets.Table(shares())
    return getattr(F, name)(**rows, **rest, **parameters)


def table_of_mixtures(labels, lam, parts):
    """A mixture's second image is the process's own in reverse; each of the two classes has its share."""
    other = np.concatenate([labels[m][::-1] for m in parts])
    first, second = np.concatenate([labels, labels]), np.concatenate([labels, other])
    seen = 1.0 - np.eye(2 * SAMPLES)
    mass = np.zeros_like(seen)
    for classes, share in ((first, lam), (second, 1 - lam)):
        same = (classes[:, None] == classes) * seen
        mass += share * same / np.maximum(same.sum(1, keepdims=True), 1)
    return targets.Table(mass, seen)


def gathered(name, size, sharing, of_processes):
    """The gradients of all processes' rows in their places; those by rows that all have are summed."""
    found = {}
    for k, whole in ALL[name].rows.items():
        if k not in of_processes[0]:
            continue
        total = np.zeros_like(whole)
        for rank, gradients in enumerate(of_processes):
            where = rows_of(name, k, part(rank, size, sharing), size, rank)
            np.add.at(total, where, gradients[k])
        found[k] = total
    return found
