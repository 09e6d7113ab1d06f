# SPDX-License-Identifier: BSD-3-Clause
"""How each loss is called: the arrays and labels that it takes, and what targets these make.

A form is a function of a backend (NumPy or torch), the loss's name and the caller's arguments; it returns a `Call`. A
loss needs no code of its own: `FORMS` of _forms.py names the form of each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from . import _core
from . import targets as _targets
from ._given import as_array, integers, number, numbers, readable, rows as rows_given, table


@dataclass
class Call:
    """The arrays of one call, in the order that the core takes them, and what they are."""

    arrays: list[Any]
    names: list[str]
    targets: Any = None
    constant: tuple[int, ...] = ()  # arrays without a gradient: the loss holds them constant
    quiet: tuple[int, ...] = ()  # arrays whose gradient is rarely wanted: functions of arrays return it when asked
    own_segment: int = -1
    forms: tuple[str, ...] = ()
    of_logits: bool = False
    soft: Any = None  # soft targets that have a gradient
    parameters: dict[str, Any] = field(default_factory=dict)  # of this call: lambda, weights
    mean_weights: bool = False  # the weights divide by the number of samples
    back: Callable[[list[Any]], list[Any]] | None = None  # from gradients of `arrays` to those of what was handed in


def refuse(name: str, argument: str, came: str, expected: str) -> None:
    raise ValueError(f"{name}: {argument} {came}; expected {expected}")


def is_targets(given: Any) -> bool:
    return isinstance(given, _core.Targets)


def two_views(b: Any, name: str, z: Any, z2: Any = None, *, targets: Any = None) -> Call:
    """z (2N, D): rows i and N + i are two views of sample i; or z and z2, (N, D) each."""
    call = stacked(b, name, z, z2)
    rows = b.shape(name, "z", call.arrays[0], 2)[0]
    call.targets = _core.views(samples_of_two_views(b, name, rows)) if targets is None else targets
    return call


def samples_of_two_views(b: Any, name: str, rows: int) -> int:
    if rows % 2 or (rows == 0 and not b.may_be_empty):
        refuse(name, "z", f"has {rows} rows", "two views of each sample, an even number")
    return rows // 2


def stacked(b: Any, name: str, z: Any, z2: Any) -> Call:
    if z2 is None:
        return Call([z], ["z"])
    first, second = b.shape(name, "z", z, 2), b.shape(name, "z2", z2, 2)
    if first != second:
        refuse(name, "z2", f"has the shape {second} beside z of {first}", "two views of one shape")
    return Call([b.cat([z, z2])], ["z"], back=lambda g: [g[0][: first[0]], g[0][first[0] :]])


def weighted_two_views(b: Any, name: str, z: Any, z2: Any = None, *, sigma: float = 0.5) -> Call:
    """As two views; a pair counts the less the more alike it is, by `sigma`. The weights are constants."""
    call = stacked(b, name, z, z2)
    rows = b.shape(name, "z", call.arrays[0], 2)[0]
    samples_of_two_views(b, name, rows)
    weights = _core.decoupled_weights(rows_given(f"{name}: z", call.arrays[0]), number(f"{name}: sigma", sigma))
    call.targets = _targets.table_of_pairs(weights, rows)
    return call


def labelled(
    b: Any, name: str, z: Any, labels: Any = None, *, candidates: Any = None, mask: Any = None, targets: Any = None
) -> Call:
    """z (N, D) with labels (N); or z (N, V, D), V views of each, with labels, a mask (N, N) or neither; or targets.
    Candidates with labels stand for the rows of z, and row i does not see candidate i; others need targets."""
    views = 1
    call = Call([z], ["z"])
    if b.rank(z) == 3:
        samples, views, width = b.shape(name, "z", z, 3)
        if views == 0:
            refuse(name, "z", f"has the shape {(samples, views, width)}", "at least one view of each sample")
        call.arrays = [b.cat([z[:, v] for v in range(views)])]
        call.back = lambda g: [b.unstacked(g[0], samples, views, width)]
    if candidates is not None:
        call.arrays.append(candidates)
        call.names.append("candidates")
        if call.back is not None:
            refuse(name, "candidates", "are given beside z of rank 3", "z (N, D)")
    if (labels is not None) + (mask is not None) + (targets is not None) > 1:
        raise TypeError(f"{name}: labels, mask and targets are alternatives; expected one of them")
    if targets is not None:
        call.targets = targets
        return call
    rows = b.shape(name, "z", call.arrays[0], 2)[0]
    if mask is not None:
        call.targets = _targets.table_of_mask(table(f"{name}: mask", mask), rows, views, name)
    elif labels is not None:
        call.targets = labels if is_targets(labels) else _targets.Labels(labels, views)
    elif views > 1:
        call.targets = _core.views(rows // views, views)
    else:
        raise TypeError(f"{name}: labels are missing; expected labels (N), a mask (N, N), or targets=")
    return call


def plain_labelled(b: Any, name: str, z: Any, labels: Any) -> Call:
    """z (N, D) with labels (N)."""
    return Call([z], ["z"], labels if is_targets(labels) else _targets.Labels(labels))


def other_rows(b: Any, name: str, z: Any, *, targets: Any = None) -> Call:
    """z (N, D): every pair of two rows."""
    return Call([z], ["z"], targets if targets is not None else _core.others())


def matched(b: Any, name: str, x: Any, y: Any, *, targets: Any = None) -> Call:
    """x (N, D) and y (N, D): row i of one belongs to row i of the other, every other row is a negative."""
    if targets is None:
        same_rows(b, name, x, y)
        targets = _core.diagonal()
    return Call([x, y], ["x", "y"], targets)


def same_rows(b: Any, name: str, x: Any, y: Any) -> None:
    first, second = b.shape(name, "x", x, 2), b.shape(name, "y", y, 2)
    if first[0] != second[0]:
        refuse(name, "y", f"has {second[0]} rows beside x of {first[0]}", "row i of one for row i of the other")


def matched_keys(b: Any, name: str, x: Any, y: Any, *, targets: Any = None) -> Call:
    """Queries x (N, D) and keys y (N, D), usually constants: key i is the positive of query i."""
    call = matched(b, name, x, y, targets=targets)
    call.quiet = (1,)
    return call


def mixed_with_keys(b: Any, name: str, x: Any, y: Any, lam: Any, partner: Any) -> Call:
    """Mixed x (N, D) and unmixed keys y (N, D): a share lam (N) belongs to key i, the rest to that of the partner."""
    same_rows(b, name, x, y)
    mixed = _targets.Mixed(_core.diagonal(), lam=lam, partner=partner)
    return Call([x, y], ["x", "y"], mixed)


def with_proxies(b: Any, name: str, z: Any, labels: Any, proxies: Any) -> Call:
    """z (N, D) with labels (N), classes in [0, C), and a proxy for each class, (C, D)."""
    made = labels if is_targets(labels) else _targets.Classes(labels)
    return Call([z, b.share(proxies)], ["z", "proxies"], made)


def proxies_first(b: Any, name: str, z: Any, labels: Any, proxies: Any) -> Call:
    """z (N, D) with labels (N), classes in [0, C), and a proxy for each class, (C, D), which is the anchor."""
    made = labels if is_targets(labels) else _targets.Classes(labels, of_candidates=True)
    return Call([b.share(proxies), z], ["proxies", "z"], made, back=lambda g: [g[1], g[0]])


def with_queue(b: Any, name: str, x: Any, y: Any, queue: Any) -> Call:
    """Queries x (N, D), their keys y (N, D) or (N, k, D), and a queue (M, D) of negatives."""
    return Call([x, y, queue], ["x", "y", "queue"], _core.own("positives"), quiet=(1, 2), own_segment=0)


def with_keys_and_queue(
    b: Any, name: str, x: Any, y: Any, queue: Any = None, *, lam: Any = None, partner: Any = None
) -> Call:
    """Queries x (N, D), the batch's keys y (N, D), and a queue (M, D), taken as it is; mixed by lam and partner."""
    same_rows(b, name, x, y)
    targets = _core.diagonal()
    if lam is not None:
        targets = _targets.Mixed(targets, lam=lam, partner=partner)
    if queue is None or b.shape(name, "queue", queue, 2)[0] == 0:
        return Call([x, y], ["x", "y"], targets, quiet=(1,), forms=("unit",))
    return Call([x, y, queue], ["x", "y", "queue"], targets, quiet=(1, 2), forms=("unit", "as_given"))


def un_mixed(b: Any, name: str, x: Any, y: Any, queue: Any, lam: float, *, clean_weight: float = 1.0) -> Call:
    """Queries x (2N, D) of images and of their mixtures with the batch in reverse, the images' keys y (N, D), a queue
    (M, D), and lam, the share of image i in mixture i."""
    samples = b.shape(name, "y", y, 2)[0]
    if b.shape(name, "x", x, 2)[0] != 2 * samples:
        refuse(name, "x", f"has {b.shape(name, 'x', x, 2)[0]} rows beside {samples} keys", "twice as many")
    keys = b.stack_own(y)
    share, clean = number(f"{name}: lam", lam), number(f"{name}: clean_weight", clean_weight)
    parameters = {
        "lam": [1.0] * samples + [share] * samples,
        "weights": [weight / samples for weight in (clean, 1.0) for _ in range(samples)],
        "reduction": "weighted",
    }
    return Call(
        [x, keys, queue], ["x", "y", "queue"], _core.own("first_of_two"), quiet=(1, 2), own_segment=0,
        parameters=parameters, mean_weights=True,
        back=lambda g: [g[0], None if g[1] is None else b.unstacked_own(g[1]), g[2]],
    )


def images_and_mixtures(b: Any, name: str, z: Any, labels: Any, lam: Any) -> Call:
    """z (2N, D): images, then image i mixed with image N - 1 - i; labels (N); lam, the share of image i."""
    return Call([z], ["z"], _targets.ImagesAndMixtures(labels, lam))


def with_universum(b: Any, name: str, z: Any, u: Any, labels: Any, *, views: int = 2) -> Call:
    """z (V N, D), V views of N samples; u (V N, D), the universum rows made of them; labels (N)."""
    return Call([z, u], ["z", "u"], labels if is_targets(labels) else _targets.Labels(labels, views))


def student_and_drawn(b: Any, name: str, x: Any, y: Any) -> Call:
    """The student's x (N, D), and the teacher's y (N, 1 + K, D), the positive first."""
    b.shape(name, "y", y, 3)
    return Call([x, y], ["x", "y"], _core.own("first"), quiet=(1,), own_segment=0)


def some_rows(b: Any, name: str, x: Any) -> None:
    if not b.may_be_empty and b.shape(name, "x", x, 2)[0] == 0:
        refuse(name, "x", "has no rows", "at least one")


def paired(b: Any, name: str, x: Any, y: Any) -> Call:
    """x (N, D) and y (N, D): row i of one with row i of the other."""
    some_rows(b, name, x)
    return Call([x, y], ["x", "y"])


def paired_with_constant(b: Any, name: str, x: Any, y: Any) -> Call:
    """x (N, D), and y with the same number of rows, which is a constant: a teacher, or the other view's target."""
    some_rows(b, name, x)
    return Call([x, y], ["x", "y"], constant=(1,))


def logits(b: Any, name: str, logits: Any, targets: Any) -> Call:
    """logits (N, K), and soft labels (N, K), labels (N), or targets of `mixcon.targets`."""
    call = Call([logits], ["logits"], of_logits=True)
    if isinstance(targets, (list, tuple)):
        targets = as_array(f"{name}: targets", targets, "labels (N), or soft labels (N, K)")
    if is_targets(targets):
        call.targets = targets
    elif b.rank(targets) == 2:
        call.soft, call.targets = targets, _core.table(table(f"{name}: targets", readable(f"{name}: targets", targets)))
    else:
        call.targets = _targets.Classes(targets)
    return call


def soft_logits(b: Any, name: str, logits: Any, targets: Any) -> Call:
    """logits (N, K), and soft labels (N, K) in [0, 1]."""
    made = targets if is_targets(targets) else _core.table(table(f"{name}: targets", targets))
    return Call([logits], ["logits"], made)


def pairs_of_labels(b: Any, name: str, labels: Any, lam: Any, partner: Any, labels_of_partners: Any) -> Any:
    if (partner is None) == (labels_of_partners is None):
        raise TypeError(f"{name}: expected partner, the indices of the partners, or labels_of_partners")
    if partner is not None:
        return _targets.Mixed(_targets.Labels(labels), lam=lam, partner=partner)
    return _core.pairs(
        integers(f"{name}: labels", labels), integers(f"{name}: labels_of_partners", labels_of_partners),
        numbers(f"{name}: lam", lam),
    )


def mixed_labels(
    b: Any, name: str, logits: Any, labels: Any, lam: Any, partner: Any = None, *, labels_of_partners: Any = None
) -> Call:
    """logits (N, K) of mixed samples; labels (N), lam (N) or one number, and the partner (N) of each or its label."""
    return Call([logits], ["logits"], pairs_of_labels(b, name, labels, lam, partner, labels_of_partners))


def mixed_classifiers(
    b: Any, name: str, features: Any, weight: Any, bias: Any, labels: Any, lam: Any, partner: Any = None, *,
    labels_of_partners: Any = None,
) -> Call:
    """features (N, D) of mixed samples; a classifier's weight (K, D) and bias (K); labels (N), lam, and the partner of
    each or its label."""
    made = pairs_of_labels(b, name, labels, lam, partner, labels_of_partners)
    return Call([features, weight, bias], ["features", "weight", "bias"], made)


def general(
    b: Any, name: str, anchors: Any, candidates: Any = None, targets: Any = None, *, own: Any = None
) -> Call:
    """anchors (N, D); candidates (M, D), or the anchors; targets of `mixcon.targets`, or shares (N, M); own (N, D) or
    (N, K, D), candidates of each anchor alone, beside the candidates or in place of them."""
    call = Call([anchors], ["anchors"])
    if own is not None:
        call.arrays.append(own)
        call.names.append("own")
        call.own_segment = 0
    if candidates is not None:
        call.arrays.append(candidates)
        call.names.append("candidates")
    if targets is None:
        raise TypeError(f"{name}: targets are missing; expected targets of mixcon.targets, or shares (N, M)")
    if is_targets(targets):
        if targets.needs_own and own is None:
            raise TypeError(f"{name}: own is missing; expected keys of the anchors, (N, D), their positives")
        call.targets = targets
    else:
        call.soft, call.targets = targets, _core.table(table(f"{name}: targets", readable(f"{name}: targets", targets)))
    return call
