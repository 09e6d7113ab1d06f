# SPDX-License-Identifier: BSD-3-Clause
"""The losses as functions of arrays: value and gradient."""

from __future__ import annotations

import inspect
from typing import Any, Callable, NamedTuple

import numpy as np

from . import _core
from ._calls import Call, general
from ._forms import FORMS, Form
from ._given import are_plain_rows, rows, thread_count
from ._settings import learnable_of, parameters_of, settings_of
from ._words import in_python


class Answer(NamedTuple):
    """What `details=True` returns. Gradients by parameters are 0 for losses without them; `by_scale` is that of the
    objective's scale, and 0 where the loss itself has one, as ArcFace."""

    value: float
    gradient: Any
    anchors_used: int
    by_temperature: float
    by_scale: float
    by_bias: float
    by_targets: Any


class Arrays:
    """What forms ask of arrays: NumPy's, or any that NumPy can read."""

    may_be_empty = False

    @staticmethod
    def share(rows: Any) -> Any:
        return rows

    @staticmethod
    def shape(name: str, argument: str, given: Any, rank: int) -> tuple[int, ...]:
        shape = getattr(given, "shape", None)
        if shape is None:
            raise TypeError(f"{name}: {argument} is a {type(given).__name__}; expected an array of rank {rank}")
        if len(shape) != rank:
            raise ValueError(f"{name}: {argument} has the shape {tuple(shape)}; expected rank {rank}")
        return tuple(int(n) for n in shape)

    @staticmethod
    def rank(given: Any) -> int:
        return len(getattr(given, "shape", ()))

    @staticmethod
    def cat(parts: list[Any]) -> Any:
        return np.concatenate(parts)

    @staticmethod
    def unstacked(gradient: Any, samples: int, views: int, width: int) -> Any:
        return np.ascontiguousarray(gradient.reshape(views, samples, width).swapaxes(0, 1))

    @staticmethod
    def unstacked_own(gradient: Any) -> Any:
        clean, mixed = np.split(gradient, 2)
        return clean.sum(axis=1) + mixed[:, 0] + mixed[::-1, 1]

    @staticmethod
    def stack_own(keys: Any) -> Any:
        keys = np.asarray(keys)
        samples = keys.shape[0]
        own = np.stack([keys, keys], axis=1)
        return np.concatenate([own, np.stack([keys, keys[::-1]], axis=1)]) if samples else own


def _asked(name: str, gradient: bool | str) -> bool | str:
    """Which gradients are wanted: True, False or "all"."""
    if isinstance(gradient, (bool, np.bool_)):
        return bool(gradient)
    if gradient != "all":
        raise ValueError(f"{name}: gradient is {gradient!r}; expected True, False or 'all'")
    return gradient


def _gradient_like(name: str, argument: str, array: Any) -> Any:
    if not hasattr(array, "shape"):
        raise TypeError(f"{name}: {argument} is a {type(array).__name__}; expected an array")
    kind = getattr(array, "dtype", None)
    is_double = kind == np.float64 if isinstance(kind, np.dtype) else str(kind) == "torch.float64"
    return np.empty(array.shape, np.float64 if is_double else np.float32)


def answer_of(
    name: str, call: Call, settings: Any, threads: int | None, gradient: bool | str, details: bool = False
) -> Answer:
    wanted: Any = None
    by_targets = None
    gradient = _asked(name, gradient)
    threads = 0 if threads is None else thread_count(f"{name}: threads", threads)
    if not all(map(are_plain_rows, call.arrays)):
        call.arrays = [rows(f"{name}: {argument}", a) for argument, a in zip(call.names, call.arrays)]
    by_parameters = details and bool(gradient)
    without = call.constant if gradient == "all" else call.constant + call.quiet
    if gradient:
        wanted = tuple(
            None if k in without else _gradient_like(name, call.names[k], a) for k, a in enumerate(call.arrays)
        )
        if call.soft is not None:
            by_targets = np.empty(call.soft.shape, wanted[0].dtype)
    try:
        found = _core.evaluate(
            settings, call.targets, tuple(call.arrays), wanted, call.names, threads, by_parameters,
            own_segment=call.own_segment, forms=call.forms, by_targets=by_targets, of_logits=call.of_logits,
            stop_gradient=bool(without), wants_bias=by_parameters,
        )
    except ValueError as wrong:
        raise ValueError(in_python(str(wrong), name, call.names)) from None
    gradients: Any = None
    if wanted is not None:
        made = [g for g in (call.back(list(wanted)) if call.back else wanted) if g is not None]
        gradients = made[0] if len(made) == 1 else tuple(made)
    by_scale = found[3] if "scale" in learnable_of(name) else 0.0  # or it is that of another scale than the loss's own
    return Answer(found[0], gradients, found[1], found[2], by_scale, found[4], by_targets)


def function_of(name: str, form: Form) -> Callable[..., Any]:
    """The function of a loss on arrays."""
    keywords = form.keywords()

    def loss(*arrays: Any, threads: int = 0, gradient: bool | str = True, details: bool = False, **given: Any) -> Any:
        taken = {k: given.pop(k) for k in list(given) if k in keywords}
        call = form.made(Arrays, name, *arrays, **taken)
        settings = settings_of(name, form.usual, {**given, **call.parameters} if call.parameters else given)
        found = answer_of(name, call, settings, threads, gradient, details)
        if details:
            return found
        return (found.value, found.gradient) if gradient else found.value

    loss.__name__ = loss.__qualname__ = name
    loss.__module__ = "mixcon"
    own = {"threads": 0, "gradient": True, "details": False}
    loss.__signature__ = signature_of(name, form, own)  # type: ignore[attr-defined]
    returns = "Returns the value, and the gradient by each array; by keys and queues too where `gradient='all'`."
    loss.__doc__ = doc_of(name, form, returns)
    return loss


def signature_of(name: str, form: Form, own: dict[str, Any]) -> inspect.Signature:
    """What a loss's function takes: arrays and labels, its parameters, and `own` keywords."""
    taken = form.parameters()
    parameters = parameters_of(name, form.usual)
    known = {**parameters, **own}
    more = [
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=value)
        for key, value in known.items()
        if key not in form.keywords()
    ]
    return inspect.Signature([*taken, *more])


def doc_of(name: str, form: Form, returns: str) -> str:
    """The summary, the arguments, and the parameters with their meanings, as the headers have them."""
    about = _core.describe(name)
    said = inspect.cleandoc(form.call.__doc__ or "")
    said = said.replace(" x ", f" {form.sides[0]} ").replace(" y ", f" {form.sides[1]} ")
    lines = [f"{about['summary']}.", "", said, "", returns, "", "Parameters, by keyword:", ""]
    settings = _core.Settings(name, dict(form.usual))
    meanings = {field["name"]: field["meaning"] for field in about["fields"]}
    for parameter, value in settings.parameters.items():
        meaning = meanings.get(parameter) or _core.meaning_of_option(parameter)
        lines.append(f"    {parameter} = {value!r}" + (f": {meaning}" if meaning else ""))
    return "\n".join(lines)


def check_name(loss: Any) -> None:
    """Refuses what is no name of a loss over pairs; the core says so of a name that it does not know."""
    if not isinstance(loss, str):
        raise TypeError(f"contrast: loss is a {type(loss).__name__}; expected the name of a loss, as 'info_nce'")
    if loss not in _over_pairs:
        _over_pairs[loss] = _core.describe(loss)["shape"] in ("formula", "objective")
    if not _over_pairs[loss]:
        raise ValueError(f"contrast: {loss} is no loss over pairs with targets; call mixcon.{loss} or its module")


_over_pairs: dict[str, bool] = {}


def contrast(
    loss: str,
    anchors: Any,
    candidates: Any = None,
    targets: Any = None,
    *,
    own: Any = None,
    threads: int = 0,
    gradient: bool | str = True,
    details: bool = False,
    **given: Any,
) -> Any:
    """Any loss over pairs, with any targets: anchors (N, D) against candidates (M, D), or against themselves, and against
    `own`, (N, D) or (N, K, D), candidates of each anchor alone. Gradients are of anchors, own and candidates."""
    check_name(loss)
    call = general(Arrays, loss, anchors, candidates, targets, own=own)
    usual = FORMS[loss].usual if loss in FORMS else ()
    found = answer_of(loss, call, settings_of(loss, usual, given), threads, gradient, details)
    if details:
        return found
    return (found.value, found.gradient) if gradient else found.value
