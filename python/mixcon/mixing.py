# SPDX-License-Identifier: BSD-3-Clause
"""Mixing: a function and a class for every policy, and the plans that they draw.

    mixed, plan = mixcon.mixup(images, labels, alpha=0.2, seed=1, step=17)
    loss = plan.loss(torch.nn.CrossEntropyLoss(), net(mixed))

Samples are NumPy arrays or PyTorch tensors, (N, ...), of any strides. A plan is what was decided for one batch, and the
one that the C++ library draws from the same seed and step, bit for bit.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import _mixing
from ._drawing import INFO, looked_at, parameters_of, seed_of, step_of
from ._given import is_tensor, truth
from ._plans import Plan
from ._samples import maps_given, plain_integers, shape_of

__all__ = ["Collate", "Plan", "Policy", "multi_mask", "plan_of", "policies", "slerp", "transmix"]

_HERE = ("positive_features", "slerp", "multi_mask", "transmix")  # which draw no plan for a batch
_DRAWN = tuple(name for name in INFO if name not in _HERE)


def policies() -> list[str]:
    """The name of everything that mixes."""
    return list(INFO)


def class_name(name: str) -> str:
    """`CutMix` of cutmix, `MixupOrCutMix` of mixup_or_cutmix."""
    words = (re.sub(r"(?<=[a-z])mix(up)?$", lambda end: end[0].capitalize(), word) for word in name.split("_"))
    return "".join(word[0].upper() + word[1:] for word in words)


def plan_of(
    name: str, samples: Any, labels: Any = None, *, partner_labels: Any = None, saliency: Any = None,
    features: Any = None, seed: int | None = None, step: int = 0, within: str = "", **parameters: Any,
) -> Plan:
    """The plan of a policy for a batch, which is not mixed yet: for one that is applied to several tensors."""
    checked = parameters_of(name, parameters)
    shape = shape_of(name, samples)
    seen = looked_at(name, samples, labels, saliency, features)
    if not isinstance(within, str):
        raise TypeError(f"{name}: within is {within!r}; expected a str, the name of a part of the draws")
    held = _mixing.draw(name, checked, shape, seed_of(seed, samples), step_of(name, step), within, **seen)
    return Plan(held, labels, partner_labels)


def _mix(
    name: str, samples: Any, labels: Any = None, *, partners: Any = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None, **parameters: Any,
) -> tuple[Any, Plan]:
    seed = seed_of(seed, samples)
    plan = plan_of(name, samples, labels, partner_labels=partner_labels, saliency=saliency, features=features,
                   seed=seed, step=step, within=within, **parameters)
    if name == "stackmix":
        return plan.stack(samples, partners), plan
    if partners is None and INFO[name]["fills_partners"]:
        partners = _filled(name, samples, seed, step, within)
    return plan.blend(samples, partners, threads=threads), plan


def _filled(name: str, samples: Any, seed: int, step: int, within: str) -> Any:
    """The partners' batch that a policy brings itself: noise, like the samples."""
    shape = shape_of(name, samples)
    rows = np.empty((shape[0], int(np.prod(shape[1:], dtype=np.int64))))
    _mixing.fill_partners(name, seed, step, within, rows)
    if not is_tensor(samples):
        return rows.reshape(shape).astype(np.asarray(samples).dtype)
    import torch

    return torch.from_numpy(rows.reshape(shape)).to(samples.dtype)


def positive_features(
    queries: Any, keys: Any, *, seed: int | None = None, step: int = 0, within: str = "", **parameters: Any
) -> tuple[tuple[Any, Any], Any]:
    """Mixes the two features (N, D) of each positive pair, number by number; returns the new queries and keys, and the
    shares (N, D) that were drawn."""
    name = "positive_features"
    checked = parameters_of(name, parameters)
    shape = shape_of(name, queries)
    if shape_of(name, keys) != shape:
        of_keys = tuple(shape_of(name, keys))
        raise ValueError(f"{name}: queries are {tuple(shape)}, keys {of_keys}; expected the same shape")
    seed, step = seed_of(seed, queries), step_of(name, step)
    drawn = np.asarray(_mixing.shares(name, checked, shape, seed, step, within)).reshape(shape)
    normalised = dict(checked).get("normalize", 1.0) != 0
    if is_tensor(queries) != is_tensor(keys):
        raise TypeError(f"{name}: of queries and keys one is an array, one a tensor; expected both alike")
    shares: Any = drawn
    if is_tensor(queries):
        import torch

        shares = torch.from_numpy(drawn).to(queries.dtype)
    elif queries.dtype.kind == "f":
        shares = drawn.astype(queries.dtype)

    def side(own: Any, other: Any) -> Any:
        mixed = shares * own + (1 - shares) * other
        return mixed / ((mixed * mixed).sum(-1) ** 0.5)[:, None] if normalised else mixed

    return (side(queries, keys), side(keys, queries)), drawn


def _check_plan(name: str, plan: Any) -> None:
    if not isinstance(plan, Plan):
        raise TypeError(f"{name}: plan is a {type(plan).__name__}; expected a plan, as the second result of a policy")


def slerp(plan: Plan, rescale: bool = False) -> Plan:
    """A plan that mixes by lambda, along the great circle between two rows instead of the chord."""
    _check_plan("slerp", plan)
    return Plan(plan.held.on_sphere(truth("slerp: rescale", rescale)), plan.labels, plan.partner_labels)


def multi_mask(partner: Any, more_partners: Sequence[Any], masks: Sequence[Any], lam: Any = (1.0,)) -> Plan:
    """A plan of several partners, each with a mask of its own, (1 or N, 1 or C, H, W): the own sample's first."""
    written = []
    for mask in masks:
        values = maps_given("multi_mask: a mask", mask, 4)
        written.append({"shape": list(values.shape), "data": values.ravel().tolist()})
    more = [plain_integers("multi_mask: more_partners", one).tolist() for one in more_partners]
    return Plan.of("multi_mask", partner, lam, more_perms=more, masks=written)


def transmix(plan: Plan, attention: Any, size: tuple[int, int], **parameters: Any) -> Plan:
    """The plan with labels that follow the attention (N, h, w) of the class token to mixed images of rows x columns."""
    _check_plan("transmix", plan)
    checked = parameters_of("transmix", parameters)
    maps = maps_given("transmix: attention", attention, 3)
    lambdas = _mixing.lambdas_by("transmix", checked, plan.held, maps, *size)
    return Plan(plan.held.with_lam(lambdas), plan.labels, plan.partner_labels)


class Policy:
    """A policy with its parameters: `mixed, plan = policy(images, labels)`. Each call is the next step of its seed."""

    name = ""

    def __init__(self, *unnamed: Any, seed: int | None = None, **parameters: Any) -> None:
        if unnamed:
            known = ", ".join(info["name"] for info in INFO[self.name]["parameters"])
            raise TypeError(f"{type(self).__name__}: {unnamed[0]!r} has no name; expected parameters by their names, of "
                            f"{known or 'which there are none'}")
        parameters_of(self.name, parameters)
        self.parameters = parameters
        self.seed = seed_of(seed, None)
        self.step = 0

    def __call__(self, samples: Any, labels: Any = None, **more: Any) -> tuple[Any, Any]:
        step, self.step = self.step, self.step + 1
        return _FUNCTIONS[self.name](samples, labels, **{"seed": self.seed, "step": step, **more}, **self.parameters)

    def plan(self, samples: Any, labels: Any = None, **more: Any) -> Plan:
        """The plan of the next step, which is not applied yet: for one that is applied to several tensors."""
        step, self.step = self.step, self.step + 1
        return plan_of(self.name, samples, labels, **{"seed": self.seed, "step": step, **more}, **self.parameters)

    def layer(self) -> int:
        """The layer in front of which the next step mixes, where the policy draws one."""
        return int(_mixing.layer(self.name, parameters_of(self.name, self.parameters), self.seed, self.step, ""))

    def __repr__(self) -> str:
        written = {info["name"]: self.parameters.get(info["name"], info["usual"]) for info in _shown(self)}
        return f"{type(self).__name__}({', '.join(f'{key}={_plainly(value)}' for key, value in written.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self._state() == other._state()

    def _state(self) -> tuple[Any, ...]:
        return self.name, self.parameters, self.seed, self.step

    __hash__ = None  # type: ignore[assignment]


def _shown(policy: Policy) -> list[dict[str, Any]]:
    """The parameters of a policy, without those that follow another and were not given."""
    return [
        info
        for info in INFO[policy.name]["parameters"]
        if not info["follows_alpha"] or info["name"] in policy.parameters
    ]


def _plainly(value: Any) -> str:
    return repr(int(value)) if isinstance(value, float) and value == int(value) and abs(value) < 1e15 else repr(value)


class Collate:
    """A `collate_fn` of torch's DataLoader that mixes each batch of (images, labels): gives (mixed, plan), or with
    `classes` (mixed, soft targets). Each worker draws from a seed of its own, which torch.manual_seed decides."""

    def __init__(
        self, policy: Policy, classes: int | None = None, smoothing: float = 0.0,
        collate: Callable[[Any], Any] | None = None,
    ) -> None:
        if not isinstance(policy, Policy):
            raise TypeError(f"Collate: policy is {policy!r}; expected a policy, as Mixup(alpha=0.2)")
        self.policy, self.classes, self.smoothing, self.collate = policy, classes, smoothing, collate

    def __call__(self, batch: Any) -> tuple[Any, Any]:
        from torch.utils import data

        collated = (self.collate or data.default_collate)(batch)
        if not isinstance(collated, (list, tuple)) or len(collated) != 2:
            came = f"{len(collated)} parts" if isinstance(collated, (list, tuple)) else f"a {type(collated).__name__}"
            raise ValueError(f"Collate: a batch has {came}; expected images and labels. Pass collate=, a function that "
                             "makes these two of a batch")
        images, labels = collated
        worker = data.get_worker_info()
        more = {} if worker is None else {"seed": (self.policy.seed + worker.seed) % 2**64}
        mixed, plan = self.policy(images, labels, **more)
        return mixed, plan if self.classes is None else plan.targets(self.classes, smoothing=self.smoothing)


def _documented(info: dict[str, Any]) -> str:
    lines = [info["summary"] + ".", "", "Returns the mixed batch and its plan. Parameters:"]
    for parameter in info["parameters"]:
        choices = f" ({', '.join(parameter['choices'])})" if parameter["choices"] else ""
        lines.append(f"    {parameter['name']}: {parameter['meaning']}{choices}")
    return "\n".join(lines)


def _own_parameters(info: dict[str, Any]) -> list[inspect.Parameter]:
    types = {"real": float, "integer": int, "truth": bool, "choice": str}
    made = []
    for one in info["parameters"]:
        kind = types[one["kind"]]
        usual = None if one["follows_alpha"] else kind(one["usual"])
        made.append(inspect.Parameter(one["name"], inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=usual))
    return made


def _function(info: dict[str, Any]) -> Callable[..., Any]:
    name = info["name"]

    def mix(samples: Any, labels: Any = None, **more: Any) -> tuple[Any, Plan]:
        return _mix(name, samples, labels, **more)

    mix.__name__ = mix.__qualname__ = name
    mix.__doc__ = _documented(info)
    common = [one for one in inspect.signature(_mix).parameters.values() if one.name not in ("name", "parameters")]
    mix.__signature__ = inspect.Signature(common + _own_parameters(info))  # type: ignore[attr-defined]
    return mix


def _class(info: dict[str, Any]) -> type[Policy]:
    members = {"name": info["name"], "__doc__": _documented(info), "__module__": __name__}
    made = type(class_name(info["name"]), (Policy,), members)
    seed = inspect.Parameter("seed", inspect.Parameter.KEYWORD_ONLY, default=None, annotation="int | None")
    made.__signature__ = inspect.Signature([*_own_parameters(info), seed])  # type: ignore[attr-defined]
    return made


_FUNCTIONS: dict[str, Callable[..., Any]] = {name: _function(INFO[name]) for name in _DRAWN}
_FUNCTIONS["positive_features"] = positive_features
_CLASSES = {class_name(name): _class(INFO[name]) for name in _FUNCTIONS}
globals().update(_FUNCTIONS)
globals().update(_CLASSES)
__all__ += [*_FUNCTIONS, *_CLASSES]
