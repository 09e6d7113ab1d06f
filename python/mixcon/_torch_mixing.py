# SPDX-License-Identifier: BSD-3-Clause
"""Plans as nodes of torch's graph. Mixing is linear, and the two nodes are each other's backward."""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd.function import once_differentiable

from . import _mixing

Tensor = torch.Tensor


def _read(x: Tensor) -> Tensor:
    """The tensor as the module reads it: without its graph, and a view that negates as the numbers that it shows."""
    return x.detach().resolve_neg()


class _Blend(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, held: _mixing.Plan, samples: Tensor, partners: Tensor | None, threads: int) -> Tensor:
        ctx.held, ctx.threads = held, threads
        ctx.count = None if partners is None else len(partners)
        mixed = torch.empty_like(samples)
        held.blend(_read(samples), None if partners is None else _read(partners), mixed, threads)
        return mixed

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Any:
        by = _Unblend.apply(ctx.held, upstream, ctx.count, ctx.threads)
        return (None, by, None, None) if ctx.count is None else (None, *by, None)


class _Unblend(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, held: _mixing.Plan, upstream: Tensor, count: int | None, threads: int) -> Any:
        ctx.held, ctx.threads = held, threads
        by = torch.zeros(upstream.shape, dtype=upstream.dtype)
        others = None if count is None else torch.zeros((count, *upstream.shape[1:]), dtype=upstream.dtype)
        held.unblend(_read(upstream), by, others, None, None, threads)
        return by if others is None else (by, others)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor, of_partners: Tensor | None = None) -> Any:
        return None, _Blend.apply(ctx.held, upstream, of_partners, ctx.threads), None, None


class _BlendOnSphere(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, held: _mixing.Plan, samples: Tensor, partners: Tensor | None, threads: int) -> Tensor:
        ctx.held, ctx.threads, ctx.own = held, threads, partners is None
        ctx.save_for_backward(samples, samples if partners is None else partners)
        mixed = torch.empty_like(samples)
        held.blend(_read(samples), None if partners is None else _read(partners), mixed, threads)
        return mixed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> Any:
        samples, partners = ctx.saved_tensors
        by = torch.zeros(samples.shape, dtype=samples.dtype)
        others = None if ctx.own else torch.zeros(partners.shape, dtype=samples.dtype)
        mixed_with = None if ctx.own else _read(partners)
        ctx.held.unblend(_read(upstream), by, others, _read(samples), mixed_with, ctx.threads)
        return None, by, others, None


def blended(held: _mixing.Plan, samples: Tensor, partners: Tensor | None, threads: int) -> Tensor:
    """The mixed batch."""
    node = _BlendOnSphere if held.kind == "slerp" else _Blend
    mixed: Tensor = node.apply(held, samples, partners, threads)
    return mixed
