# SPDX-License-Identifier: BSD-3-Clause
# Made by python/stubs.py: every public name once, for mypy --strict.
import numpy as np
import numpy.typing as npt
from torch import Tensor

import mixcon
import mixcon.functional as F
from mixcon import targets


def arrays(z: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    total = 0.0
    total += mixcon.alignment(x=z, y=z, gradient=False)
    total += mixcon.alignment(x=z, y=z, details=True).value
    total += mixcon.alignment(x=z, y=z)[0]
    total += mixcon.arcface(z=z, labels=labels, proxies=z, gradient=False)
    total += mixcon.arcface(z=z, labels=labels, proxies=z, details=True).value
    total += mixcon.arcface(z=z, labels=labels, proxies=z)[0]
    total += mixcon.barlow_twins(x=z, y=z, gradient=False)
    total += mixcon.barlow_twins(x=z, y=z, details=True).value
    total += mixcon.barlow_twins(x=z, y=z)[0]
    total += mixcon.batch_hard_triplet(z=z, gradient=False)
    total += mixcon.batch_hard_triplet(z=z, details=True).value
    total += mixcon.batch_hard_triplet(z=z)[0]
    total += mixcon.byol(predictions=z, targets=z, gradient=False)
    total += mixcon.byol(predictions=z, targets=z, details=True).value
    total += mixcon.byol(predictions=z, targets=z)[0]
    total += mixcon.simsiam(predictions=z, targets=z, gradient=False)
    total += mixcon.simsiam(predictions=z, targets=z, details=True).value
    total += mixcon.simsiam(predictions=z, targets=z)[0]
    total += mixcon.circle(z=z, gradient=False)
    total += mixcon.circle(z=z, details=True).value
    total += mixcon.circle(z=z)[0]
    total += mixcon.clip(images=z, texts=z, gradient=False)
    total += mixcon.clip(images=z, texts=z, details=True).value
    total += mixcon.clip(images=z, texts=z)[0]
    total += mixcon.contrastive_distillation(student=z, teacher=z, gradient=False)
    total += mixcon.contrastive_distillation(student=z, teacher=z, details=True).value
    total += mixcon.contrastive_distillation(student=z, teacher=z)[0]
    total += mixcon.contrastive_margin(z=z, gradient=False)
    total += mixcon.contrastive_margin(z=z, details=True).value
    total += mixcon.contrastive_margin(z=z)[0]
    total += mixcon.decoupled(z=z, gradient=False)
    total += mixcon.decoupled(z=z, details=True).value
    total += mixcon.decoupled(z=z)[0]
    total += mixcon.decoupled_mixup(logits=z, labels=labels, lam=0.5, gradient=False)
    total += mixcon.decoupled_mixup(logits=z, labels=labels, lam=0.5, details=True).value
    total += mixcon.decoupled_mixup(logits=z, labels=labels, lam=0.5)[0]
    total += mixcon.group_softmax(z=z, gradient=False)
    total += mixcon.group_softmax(z=z, details=True).value
    total += mixcon.group_softmax(z=z)[0]
    total += mixcon.hard_negative(z=z, gradient=False)
    total += mixcon.hard_negative(z=z, details=True).value
    total += mixcon.hard_negative(z=z)[0]
    total += mixcon.debiased(z=z, gradient=False)
    total += mixcon.debiased(z=z, details=True).value
    total += mixcon.debiased(z=z)[0]
    total += mixcon.i_mix(mixed=z, keys=z, lam=0.5, partner=labels, gradient=False)
    total += mixcon.i_mix(mixed=z, keys=z, lam=0.5, partner=labels, details=True).value
    total += mixcon.i_mix(mixed=z, keys=z, lam=0.5, partner=labels)[0]
    total += mixcon.infinite_class_mixup(features=z, weight=z, bias=z, labels=labels, lam=0.5, gradient=False)
    total += mixcon.infinite_class_mixup(features=z, weight=z, bias=z, labels=labels, lam=0.5, details=True).value
    total += mixcon.infinite_class_mixup(features=z, weight=z, bias=z, labels=labels, lam=0.5)[0]
    total += mixcon.info_nce(z=z, gradient=False)
    total += mixcon.info_nce(z=z, details=True).value
    total += mixcon.info_nce(z=z)[0]
    total += mixcon.knowledge_distillation(student=z, teacher=z, gradient=False)
    total += mixcon.knowledge_distillation(student=z, teacher=z, details=True).value
    total += mixcon.knowledge_distillation(student=z, teacher=z)[0]
    total += mixcon.lifted_structure(z=z, gradient=False)
    total += mixcon.lifted_structure(z=z, details=True).value
    total += mixcon.lifted_structure(z=z)[0]
    total += mixcon.mmcl(x=z, y=z, gradient=False)
    total += mixcon.mmcl(x=z, y=z, details=True).value
    total += mixcon.mmcl(x=z, y=z)[0]
    total += mixcon.moco(queries=z, keys=z, queue=z, gradient=False)
    total += mixcon.moco(queries=z, keys=z, queue=z, details=True).value
    total += mixcon.moco(queries=z, keys=z, queue=z)[0]
    total += mixcon.moco_n(queries=z, keys=z, gradient=False)
    total += mixcon.moco_n(queries=z, keys=z, details=True).value
    total += mixcon.moco_n(queries=z, keys=z)[0]
    total += mixcon.moco_v3(queries=z, keys=z, gradient=False)
    total += mixcon.moco_v3(queries=z, keys=z, details=True).value
    total += mixcon.moco_v3(queries=z, keys=z)[0]
    total += mixcon.multi_similarity(z=z, gradient=False)
    total += mixcon.multi_similarity(z=z, details=True).value
    total += mixcon.multi_similarity(z=z)[0]
    total += mixcon.n_pairs(z=z, labels=labels, gradient=False)
    total += mixcon.n_pairs(z=z, labels=labels, details=True).value
    total += mixcon.n_pairs(z=z, labels=labels)[0]
    total += mixcon.nca(z=z, gradient=False)
    total += mixcon.nca(z=z, details=True).value
    total += mixcon.nca(z=z)[0]
    total += mixcon.normface(z=z, labels=labels, proxies=z, gradient=False)
    total += mixcon.normface(z=z, labels=labels, proxies=z, details=True).value
    total += mixcon.normface(z=z, labels=labels, proxies=z)[0]
    total += mixcon.nt_xent(z=z, gradient=False)
    total += mixcon.nt_xent(z=z, details=True).value
    total += mixcon.nt_xent(z=z)[0]
    total += mixcon.nt_xent_per_pair(z=z, gradient=False)
    total += mixcon.nt_xent_per_pair(z=z, details=True).value
    total += mixcon.nt_xent_per_pair(z=z)[0]
    total += mixcon.proxy_anchor(z=z, labels=labels, proxies=z, gradient=False)
    total += mixcon.proxy_anchor(z=z, labels=labels, proxies=z, details=True).value
    total += mixcon.proxy_anchor(z=z, labels=labels, proxies=z)[0]
    total += mixcon.proxy_nca(z=z, labels=labels, proxies=z, gradient=False)
    total += mixcon.proxy_nca(z=z, labels=labels, proxies=z, details=True).value
    total += mixcon.proxy_nca(z=z, labels=labels, proxies=z)[0]
    total += mixcon.relational_distillation(student=z, teacher=z, gradient=False)
    total += mixcon.relational_distillation(student=z, teacher=z, details=True).value
    total += mixcon.relational_distillation(student=z, teacher=z)[0]
    total += mixcon.siglip(images=z, texts=z, gradient=False)
    total += mixcon.siglip(images=z, texts=z, details=True).value
    total += mixcon.siglip(images=z, texts=z)[0]
    total += mixcon.soft_binary_cross_entropy(logits=z, targets=z, gradient=False)
    total += mixcon.soft_binary_cross_entropy(logits=z, targets=z, details=True).value
    total += mixcon.soft_binary_cross_entropy(logits=z, targets=z)[0]
    total += mixcon.soft_cross_entropy(logits=z, targets=z, gradient=False)
    total += mixcon.soft_cross_entropy(logits=z, targets=z, details=True).value
    total += mixcon.soft_cross_entropy(logits=z, targets=z)[0]
    total += mixcon.supcon(z=z, gradient=False)
    total += mixcon.supcon(z=z, details=True).value
    total += mixcon.supcon(z=z)[0]
    total += mixcon.supcon_inside(z=z, gradient=False)
    total += mixcon.supcon_inside(z=z, details=True).value
    total += mixcon.supcon_inside(z=z)[0]
    total += mixcon.supmix(z=z, labels=labels, lam=0.5, gradient=False)
    total += mixcon.supmix(z=z, labels=labels, lam=0.5, details=True).value
    total += mixcon.supmix(z=z, labels=labels, lam=0.5)[0]
    total += mixcon.triplet_margin(z=z, gradient=False)
    total += mixcon.triplet_margin(z=z, details=True).value
    total += mixcon.triplet_margin(z=z)[0]
    total += mixcon.un_mix_loss(queries=z, keys=z, queue=z, lam=0.5, gradient=False)
    total += mixcon.un_mix_loss(queries=z, keys=z, queue=z, lam=0.5, details=True).value
    total += mixcon.un_mix_loss(queries=z, keys=z, queue=z, lam=0.5)[0]
    total += mixcon.unicon(z=z, u=z, labels=labels, gradient=False)
    total += mixcon.unicon(z=z, u=z, labels=labels, details=True).value
    total += mixcon.unicon(z=z, u=z, labels=labels)[0]
    total += mixcon.uniformity(z=z, gradient=False)
    total += mixcon.uniformity(z=z, details=True).value
    total += mixcon.uniformity(z=z)[0]
    total += mixcon.vicreg(x=z, y=z, gradient=False)
    total += mixcon.vicreg(x=z, y=z, details=True).value
    total += mixcon.vicreg(x=z, y=z)[0]
    total += mixcon.weighted_decoupled(z=z, gradient=False)
    total += mixcon.weighted_decoupled(z=z, details=True).value
    total += mixcon.weighted_decoupled(z=z)[0]
    total += mixcon.weighted_softmax(z=z, gradient=False)
    total += mixcon.weighted_softmax(z=z, details=True).value
    total += mixcon.weighted_softmax(z=z)[0]
    return total


def tensors(z: Tensor, labels: Tensor) -> Tensor:
    total = z.sum()
    total = total + F.alignment(x=z, y=z)
    total = total + mixcon.Alignment()(z, z)
    total = total + F.arcface(z=z, labels=labels, proxies=z)
    total = total + mixcon.ArcFace(3, 4)(z, labels)
    total = total + F.barlow_twins(x=z, y=z)
    total = total + mixcon.BarlowTwins()(z, z)
    total = total + F.batch_hard_triplet(z=z)
    total = total + mixcon.BatchHardTriplet()(z)
    total = total + F.byol(predictions=z, targets=z)
    total = total + mixcon.BYOL()(z, z)
    total = total + F.simsiam(predictions=z, targets=z)
    total = total + mixcon.SimSiam()(z, z)
    total = total + F.circle(z=z)
    total = total + mixcon.Circle()(z)
    total = total + F.clip(images=z, texts=z)
    total = total + mixcon.CLIP()(z, z)
    total = total + F.contrastive_distillation(student=z, teacher=z)
    total = total + mixcon.ContrastiveDistillation()(z, z)
    total = total + F.contrastive_margin(z=z)
    total = total + mixcon.ContrastiveMargin()(z)
    total = total + F.decoupled(z=z)
    total = total + mixcon.Decoupled()(z)
    total = total + F.decoupled_mixup(logits=z, labels=labels, lam=0.5)
    total = total + mixcon.DecoupledMixup()(z, labels, 0.5)
    total = total + F.group_softmax(z=z)
    total = total + mixcon.GroupSoftmax()(z)
    total = total + F.hard_negative(z=z)
    total = total + mixcon.HardNegative()(z)
    total = total + F.debiased(z=z)
    total = total + mixcon.Debiased()(z)
    total = total + F.i_mix(mixed=z, keys=z, lam=0.5, partner=labels)
    total = total + mixcon.IMix()(z, z, 0.5, labels)
    total = total + F.infinite_class_mixup(features=z, weight=z, bias=z, labels=labels, lam=0.5)
    total = total + mixcon.InfiniteClassMixup()(z, z, z, labels, 0.5)
    total = total + F.info_nce(z=z)
    total = total + mixcon.InfoNCE()(z)
    total = total + F.knowledge_distillation(student=z, teacher=z)
    total = total + mixcon.KnowledgeDistillation()(z, z)
    total = total + F.lifted_structure(z=z)
    total = total + mixcon.LiftedStructure()(z)
    total = total + F.mmcl(x=z, y=z)
    total = total + mixcon.MMCL()(z, z)
    total = total + F.moco(queries=z, keys=z, queue=z)
    total = total + mixcon.MoCo()(z, z)
    total = total + F.moco_n(queries=z, keys=z)
    total = total + mixcon.MoCoN()(z, z)
    total = total + F.moco_v3(queries=z, keys=z)
    total = total + mixcon.MoCoV3()(z, z)
    total = total + F.multi_similarity(z=z)
    total = total + mixcon.MultiSimilarity()(z)
    total = total + F.n_pairs(z=z, labels=labels)
    total = total + mixcon.NPairs()(z, labels)
    total = total + F.nca(z=z)
    total = total + mixcon.NCA()(z)
    total = total + F.normface(z=z, labels=labels, proxies=z)
    total = total + mixcon.NormFace(3, 4)(z, labels)
    total = total + F.nt_xent(z=z)
    total = total + mixcon.NTXent()(z)
    total = total + F.nt_xent_per_pair(z=z)
    total = total + mixcon.NTXentPerPair()(z)
    total = total + F.proxy_anchor(z=z, labels=labels, proxies=z)
    total = total + mixcon.ProxyAnchor(3, 4)(z, labels)
    total = total + F.proxy_nca(z=z, labels=labels, proxies=z)
    total = total + mixcon.ProxyNCA(3, 4)(z, labels)
    total = total + F.relational_distillation(student=z, teacher=z)
    total = total + mixcon.RelationalDistillation()(z, z)
    total = total + F.siglip(images=z, texts=z)
    total = total + mixcon.SigLIP()(z, z)
    total = total + F.soft_binary_cross_entropy(logits=z, targets=z)
    total = total + mixcon.SoftBinaryCrossEntropy()(z, z)
    total = total + F.soft_cross_entropy(logits=z, targets=z)
    total = total + mixcon.SoftCrossEntropy()(z, z)
    total = total + F.supcon(z=z)
    total = total + mixcon.SupCon()(z)
    total = total + F.supcon_inside(z=z)
    total = total + mixcon.SupConInside()(z)
    total = total + F.supmix(z=z, labels=labels, lam=0.5)
    total = total + mixcon.SupMix()(z, labels, 0.5)
    total = total + F.triplet_margin(z=z)
    total = total + mixcon.TripletMargin()(z)
    total = total + F.un_mix_loss(queries=z, keys=z, queue=z, lam=0.5)
    total = total + mixcon.UnMix()(z, z, 0.5)
    total = total + F.unicon(z=z, u=z, labels=labels)
    total = total + mixcon.UniCon()(z, z, labels)
    total = total + F.uniformity(z=z)
    total = total + mixcon.Uniformity()(z)
    total = total + F.vicreg(x=z, y=z)
    total = total + mixcon.VICReg()(z, z)
    total = total + F.weighted_decoupled(z=z)
    total = total + mixcon.WeightedDecoupled()(z)
    total = total + F.weighted_softmax(z=z)
    total = total + mixcon.WeightedSoftmax()(z)
    total = total + mixcon.Contrast("info_nce")(z, z, targets.Diagonal())
    total = total + mixcon.Contrast("info_nce")(z, z, targets.Queue(), own=z)
    total = total + mixcon.distributed.global_loss(mixcon.NTXent(), averaged_by_ddp=False)(z)
    total = total + mixcon.distributed.memory_estimate(65536, 128, 8, gathered=True)
    total = total + mixcon.distributed.traffic_estimate(65536, 128, 8)
    last: Tensor = F.contrast("info_nce", z, z, targets.Diagonal())
    return last


def every_targets(labels: npt.NDArray[np.int64], z: npt.NDArray[np.float32]) -> list[mixcon.Targets]:
    return [
        targets.Views(4), targets.Labels(labels), targets.Diagonal(), targets.Classes(labels),
        targets.Others(), targets.Negatives(), targets.Queue(), targets.ImagesAndMixtures(labels, 0.5),
        targets.Table(z), targets.Mixed(targets.Diagonal(), lam=z, partner=labels),
    ]
