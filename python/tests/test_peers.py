# SPDX-License-Identifier: BSD-3-Clause
"""The tables of docs/python.md beside the packages that they name, where these are installed: both calls of a line have
the same value and the same gradient."""

import re

import pytest

from conftest import torch_or_skip

torch = torch_or_skip()

from test_page import lines_of, names

# The part of the page, and where its left-hand names come from.
PEERS = {
    "pytorch-metric-learning": "pytorch_metric_learning.losses",
    "lightly": "lightly.loss",
    "torch.nn and open_clip": "open_clip.loss",
}
RANDOM_QUEUE = "memory_bank_size"
LINES = [
    (title, theirs.strip("`"), here.strip("`"))
    for title in PEERS
    for theirs, here in lines_of(title)
    if RANDOM_QUEUE not in theirs
]


def value_and_gradients(call, given, with_weights_of=None):
    """What a line computes, and its gradients by the rows; a class with weights gets those of another."""
    made, rows = re.fullmatch(r"(.*?\))(\(.*\))", call).groups()
    criterion = eval(made, given)
    weights = [p for p in getattr(criterion, "parameters", list)() if p.dim() == 2]
    if weights and with_weights_of:
        with torch.no_grad():
            (theirs,) = with_weights_of
            weights[0].copy_(theirs if theirs.shape == weights[0].shape else theirs.T)
    value = eval("criterion" + rows, {**given, "criterion": criterion})
    leaves = [given[k] for k in ("z", "z1", "z2", "p", "logits") if re.search(rf"\b{k}\b", given["of"])]
    gradients = torch.autograd.grad(value, leaves, allow_unused=True)
    return value, gradients, weights


@pytest.mark.parametrize("title, theirs, here", LINES)
def test_both_calls_of_a_line_agree(title, theirs, here):
    given = {**names(), "of": here}
    given["labels"] = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])
    for k in ("z", "z1", "z2", "p", "logits"):
        given[k] = given[k].detach().requires_grad_()
    normalised = {k: torch.nn.functional.normalize(given[k]) for k in ("z1", "z2")}
    given |= {"i": normalised["z1"], "t": normalised["z2"], "logit_bias": torch.tensor(-10.0)}
    given["logit_scale"] = torch.log(torch.tensor(10.0 if "SigLip" in theirs else 1 / 0.07))  # as ours begin
    peer = torch.nn if theirs.startswith("CrossEntropy") else pytest.importorskip(PEERS[title])
    value, gradients, weights = value_and_gradients(theirs, {**vars(peer), **given})
    ours, our_gradients, _ = value_and_gradients(here, given, [w.detach() for w in weights])
    torch.testing.assert_close(ours, value, rtol=5e-5, atol=2e-6)
    for mine, expected in zip(our_gradients, gradients):
        assert (mine is None) == (expected is None)
        if mine is not None:
            torch.testing.assert_close(mine, expected, rtol=2e-4, atol=2e-6)
