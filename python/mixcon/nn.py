# SPDX-License-Identifier: BSD-3-Clause
"""The losses as `torch.nn.Module`s: parameters by keyword, with the names and defaults of the headers."""

from __future__ import annotations

import functools
import math
from typing import Any

import torch

from . import _core
from ._arrays import doc_of, settings_of
from ._autograd import Tensors, tensors_now
from ._calls import general
from ._forms import FORMS, Form
from .functional import _keywords_of, call_of

_learnable = ("temperature", "scale", "bias")


@functools.lru_cache(maxsize=None)
def _usual_parameters(loss: str) -> dict[str, Any]:
    return settings_of(loss, FORMS[loss].usual, {}).parameters  # type: ignore[no-any-return]


class LossModule(torch.nn.Module):
    """A loss with its parameters, which are attributes. A temperature, scale or bias that is an `nn.Parameter` is
    learned. `threads`: None takes those of torch.set_num_threads."""

    _loss: str
    _form: Form | None = None

    def __init__(self, *, threads: int | None = None, **given: Any) -> None:
        super().__init__()
        self.threads = threads
        usual = self._form.usual if self._form is not None else FORMS[self._loss].usual
        plain = {k: v for k, v in given.items() if not isinstance(v, torch.Tensor) or k not in _learnable}
        settings = settings_of(self._loss, usual, plain)
        known = settings.parameters
        for name, value in given.items():
            if name not in plain and name not in known:
                settings_of(self._loss, (), {name: 1.0})  # which says what there is
            setattr(self, name, value)
        for name, value in known.items():
            if name not in given:
                setattr(self, name, value)
        self._names = tuple(known) + tuple(k for k in given if k not in known)
        self._given = tuple(given)

    def _parameters_now(self) -> dict[str, Any]:
        usual, own = _usual_parameters(self._loss), self.__dict__
        return {
            name: getattr(self, name)
            for name in self._names
            if name in self._given or (name in own and own[name] != usual.get(name))
        }

    def forward(self, *tensors: Any, **taken: Any) -> torch.Tensor:
        form = self._form
        assert form is not None
        renamed = dict(zip(form.sides, ("x", "y")))
        call = form.made(tensors_now(), self._loss, *tensors, **{renamed.get(k, k): v for k, v in taken.items()})
        return call_of(self._loss, form.usual, call, self.threads, self._parameters_now())

    def extra_repr(self) -> str:
        said = []
        for name in self._names:
            value = getattr(self, name)
            said.append(f"{name}=learned" if isinstance(value, torch.nn.Parameter) else f"{name}={value!r}")
        if self.threads is not None:
            said.append(f"threads={self.threads}")
        return ", ".join(said)


class Contrast(LossModule):
    """Any loss over pairs, by name, with any targets: `Contrast("info_nce")(anchors, candidates, targets)`.

    `similarity`, `rows`, `direction`, `reduction`, `no_positive` and the loss's own parameters are keywords. Targets
    are those of `mixcon.targets`, or a tensor of shares (N, M), which may have a gradient."""

    def __init__(self, loss: str = "info_nce", *, threads: int | None = None, **given: Any) -> None:
        self.__dict__["_loss"] = loss
        if loss not in FORMS:
            _core.Settings(loss, {})  # which says what there is
        super().__init__(threads=threads, **given)

    def forward(self, anchors: Any, candidates: Any = None, targets: Any = None) -> torch.Tensor:
        call = general(tensors_now(), self._loss, anchors, candidates, targets)
        return call_of(self._loss, FORMS[self._loss].usual, call, self.threads, self._parameters_now())

    def extra_repr(self) -> str:
        return f"{self._loss!r}, {super().extra_repr()}"


class _Learned(LossModule):
    """A loss of two sides whose scale is learned, as its logarithm."""

    def __init__(self, *, max_scale: float | None = -1.0, learn: bool = True, **given: Any) -> None:
        super().__init__(**given)
        max_scale = self._usual_maximum if max_scale == -1.0 else max_scale
        scale = getattr(self, "scale")
        bias = getattr(self, "bias")
        self.max_scale = max_scale
        self.learn = learn
        self._start = scale
        if learn and not isinstance(scale, torch.Tensor):
            if scale <= 0:
                settings_of(self._loss, (), {"scale": scale})
                raise ValueError(f"{self._loss}: scale is {scale}; expected a number > 0")
            self.log_scale = torch.nn.Parameter(torch.tensor(math.log(scale)))
            if self._learns_bias and not isinstance(bias, torch.Tensor):
                del self.bias
                self.bias = torch.nn.Parameter(torch.tensor(float(bias)))

    _learns_bias = False
    _usual_maximum: float | None = None

    def _parameters_now(self) -> dict[str, Any]:
        now = super()._parameters_now()
        if "log_scale" in self._parameters:
            scale = self.log_scale.exp()
            now["scale"] = scale if self.max_scale is None else scale.clamp(max=self.max_scale)
            if self._learns_bias:
                now["bias"] = self.bias
        return now

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, max_scale={self.max_scale}, learn={self.learn}"


class _Proxies(LossModule):
    """A loss against a learned proxy for each class."""

    def __init__(self, classes: int, width: int, **given: Any) -> None:
        super().__init__(**given)
        self.classes, self.width = classes, width
        self.proxies = torch.nn.Parameter(torch.empty(classes, width))
        torch.nn.init.kaiming_normal_(self.proxies, mode="fan_out")

    def forward(self, z: Any, labels: Any) -> torch.Tensor:
        proxies = self.proxies.to(z.dtype) if isinstance(z, torch.Tensor) else self.proxies
        return super().forward(z, labels, proxies)

    def extra_repr(self) -> str:
        return f"classes={self.classes}, width={self.width}, {super().extra_repr()}"


class _Queued(LossModule):
    """A loss against a queue of past keys. In training every call puts its keys into the queue, the oldest go.

    The queue begins with random unit rows, as MoCo's; without `width` it is made at the first call. It is part of the
    `state_dict`."""

    queue: torch.Tensor
    position: torch.Tensor

    def __init__(self, size: int = 65536, width: int | None = None, **given: Any) -> None:
        super().__init__(**given)
        if size < 1:
            raise ValueError(f"{self._loss}: size is {size}; expected a number of keys >= 1")
        self.size = size
        self.register_buffer("queue", torch.empty(0, 0))
        self.register_buffer("position", torch.zeros((), dtype=torch.int64))
        if width is not None:
            self._make(width)

    def _make(self, width: int) -> None:
        self.queue = torch.nn.functional.normalize(torch.randn(self.size, width), dim=1)

    @torch.no_grad()
    def enqueue(self, keys: torch.Tensor) -> None:
        """Puts keys (N, D) into the queue, as unit rows, in place of the oldest."""
        rows = torch.nn.functional.normalize(keys.detach().to(self.queue.dtype), dim=1)[-self.size :]
        at = (int(self.position) + torch.arange(len(rows))) % self.size
        self.queue = self.queue.clone() if self.queue.is_inference() else self.queue
        self.queue[at] = rows
        self.position.fill_((int(self.position) + len(rows)) % self.size)

    def forward(self, queries: Any, keys: Any, *more: Any, **taken: Any) -> torch.Tensor:
        if self.queue.numel() == 0:
            self._make(Tensors.shape(self._loss, "keys", keys, 2)[1])
        queue = self.queue.to(queries.dtype) if isinstance(queries, torch.Tensor) else self.queue
        value = super().forward(queries, keys, queue, *more, **taken)
        if self.training:
            self.enqueue(keys)
        return value

    def _load_from_state_dict(self, state: Any, prefix: str, *rest: Any) -> None:
        saved = state.get(prefix + "queue")
        if saved is not None and saved.shape != self.queue.shape:
            self.queue = torch.empty_like(saved)
        super()._load_from_state_dict(state, prefix, *rest)

    def extra_repr(self) -> str:
        return f"size={self.size}, {super().extra_repr()}"


_bases: dict[str, tuple[type[LossModule], dict[str, Any]]] = {
    "clip": (_Learned, {"_usual_maximum": 100.0}),
    "siglip": (_Learned, {"_learns_bias": True}),
    "arcface": (_Proxies, {}),
    "normface": (_Proxies, {}),
    "proxy_nca": (_Proxies, {}),
    "proxy_anchor": (_Proxies, {}),
    "moco": (_Queued, {}),
    "moco_n": (_Queued, {}),
    "un_mix_loss": (_Queued, {}),
}


def _class_of(name: str, form: Form) -> type[LossModule]:
    base, more = _bases.get(name, (LossModule, {}))
    doc = doc_of(name, form, "The value is a tensor without dimensions.")
    if base is not LossModule:
        doc = f"{doc}\n\n{base.__doc__}"
    members = {"_loss": name, "_form": form, "__doc__": doc, "__module__": "mixcon.nn", **more}
    return type(form.class_name, (base,), members)


_names = {form.class_name: name for name, form in FORMS.items()}


def __getattr__(name: str) -> Any:
    if name not in _names:
        nearest = _core.nearest_name(name, sorted(_names))
        raise AttributeError(f"mixcon.nn has no {name}" + (f"; did you mean {nearest}?" if nearest else ""))
    made = _class_of(_names[name], FORMS[_names[name]])
    globals()[name] = made
    return made
