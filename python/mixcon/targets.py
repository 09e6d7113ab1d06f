# SPDX-License-Identifier: BSD-3-Clause
"""Targets: which pairs are positives, negatives or hidden. Integers of anchors and candidates, or a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from ._core import Targets
from ._given import choice, integers, number, numbers, table, truth, whole

__all__ = [
    "Classes", "Diagonal", "ImagesAndMixtures", "Labels", "Mixed", "Negatives", "Others", "Queue", "Table", "Targets",
    "Views",
]


_orders = ("view_major", "sample_major")


def _base(what: str, given: Any) -> Targets:
    if not isinstance(given, Targets):
        raise TypeError(f"{what} is a {type(given).__name__}; expected targets, as Diagonal() or Labels(labels)")
    return given


def _label(what: str, given: int | None) -> int | None:
    return None if given is None else whole(what, given)


def Views(samples: int, views: int = 2, order: str = "view_major") -> Targets:
    """The other views of the same sample are positives; a row does not see itself."""
    what = "targets.Views: "
    return _core.views(whole(what + "samples", samples), whole(what + "views", views),
                       choice(what + "order", order, _orders))


def Labels(
    labels: Any,
    views: int = 1,
    *,
    order: str = "view_major",
    candidate_labels: Any = None,
    hides_others: bool = False,
    ignored: int | None = None,
    keeps_ignored: bool = False,
) -> Targets:
    """Rows of the same label are positives, in equal shares. With `candidate_labels` the candidates are other rows."""
    what = "targets.Labels: "
    return _core.labels(
        integers(what + "labels", labels), whole(what + "views", views), choice(what + "order", order, _orders),
        None if candidate_labels is None else integers(what + "candidate_labels", candidate_labels),
        truth(what + "hides_others", hides_others), _label(what + "ignored", ignored),
        truth(what + "keeps_ignored", keeps_ignored),
    )


def Diagonal() -> Targets:
    """Candidate i is the positive of anchor i; all others are negatives."""
    return _core.diagonal()


def Classes(
    labels: Any, *, of_candidates: bool = False, ignored: int | None = None, keeps_ignored: bool = False
) -> Targets:
    """Candidate c stands for class c (a proxy), and labels are of the anchors; or the other way round."""
    what = "targets.Classes: "
    return _core.classes(
        integers(what + "labels", labels), truth(what + "of_candidates", of_candidates),
        _label(what + "ignored", ignored), truth(what + "keeps_ignored", keeps_ignored),
    )


def Others() -> Targets:
    """Every candidate but the anchor's own row is a negative."""
    return _core.others()


def Negatives() -> Targets:
    """Every candidate is a negative."""
    return _core.negatives()


def Queue() -> Targets:
    """The anchor's own keys are its positives, and everything shared is a negative: `own=` of `contrast` takes the keys."""
    return _core.own("positives")


def Mixed(base: Targets, plan: Any = None, *, lam: Any = None, partner: Any = None) -> Targets:
    """Mixed anchors share the targets of their sample and of its partner, by lam: those of a plan, or given."""
    what = "targets.Mixed: "
    if plan is not None:
        if not (hasattr(plan, "lam") and hasattr(plan, "partner")):
            raise TypeError(f"{what}plan is a {type(plan).__name__}; expected a plan of mixcon")
        lam, partner = plan.lam, plan.partner
    elif lam is None and partner is None:
        raise TypeError("targets.Mixed: expected a plan, or lam and partner")
    return _core.mixed(
        _base(what + "base", base), numbers(what + "lam", lam), integers(what + "partner", partner)
    )


def ImagesAndMixtures(labels: Any, lam: float, *, ignored: int | None = None) -> Targets:
    """Of images (N) and their mixtures with the batch in reverse, stacked: a mixture is of both classes, by lam."""
    what = "targets.ImagesAndMixtures: "
    return _core.images_and_mixtures(
        integers(what + "labels", labels), number(what + "lam", lam), _label(what + "ignored", ignored)
    )


def Table(shares: Any, weights: Any = None, *, any_sign: bool = False) -> Targets:
    """Shares (N, M) of each pair, positive where not 0; weights (N, M), how often it is a candidate, 0: hidden."""
    what = "targets.Table: "
    return _core.table(
        table(what + "shares", shares), None if weights is None else table(what + "weights", weights),
        truth(what + "any_sign", any_sign),
    )


def table_of_pairs(weights: Any, rows: int) -> Targets:
    """Two views of each sample, stacked, whose pairs attract `weights` times."""
    samples = rows // 2
    shares, seen = np.zeros((rows, rows)), 1.0 - np.eye(rows)
    at = np.arange(samples)
    shares[at, at + samples] = shares[at + samples, at] = weights
    return _core.table(shares, seen, True)


def table_of_mask(mask: Any, rows: int, views: int, name: str) -> Targets:
    """What a mask over samples (N, N) says of their views: each positive has its share of the anchor's mass."""
    samples = rows // views
    if mask.shape != (samples, samples):
        expected = (samples, samples)
        raise ValueError(f"{name}: mask has the shape {mask.shape} for {samples} samples; expected {expected}")
    seen = 1.0 - np.eye(rows)
    shares = np.tile(mask, (views, views)) * seen
    mass = shares.sum(axis=1, keepdims=True)
    shares /= np.where(mass < 1e-6, 1.0, mass)
    return _core.table(shares, seen)
