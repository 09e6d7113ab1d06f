# SPDX-License-Identifier: BSD-3-Clause
# Made by python/stubs.py from the losses' reflection.

from collections.abc import Sequence
from typing import Any, Literal

from torch import Tensor
from torch.nn import Module, Parameter

from . import Rows
from ._core import Targets

class LossModule(Module):
    threads: int | None
    def __call__(self, *tensors: Any, **more: Any) -> Tensor: ...
class _Learned(LossModule):
    log_scale: Parameter
    max_scale: float | None
class _Proxies(LossModule):
    proxies: Parameter
class _Queued(LossModule):
    queue: Tensor
    position: Tensor
    def enqueue(self, keys: Tensor) -> None: ...
class Contrast(LossModule):
    def __init__(self, loss: str = "info_nce", *, threads: int | None = None, **given: Any) -> None: ...
    def __call__(self, anchors: Tensor, candidates: Tensor | None = None, targets: Tensor | Targets | None = None, *, own: Tensor | None = None) -> Tensor: ...
class Alignment(LossModule):
    power: float
    form: Literal['as_given', 'unit', 'unit_as_given']
    check_finite: bool
    def __init__(self, *, power: float = 2.0, form: Literal['as_given', 'unit', 'unit_as_given'] = 'unit_as_given', check_finite: bool = False, threads: int | None = None) -> None: ...
    def __call__(self, x: Tensor, y: Tensor) -> Tensor: ...
class ArcFace(_Proxies):
    scale: float | Tensor
    margin: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, classes: int, width: int, *, scale: float | Tensor = 64.0, margin: float = 0.5, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets) -> Tensor: ...
class BarlowTwins(LossModule):
    redundancy: float
    scale: float | Tensor
    epsilon: float
    def __init__(self, *, redundancy: float = 0.005, scale: float | Tensor = 1.0, epsilon: float = 1e-05, threads: int | None = None) -> None: ...
    def __call__(self, x: Tensor, y: Tensor) -> Tensor: ...
class BatchHardTriplet(LossModule):
    margin: float
    soft: bool
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, margin: float = 0.2, soft: bool = False, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'negative_distance', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class BYOL(LossModule):
    factor: float
    offset: float
    lam: Tensor | Rows | Sequence[float] | None
    partner: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, factor: float = 2.0, offset: float = 2.0, lam: Tensor | Rows | Sequence[float] | None = None, partner: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, predictions: Tensor, targets: Tensor) -> Tensor: ...
class SimSiam(LossModule):
    factor: float
    offset: float
    lam: Tensor | Rows | Sequence[float] | None
    partner: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, factor: float = 0.5, offset: float = 0.0, lam: Tensor | Rows | Sequence[float] | None = None, partner: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, predictions: Tensor, targets: Tensor) -> Tensor: ...
class Circle(LossModule):
    margin: float
    gamma: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, margin: float = 0.4, gamma: float = 80.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class CLIP(_Learned):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, max_scale: float | None = ..., learn: bool = True, temperature: float | Tensor = 1.0, base_temperature: float = 0.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 14.285714285714285, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (0.5, 0.5), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, images: Tensor, texts: Tensor, *, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class ContrastiveDistillation(LossModule):
    temperature: float | Tensor
    negatives: float
    samples: float
    normalizer: float
    epsilon: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.07, negatives: float = 16384.0, samples: float = 50000.0, normalizer: float = 1.0, epsilon: float = 1e-07, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, student: Tensor, teacher: Tensor) -> Tensor: ...
class ContrastiveMargin(LossModule):
    positive_margin: float
    negative_margin: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, positive_margin: float = 0.0, negative_margin: float = 1.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'negative_distance', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class Decoupled(LossModule):
    temperature: float | Tensor
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, z2: Tensor | None = None, *, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class DecoupledMixup(LossModule):
    own_weight: float
    partner_weight: float
    def __init__(self, *, own_weight: float = 0.1, partner_weight: float = 0.1, threads: int | None = None) -> None: ...
    def __call__(self, logits: Tensor, labels: Tensor | Rows | Targets, lam: float | Rows, partner: Tensor | Rows | None = None, *, labels_of_partners: Tensor | Rows | None = None) -> Tensor: ...
class GroupSoftmax(LossModule):
    temperature: float | Tensor
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class HardNegative(LossModule):
    temperature: float | Tensor
    concentration: float
    positive_prior: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.5, concentration: float = 1.0, positive_prior: float = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, z2: Tensor | None = None, *, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class Debiased(LossModule):
    temperature: float | Tensor
    concentration: float
    positive_prior: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.5, concentration: float = 0.0, positive_prior: float = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, z2: Tensor | None = None, *, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class IMix(LossModule):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.2, base_temperature: float = 0.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, mixed: Tensor, keys: Tensor, lam: float | Rows, partner: Tensor | Rows) -> Tensor: ...
class InfiniteClassMixup(LossModule):
    softmax_over: Literal['classes', 'pairs', 'both']
    same_classifiers: Literal['keep', 'hide']
    def __init__(self, *, softmax_over: Literal['classes', 'pairs', 'both'] = 'both', same_classifiers: Literal['keep', 'hide'] = 'keep', threads: int | None = None) -> None: ...
    def __call__(self, features: Tensor, weight: Tensor, bias: Tensor, labels: Tensor | Rows | Targets, lam: float | Rows, partner: Tensor | Rows | None = None, *, labels_of_partners: Tensor | Rows | None = None) -> Tensor: ...
class InfoNCE(LossModule):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.1, base_temperature: float = 0.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class KnowledgeDistillation(LossModule):
    temperature: float | Tensor
    def __init__(self, *, temperature: float | Tensor = 4.0, threads: int | None = None) -> None: ...
    def __call__(self, student: Tensor, teacher: Tensor) -> Tensor: ...
class LiftedStructure(LossModule):
    positive_margin: float
    negative_margin: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, positive_margin: float = 0.0, negative_margin: float = 1.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'negative_distance', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class MMCL(LossModule):
    sigma: float
    cap: float
    ridge: float
    check_finite: bool
    def __init__(self, *, sigma: float = 1.0, cap: float = 1.0, ridge: float = 0.1, check_finite: bool = False, threads: int | None = None) -> None: ...
    def __call__(self, x: Tensor, y: Tensor) -> Tensor: ...
class MoCo(_Queued):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, size: int = 65536, width: int | None = None, *, temperature: float | Tensor = 0.07, base_temperature: float = 0.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, queries: Tensor, keys: Tensor) -> Tensor: ...
class MoCoN(_Queued):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, size: int = 65536, width: int | None = None, *, temperature: float | Tensor = 0.2, base_temperature: float = 0.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'dot_product', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'as_given', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, queries: Tensor, keys: Tensor, *, lam: float | Rows | None = None, partner: Tensor | Rows | None = None) -> Tensor: ...
class MoCoV3(LossModule):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.2, base_temperature: float = 0.5, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, queries: Tensor, keys: Tensor, *, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class MultiSimilarity(LossModule):
    attract: float
    repel: float
    base: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, attract: float = 2.0, repel: float = 50.0, base: float = 0.5, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class NPairs(LossModule):
    form: Literal['as_given', 'unit', 'unit_as_given']
    def __init__(self, *, form: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets) -> Tensor: ...
class NCA(LossModule):
    temperature: float | Tensor
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 1.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'negative_squared_distance', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class NormFace(_Proxies):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, classes: int, width: int, *, temperature: float | Tensor = 0.05, base_temperature: float = 0.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets) -> Tensor: ...
class NTXent(LossModule):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.5, base_temperature: float = 0.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, z2: Tensor | None = None, *, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class NTXentPerPair(LossModule):
    temperature: float | Tensor
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class ProxyAnchor(_Proxies):
    alpha: float
    margin: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, classes: int, width: int, *, alpha: float = 32.0, margin: float = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets) -> Tensor: ...
class ProxyNCA(_Proxies):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, classes: int, width: int, *, temperature: float | Tensor = 1.0, base_temperature: float = 0.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'negative_squared_distance', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets) -> Tensor: ...
class RelationalDistillation(LossModule):
    distance: float
    angle: float
    def __init__(self, *, distance: float = 25.0, angle: float = 50.0, threads: int | None = None) -> None: ...
    def __call__(self, student: Tensor, teacher: Tensor) -> Tensor: ...
class SigLIP(_Learned):
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, max_scale: float | None = ..., learn: bool = True, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 10.0, bias: float | Tensor = -10.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, images: Tensor, texts: Tensor, *, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class SoftBinaryCrossEntropy(LossModule):
    absent_weight: float
    skips_unlabelled: bool
    def __init__(self, *, absent_weight: float = 1.0, skips_unlabelled: bool = False, threads: int | None = None) -> None: ...
    def __call__(self, logits: Tensor, targets: Tensor | Rows | Targets) -> Tensor: ...
class SoftCrossEntropy(LossModule):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 1.0, base_temperature: float = 0.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'dot_product', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'as_given', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'as_given', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, logits: Tensor, targets: Tensor | Rows | Targets) -> Tensor: ...
class SupCon(LossModule):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.07, base_temperature: float = 0.07, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class SupConInside(LossModule):
    temperature: float | Tensor
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class SupMix(LossModule):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.1, base_temperature: float = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets, lam: float | Rows) -> Tensor: ...
class TripletMargin(LossModule):
    margin: float
    soft: bool
    mined: Literal['all', 'hard', 'semi_hard']
    mining_margin: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, margin: float = 0.2, soft: bool = False, mined: Literal['all', 'hard', 'semi_hard'] = 'all', mining_margin: float = 0.2, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'negative_distance', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class UnMix(_Queued):
    temperature: float | Tensor
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    def __init__(self, size: int = 65536, width: int | None = None, *, temperature: float | Tensor = 0.2, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, threads: int | None = None) -> None: ...
    def __call__(self, queries: Tensor, keys: Tensor, lam: float | Rows, *, clean_weight: float = 1.0) -> Tensor: ...
class UniCon(LossModule):
    temperature: float | Tensor
    base_temperature: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.1, base_temperature: float = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, u: Tensor, labels: Tensor | Rows | Targets, *, views: int = 2) -> Tensor: ...
class Uniformity(LossModule):
    sharpness: float
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, sharpness: float = 2.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'negative_squared_distance', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, *, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
class VICReg(LossModule):
    invariance: float
    variance: float
    covariance: float
    epsilon: float
    halves_variance: bool
    def __init__(self, *, invariance: float = 25.0, variance: float = 25.0, covariance: float = 1.0, epsilon: float = 0.0001, halves_variance: bool = True, threads: int | None = None) -> None: ...
    def __call__(self, x: Tensor, y: Tensor) -> Tensor: ...
class WeightedDecoupled(LossModule):
    temperature: float | Tensor
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 0.1, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, z2: Tensor | None = None, *, sigma: float = 0.5) -> Tensor: ...
class WeightedSoftmax(LossModule):
    temperature: float | Tensor
    similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance']
    rows: Literal['as_given', 'unit', 'unit_as_given']
    candidate_rows: Literal['as_given', 'unit', 'unit_as_given']
    scale: float | Tensor
    bias: float | Tensor
    reduction: Literal['mean', 'sum', 'weighted']
    direction: tuple[float, float]
    no_positive: Literal['zero', 'skip', 'error']
    check_finite: bool
    kappa: Tensor | Rows | Sequence[float] | None
    weights: Tensor | Rows | Sequence[float] | None
    def __init__(self, *, temperature: float | Tensor = 1.0, similarity: Literal['cosine', 'dot_product', 'negative_distance', 'negative_squared_distance'] = 'cosine', rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', candidate_rows: Literal['as_given', 'unit', 'unit_as_given'] = 'unit', scale: float | Tensor = 1.0, bias: float | Tensor = 0.0, reduction: Literal['mean', 'sum', 'weighted'] = 'mean', direction: tuple[float, float] = (1.0, 0.0), no_positive: Literal['zero', 'skip', 'error'] = 'zero', check_finite: bool = False, kappa: Tensor | Rows | Sequence[float] | None = None, weights: Tensor | Rows | Sequence[float] | None = None, threads: int | None = None) -> None: ...
    def __call__(self, z: Tensor, labels: Tensor | Rows | Targets | None = None, *, candidates: Tensor | None = None, mask: Rows | None = None, targets: Tensor | Rows | Targets | None = None) -> Tensor: ...
