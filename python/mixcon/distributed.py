# SPDX-License-Identifier: BSD-3-Clause
"""The exact loss of a batch that is spread over the processes of torch.distributed.

    loss = mixcon.distributed.global_loss(mixcon.NTXent(temperature=0.1))
    loss(z1, z2).backward()  # in every process, with its own rows

Every process gets the value of the whole batch, and the gradients by its own rows: negatives come from all processes,
and gradients of candidates go back to the process that has the row.
"""

from __future__ import annotations

from typing import Any

import torch

from . import _core
from ._autograd import OverRanks, over_ranks
from ._ranks import RankFailure, RankTensors, members_of, ranks_of, refuse
from .nn import LossModule

__all__ = ["GlobalLoss", "RankFailure", "global_loss", "memory_estimate", "traffic_estimate"]


class GlobalLoss(torch.nn.Module):
    """A loss module over the processes of a group: what `global_loss` makes. `loss` is the module."""

    def __init__(
        self, loss: LossModule, group: Any = None, *, averaged_by_ddp: bool = True, gathered: bool = False,
        timeout: float | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(loss, LossModule):
            raise TypeError(f"global_loss: loss is a {type(loss).__name__}; expected a module of mixcon, as NTXent()")
        if _refusal(loss._loss):
            raise ValueError(f"global_loss: {_refusal(loss._loss)}")
        self.loss = loss
        self.members = members_of(group)  # None: all processes
        self.averaged_by_ddp, self.gathered, self.timeout = averaged_by_ddp, gathered, timeout

    def forward(self, *tensors: Any, **taken: Any) -> torch.Tensor:
        ranks = ranks_of(self.members, self.timeout)
        with over_ranks(OverRanks(ranks, RankTensors(ranks), self.gathered, self.averaged_by_ddp)) as call:
            try:
                return self.loss(*tensors, **taken)  # type: ignore[no-any-return]
            except Exception as failed:
                if not call.has_met:  # the others wait for this process to say what it calls
                    refuse(ranks, self.loss._loss, str(failed))
                raise

    def extra_repr(self) -> str:
        return f"averaged_by_ddp={self.averaged_by_ddp}, gathered={self.gathered}"


def _refusal(name: str) -> str:
    """Why a loss is not divided among processes; empty where it is."""
    if name == "weighted_decoupled":
        return f"{name} cannot be divided among processes: it weighs pairs by a softmax over the batch"
    if name == "soft_cross_entropy" or not _core.describe(name)["is_divided"]:
        return (
            f"{name} cannot be divided among processes: it is over logits or classifiers of single samples (then use "
            "it in each process), or takes all rows at once (then gather them first)"
        )
    return ""


def global_loss(
    loss: LossModule, group: Any = None, *, averaged_by_ddp: bool = True, gathered: bool = False,
    timeout: float | None = None,
) -> GlobalLoss:
    """The loss over all processes of `group`, a torch.distributed group; None: of all there are.

    Each process calls it at the same time with its own rows, labels and targets, and gets the value of the whole batch.
    Rows may be none: (0, D). DistributedDataParallel averages the gradients of parameters over W processes, where the
    gradient of the whole batch is their sum: `averaged_by_ddp=True` multiplies the gradients by rows by W, so that the
    average is right. With False the sum is.

    `gathered=True` keeps the candidates of all processes during a call, which sends rows once; otherwise blocks travel
    round a ring, and memory falls as 1 / W. Messages travel by a gloo group of mixcon's own, made at the first call.
    `timeout`: seconds after which a process that waits for another fails (`RankFailure`); None: torch's 30 minutes. A
    process that dies is noticed at once. What one process refuses, all refuse (ValueError).
    """
    return GlobalLoss(loss, group, averaged_by_ddp=averaged_by_ddp, gathered=gathered, timeout=timeout)


def memory_estimate(N: int, D: int, W: int, *, bytes: int = 4, gathered: bool = False) -> float:
    """Bytes that a process holds at most besides rows and gradients, for N rows of width D on W processes.

    `bytes`: of a number, 4 for float32 and shorter rows, 8 for float64."""
    return float(_core.ranks_estimate(N, D, W, bytes, gathered)["memory"])


def traffic_estimate(N: int, D: int, W: int, *, bytes: int = 4, gathered: bool = False) -> float:
    """Bytes that a process sends in one call with gradients, for N rows of width D on W processes."""
    return float(_core.ranks_estimate(N, D, W, bytes, gathered)["traffic"])
