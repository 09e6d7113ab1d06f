#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: mixing_stub.py [FILE]

Writes the stub of mixcon.mixing, of the installed package's policies and their parameters, to FILE or to the screen.
python/mixcon/mixing.pyi is it; a test compares them.
"""
import sys
from pathlib import Path

from mixcon import mixing

HEAD = '''# SPDX-License-Identifier: BSD-3-Clause
# Made by python/tests/mixing_stub.py from the reflection of the C++ library's policies.
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, TypeVar

_Batch = TypeVar("_Batch")

def policies() -> list[str]: ...
def class_name(name: str) -> str: ...

class Plan:
    labels: Any
    partner_labels: Any
    @classmethod
    def of(cls, kind: str, partner: Any, lam: Any, **fields: Any) -> Plan: ...
    @classmethod
    def from_json(cls, text: str, labels: Any = None) -> Plan: ...
    @property
    def kind(self) -> str: ...
    @property
    def partner(self) -> Any: ...
    @property
    def lam(self) -> Any: ...
    @property
    def samples(self) -> int: ...
    def to_json(self) -> str: ...
    def blend(self, samples: _Batch, partners: _Batch | None = None, *, threads: int | None = None) -> _Batch: ...
    def stack(self, samples: _Batch, partners: _Batch | None = None) -> _Batch: ...
    def targets(
        self, classes: int, labels: Any = None, *, smoothing: float = 0.0, ignored: int | None = None, dtype: Any = None
    ) -> Any: ...
    def loss(self, criterion: Any, output: Any, labels: Any = None, *, ignored: int | None = None) -> Any: ...
    def __len__(self) -> int: ...

class Policy:
    name: ClassVar[str]
    parameters: dict[str, Any]
    seed: int
    step: int
    def __call__(self, samples: _Batch, labels: Any = None, **more: Any) -> tuple[_Batch, Plan]: ...
    def plan(self, samples: Any, labels: Any = None, **more: Any) -> Plan: ...
    def layer(self) -> int: ...

class Collate:
    policy: Policy
    classes: int | None
    smoothing: float
    collate: Callable[[Any], Any] | None
    def __init__(
        self, policy: Policy, classes: int | None = None, smoothing: float = 0.0,
        collate: Callable[[Any], Any] | None = None,
    ) -> None: ...
    def __call__(self, batch: Any) -> tuple[Any, Any]: ...

def plan_of(
    name: str, samples: Any, labels: Any = None, *, partner_labels: Any = None, saliency: Any = None,
    features: Any = None, seed: int | None = None, step: int = 0, within: str = "", **parameters: Any,
) -> Plan: ...
def slerp(plan: Plan, rescale: bool = False) -> Plan: ...
def multi_mask(partner: Any, more_partners: Sequence[Any], masks: Sequence[Any], lam: Any = ...) -> Plan: ...
def transmix(plan: Plan, attention: Any, size: tuple[int, int], *, area_share: float = 0.5) -> Plan: ...
def positive_features(
    queries: _Batch, keys: _Batch, *, seed: int | None = None, step: int = 0, within: str = "", alpha: float = 2.0,
    extrapolate: bool = True, normalize: bool = True,
) -> tuple[tuple[_Batch, _Batch], Any]: ...
'''


def written(parameter):
    """`alpha: float = 1.0`."""
    if parameter["kind"] == "choice":
        return f"{parameter['name']}: Literal[{', '.join(map(repr, parameter['choices']))}] = {parameter['usual']!r}"
    if parameter["follows_alpha"]:
        return f"{parameter['name']}: float = ..."
    kind = {"real": float, "integer": int, "truth": bool}[parameter["kind"]]
    return f"{parameter['name']}: {kind.__name__} = {kind(parameter['usual'])!r}"


def stub():
    text = HEAD
    for name in mixing._FUNCTIONS:
        parameters = [written(parameter) for parameter in mixing.INFO[name]["parameters"]]
        if name in mixing._DRAWN:
            text += f"def {name}(\n    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,\n"
            text += "    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = \"\",\n"
            text += "    threads: int | None = None,\n" + "".join(f"    {one},\n" for one in parameters) + ") -> tuple[_Batch, Plan]: ...\n"
        text += f"class {mixing.class_name(name)}(Policy):\n    def __init__(\n        self, *, seed: int | None = None,\n"
        text += "".join(f"        {one},\n" for one in parameters) + "    ) -> None: ...\n"
    return text


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(stub(), encoding="utf-8")
    else:
        print(stub(), end="")
