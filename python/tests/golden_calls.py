# SPDX-License-Identifier: BSD-3-Clause
"""How each kind of golden case is called through the package: a function of a case, which returns the value, and the
gradients by the names of the case's outputs."""

import numpy as np

import mixcon
from mixcon import targets


def two(gradient, first="z1", second="z2"):
    return {f"grad_{first}": gradient[0], f"grad_{second}": gradient[1]}


def alignment(c):
    value, g = mixcon.alignment(c.x, c.y, power=c.params["alpha"], form="as_given")
    return value, two(g, "x", "y")


def uniformity(c):
    form = {"similarity": "negative_squared_distance", "rows": c.rows()}
    value, g = mixcon.uniformity(c.x, sharpness=c.params["t"], **form)
    return value, {"grad_x": g}


def byol(c):
    value, g = mixcon.byol(c.p, c.z)
    return value, {"grad_p": g}


def byol_mix(c):
    value, g = mixcon.byol(c.p, c.z, lam=np.atleast_1d(c.lam), partner=c.index)
    return value, {"grad_p": g}


def simsiam(c):
    a, by_a = mixcon.simsiam(c.p1, c.z2)
    b, by_b = mixcon.simsiam(c.p2, c.z1)
    return a + b, two((by_a, by_b), "p1", "p2")


def scaled(loss):
    def call(c):
        more = {"bias": float(c.bias)} if c.bias is not None else {}
        found = loss(c.x, c.y, scale=float(c.scale), details=True, **more, **c.similarity())
        by = {"grad_scale": found.by_scale, **two(found.gradient, "x", "y")}
        return found.value, {**by, "grad_bias": found.by_bias} if more else by

    return call


def two_views(loss, **names):
    def call(c):
        given = {ours: c.params[theirs] for ours, theirs in names.items()}
        value, g = loss(c.z1, c.z2, **given, **c.similarity())
        return value, two(g)

    return call


def teacher(loss, **names):
    def call(c):
        value, g = loss(c.student, c.teacher, **{ours: c.params[theirs] for ours, theirs in names.items()})
        return value, {"grad_student": g}

    return call


def crd(c):
    p = c.params
    value, g = mixcon.contrastive_distillation(
        c.v, c.candidates, temperature=p["temperature"], samples=p["n_data"], normalizer=p["normalizer"],
        epsilon=p["eps"], negatives=c.candidates.shape[1] - 1, **c.similarity(),
    )
    return value, {"grad_v": g}


def labelled(loss, more=None, **names):
    def call(c):
        given = {ours: c.params[theirs] for ours, theirs in names.items()}
        if more:
            given.update(more(c))
        value, g = loss(c.z, c.labels, **given)
        return value, {"grad_z": g}

    return call


def distances(c):
    return {"similarity": "negative_distance", "rows": c.rows()}


def squares(c):
    return {"similarity": "negative_squared_distance", "rows": c.rows()}


def triplet(c):
    if c.params["mining"] == "batch_hard":
        return labelled(mixcon.batch_hard_triplet, distances, margin="margin", soft="smooth")(c)
    mined = {"all": "all", "hard": "hard", "semihard": "semi_hard"}[c.params["mining"]]
    return labelled(
        mixcon.triplet_margin,
        lambda c: {**distances(c), "mined": mined, "mining_margin": c.params.get("mining_margin", 0.2)},
        margin="margin", soft="smooth",
    )(c)


def proxies(loss, more, **names):
    def call(c):
        given = {ours: c.params[theirs] for ours, theirs in names.items()}
        value, g = loss(c.z, c.labels, c.proxies, **given, **more(c))
        return value, two(g, "z", "proxies")

    return call


def arcface(c):
    value, g = mixcon.arcface(
        c.z, c.labels, c.proxies, scale=c.params["scale"], margin=np.deg2rad(c.params["margin_degrees"])
    )
    return value, two(g, "z", "proxies")


def infinite(c):
    """A batch of 2 N samples, of which the first N are mixed: the labels' partners are rows of their own."""
    axis = {"icm_class": "classes", "icm_pair": "pairs", "icm_dual": "both"}[c.kind]
    given = (c.x, c.weight, c.bias.astype(c.dtype))
    value, g = mixcon.infinite_class_mixup(*given, c.y1, np.atleast_1d(c.lam), labels_of_partners=c.y2,
                                           softmax_over=axis)
    return value, {"grad_x": g[0], "grad_weight": g[1], "grad_bias": g[2]}


def queue(c):
    value, g = mixcon.moco(
        c.q, c.k, c.queue, temperature=c.params["temperature"], gradient="all", **c.similarity()
    )
    return value, {"grad_q": g[0], "grad_k": g[1], "grad_queue": g[2]}


def moco_v3(c):
    value, g = mixcon.moco_v3(c.q, c.k, temperature=c.params["temperature"], gradient="all")
    return value, two(g, "q", "k")


def moco_n(c):
    mixed = {} if c.lam is None else {"lam": np.atleast_1d(c.lam), "partner": c.index}
    value, g = mixcon.moco_n(c.q, c.k, c.queue, temperature=c.params["temperature"], **mixed)
    return value, {"grad_q": g}


def mmcl(c):
    p = c.params
    value, g = mixcon.mmcl(c.z1, c.z2, sigma=p["sigma"], cap=p["C"], ridge=p["reg"])
    return value, two(g)


def barlow(c):
    p = c.params
    value, g = mixcon.barlow_twins(c.z1, c.z2, redundancy=p["lam"], scale=p["scale"], epsilon=p["eps"])
    return value, two(g)


def vicreg(c):
    p = c.params
    value, g = mixcon.vicreg(
        c.z1, c.z2, invariance=p["sim_weight"], variance=p["var_weight"], covariance=p["cov_weight"],
        epsilon=p["eps"], halves_variance=p["variance_halved"],
    )
    return value, two(g)


def mixup_cross_entropy(c):
    """Each sample's two labels, written out as soft labels."""
    rows = np.arange(len(c.y1))
    soft = np.zeros(c.logits.shape)
    lam = np.broadcast_to(c.lam, len(rows))
    np.add.at(soft, (rows, c.y1), lam)
    np.add.at(soft, (rows, c.y2), 1 - lam)
    value, g = mixcon.soft_cross_entropy(c.logits, soft)
    return value, {"grad_logits": g}


def soft_cross_entropy(c):
    found = mixcon.soft_cross_entropy(c.logits, c.targets, details=True)
    return found.value, {"grad_logits": found.gradient, "grad_targets": found.by_targets}


def supcon(c):
    p = c.params
    given = {k: p[k] for k in ("temperature", "base_temperature", "no_positive") if k in p}
    labels = {} if c.labels is None else {"labels": c.labels}
    if c.mask is not None:
        labels = {"mask": c.mask}
    if p.get("contrast_mode", "all") == "one":
        n, v, d = c.z.shape
        first, rows = c.z[:, 0], np.concatenate([c.z[:, k] for k in range(v)])
        made = targets.Labels(c.labels, v) if c.labels is not None else targets.Views(n, v)
        if c.mask is not None:
            seen = 1 - np.eye(n, v * n)
            shares = np.tile(c.mask, (1, v)) * seen
            made = targets.Table(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300), seen)
        value, g = mixcon.supcon(first, candidates=rows, targets=made, **given, **c.similarity())
        both = g[1].reshape(v, n, d).swapaxes(0, 1).copy()
        both[:, 0] += g[0]
        return value, {"grad_z": both}
    value, g = mixcon.supcon(c.z, **labels, **given, **c.similarity())
    return value, {"grad_z": g}


def supcon_in(c):
    p = c.params
    value, g = mixcon.supcon_inside(
        c.z, c.labels, temperature=p["temperature"], no_positive=p["no_positive"], **c.similarity()
    )
    return value, {"grad_z": g}


def supmix(c):
    p = c.params
    z = np.concatenate([c.z, c.z_mix])
    value, g = mixcon.supmix(
        z, c.labels, p["lam"], temperature=p["temperature"], base_temperature=p["base_temperature"], **c.similarity()
    )
    return value, two(np.split(g, 2), "z", "z_mix")


def unmix(c):
    p = c.params
    value, g = mixcon.un_mix_loss(
        np.concatenate([c.q, c.q_mix]), c.k, c.queue, p["lam"], clean_weight=float(p["clean_weight"]),
        temperature=p["temperature"], similarity="dot_product", rows="unit", candidate_rows="as_given",
    )
    return value, two(np.split(g, 2), "q", "q_mix")


CALLS = {
    "alignment": alignment,
    "uniformity": uniformity,
    "byol": byol,
    "byol_mix": byol_mix,
    "simsiam": simsiam,
    "clip": scaled(mixcon.clip),
    "siglip": scaled(mixcon.siglip),
    "dcl": two_views(mixcon.decoupled, temperature="temperature"),
    "dclw": two_views(mixcon.weighted_decoupled, temperature="temperature", sigma="sigma"),
    "kd": teacher(mixcon.knowledge_distillation, temperature="temperature"),
    "crd": crd,
    "rkd": teacher(mixcon.relational_distillation, distance="w_distance", angle="w_angle"),
    "group_softmax": labelled(mixcon.group_softmax, temperature="temperature"),
    "nca": labelled(mixcon.nca, squares, scale="scale"),
    "nt_xent_per_pair": labelled(mixcon.nt_xent_per_pair, temperature="temperature"),
    "hcl": two_views(
        mixcon.hard_negative, temperature="temperature", concentration="beta", positive_prior="tau_plus"
    ),
    "debiased": two_views(mixcon.debiased, temperature="temperature", positive_prior="tau_plus"),
    "info_nce_queue": queue,
    "moco_v3": moco_v3,
    "moco_n": moco_n,
    "triplet": triplet,
    "contrastive_margin": labelled(
        mixcon.contrastive_margin, distances, positive_margin="pos_margin", negative_margin="neg_margin"
    ),
    "n_pairs": labelled(mixcon.n_pairs),
    "lifted_structure": labelled(
        mixcon.lifted_structure, distances, positive_margin="pos_margin", negative_margin="neg_margin"
    ),
    "multi_similarity": labelled(mixcon.multi_similarity, attract="alpha", repel="beta", base="base"),
    "circle": labelled(mixcon.circle, margin="m", gamma="gamma"),
    "proxy_nca": proxies(mixcon.proxy_nca, squares, scale="scale"),
    "proxy_anchor": proxies(mixcon.proxy_anchor, lambda c: {}, alpha="alpha", margin="margin"),
    "normface": proxies(mixcon.normface, lambda c: {}, temperature="temperature"),
    "arcface": arcface,
    "icm_class": infinite,
    "icm_pair": infinite,
    "icm_dual": infinite,
    "mmcl": mmcl,
    "nt_xent": two_views(mixcon.nt_xent, temperature="temperature"),
    "barlow_twins": barlow,
    "vicreg": vicreg,
    "mixup_cross_entropy": mixup_cross_entropy,
    "soft_cross_entropy": soft_cross_entropy,
    "supcon_out": supcon,
    "supcon_in": supcon_in,
    "supmix": supmix,
    "unmix": unmix,
}
