# SPDX-License-Identifier: BSD-3-Clause
"""Every loss's form: its class's name, and how it is called."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any, Callable

from . import _words
from ._calls import (
    Call, images_and_mixtures, is_targets, labelled, logits, matched, matched_keys, mixed_classifiers, mixed_labels,
    mixed_with_keys, other_rows, paired, paired_with_constant, plain_labelled, proxies_first, soft_logits,
    student_and_drawn, two_views, un_mixed, weighted_two_views, with_keys_and_queue, with_proxies, with_queue,
    with_universum,
)


@dataclass(frozen=True)
class Form:
    """The form of a loss: its class's name, its call, the names of its two sides, and what is usual besides."""

    class_name: str
    call: Callable[..., Call]
    sides: tuple[str, str] = ("x", "y")
    usual: tuple[tuple[str, Any], ...] = ()

    def parameters(self) -> list[inspect.Parameter]:
        """What the call takes, by the names of the loss's own sides."""
        own = dict(zip(("x", "y"), self.sides))
        taken = list(inspect.signature(self.call).parameters.values())[2:]
        return [one.replace(name=own.get(one.name, one.name), annotation=inspect.Parameter.empty) for one in taken]

    def keywords(self) -> frozenset[str]:
        """The names of what the call takes."""
        return frozenset(one.name for one in self.parameters())

    def made(self, b: Any, name: str, *arrays: Any, **taken: Any) -> Call:
        """The call of these arguments, whose arrays and refusals have the names of the loss's own sides."""
        given = taken
        if taken and self.sides != ("x", "y"):
            in_form = dict(zip(self.sides, ("x", "y")))
            given = {in_form.get(argument, argument): value for argument, value in taken.items()}
        try:
            call = self.call(b, name, *arrays, **given)
        except (TypeError, ValueError) as wrong:
            if isinstance(wrong, TypeError):
                self._check_arguments(name, arrays, taken)
            said = re.sub(r"^targets\.\w+: ", f"{name}: ", str(wrong))
            raise type(wrong)(_words.of_sides(said, self.sides)) from None
        if call.targets is not None and not is_targets(call.targets):
            came = type(call.targets).__name__
            expected = "targets of mixcon.targets, as targets.Labels(labels)"
            raise TypeError(f"{name}: targets is a {came}; expected {expected}")
        if self.sides != ("x", "y"):
            named = dict(zip(("x", "y"), self.sides))
            call.names = [named.get(argument, argument) for argument in call.names]
        return call

    def _check_arguments(self, name: str, arrays: tuple[Any, ...], taken: dict[str, Any]) -> None:
        """Refuses arguments that are too many, too few or of other names."""
        expected = inspect.Signature(self.parameters())
        try:
            expected.bind(*arrays, **taken)
        except TypeError as wrong:
            raise TypeError(f"{name}: {wrong}; expected {name}{expected}, and parameters by their names") from None


_distance = (("similarity", "negative_distance"), ("rows", "unit"))
_squared = (("similarity", "negative_squared_distance"), ("rows", "unit"))
_teacher = ("student", "teacher")

FORMS: dict[str, Form] = {
    "alignment": Form("Alignment", paired),
    "arcface": Form("ArcFace", with_proxies),
    "barlow_twins": Form("BarlowTwins", paired),
    "batch_hard_triplet": Form("BatchHardTriplet", labelled, usual=_distance),
    "byol": Form("BYOL", paired_with_constant, ("predictions", "targets")),
    "simsiam": Form("SimSiam", paired_with_constant, ("predictions", "targets")),
    "circle": Form("Circle", labelled),
    "clip": Form("CLIP", matched, ("images", "texts")),
    "contrastive_distillation": Form("ContrastiveDistillation", student_and_drawn, _teacher),
    "contrastive_margin": Form("ContrastiveMargin", labelled, usual=_distance),
    "decoupled": Form("Decoupled", two_views),
    "decoupled_mixup": Form("DecoupledMixup", mixed_labels),
    "group_softmax": Form("GroupSoftmax", labelled),
    "hard_negative": Form("HardNegative", two_views),
    "debiased": Form("Debiased", two_views),
    "i_mix": Form("IMix", mixed_with_keys, ("mixed", "keys")),
    "infinite_class_mixup": Form("InfiniteClassMixup", mixed_classifiers),
    "info_nce": Form("InfoNCE", labelled),
    "knowledge_distillation": Form("KnowledgeDistillation", paired_with_constant, _teacher),
    "lifted_structure": Form("LiftedStructure", labelled, usual=_distance),
    "mmcl": Form("MMCL", paired),
    "moco": Form("MoCo", with_queue, ("queries", "keys")),
    "moco_n": Form("MoCoN", with_keys_and_queue, ("queries", "keys")),
    "moco_v3": Form("MoCoV3", matched_keys, ("queries", "keys")),
    "multi_similarity": Form("MultiSimilarity", labelled),
    "n_pairs": Form("NPairs", plain_labelled),
    "nca": Form("NCA", labelled),
    "normface": Form("NormFace", with_proxies),
    "nt_xent": Form("NTXent", two_views),
    "nt_xent_per_pair": Form("NTXentPerPair", labelled),
    "proxy_anchor": Form("ProxyAnchor", proxies_first),
    "proxy_nca": Form("ProxyNCA", with_proxies),
    "relational_distillation": Form("RelationalDistillation", paired_with_constant, _teacher),
    "siglip": Form("SigLIP", matched, ("images", "texts"), (("scale", 10.0), ("bias", -10.0))),
    "soft_binary_cross_entropy": Form("SoftBinaryCrossEntropy", soft_logits),
    "soft_cross_entropy": Form("SoftCrossEntropy", logits),
    "supcon": Form("SupCon", labelled),
    "supcon_inside": Form("SupConInside", labelled),
    "supmix": Form("SupMix", images_and_mixtures),
    "triplet_margin": Form("TripletMargin", labelled, usual=_distance),
    "un_mix_loss": Form("UnMix", un_mixed, ("queries", "keys")),
    "unicon": Form("UniCon", with_universum),
    "uniformity": Form("Uniformity", other_rows, usual=_squared),
    "vicreg": Form("VICReg", paired),
    "weighted_decoupled": Form("WeightedDecoupled", weighted_two_views),
    "weighted_softmax": Form("WeightedSoftmax", labelled),
}
