# SPDX-License-Identifier: BSD-3-Clause
"""The page docs/python.md: its blocks run, and so does what its tables call."""

import math
import os
import pathlib
import re

import pytest

from conftest import torch_or_skip

torch = torch_or_skip()

import mixcon
from mixcon import targets

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "python.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)
HERE = re.findall(r"`[^`|]*` \| `(mixcon\.[^`]*)` \|", PAGE)
MIXING = re.findall(r"\| `[^`]*` \| `(mixing\.[^`]*)` \|", PAGE)  # test_mixing.py calls them
TABLES = dict(part.split("\n", 1) for part in PAGE.split("## Coming from ")[1:])
CLASSES = re.findall(r"`([A-Z]\w*\([^`]*\))`", PAGE.split("## Modules")[1].split("## Targets")[0])


@pytest.fixture(scope="module", autouse=True)
def one_process(tmp_path_factory):
    """The process group that blocks of several processes need: of this process alone."""
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    store = tmp_path_factory.mktemp("group") / "store"
    torch.distributed.init_process_group("gloo", init_method=f"file://{store}", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def names():
    torch.manual_seed(0)
    rows = lambda n=8, d=4: torch.randn(n, d)
    numbers = {k: rows().numpy() for k in ("images", "texts")}
    return {
        "mixcon": mixcon, "targets": targets, "math": math, "z": rows(), "z1": rows().requires_grad_(),
        "z2": rows().requires_grad_(), "p": rows(), "queries": rows(), "keys": rows(), "student": rows(), "teacher": rows(), "anchors": rows(), "candidates": rows(),
        "features": rows().requires_grad_(), "logits": rows(8, 3), "soft": torch.softmax(rows(8, 3), 1),
        "labels": torch.arange(8) % 3, "lam": torch.rand(8).numpy(), "partner": torch.arange(8).flip(0).numpy(),
        "classes": 3, "width": 4, **numbers,
    }


@pytest.mark.parametrize("block", BLOCKS)
def test_blocks(block):
    given = names()
    if "nt_xent" in block:
        given["z"] = given["z"].numpy()
    exec(block, given)


def lines_of(table):
    """(theirs, here) of each line of a table, as the page has them."""
    cells = [line.strip("| ").split(" | ") for line in TABLES[table].splitlines() if line.startswith("| ")]
    return [cell for cell in cells if cell not in (["theirs", "here"], ["---", "---"])]


@pytest.mark.parametrize("table", TABLES)
def test_every_line_of_a_table_is_called(table):
    assert lines_of(table)
    for theirs, here in lines_of(table):
        assert here.strip("`") in HERE + MIXING, here


@pytest.mark.parametrize("call", HERE)
def test_tables(call):
    assert torch.isfinite(eval(call, names()))


@pytest.mark.parametrize("call", [c for c in CLASSES if "=, ..." not in c and ")(" in c])
def test_classes(call):
    given = names()
    if "SoftCross" in call:
        given["targets"] = given["soft"]
    if "CLIP" in call or "SigLIP" in call:
        given.update(images=given["z1"], texts=given["z2"])
    assert torch.isfinite(eval("mixcon." + call, given))


def test_values_are_those_of_torch():
    given = names()
    z, labels, logits, soft = (given[k] for k in ("z", "labels", "logits", "soft"))
    cross_entropy = torch.nn.CrossEntropyLoss()
    assert torch.allclose(mixcon.SoftCrossEntropy()(logits, soft), cross_entropy(logits, soft))
    assert torch.allclose(mixcon.SoftCrossEntropy()(logits, labels), cross_entropy(logits, labels))
    cosine = -torch.nn.functional.cosine_similarity(given["p"], z).mean()
    assert torch.allclose(mixcon.SimSiam(factor=1.0)(given["p"], z), cosine)
