# SPDX-License-Identifier: BSD-3-Clause
"""The losses as functions of torch tensors, differentiable; `mixcon.nn` has them as modules."""

from __future__ import annotations

from typing import Any, Callable

import torch

from . import _core
from ._arrays import check_name, doc_of, signature_of
from ._autograd import Tensors, loss_of
from ._calls import Call, general
from ._forms import FORMS, Form
from ._graphs import outside_graphs
from ._settings import learnable_of, settings_of


def call_of(name: str, usual: Any, call: Call, threads: int | None, given: dict[str, Any]) -> torch.Tensor:
    """The loss of a call; temperature, scale and bias may be tensors, and then have gradients."""
    learned = {k: given.pop(k) for k in learnable_of(name) if isinstance(given.get(k), torch.Tensor)}
    settings = settings_of(name, usual, {**given, **call.parameters} if call.parameters else given)
    return loss_of(name, settings, call, threads, **learned)


def function_of(name: str, form: Form) -> Callable[..., torch.Tensor]:
    keywords = form.keywords()

    @outside_graphs
    def loss(*tensors: Any, threads: int | None = None, **given: Any) -> torch.Tensor:
        taken = {k: given.pop(k) for k in list(given) if k in keywords}
        return call_of(name, form.usual, form.made(Tensors, name, *tensors, **taken), threads, given)

    loss.__name__ = loss.__qualname__ = name
    loss.__module__ = "mixcon.functional"
    loss.__signature__ = signature_of(name, form, {"threads": None})  # type: ignore[attr-defined]
    loss.__doc__ = doc_of(name, form, "Returns the value, a tensor without dimensions.")
    return loss


@outside_graphs
def contrast(
    loss: str, anchors: Any, candidates: Any = None, targets: Any = None, *, own: Any = None,
    threads: int | None = None, **given: Any,
) -> torch.Tensor:
    """Any loss over pairs, with any targets: anchors (N, D) against candidates (M, D), or against themselves, and against
    `own`, (N, D) or (N, K, D), candidates of each anchor alone."""
    check_name(loss)
    call = general(Tensors, loss, anchors, candidates, targets, own=own)
    return call_of(loss, FORMS[loss].usual if loss in FORMS else (), call, threads, given)


def __getattr__(name: str) -> Any:
    if name not in FORMS:
        nearest = _core.nearest_name(name, sorted(FORMS))
        raise AttributeError(f"mixcon.functional has no {name}" + (f"; did you mean {nearest}?" if nearest else ""))
    made = function_of(name, FORMS[name])
    globals()[name] = made
    return made
