# SPDX-License-Identifier: BSD-3-Clause
"""The parameters of a loss, as the core takes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from ._given import constant, integers, is_tensor, numbers

_known: dict[Any, Any] = {}  # settings of plain values alone: a tensor or array may change in place
_plain_types = frozenset((bool, int, float, str, type(None)))
_kinds: dict[str, dict[str, str]] = {}
_most = 256


def settings_of(name: str, usual: tuple[tuple[str, Any], ...], given: dict[str, Any]) -> Any:
    """The parameters of a loss; those of plain values are made once."""
    types = tuple(map(type, given.values()))  # True is 1.0 otherwise
    if not _plain_types.issuperset(types):
        return _settings_made(name, usual, given)
    key = (name, usual, tuple(given.items()), types)
    made = _known.get(key)
    if made is None:
        made = _settings_made(name, usual, given)
        if len(_known) >= _most:
            _known.clear()
        _known[key] = made
    return made


def _settings_made(name: str, usual: tuple[tuple[str, Any], ...], given: dict[str, Any]) -> Any:
    both = {**dict(usual), **{key: _plain(name, key, value) for key, value in given.items()}}
    if "similarity" in both:  # which decides about rows, unless they are given too, in whatever order
        both = {"similarity": both["similarity"], **both}
    if both.get("weights") is not None and both.get("reduction") != "weighted":
        raise ValueError(f"{name}: weights are given, which count with reduction='weighted' alone; expected both")
    return _core.Settings(name, both)


def parameters_of(name: str, usual: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    """Every parameter of a loss with its usual value; None of those that are arrays."""
    known: dict[str, Any] = settings_of(name, usual, {}).parameters
    arrays = [k for k, kind in kinds_of(name).items() if kind in ("numbers", "integers")]
    if "reduction" not in known:
        arrays.remove("weights")
    return {**known, **dict.fromkeys(k for k in arrays if k not in known)}


def kinds_of(name: str) -> dict[str, str]:
    """The kind of each field of a loss: number, truth, choice, numbers or integers."""
    if name not in _kinds:
        _kinds[name] = {"weights": "numbers", **{f["name"]: f["kind"] for f in _core.describe(name)["fields"]}}
    return _kinds[name]


def learnable_of(name: str) -> frozenset[str]:
    """The parameters that have a gradient: the temperature of a loss over pairs, and its objective's scale and bias. A
    parameter of the loss itself that is called scale, as ArcFace's, is none of them."""
    if name not in _learnable:
        about = _core.describe(name)
        own = {field["name"] for field in about["fields"]}
        found = ({"temperature"} & own) | ({"scale", "bias"} - own)
        _learnable[name] = frozenset(found if about["shape"] in ("formula", "objective") else ())
    return _learnable[name]


_learnable: dict[str, frozenset[str]] = {}


def _plain(name: str, parameter: str, value: Any) -> Any:
    """A parameter without a tensor or an array, but for those that have one number for each anchor."""
    kind = kinds_of(name).get(parameter)
    if value is None or (isinstance(value, (bool, int, float, str)) and kind not in ("numbers", "integers")):
        return value
    what = f"{name}: {parameter}"
    if kind is None and parameter not in _core.option_names():
        return value  # of no such name, as the core says
    if kind == "numbers":
        return np.atleast_1d(numbers(what, value))
    if kind == "integers":
        return integers(what, value)
    if is_tensor(value) or isinstance(value, (np.ndarray, np.generic)):
        found = constant(what, value)
        return found.item() if found.ndim == 0 else tuple(found.tolist())
    return value
