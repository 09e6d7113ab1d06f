# SPDX-License-Identifier: BSD-3-Clause
"""Plans, and the arrays and tensors that they are applied to."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np

from . import _mixing
from ._given import is_tensor, number, numbers, whole
from ._samples import check_mixable, plain_integers, shape_of, threads_for

__all__ = ["Plan"]


def _float_named(dtype: Any) -> str:
    """The name of a floating-point type of NumPy or torch; float32 where none is asked for."""
    if dtype is None:
        return "float32"
    kind = str(dtype).rpartition(".")[2] if "torch." in str(dtype) else getattr(dtype, "__name__", str(dtype))
    if kind not in ("float16", "float32", "float64", "bfloat16"):
        raise TypeError(f"targets: dtype is {dtype!r}; expected a floating-point type, as float32")
    return str(kind)


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
        lambdas = np.atleast_1d(numbers("Plan.of: lam", lam)).tolist()
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
        if not isinstance(text, str):
            raise TypeError(f"Plan.from_json: text is a {type(text).__name__}; expected a str")
        return cls(_mixing.Plan.from_json(text), labels)

    def blend(self, samples: Any, partners: Any = None, *, threads: int | None = None) -> Any:
        """The mixed batch: a new array or tensor, differentiable by samples and partners. Partners are the samples
        themselves, or another batch (M, ...) that partner[i] counts in."""
        shape_of("Plan.blend", samples)
        if partners is not None:
            shape_of("Plan.blend", partners, "partners")
        if partners is not None and is_tensor(partners) != is_tensor(samples):
            raise TypeError("Plan.blend: of samples and partners one is an array, one a tensor; expected both alike")
        threads = threads_for(samples, threads)
        for name, x in (("Plan.blend: samples", samples), ("Plan.blend: partners", partners)):
            if x is not None:
                check_mixable(name, x)
        if is_tensor(samples):
            from ._torch_mixing import blended

            return blended(self.held, samples, partners, threads)
        mixed = np.empty_like(samples)
        self.held.blend(samples, partners, mixed, threads)
        return mixed

    def stack(self, samples: Any, partners: Any = None) -> Any:
        """Each sample (..., W) and its partner beside each other, (..., 2 W)."""
        others = samples if partners is None else partners
        first, second = shape_of("Plan.stack", samples), shape_of("Plan.stack", others, "partners")
        check_mixable("Plan.stack: samples", samples), check_mixable("Plan.stack: partners", others)
        if not first or first[0] != self.samples:
            raise ValueError(f"Plan.stack: samples are {tuple(first)} for a plan of {self.samples}; expected one each")
        if is_tensor(samples) != is_tensor(others):
            raise TypeError("Plan.stack: of samples and partners one is an array, one a tensor; expected both alike")
        if len(second) != len(first) or second[1:-1] != first[1:-1] or second[0] <= self.partner.max(initial=-1):
            raise ValueError(f"Plan.stack: samples are {tuple(first)}, partners {tuple(second)}; expected rows for each"
                             " partner, that differ in the last axis at most")
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
        kind = _float_named(dtype)
        wide = kind == "float64"
        soft = np.empty((self.samples, whole("targets: classes", classes, 1)), np.float64 if wide else np.float32)
        ignored = None if ignored is None else whole("targets: ignored", ignored)
        smoothing = number("targets: smoothing", smoothing)
        (self.held.soft64 if wide else self.held.soft32)(own, of_partners, ignored, smoothing, soft)
        if not is_tensor(self.labels if labels is None else labels):
            return soft.astype(kind)
        import torch

        return torch.from_numpy(soft).to(getattr(torch, kind))

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
            return self._weighted(values, shares, len(first))
        single, reduction = self._for_each_sample(criterion)
        leaves_out = [np.equal(one, getattr(criterion, "ignore_index", None)) for one in (first, second)]
        counted = len(first) - float((shares * leaves_out).sum())  # as torch divides: by the share of labels that count
        values = [single(output, one) for one in labels_of_both]
        return self._weighted(values, shares, 1 if reduction == "sum" else counted)

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
    def _weighted(values: Any, shares: Any, divisor: float) -> Any:
        if any(getattr(value, "ndim", 0) != 1 for value in values):
            raise ValueError("Plan.loss: the criterion gives one number for the batch, and each sample has a lambda of "
                             "its own; expected one number for each sample, as with reduction='none'")
        if is_tensor(values[0]):
            import torch

            shares = torch.from_numpy(shares).to(values[0].dtype).to(values[0].device)
        return (shares[0] * values[0] + shares[1] * values[1]).sum() / divisor

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
