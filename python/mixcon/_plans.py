# SPDX-License-Identifier: BSD-3-Clause
"""Plans, and the arrays and tensors that they are applied to."""

from __future__ import annotations

import copy
import json
import os
from typing import Any

import numpy as np

from . import _mixing

__all__ = ["Plan"]


def is_tensor(x: Any) -> bool:
    """Whether it is PyTorch's, without importing that."""
    return type(x).__module__.partition(".")[0] == "torch" or hasattr(x, "requires_grad")


def shape_of(name: str, samples: Any) -> list[int]:
    """The extents of a batch that is an array or a tensor."""
    if not hasattr(samples, "shape") or not hasattr(samples, "dtype"):
        raise TypeError(f"{name}: samples are a {type(samples).__name__}; expected a NumPy array or a PyTorch tensor")
    return [int(extent) for extent in samples.shape]


def plain_integers(name: str, given: Any) -> Any:
    """Labels or partners (N,), as int64."""
    found = np.asarray(given.detach().cpu() if is_tensor(given) else given)
    if found.dtype.kind not in "iu":
        raise TypeError(f"{name} are of the type {found.dtype}; expected integers")
    if found.ndim != 1:
        raise ValueError(f"{name} have the shape {found.shape}; expected (N,)")
    return np.ascontiguousarray(found, np.int64)


def maps_given(name: str, given: Any, rank: int) -> Any:
    """Numbers that a plan looks at, as float64; (N, C, p) tokens are (N, C, p, 1)."""
    if is_tensor(given):
        given = given.detach().cpu().double()
    found = np.asarray(given)
    if found.dtype.kind not in "fiu":
        raise TypeError(f"{name} are of the type {found.dtype}; expected numbers")
    if rank == 4 and found.ndim == 3:
        found = found[..., None]
    if found.ndim != rank:
        raise ValueError(f"{name} have the shape {found.shape}; expected {rank} axes")
    return np.ascontiguousarray(found, np.float64)


def threads_for(samples: Any, threads: int | None) -> int:
    """As many as given, or as torch works with where the samples are its; 0: the library's shared pool."""
    if threads is not None:
        if isinstance(threads, bool) or not isinstance(threads, int):
            raise TypeError(f"threads is {threads!r}; expected a whole number")
        if threads < 0:
            raise ValueError(f"threads is {threads}; expected 1 or more, or 0 for the shared pool")
        return threads
    if not is_tensor(samples):
        return 0
    import torch

    count = torch.get_num_threads()
    return 0 if count == os.cpu_count() and "MIXCON_NUM_THREADS" not in os.environ else count


def _require_tensor(name: str, x: Any) -> None:
    import torch

    if not x.device.type == "cpu":
        raise ValueError(f"{name} is on {x.device}; this build mixes on the processor: hand in x.cpu()")
    if x.layout != torch.strided:
        raise ValueError(f"{name} is {x.layout}; expected a strided tensor, as x.to_dense()")
    if x.is_complex() or x.dtype in (torch.bool, torch.int32, torch.int64):
        raise TypeError(f"{name} is of the type {x.dtype}; expected floating-point numbers, or 8 and 16 bit integers")


class Plan:
    """What a policy decided for one batch: partners, lambdas, boxes or masks. Plain data, to compare, print, store and
    apply to any number of tensors. Keeps the labels of the batch beside it, for `targets` and `loss`."""

    __slots__ = ("held", "labels", "partner_labels")

    def __init__(self, held: _mixing.Plan, labels: Any = None, partner_labels: Any = None) -> None:
        self.held, self.labels, self.partner_labels = held, labels, partner_labels

    @classmethod
    def of(cls, kind: str, partner: Any, lam: Any, **fields: Any) -> Plan:
        """A plan of your own: its kind and fields as `to_json` writes them."""
        partners = plain_integers("Plan.of: partner", partner).tolist()
        lambdas = np.atleast_1d(np.asarray(lam, np.float64)).tolist()
        return cls.from_json(json.dumps({"kind": kind, "perm": partners, "lam": lambdas, **fields}))

    @property
    def kind(self) -> str:
        """How samples are mixed: "lerp", "box", "mask", ..."""
        return self.held.kind

    @property
    def partner(self) -> Any:
        """(N,): sample i mixes with sample partner[i]."""
        return np.asarray(self.held.partner, np.int64)

    @property
    def lam(self) -> Any:
        """(1,) or (N,): the share of its own label that a sample keeps."""
        return np.asarray(self.held.lam, np.float64)

    @property
    def samples(self) -> int:
        """N."""
        return len(self.held.partner)

    def to_json(self) -> str:
        """The plan in one line, with all digits, as the C++ library reads it; without labels."""
        return self.held.to_json()

    @classmethod
    def from_json(cls, text: str, labels: Any = None) -> Plan:
        """Reads what `to_json`, here or of the C++ library, wrote."""
        return cls(_mixing.Plan.from_json(text), labels)

    def blend(self, samples: Any, partners: Any = None, *, threads: int | None = None) -> Any:
        """The mixed batch: a new array or tensor, differentiable by samples and partners. Partners are the samples
        themselves, or another batch (M, ...) that partner[i] counts in."""
        shape_of("Plan.blend", samples)
        if partners is not None and is_tensor(partners) != is_tensor(samples):
            raise TypeError("Plan.blend: of samples and partners one is an array, one a tensor; expected both alike")
        threads = threads_for(samples, threads)
        if is_tensor(samples):
            for name, x in (("Plan.blend: samples", samples), ("Plan.blend: partners", partners)):
                if x is not None:
                    _require_tensor(name, x)
            from ._torch_mixing import blended

            return blended(self.held, samples, partners, threads)
        mixed = np.empty_like(samples)
        self.held.blend(samples, partners, mixed, threads)
        return mixed

    def stack(self, samples: Any, partners: Any = None) -> Any:
        """Each sample (..., W) and its partner beside each other, (..., 2 W)."""
        others = samples if partners is None else partners
        if len(samples) != self.samples:
            raise ValueError(f"Plan.stack: {len(samples)} samples for a plan of {self.samples}")
        if is_tensor(samples):
            import torch

            return torch.cat([samples, others[torch.from_numpy(self.partner)]], -1)
        return np.concatenate([samples, others[self.partner]], -1)

    def _labels(self, name: str, labels: Any) -> tuple[Any, Any]:
        own = self.labels if labels is None else labels
        if own is None:
            raise TypeError(f"{name}: the plan has no labels; hand them in, as plan.{name}(..., labels=labels)")
        others = self.partner_labels
        of_partners = None if others is None else plain_integers(f"{name}: partner_labels", others)
        return plain_integers(f"{name}: labels", own), of_partners

    def targets(
        self, classes: int, labels: Any = None, *, smoothing: float = 0.0, ignored: int | None = None, dtype: Any = None
    ) -> Any:
        """Soft targets (N, classes), rows that sum to 1: an array of float32, or a tensor where the labels are one."""
        own, of_partners = self._labels("targets", labels)
        wide = dtype is not None and "64" in str(dtype)
        soft = np.empty((self.samples, classes), np.float64 if wide else np.float32)
        (self.held.soft64 if wide else self.held.soft32)(own, of_partners, ignored, smoothing, soft)
        if not is_tensor(self.labels if labels is None else labels):
            return soft if dtype is None else soft.astype(dtype)
        import torch

        return torch.from_numpy(soft).to(dtype or torch.float32)

    def loss(self, criterion: Any, output: Any, labels: Any = None, *, ignored: int | None = None) -> Any:
        """lambda * criterion(output, own labels) + (1 - lambda) * criterion(output, the partners' labels). A criterion
        that answers one number for the batch serves a lambda for the batch; where each sample has its own, the
        criterion of torch is asked for a number for each (its `reduction`), and so must yours be."""
        own, of_partners = self._labels("loss", labels)
        first, second, share, other_share = self.held.pairs(own, of_partners, ignored)
        shares = np.asarray([share, other_share])
        labels_of_both = [np.asarray(first, np.int64), np.asarray(second, np.int64)]
        if is_tensor(output):
            import torch

            labels_of_both = [torch.from_numpy(one).to(output.device) for one in labels_of_both]
        if (shares == shares[:, :1]).all():
            values = [criterion(output, one) for one in labels_of_both]
            if all(getattr(value, "ndim", 0) == 0 for value in values):
                return float(shares[0, 0]) * values[0] + float(shares[1, 0]) * values[1]
            return self._weighted(values, shares, "mean")
        single, reduction = self._for_each_sample(criterion)
        return self._weighted([single(output, one) for one in labels_of_both], shares, reduction)

    @staticmethod
    def _for_each_sample(criterion: Any) -> tuple[Any, str]:
        """The criterion without its reduction, and that."""
        reduction = getattr(criterion, "reduction", "none")
        if reduction == "none":
            return criterion, "mean"
        if getattr(criterion, "weight", None) is not None and reduction == "mean":
            raise ValueError("Plan.loss: the criterion weighs classes, and each sample has a lambda of its own; "
                             "expected reduction='none' or 'sum'")
        single = copy.copy(criterion)
        single.reduction = "none"
        return single, reduction

    @staticmethod
    def _weighted(values: Any, shares: Any, reduction: str) -> Any:
        if any(getattr(value, "ndim", 0) != 1 for value in values):
            raise ValueError("Plan.loss: the criterion gives one number for the batch, and each sample has a lambda of "
                             "its own; expected one number for each sample, as with reduction='none'")
        if is_tensor(values[0]):
            import torch

            shares = torch.from_numpy(shares).to(values[0].dtype).to(values[0].device)
        total = (shares[0] * values[0] + shares[1] * values[1]).sum()
        return total if reduction == "sum" else total / len(values[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self.held == other.held

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return self.samples

    def __repr__(self) -> str:
        return f"Plan({self.held})"

    def __reduce__(self) -> Any:
        return _restored, (self.to_json(), self.labels, self.partner_labels)


def _restored(text: str, labels: Any, partner_labels: Any) -> Plan:
    return Plan(_mixing.Plan.from_json(text), labels, partner_labels)
