# SPDX-License-Identifier: BSD-3-Clause
"""Losses in graphs that torch.compile makes: they are called between two parts of the graph, as Python."""

from __future__ import annotations

import functools
from typing import Any, Callable, TypeVar

import torch

Call = TypeVar("Call", bound=Callable[..., Any])


def outside_graphs(call: Call) -> Call:
    """The call, which torch.compile leaves alone. What tells it so (`torch.compiler.disable`) takes seconds to import,
    and is therefore asked for only where something is compiled."""
    if not hasattr(getattr(torch, "compiler", None), "is_compiling"):
        return call

    @functools.wraps(call)
    def outside(*given: Any, **more: Any) -> Any:
        if torch.compiler.is_compiling():
            return torch.compiler.disable(call)(*given, **more)
        return call(*given, **more)

    return outside  # type: ignore[return-value]
