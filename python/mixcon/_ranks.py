# SPDX-License-Identifier: BSD-3-Clause
"""How the processes of a torch.distributed group exchange the bytes of a call: a gloo group of mixcon's own.

The group of its own keeps our messages apart from the program's, works beside NCCL, whose messages are those of a
GPU, and can be closed when this process fails, so that the others do not wait for it.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
from typing import Any, Iterator

import torch
import torch.distributed as dist

from . import _core
from ._autograd import Tensors

log = logging.getLogger("mixcon.distributed")


class RankFailure(RuntimeError):
    """Another process left in the middle of a call, or died: the call has no answer, and its group cannot be used again.

    End the program, or make the process group anew (`destroy_process_group`, `init_process_group`)."""


class Ranks:
    """One process of a group, as the core asks of it: `rank` and `size` are those of the group."""

    def __init__(self, members: list[int], timeout: float | None) -> None:
        self.members = members
        self.rank, self.size = members.index(dist.get_rank()), len(members)
        self._group: Any = _new_group(members, timeout)
        self._sent = [0] * self.size
        self._received = [0] * self.size
        self._said: set[str] = set()
        self._why = ""

    def start(self, to: int, sent: memoryview, source: int, received: memoryview) -> list[Any]:
        """Begins to send to one process and to receive from one; messages of no bytes are none."""
        with self._told_apart("sends"):
            under_way: list[Any] = []
            if len(received) > 0:
                tag = self._next(self._received, source)
                into = torch.frombuffer(received, dtype=torch.uint8)
                under_way.append((dist.irecv(into, self.members[source], self._living(), tag), into))
            if len(sent) > 0:
                tag = self._next(self._sent, to)
                rows = torch.frombuffer(sent, dtype=torch.uint8)
                under_way.append((dist.isend(rows, self.members[to], self._living(), tag), rows))
            return under_way

    def wait(self, under_way: list[Any]) -> None:
        with self._told_apart("waits for"):
            for work, _ in under_way:
                work.wait()

    def all_gather(self, mine: memoryview, every: memoryview) -> None:
        """The same number of bytes of every process, in their order."""
        if len(mine) == 0:
            return
        with self._told_apart("waits for"):
            into = torch.frombuffer(every, dtype=torch.uint8)
            dist.all_gather(list(into.chunk(self.size)), torch.frombuffer(mine, dtype=torch.uint8), self._living())

    def leave(self, why: str) -> None:
        """Closes the connections: others that wait for this process, then or later, fail."""
        group, self._group = self._group, None
        self._why = self._why or why.strip().splitlines()[-1]
        if group is not None:
            dist.destroy_process_group(group)

    def note(self, loss: str, anchors: int, candidates: int) -> None:
        """Logs, once for a loss, how many negatives an anchor has."""
        if self.rank == 0 and loss not in self._said:
            self._said.add(loss)
            log.info(
                "%s: %d processes, %d anchors, %d candidates: at most %d negatives per anchor",
                loss, self.size, anchors, candidates, max(candidates - 1, 0),
            )

    def _living(self) -> Any:
        if self._group is None:
            raise RankFailure(f"mixcon.distributed: this group has failed before ({self._why}); make it anew")
        return self._group

    @staticmethod
    def _next(counts: list[int], rank: int) -> int:
        """Messages of two processes meet in the order in which they were started."""
        counts[rank] += 1
        return counts[rank] % 4096

    @contextlib.contextmanager
    def _told_apart(self, does: str) -> Iterator[None]:
        try:
            yield
        except RankFailure:
            raise
        except (RuntimeError, ValueError) as failed:
            raise RankFailure(
                f"mixcon.distributed: process {self.rank} of {self.size} {does} another that has left, died, or never "
                f"made this call ({' '.join(str(failed).split())}); this call has no answer"
            ) from failed


class RankTensors(Tensors):
    """What forms ask of tensors where rows lie in several processes."""

    may_be_empty = True

    def __init__(self, ranks: Ranks) -> None:
        self._ranks = ranks

    def share(self, rows: Any) -> Any:  # type: ignore[override]
        """This process's part of rows that all have: consecutive ones, in the processes' order."""
        first, last = (len(rows) * r // self._ranks.size for r in (self._ranks.rank, self._ranks.rank + 1))
        return rows[first:last]


def _new_group(members: list[int], timeout: float | None) -> Any:
    more: dict[str, Any] = {} if timeout is None else {"timeout": datetime.timedelta(seconds=timeout)}
    if len(members) == dist.get_world_size():
        return dist.new_group(backend="gloo", **more)
    try:
        return dist.new_group(members, backend="gloo", use_local_synchronization=True, **more)
    except TypeError:
        raise ValueError(
            "mixcon.distributed: this PyTorch makes groups of all processes only; expected group=None, or PyTorch 2.1"
        ) from None


_known: dict[tuple[Any, ...], tuple[Any, Ranks]] = {}


def ranks_of(members: list[int] | None, timeout: float | None) -> Ranks:
    """The processes of a group, None: all; connected at the first call, which all of them make at the same time."""
    if not dist.is_available() or not dist.is_initialized():
        raise RuntimeError(
            "mixcon.distributed: torch.distributed is not initialised; expected torch.distributed.init_process_group "
            "before the first call"
        )
    world = dist.group.WORLD
    members = list(range(dist.get_world_size())) if members is None else members
    if dist.get_rank() not in members:
        raise ValueError(
            f"mixcon.distributed: process {dist.get_rank()} is not in the group of {members}; expected calls in its "
            "processes alone"
        )
    key = (tuple(members), timeout)
    made = _known.get(key)
    if made is None or made[0] is not world:  # that of an earlier init_process_group is gone
        made = (world, Ranks(members, timeout))
        _known[key] = made
    return made[1]


def members_of(group: Any) -> list[int] | None:
    """A group's processes by their numbers in the world; None for all."""
    if group is None or group is dist.group.WORLD:
        return None
    if hasattr(dist, "get_process_group_ranks"):
        return list(dist.get_process_group_ranks(group))
    ranks = dist.distributed_c10d._pg_group_ranks[group]
    return sorted(ranks, key=lambda rank: int(ranks[rank]))


def refuse(ranks: Ranks, loss: str, why: str) -> None:
    """Refuses, in all processes, a call that this one cannot prepare."""
    _core.refuse_over_ranks(ranks, loss, why)
