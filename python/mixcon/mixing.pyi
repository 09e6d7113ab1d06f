# SPDX-License-Identifier: BSD-3-Clause
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
def mixup(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    per: Literal['batch', 'pair', 'sample'] = 'batch',
) -> tuple[_Batch, Plan]: ...
class Mixup(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        per: Literal['batch', 'pair', 'sample'] = 'batch',
    ) -> None: ...
def cutmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    per: Literal['batch', 'pair', 'sample'] = 'batch',
) -> tuple[_Batch, Plan]: ...
class CutMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        per: Literal['batch', 'pair', 'sample'] = 'batch',
    ) -> None: ...
def universum(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    partner_share: float = 0.5,
    on_one_class: Literal['refuse', 'derange'] = 'refuse',
) -> tuple[_Batch, Plan]: ...
class Universum(Policy):
    def __init__(
        self, *, seed: int | None = None,
        partner_share: float = 0.5,
        on_one_class: Literal['refuse', 'derange'] = 'refuse',
    ) -> None: ...
def universum_box(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    partner_share: float = 0.5,
    low: float = 0.45,
    high: float = 0.55,
    otherwise: Literal['refuse', 'fit'] = 'refuse',
    max_tries: int = 10000,
    on_one_class: Literal['refuse', 'derange'] = 'refuse',
    per: Literal['batch', 'pair', 'sample'] = 'batch',
) -> tuple[_Batch, Plan]: ...
class UniversumBox(Policy):
    def __init__(
        self, *, seed: int | None = None,
        partner_share: float = 0.5,
        low: float = 0.45,
        high: float = 0.55,
        otherwise: Literal['refuse', 'fit'] = 'refuse',
        max_tries: int = 10000,
        on_one_class: Literal['refuse', 'derange'] = 'refuse',
        per: Literal['batch', 'pair', 'sample'] = 'batch',
    ) -> None: ...
def mixup_or_cutmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    mixup_alpha: float = 0.8,
    mixup_beta: float = ...,
    cutmix_alpha: float = 1.0,
    cutmix_beta: float = ...,
    probability: float = 1.0,
    switch_probability: float = 0.5,
    per: Literal['batch', 'pair', 'sample'] = 'batch',
) -> tuple[_Batch, Plan]: ...
class MixupOrCutMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        mixup_alpha: float = 0.8,
        mixup_beta: float = ...,
        cutmix_alpha: float = 1.0,
        cutmix_beta: float = ...,
        probability: float = 1.0,
        switch_probability: float = 0.5,
        per: Literal['batch', 'pair', 'sample'] = 'batch',
    ) -> None: ...
def un_mix_policy(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    global_probability: float = 0.5,
) -> tuple[_Batch, Plan]: ...
class UnMixPolicy(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        global_probability: float = 0.5,
    ) -> None: ...
def cutout(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    lambda_value: float = 0.75,
    value: float = 0.0,
    per: Literal['batch', 'pair', 'sample'] = 'sample',
) -> tuple[_Batch, Plan]: ...
class Cutout(Policy):
    def __init__(
        self, *, seed: int | None = None,
        lambda_value: float = 0.75,
        value: float = 0.0,
        per: Literal['batch', 'pair', 'sample'] = 'sample',
    ) -> None: ...
def random_erasing(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    probability: float = 0.5,
    low: float = 0.02,
    high: float = 0.3333333333333333,
    aspect: float = 0.3,
    max_tries: int = 10,
    value: float = 0.0,
) -> tuple[_Batch, Plan]: ...
class RandomErasing(Policy):
    def __init__(
        self, *, seed: int | None = None,
        probability: float = 0.5,
        low: float = 0.02,
        high: float = 0.3333333333333333,
        aspect: float = 0.3,
        max_tries: int = 10,
        value: float = 0.0,
    ) -> None: ...
def resizemix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    low: float = 0.1,
    high: float = 0.8,
    how: Literal['nearest', 'bilinear', 'bilinear_corners'] = 'nearest',
    per: Literal['batch', 'pair', 'sample'] = 'batch',
) -> tuple[_Batch, Plan]: ...
class ResizeMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        low: float = 0.1,
        high: float = 0.8,
        how: Literal['nearest', 'bilinear', 'bilinear_corners'] = 'nearest',
        per: Literal['batch', 'pair', 'sample'] = 'batch',
    ) -> None: ...
def saliencymix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    per: Literal['batch', 'pair', 'sample'] = 'batch',
    levels: float = 255.0,
) -> tuple[_Batch, Plan]: ...
class SaliencyMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        per: Literal['batch', 'pair', 'sample'] = 'batch',
        levels: float = 255.0,
    ) -> None: ...
def attentivemix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    top_k: int = 6,
    alpha: float = 1.0,
    beta: float = ...,
) -> tuple[_Batch, Plan]: ...
class AttentiveMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        top_k: int = 6,
        alpha: float = 1.0,
        beta: float = ...,
    ) -> None: ...
def fmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    decay: float = 3.0,
    max_soft: float = 0.0,
    spectrum: Literal['full', 'two_rows'] = 'full',
    per: Literal['batch', 'pair', 'sample'] = 'batch',
) -> tuple[_Batch, Plan]: ...
class FMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        decay: float = 3.0,
        max_soft: float = 0.0,
        spectrum: Literal['full', 'two_rows'] = 'full',
        per: Literal['batch', 'pair', 'sample'] = 'batch',
    ) -> None: ...
def gridmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    least_holes: int = 2,
    most_holes: int = 6,
    hole_aspect_low: float = 1.0,
    hole_aspect_high: float = 1.0,
    cut_area_low: float = 0.5,
    cut_area_high: float = 1.0,
    cut_aspect_low: float = 0.5,
    cut_aspect_high: float = 2.0,
    per: Literal['batch', 'pair', 'sample'] = 'batch',
) -> tuple[_Batch, Plan]: ...
class GridMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        least_holes: int = 2,
        most_holes: int = 6,
        hole_aspect_low: float = 1.0,
        hole_aspect_high: float = 1.0,
        cut_area_low: float = 0.5,
        cut_area_high: float = 1.0,
        cut_aspect_low: float = 0.5,
        cut_aspect_high: float = 2.0,
        per: Literal['batch', 'pair', 'sample'] = 'batch',
    ) -> None: ...
def smoothmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    per: Literal['batch', 'pair', 'sample'] = 'batch',
) -> tuple[_Batch, Plan]: ...
class SmoothMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        per: Literal['batch', 'pair', 'sample'] = 'batch',
    ) -> None: ...
def guidedmixup(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
) -> tuple[_Batch, Plan]: ...
class GuidedMixup(Policy):
    def __init__(
        self, *, seed: int | None = None,
    ) -> None: ...
def inputmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    partners_: int = 1,
    alpha: float = 1.0,
    floor: float = 0.5,
) -> tuple[_Batch, Plan]: ...
class InputMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        partners_: int = 1,
        alpha: float = 1.0,
        floor: float = 0.5,
    ) -> None: ...
def patchup(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    block_size: int = 7,
    gamma: float = 0.9,
    mode: Literal['soft', 'hard'] = 'soft',
    alpha: float = 2.0,
    beta: float = ...,
) -> tuple[_Batch, Plan]: ...
class Patchup(Policy):
    def __init__(
        self, *, seed: int | None = None,
        block_size: int = 7,
        gamma: float = 0.9,
        mode: Literal['soft', 'hard'] = 'soft',
        alpha: float = 2.0,
        beta: float = ...,
    ) -> None: ...
def snapmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
) -> tuple[_Batch, Plan]: ...
class SnapMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
    ) -> None: ...
def tokenmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    grid: int = 14,
    least_block: int = 14,
    least_aspect: float = 0.3,
) -> tuple[_Batch, Plan]: ...
class TokenMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        grid: int = 14,
        least_block: int = 14,
        least_aspect: float = 0.3,
    ) -> None: ...
def noise_mixup(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    per: Literal['batch', 'pair', 'sample'] = 'sample',
) -> tuple[_Batch, Plan]: ...
class NoiseMixup(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        per: Literal['batch', 'pair', 'sample'] = 'sample',
    ) -> None: ...
def hconcat(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    vertical: bool = False,
    per: Literal['batch', 'pair', 'sample'] = 'batch',
) -> tuple[_Batch, Plan]: ...
class Hconcat(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        vertical: bool = False,
        per: Literal['batch', 'pair', 'sample'] = 'batch',
    ) -> None: ...
def stackmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
) -> tuple[_Batch, Plan]: ...
class StackMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
    ) -> None: ...
def regmixup(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 20.0,
    beta: float = ...,
    eta: float = 1.0,
) -> tuple[_Batch, Plan]: ...
class RegMixup(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 20.0,
        beta: float = ...,
        eta: float = 1.0,
    ) -> None: ...
def augmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    chains: int = 3,
    max_depth: int = 3,
    alpha: float = 1.0,
) -> tuple[_Batch, Plan]: ...
class AugMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        chains: int = 3,
        max_depth: int = 3,
        alpha: float = 1.0,
    ) -> None: ...
def manifold_mixup(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 2.0,
    beta: float = ...,
    per: Literal['batch', 'pair', 'sample'] = 'batch',
    first_layer: int = 0,
    end_layer: int = 3,
) -> tuple[_Batch, Plan]: ...
class ManifoldMixup(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 2.0,
        beta: float = ...,
        per: Literal['batch', 'pair', 'sample'] = 'batch',
        first_layer: int = 0,
        end_layer: int = 3,
    ) -> None: ...
def alignmix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    regularisation: float = 0.1,
    max_iterations: int = 100,
    threshold: float = 0.1,
) -> tuple[_Batch, Plan]: ...
class AlignMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        regularisation: float = 0.1,
        max_iterations: int = 100,
        threshold: float = 0.1,
    ) -> None: ...
def puzzlemix(
    samples: _Batch, labels: Any = None, *, partners: _Batch | None = None, partner_labels: Any = None,
    saliency: Any = None, features: Any = None, seed: int | None = None, step: int = 0, within: str = "",
    threads: int | None = None,
    alpha: float = 1.0,
    beta: float = ...,
    least_exponent: int = 1,
    exponent_end: int = 5,
    labels_: int = 3,
    label_smoothness: float = 1.2,
    data_smoothness: float = 0.5,
    prior: float = 0.2,
    neighbourhood: int = 4,
    moves_blocks: bool = True,
    distance_weight: float = 0.8,
) -> tuple[_Batch, Plan]: ...
class PuzzleMix(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 1.0,
        beta: float = ...,
        least_exponent: int = 1,
        exponent_end: int = 5,
        labels_: int = 3,
        label_smoothness: float = 1.2,
        data_smoothness: float = 0.5,
        prior: float = 0.2,
        neighbourhood: int = 4,
        moves_blocks: bool = True,
        distance_weight: float = 0.8,
    ) -> None: ...
class PositiveFeatures(Policy):
    def __init__(
        self, *, seed: int | None = None,
        alpha: float = 2.0,
        extrapolate: bool = True,
        normalize: bool = True,
    ) -> None: ...
