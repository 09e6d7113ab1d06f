# SPDX-License-Identifier: BSD-3-Clause
"""The batches that plans are applied to, and what plans look at, checked."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ._given import as_array, integers, is_tensor, readable, thread_count

_types = ("float32", "float64", "float16", "bfloat16", "uint8", "int8", "int16")


def shape_of(name: str, samples: Any, argument: str = "samples") -> list[int]:
    """The extents of a batch that is an array or a tensor."""
    if not hasattr(samples, "shape") or not hasattr(samples, "dtype"):
        came = type(samples).__name__
        raise TypeError(f"{name}: {argument} are a {came}; expected a NumPy array or a PyTorch tensor")
    return [int(extent) for extent in samples.shape]


def plain_integers(name: str, given: Any) -> Any:
    """Labels or partners (N,), as int64; those on a device are copied."""
    if is_tensor(given) and given.device.type not in ("cpu", "meta"):
        given = given.detach().cpu()
    found = integers(name, given)
    return np.ascontiguousarray(found.numpy() if is_tensor(found) else found, np.int64)


def maps_given(name: str, given: Any, rank: int) -> Any:
    """Numbers that a plan looks at, as float64; (N, C, p) tokens are (N, C, p, 1)."""
    if is_tensor(given):
        given = readable(name, given if given.device.type == "meta" else given.detach().cpu()).double().numpy()
    found = as_array(name, readable(name, given), "numbers")
    if found.dtype.kind not in "fiu":
        raise TypeError(f"{name} are of the type {found.dtype}; expected numbers")
    if rank == 4 and found.ndim == 3:
        found = found[..., None]
    if found.ndim != rank:
        raise ValueError(f"{name} have the shape {found.shape}; expected {rank} axes")
    return np.ascontiguousarray(found, np.float64)


def threads_for(samples: Any, threads: int | None) -> int:
    """As many as given, or as torch works with where the samples are its; 0: the library's shared pool."""
    if threads is not None:
        return thread_count("threads", threads)
    if not is_tensor(samples):
        return 0
    import torch

    count = torch.get_num_threads()
    return 0 if count == os.cpu_count() and "MIXCON_NUM_THREADS" not in os.environ else count


def check_mixable(name: str, x: Any) -> None:
    """Refuses what cannot be mixed: other types of numbers, and memory that is not the host's."""
    readable(name, x)
    kind = str(x.dtype).rpartition(".")[2]
    if kind not in _types:
        raise TypeError(f"{name} are of the type {x.dtype}; expected floating-point numbers, or 8 and 16 bit integers")
    if is_tensor(x):
        from torch.autograd import forward_ad

        if forward_ad.unpack_dual(x).tangent is not None:
            raise TypeError(f"{name} have a tangent; mixcon has no forward derivatives, use backward()")
