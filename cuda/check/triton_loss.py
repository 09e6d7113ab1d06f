# SPDX-License-Identifier: BSD-3-Clause
"""InfoNCE over two sets of rows as plain Triton kernels: no N x N matrix is stored. A peer to measure beside, written as
Triton's users write such a loss, without tuning."""
import torch
import triton
import triton.language as tl


@triton.jit
def forward_kernel(a_at, c_at, lse_at, own_at, count, scale, width: tl.constexpr, rows: tl.constexpr,
                   columns: tl.constexpr):
    """Each program: the log-sum-exp of its rows, and the logit of each row's own column."""
    row = tl.program_id(0) * rows + tl.arange(0, rows)
    k = tl.arange(0, width)
    a = tl.load(a_at + row[:, None] * width + k[None, :], mask=row[:, None] < count, other=0.0)
    top = tl.full([rows], float("-inf"), tl.float32)
    total = tl.zeros([rows], tl.float32)
    own = tl.zeros([rows], tl.float32)
    for first in range(0, count, columns):
        column = first + tl.arange(0, columns)
        c = tl.load(c_at + column[:, None] * width + k[None, :], mask=column[:, None] < count, other=0.0)
        x = tl.dot(a, tl.trans(c)) * scale
        x = tl.where(column[None, :] < count, x, float("-inf"))
        own += tl.sum(tl.where(row[:, None] == column[None, :], x, 0.0), 1)
        higher = tl.maximum(top, tl.max(x, 1))
        total = total * tl.exp(top - higher) + tl.sum(tl.exp(x - higher[:, None]), 1)
        top = higher
    tl.store(lse_at + row, top + tl.log(total), mask=row < count)
    tl.store(own_at + row, own, mask=row < count)


@triton.jit
def backward_kernel(of_at, other_at, lse_at, by_at, count, scale, factor, lse_of_columns: tl.constexpr,
                    width: tl.constexpr, rows: tl.constexpr, columns: tl.constexpr):
    """Each program: the gradient by its rows. The log-sum-exps belong to the rows, or else to the columns."""
    row = tl.program_id(0) * rows + tl.arange(0, rows)
    k = tl.arange(0, width)
    of = tl.load(of_at + row[:, None] * width + k[None, :], mask=row[:, None] < count, other=0.0)
    total = tl.zeros([rows, width], tl.float32)
    lse_of_row = tl.load(lse_at + row, mask=row < count, other=0.0)
    for first in range(0, count, columns):
        column = first + tl.arange(0, columns)
        other = tl.load(other_at + column[:, None] * width + k[None, :], mask=column[:, None] < count, other=0.0)
        x = tl.dot(of, tl.trans(other)) * scale
        if lse_of_columns:
            lse = tl.load(lse_at + column, mask=column < count, other=0.0)
            weight = tl.exp(x - lse[None, :])
        else:
            weight = tl.exp(x - lse_of_row[:, None])
        weight = weight - tl.where(row[:, None] == column[None, :], 1.0, 0.0)
        weight = tl.where(column[None, :] < count, weight, 0.0)
        total += tl.dot(weight.to(other.dtype), other)
    tl.store(by_at + row[:, None] * width + k[None, :], (total * factor).to(by_at.dtype.element_ty),
             mask=row[:, None] < count)


class InfoNCE(torch.autograd.Function):
    """loss(a, c, scale): rows (N, D) of bfloat16, contiguous, D a power of two of at least 16."""

    @staticmethod
    def forward(ctx, a, c, scale):
        count, width = a.shape
        lse = torch.empty(count, dtype=torch.float32, device=a.device)
        own = torch.empty_like(lse)
        forward_kernel[(triton.cdiv(count, 128),)](a, c, lse, own, count, scale, width, 128, 64, num_warps=8,
                                                   num_stages=3 if width <= 128 else 2)
        ctx.save_for_backward(a, c, lse)
        ctx.scale = scale
        return (lse - own).mean()

    @staticmethod
    def backward(ctx, upstream):
        a, c, lse = ctx.saved_tensors
        count, width = a.shape
        by_a, by_c = torch.empty_like(a), torch.empty_like(c)
        block = 128 if width <= 128 else 64
        grid, how = (triton.cdiv(count, block),), {"num_warps": 8, "num_stages": 2}
        factor = ctx.scale / count  # upstream is 1 in what is measured; a product with it costs O(N D)
        backward_kernel[grid](a, c, lse, by_a, count, ctx.scale, factor, False, width, block, 64, **how)
        backward_kernel[grid](c, a, lse, by_c, count, ctx.scale, factor, True, width, block, 64, **how)
        return by_a * upstream.to(by_a.dtype), by_c * upstream.to(by_c.dtype), None
