# SPDX-License-Identifier: BSD-3-Clause
"""A call of each loss: rows, and what else it takes. What tests that hold for every loss iterate over."""

import numpy as np


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


class Example:
    """`rows`: arrays of float64, by the name of the argument; `rest`: the others; `parameters`."""

    def __init__(self, rows, rest=None, **parameters):
        self.rows, self.rest, self.parameters = rows, rest or {}, parameters

    def arguments(self, convert=lambda x: x):
        return {**{k: convert(v) for k, v in self.rows.items()}, **self.rest, **self.parameters}


def examples(samples=6, width=4, seed=5):
    rng = np.random.default_rng(seed)
    z = lambda n=samples, d=width: rng.normal(size=(n, d))
    labels = np.arange(samples) % 3
    lam, partner = rng.uniform(0.2, 0.8, samples), np.roll(np.arange(samples), 1)
    views = lambda **p: Example({"z": z(2 * samples)}, **p)
    labelled = lambda **p: Example({"z": z()}, {"labels": labels}, **p)
    proxies = lambda **p: Example({"z": z(), "proxies": z(3)}, {"labels": labels}, **p)
    soft = rng.uniform(0.1, 1, (samples, 3))
    from mixcon import targets

    shares = rng.uniform(0.1, 1, (samples, samples)) * (1 - np.eye(samples))
    return {
        "alignment": Example({"x": unit(z()), "y": unit(z())}),
        "arcface": proxies(scale=8.0),
        "barlow_twins": Example({"x": z(), "y": z()}),
        "batch_hard_triplet": labelled(margin=0.7),
        "byol": Example({"predictions": z(), "targets": z()}),
        "simsiam": Example({"predictions": z(), "targets": z()}),
        "circle": labelled(gamma=4.0),
        "clip": Example({"images": z(), "texts": z()}),
        "contrastive_distillation": Example({"student": z(), "teacher": rng.normal(size=(samples, 4, width))},
                                            negatives=3.0, samples=100.0, normalizer=50.0, temperature=0.5),
        "contrastive_margin": labelled(negative_margin=1.2),
        "decoupled": views(),
        "decoupled_mixup": Example({"logits": z(d=3)}, {"labels": labels, "lam": lam, "partner": partner}),
        "group_softmax": labelled(),
        "hard_negative": views(),
        "debiased": views(),
        "i_mix": Example({"mixed": z(), "keys": z()}, {"lam": lam, "partner": partner}),
        "infinite_class_mixup": Example({"features": z(), "weight": z(3), "bias": rng.normal(size=3)},
                                        {"labels": labels, "lam": lam, "partner": partner}),
        "info_nce": labelled(),
        "knowledge_distillation": Example({"student": z(), "teacher": z()}),
        "lifted_structure": labelled(),
        "mmcl": Example({"x": unit(z()), "y": unit(z())}),
        "moco": Example({"queries": z(), "keys": z(), "queue": z(7)}),
        "moco_n": Example({"queries": z(), "keys": z(), "queue": unit(z(7))}, {"lam": lam, "partner": partner}),
        "moco_v3": Example({"queries": z(), "keys": z()}),
        "multi_similarity": labelled(),
        "n_pairs": labelled(),
        "nca": labelled(),
        "normface": proxies(),
        "nt_xent": views(),
        "nt_xent_per_pair": labelled(),
        "proxy_anchor": proxies(alpha=4.0),
        "proxy_nca": proxies(),
        "relational_distillation": Example({"student": z(), "teacher": z(d=3)}),
        "siglip": Example({"images": z(), "texts": z()}, scale=3.0, bias=-1.0),
        "soft_binary_cross_entropy": Example({"logits": z(d=3)}, {"targets": soft}),
        "soft_cross_entropy": Example({"logits": z(d=3)}, {"targets": soft}),
        "supcon": labelled(),
        "supcon_inside": labelled(),
        "supmix": Example({"z": z(2 * samples)}, {"labels": labels, "lam": 0.7}),
        "triplet_margin": labelled(margin=0.7),
        "un_mix_loss": Example({"queries": z(2 * samples), "keys": z(), "queue": z(7)}, {"lam": 0.7}),
        "unicon": Example({"z": z(2 * samples), "u": z(2 * samples)}, {"labels": labels}),
        "uniformity": Example({"z": unit(z())}),
        "vicreg": Example({"x": z(), "y": z()}),
        "weighted_decoupled": views(),
        "weighted_softmax": Example({"z": z()}, {"targets": targets.Table(shares)}, kappa=shares.sum(1),
                                    temperature=0.5),
    }
