# SPDX-License-Identifier: BSD-3-Clause
"""Value and gradients in one call of the core, as a node of torch's graph."""

from __future__ import annotations

import contextlib
import contextvars
from dataclasses import dataclass
from typing import Any, Iterator

import torch

from torch.autograd import forward_ad

from . import _core
from ._calls import Call
from ._given import readable, thread_count
from ._words import in_python

_row_types = (torch.float32, torch.float64, torch.bfloat16, torch.float16)


def checked(name: str, argument: str, given: Any) -> torch.Tensor:
    """A dense tensor of real numbers in the host's memory."""
    if not isinstance(given, torch.Tensor):
        raise TypeError(f"{name}: {argument} is a {type(given).__name__}; expected a torch.Tensor")
    readable(f"{name}: {argument}", given)
    if forward_ad.unpack_dual(given).tangent is not None:
        raise TypeError(f"{name}: {argument} has a tangent; mixcon has no forward derivatives, use backward()")
    if given.dtype not in _row_types:
        raise TypeError(
            f"{name}: {argument} is of the type {given.dtype}; expected float32, float64, bfloat16 or float16"
        )
    return given


def check_number(name: str, argument: str, given: Any) -> None:
    """Refuses a learned number that is no number: NaN stands for "not given" in the core."""
    if given is None:
        return
    readable(f"{name}: {argument}", given)
    if not given.dtype.is_floating_point:
        raise TypeError(f"{name}: {argument} is of the type {given.dtype}; expected a floating-point type, as float32")
    if given.numel() != 1:
        raise ValueError(f"{name}: {argument} has the shape {tuple(given.shape)}; expected one number")
    if bool(given.isnan().any()):
        raise ValueError(f"{name}: {argument} is nan; expected a finite number. Has training diverged?")


def is_autocast() -> bool:
    """Whether torch casts on the processor: PyTorch 2.4 and later ask by device, those before have a function for it."""
    try:
        return torch.is_autocast_enabled("cpu")
    except TypeError:
        return torch.is_autocast_cpu_enabled()


class Tensors:
    """What forms ask of arrays: torch's."""

    may_be_empty = False

    @staticmethod
    def share(rows: Any) -> Any:
        return rows

    @staticmethod
    def shape(name: str, argument: str, given: Any, rank: int) -> tuple[int, ...]:
        if not isinstance(given, torch.Tensor):
            raise TypeError(f"{name}: {argument} is a {type(given).__name__}; expected a torch.Tensor")
        if given.dim() != rank:
            raise ValueError(f"{name}: {argument} has the shape {tuple(given.shape)}; expected rank {rank}")
        return tuple(given.shape)

    @staticmethod
    def rank(given: Any) -> int:
        return len(getattr(given, "shape", ()))

    @staticmethod
    def cat(parts: list[Any]) -> Any:
        return torch.cat(parts)

    @staticmethod
    def unstacked(gradient: Any, samples: int, views: int, width: int) -> Any:
        raise AssertionError("torch's graph takes gradients back")

    @staticmethod
    def unstacked_own(gradient: Any) -> Any:
        raise AssertionError("torch's graph takes gradients back")

    @staticmethod
    def stack_own(keys: Any) -> Any:
        own = torch.stack([keys, keys], dim=1)
        return torch.cat([own, torch.stack([keys, keys.flip(0)], dim=1)])


@dataclass
class OverRanks:
    """A call whose rows lie in several processes: what it is told, and whether it has met the others."""

    ranks: Any
    tensors: Any
    gathered: bool
    averaged: bool
    has_met: bool = False

    def factors(self) -> tuple[float, float]:
        """Of gradients by parameters, which are the whole batch's in every process; and of those by rows, which add up
        to it. The average over processes of what is multiplied by these is the gradient, or the sum is."""
        size = float(self.ranks.size)
        return (1.0, size) if self.averaged else (1.0 / size, 1.0)


_over_ranks: contextvars.ContextVar[OverRanks | None] = contextvars.ContextVar("mixcon_over_ranks", default=None)


@contextlib.contextmanager
def over_ranks(call: OverRanks) -> Iterator[OverRanks]:
    """Losses inside are those of all processes."""
    token = _over_ranks.set(call)
    try:
        yield call
    finally:
        _over_ranks.reset(token)


def tensors_now() -> Any:
    """What forms ask of arrays in this call."""
    now = _over_ranks.get()
    return Tensors if now is None else now.tensors


@dataclass
class Spec:
    """What a call is beside its tensors."""

    name: str
    settings: Any
    call: Call
    threads: int


def _evaluate(
    spec: Spec, tensors: tuple[torch.Tensor, ...], numbers: tuple[Any, Any, Any], wanted: list[bool],
    wants_parameters: bool, wants_targets: bool, wants_bias: bool,
) -> tuple[Any, list[torch.Tensor | None], torch.Tensor | None]:
    call = spec.call
    number = torch.float64 if tensors[0].dtype == torch.float64 else torch.float32
    gradients = [torch.empty(t.shape, dtype=number) if w else None for t, w in zip(tensors, wanted)]
    by_targets = torch.empty(call.soft.shape, dtype=number) if wants_targets else None
    temperature, scale, bias = (float("nan") if n is None else float(n) for n in numbers)
    read = tuple(t.detach().resolve_neg() for t in tensors)  # a view that negates, as the numbers that it shows
    now = _over_ranks.get()
    if now is not None:
        now.has_met = True
    try:
        found = _core.evaluate(
            spec.settings, call.targets, read, tuple(gradients), call.names, spec.threads, wants_parameters,
            temperature, scale, bias, call.own_segment, call.forms, by_targets,
            bool(call.constant) or not all(wanted), call.of_logits, None if now is None else now.ranks,
            now is not None and now.gathered, call.mean_weights, wants_bias,
        )
    except ValueError as wrong:
        raise ValueError(in_python(str(wrong), spec.name, call.names)) from None
    return found, gradients, by_targets


class _Refuse(torch.autograd.Function):
    """Passes a gradient on, and says in one sentence why it has none of its own."""

    @staticmethod
    def forward(ctx: Any, gradient: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        return gradient.view_as(gradient)

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> Any:
        raise RuntimeError(
            "mixcon: second derivatives are not offered (a gradient penalty, or create_graph=True through a loss of "
            "mixcon); differentiate the value once, or detach() its gradient"
        )


class Loss(torch.autograd.Function):
    """The value of a loss. Its gradients are computed beside it, and multiplied in `backward`."""

    @staticmethod
    def forward(ctx: Any, spec: Spec, temperature: Any, scale: Any, bias: Any, soft: Any, *tensors: Any) -> Any:
        needs = ctx.needs_input_grad
        numbers = (temperature, scale, bias)
        wanted = [needs[5 + k] and k not in spec.call.constant for k in range(len(tensors))]
        found, gradients, by_targets = _evaluate(
            spec, tensors, numbers, wanted, needs[1] or needs[2], needs[4], needs[3]
        )
        number = torch.float64 if tensors[0].dtype == torch.float64 else torch.float32
        slopes = [
            torch.tensor(slope, dtype=n.dtype).reshape(n.shape) if need else None
            for slope, n, need in zip(found[2:], numbers, needs[1:4])
        ]
        made = [*slopes, by_targets, *gradients]
        inputs = [*numbers, soft, *tensors]
        kept = [x if g is not None else None for x, g in zip(inputs, made)]
        ctx.save_for_backward(*made, *kept)
        now = _over_ranks.get()
        by_parameters, by_rows = (1.0, 1.0) if now is None else now.factors()
        ctx.factors = [by_parameters] * len(numbers) + [by_rows] * (1 + len(tensors))
        return torch.tensor(found[0], dtype=number)

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor) -> Any:
        saved = ctx.saved_tensors  # refuses inputs that were changed in place
        made, inputs = saved[: len(saved) // 2], saved[len(saved) // 2 :]
        roots = [x for x in inputs if x is not None]
        answer: list[Any] = [None]
        for gradient, given, factor in zip(made, inputs, ctx.factors):
            if gradient is None:
                answer.append(None)
                continue
            by_input = (gradient * (upstream if factor == 1.0 else upstream * factor)).to(given.dtype)
            # A gradient that did not hang on the inputs would be a constant to create_graph=True, in silence.
            answer.append(_Refuse.apply(by_input, upstream, *roots) if torch.is_grad_enabled() else by_input)
        return tuple(answer)


def loss_of(
    name: str, settings: Any, call: Call, threads: int | None, temperature: Any = None, scale: Any = None,
    bias: Any = None,
) -> torch.Tensor:
    """The value of a call, as a tensor without dimensions: float32, or float64 for rows of float64."""
    tensors = [checked(name, argument, t) for argument, t in zip(call.names, call.arrays)]
    if any(t.dtype != tensors[0].dtype for t in tensors) and is_autocast():
        tensors = [t.float() for t in tensors]
    for argument, t in zip(call.names, tensors):
        if t.dtype != tensors[0].dtype:
            raise TypeError(
                f"{name}: {argument} is of the type {t.dtype} and {call.names[0]} of {tensors[0].dtype}; expected one"
            )
    for argument, number in (("temperature", temperature), ("scale", scale), ("bias", bias)):
        check_number(name, argument, number)
    count = torch.get_num_threads() if threads is None else thread_count(f"{name}: threads", threads)
    spec = Spec(name, settings, call, count)
    soft = call.soft if isinstance(call.soft, torch.Tensor) else None
    given = [temperature, scale, bias, soft, *tensors]
    if torch.is_grad_enabled() and any(isinstance(t, torch.Tensor) and t.requires_grad for t in given):
        return Loss.apply(spec, temperature, scale, bias, soft, *tensors)  # type: ignore[no-any-return]
    numbers = (temperature, scale, bias)
    found, _, _ = _evaluate(spec, tuple(tensors), numbers, [False] * len(tensors), False, False, False)
    return torch.tensor(found[0], dtype=torch.float64 if tensors[0].dtype == torch.float64 else torch.float32)
