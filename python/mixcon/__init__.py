# SPDX-License-Identifier: BSD-3-Clause
"""Contrastive losses and mixing, on NumPy arrays and PyTorch tensors.

`mixcon.nt_xent(z)` and its like take arrays and return value and gradient; `mixcon.NTXent()` and its like are
`torch.nn.Module`s, `mixcon.functional.nt_xent` their functions. torch is imported when one of these is first used.
`mixcon.distributed.global_loss` computes them over several processes.
`mixcon.mixup(images, labels)` and its like mix a batch and return it with its plan; `mixcon.Mixup()` and its like are
the policies.
"""

from __future__ import annotations

import importlib as _importlib
from typing import Any

from . import _core, targets
from ._arrays import Answer, contrast, function_of as _function_of
from ._forms import FORMS as _FORMS

__version__ = _core.version()

losses = _core.losses
_class_names = {form.class_name: name for name, form in _FORMS.items()}
_of_torch = {"Contrast", *_class_names}


def __getattr__(name: str) -> Any:
    if name in _FORMS:
        made = _function_of(name, _FORMS[name])
        globals()[name] = made
        return made
    if name in ("distributed", "functional", "mixing", "nn"):
        return _importlib.import_module(f"mixcon.{name}")
    if name in _of_torch:
        return getattr(_importlib.import_module("mixcon.nn"), name)
    mixes = _importlib.import_module("mixcon.mixing")
    if name in mixes.__all__:
        return getattr(mixes, name)
    nearest = _core.nearest_name(name, sorted({*_FORMS, *_of_torch, *mixes.__all__}))
    hint = f"; did you mean {nearest}?" if nearest and not name.startswith("_") else ""
    raise AttributeError(f"mixcon has no {name}{hint}")


def __dir__() -> list[str]:
    mixes = _importlib.import_module("mixcon.mixing").__all__
    return sorted({*globals(), *_FORMS, *_of_torch, *mixes, "distributed", "functional", "mixing", "nn"})
