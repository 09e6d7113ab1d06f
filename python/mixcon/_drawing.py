# SPDX-License-Identifier: BSD-3-Clause
"""What a plan is drawn from: a policy's parameters, checked; the seed; and what it looks at."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from . import _mixing
from ._given import is_tensor, number, whole
from ._samples import maps_given, plain_integers

INFO: dict[str, dict[str, Any]] = {info["name"]: info for info in _mixing.policies()}


def info_of(name: str) -> dict[str, Any]:
    """What is known of a policy."""
    if name not in INFO:
        near = difflib.get_close_matches(str(name), INFO, 1)
        raise ValueError(f"mixcon: there is no policy {name}" + (f"; did you mean {near[0]}?" if near else ""))
    return INFO[name]


def parameters_of(name: str, given: dict[str, Any]) -> list[tuple[str, float | str]]:
    """The parameters of a call, checked against those that the policy has."""
    known = {parameter["name"]: parameter for parameter in info_of(name)["parameters"]}
    checked: list[tuple[str, float | str]] = []
    for key, value in given.items():
        if key not in known:
            near = difflib.get_close_matches(key, [*known, "seed", "step", "partners", "saliency", "features"], 1)
            hint = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(known) or 'none'}"
            raise TypeError(f"{name} has no parameter {key}{hint}")
        checked.append((key, _checked(name, known[key], value)))
    return checked


def _checked(name: str, parameter: dict[str, Any], value: Any) -> float | str:
    key, kind = parameter["name"], parameter["kind"]
    if kind == "choice":
        if not isinstance(value, str):
            raise TypeError(f"{name}: {key} is {value!r}; expected one of {', '.join(parameter['choices'])}")
        if value not in parameter["choices"]:
            raise ValueError(f"{name}: {key} is {value!r}; expected one of {', '.join(parameter['choices'])}")
        return value
    if kind == "truth":
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"{name}: {key} is {value!r}; expected True or False")
        return float(value)
    if isinstance(value, (bool, str)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name}: {key} is {value!r}; expected a number")
    found = number(f"{name}: {key}", value)
    if kind == "integer" and not found.is_integer():
        raise ValueError(f"{name}: {key} is {value!r}; expected a whole number")
    return found


def seed_of(given: int | None, of: Any) -> int:
    """The seed of a call: as given, or drawn from the generator that torch.manual_seed or numpy.random.seed sets."""
    if given is not None:
        if isinstance(given, bool) or not isinstance(given, (int, np.integer)):
            raise TypeError(f"seed is {given!r}; expected a whole number")
        return int(given) % 2**64
    if is_tensor(of):
        import torch

        return int(torch.randint(2**62, ()).item())
    return int(np.random.randint(2**62, dtype=np.int64))


def step_of(name: str, given: int) -> int:
    """The step of a call: 0 or more."""
    step = whole(f"{name}: step", given, 0)
    if step >= 2**64:
        raise ValueError(f"{name}: step is {step}; expected a whole number < 2**64")
    return step


def looked_at(name: str, samples: Any, labels: Any, saliency: Any, features: Any) -> dict[str, Any]:
    """What a policy's plan looks at, as the module takes it."""
    at = INFO[name]["looks_at"]
    found: dict[str, Any] = {"labels": None, "saliency": None, "features": None}
    if at == "labels":
        if labels is None:
            raise TypeError(f"{name}: labels are missing; this policy chooses partners by class")
        found["labels"] = plain_integers(f"{name}: labels", labels)
    if "saliency" in at:
        if saliency is None:
            raise TypeError(f"{name}: saliency is missing; expected a map (N, rows, columns) >= 0 for each sample")
        found["saliency"] = maps_given(f"{name}: saliency", saliency, 3)
    elif saliency is not None:
        raise TypeError(f"{name} looks at no saliency; leave it out")
    if at == "features":
        if features is None:
            raise TypeError(f"{name}: features are missing; expected (N, C, rows, columns), of a network's last layer")
        found["features"] = maps_given(f"{name}: features", features, 4)
    elif features is not None:
        raise TypeError(f"{name} looks at no features; leave them out")
    if at.startswith("samples"):
        found["features"] = maps_given(f"{name}: samples", samples, 4)
    return found
