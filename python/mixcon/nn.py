# SPDX-License-Identifier: BSD-3-Clause
"""The losses as `torch.nn.Module`s: parameters by keyword, with the names and defaults of the headers."""

from __future__ import annotations

import math
from typing import Any

import torch

from . import _core
from ._arrays import check_name, doc_of
from ._autograd import Tensors, tensors_now
from ._calls import general
from ._forms import FORMS, Form
from ._graphs import outside_graphs
from ._given import number, thread_count, truth, whole
from ._settings import learnable_of, parameters_of, settings_of
from .functional import call_of


_usual: dict[str, dict[str, Any]] = {}


def _usual_parameters(loss: str) -> dict[str, Any]:
    if loss not in _usual:
        _usual[loss] = parameters_of(loss, FORMS[loss].usual)
    return _usual[loss]


def _is(value: Any, usual: Any) -> bool:
    """Whether a parameter is what it usually is."""
    return value is usual or (type(value) is type(usual) and not hasattr(value, "shape") and bool(value == usual))


class LossModule(torch.nn.Module):
    """A loss with its parameters, which are attributes. A temperature, scale or bias that is an `nn.Parameter` is
    learned. `threads`: None takes those of torch.set_num_threads."""

    _loss: str
    _form: Form | None = None

    def __init__(self, *unnamed: Any, threads: int | None = None, **given: Any) -> None:
        super().__init__()
        self.threads = None if threads is None else thread_count(f"{self._loss}: threads", threads)
        usual = self._form.usual if self._form is not None else FORMS[self._loss].usual
        learnable = learnable_of(self._loss)
        plain = {k: v for k, v in given.items() if not isinstance(v, torch.Tensor) or k not in learnable}
        settings = settings_of(self._loss, usual, plain)
        known = settings.parameters
        if unnamed:
            names = ", ".join(known) or "which there are none"
            raise TypeError(f"{type(self).__name__}: {unnamed[0]!r} has no name; expected parameters by their names, "
                            f"of {names}")
        for name, value in given.items():
            setattr(self, name, value)
        for name, value in {**_usual_parameters(self._loss), **known}.items():
            if name not in given:
                setattr(self, name, value)
        self._names = tuple(_usual_parameters(self._loss))
        self._given = tuple(given)

    def _parameters_now(self) -> dict[str, Any]:
        """Those that were given or set since, which may be learned."""
        usual, own, now = _usual_parameters(self._loss), self.__dict__, {}
        for name in self._names:
            if name in own or name in self._parameters or not self._is_learned(name):
                value = own[name] if name in own else getattr(self, name)
                if name in self._given or not _is(value, usual[name]):
                    now[name] = value
        return now

    @outside_graphs
    def forward(self, *tensors: Any, **taken: Any) -> torch.Tensor:
        form = self._form
        assert form is not None
        call = form.made(tensors_now(), self._loss, *tensors, **taken)
        return call_of(self._loss, form.usual, call, self.threads, self._parameters_now())

    def _is_learned(self, name: str) -> bool:
        return name in self._parameters

    def extra_repr(self) -> str:
        said = []
        for name in self._names:
            value = getattr(self, name)
            if self._is_learned(name):
                said.append(f"{name}=learned")
            elif value is not None:
                said.append(f"{name}={value!r}")
        if self.threads is not None:
            said.append(f"threads={self.threads}")
        return ", ".join(said)


class Contrast(LossModule):
    """Any loss over pairs, by name, with any targets: `Contrast("info_nce")(anchors, candidates, targets)`.

    `similarity`, `rows`, `direction`, `reduction`, `no_positive` and the loss's own parameters are keywords. Targets
    are those of `mixcon.targets`, or a tensor of shares (N, M), which may have a gradient. `own`, (N, D) or (N, K, D), are
    candidates of each anchor alone."""

    def __init__(self, loss: str = "info_nce", *unnamed: Any, threads: int | None = None, **given: Any) -> None:
        check_name(loss)
        self.__dict__["_loss"] = loss
        super().__init__(*unnamed, threads=threads, **given)

    @outside_graphs
    def forward(
        self, anchors: Any, candidates: Any = None, targets: Any = None, *, own: Any = None
    ) -> torch.Tensor:
        call = general(tensors_now(), self._loss, anchors, candidates, targets, own=own)
        return call_of(self._loss, FORMS[self._loss].usual, call, self.threads, self._parameters_now())

    def extra_repr(self) -> str:
        return f"{self._loss!r}, {super().extra_repr()}"


class _Learned(LossModule):
    """A loss of two sides whose scale is learned, as its logarithm `log_scale`. `scale` is the scale of now; setting it
    sets `log_scale`."""

    def __init__(self, *unnamed: Any, max_scale: Any = "usual", learn: bool = True, **given: Any) -> None:
        super().__init__(*unnamed, **given)
        self.max_scale = self._usual_maximum if max_scale == "usual" else max_scale
        if self.max_scale is not None:
            self._positive("max_scale", self.max_scale)
        self.learn = truth(f"{self._loss}: learn", learn)
        scale, bias = self.scale, self.bias
        if learn and not isinstance(scale, torch.Tensor):
            start = math.log(self._positive("scale", scale))
            del self.scale
            self.log_scale = torch.nn.Parameter(torch.tensor(start))
            if self._learns_bias and not isinstance(bias, torch.Tensor):
                del self.bias
                self.bias = torch.nn.Parameter(torch.tensor(float(bias)))

    scale: Any
    bias: Any
    _learns_bias = False
    _usual_maximum: float | None = None

    def _positive(self, name: str, given: Any) -> float:
        found = number(f"{self._loss}: {name}", given)
        if not 0 < found < math.inf:
            raise ValueError(f"{self._loss}: {name} is {found}; expected a finite number > 0")
        return found

    def __getattr__(self, name: str) -> Any:
        if name == "scale" and self._is_learned(name):
            return float(self._scale_now().detach())
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "scale" and self._is_learned(name):
            with torch.no_grad():
                self.log_scale.fill_(math.log(self._positive(name, value)))
        else:
            super().__setattr__(name, value)

    def _is_learned(self, name: str) -> bool:
        learned = self.__dict__.get("_parameters", {})
        return name in learned or (name == "scale" and "log_scale" in learned)

    def _scale_now(self) -> torch.Tensor:
        most = self.max_scale
        if most is None:
            return self.log_scale.exp()
        if not (self.training and torch.is_grad_enabled()):
            return self.log_scale.exp().clamp(max=most)
        with torch.no_grad():  # a clamp in the graph has no gradient above: log_scale would stay there for good
            largest = self.log_scale.new_tensor(math.log(most))
            if self.log_scale > largest:
                self.log_scale.copy_(largest)
        scale = self.log_scale.exp()
        return scale - (scale - most).clamp(min=0).detach()

    def _parameters_now(self) -> dict[str, Any]:
        now = super()._parameters_now()
        if "log_scale" in self._parameters:
            now["scale"] = self._scale_now()
            if self._learns_bias:
                now["bias"] = self.bias
        return now

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, max_scale={self.max_scale}, learn={self.learn}"


class _Proxies(LossModule):
    """A loss against a learned proxy for each class."""

    def __init__(self, classes: int, width: int, *unnamed: Any, **given: Any) -> None:
        super().__init__(*unnamed, **given)
        self.classes = whole(f"{self._loss}: classes", classes, 1)
        self.width = whole(f"{self._loss}: width", width, 1)
        self.proxies = torch.nn.Parameter(torch.empty(self.classes, self.width))
        torch.nn.init.kaiming_normal_(self.proxies, mode="fan_out")

    @outside_graphs
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

    def __init__(self, size: int = 65536, width: int | None = None, *unnamed: Any, **given: Any) -> None:
        super().__init__(*unnamed, **given)
        self.size = whole(f"{self._loss}: size", size, 1)
        self.register_buffer("queue", torch.empty(0, 0))
        self.register_buffer("position", torch.zeros((), dtype=torch.int64))
        if width is not None:
            self._make(whole(f"{self._loss}: width", width, 1))

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

    @outside_graphs
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
        if saved is not None and self.queue.numel() == 0 and saved.dim() == 2 and len(saved) in (0, self.size):
            self.queue = torch.empty_like(saved)  # of the width that is known now; another size is torch's to refuse
        elif saved is not None and saved.numel() == 0:
            self.queue = torch.empty_like(saved)  # of a module that had not been called
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
