# SPDX-License-Identifier: BSD-3-Clause
"""Losses as naive formulas of NumPy in double, and batches of random shapes for them: what fuzzing compares with."""

import numpy as np

from mixcon import targets as made


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)


def log_sum(x, seen=True):
    """The logarithm of the sum of exponentials of what is seen, along the last axis."""
    x = np.where(seen, x, -np.inf)
    top = x.max(axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore"):
        return (top + np.log(np.exp(x - top).sum(axis=-1, keepdims=True)))[..., 0]


def cross_entropy(x, shares, seen=True):
    """The mean over rows of sum_j p_j (log-sum of what is seen - x_j); 0 for a row without shares."""
    mass = shares.sum(axis=1)
    return float((mass * np.where(mass > 0, log_sum(x, seen), 0) - (shares * x).sum(axis=1)).mean())


def same_class(labels):
    """Shares of the other rows of a class, and which rows are seen."""
    others = ~np.eye(len(labels), dtype=bool)
    same = (labels[:, None] == labels) & others
    return same / np.maximum(same.sum(axis=1, keepdims=True), 1), others


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def nt_xent(z, temperature):
    n = len(z)
    return cross_entropy(unit(z) @ unit(z).T / temperature, np.roll(np.eye(n), n // 2, axis=1), ~np.eye(n, dtype=bool))


def decoupled(z, temperature):
    n = len(z)
    x, own = unit(z) @ unit(z).T / temperature, np.roll(np.eye(n), n // 2, axis=1)
    return float((log_sum(x, (own + np.eye(n)) == 0) - (own * x).sum(axis=1)).mean()) if n > 2 else 0.0


def labelled(z, labels, temperature):
    shares, seen = same_class(labels)
    return cross_entropy(unit(z) @ unit(z).T / temperature, shares, seen)


def clip(images, texts, scale):
    x, own = scale * unit(images) @ unit(texts).T, np.eye(len(images))
    return (cross_entropy(x, own) + cross_entropy(x.T, own)) / 2


def siglip(images, texts, scale, bias):
    x = scale * unit(images) @ unit(texts).T + bias
    return float(softplus(np.where(np.eye(len(x)) > 0, -x, x)).sum() / len(x))


def moco(queries, keys, queue, temperature):
    q = unit(queries)
    x = np.concatenate([(q * unit(keys)).sum(axis=1, keepdims=True), q @ unit(queue).T], axis=1) / temperature
    return cross_entropy(x, np.eye(1, x.shape[1]).repeat(len(x), axis=0))


def i_mix(mixed, keys, lam, partner, temperature):
    own = np.eye(len(mixed))
    shares = lam[:, None] * own + (1 - lam[:, None]) * own[partner]
    return cross_entropy(unit(mixed) @ unit(keys).T / temperature, shares)


def normface(z, proxies, labels, temperature):
    return cross_entropy(unit(z) @ unit(proxies).T / temperature, np.eye(len(proxies))[labels])


def soft_cross_entropy(logits, targets):
    return cross_entropy(logits, targets)


def soft_binary_cross_entropy(logits, targets):
    return float((softplus(logits) - targets * logits).sum() / len(logits))


def knowledge_distillation(student, teacher, temperature):
    s, t = (x / temperature - log_sum(x / temperature)[:, None] for x in (student, teacher))
    return float(temperature**2 * (np.exp(t) * (t - s)).sum() / len(s))


def byol(predictions, targets):
    return float(2 - 2 * (unit(predictions) * unit(targets)).sum(axis=1).mean())


def centred(z):
    return z - z.mean(axis=0)


def barlow_twins(x, y):
    a, b = (centred(z) / np.sqrt((centred(z) ** 2).mean(axis=0) + 1e-5) for z in (x, y))
    c = a.T @ b / len(x)
    own = np.diag(c)
    return float(((own - 1) ** 2).sum() + 5e-3 * ((c**2).sum() - (own**2).sum()))


def vicreg(x, y):
    value = 25 * ((x - y) ** 2).mean()
    for z in (x, y):
        v = centred(z).T @ centred(z) / (len(z) - 1)
        own = np.diag(v)
        value += 12.5 * np.maximum(1 - np.sqrt(own + 1e-4), 0).mean() + ((v**2).sum() - (own**2).sum()) / len(own)
    return float(value)


def alignment(x, y):
    return float(((x - y) ** 2).sum(axis=1).mean())


def uniformity(z):
    apart = ((unit(z)[:, None] - unit(z)) ** 2).sum(axis=2)
    return float(np.log(np.exp(-2 * apart)[~np.eye(len(z), dtype=bool)].mean()))


def table(z, shares, seen, temperature):
    return cross_entropy(unit(z) @ unit(z).T / temperature, shares, seen)


def trial(name, rng):
    """Rows by name, the other arguments of mixcon's function, and those of the formula where they differ."""
    n, d = (int(rng.integers(1, k)) for k in ((12, 9), (40, 40), (260, 5), (5, 260))[rng.integers(4)])
    z = lambda rows=n, width=d: rng.normal(size=(rows, width)) * 10 ** rng.uniform(-1, 1)
    few = int(rng.integers(1, 9))
    labels = rng.integers(few, size=n).astype(rng.choice(["i1", "i2", "i4", "i8", "u1", "u4", "u8"]))
    temperature = float(10 ** rng.uniform(-1, 0.5))
    heat = {"temperature": temperature}
    if name in ("nt_xent", "decoupled"):
        return {"z": z(2 * n)}, heat, heat
    if name == "info_nce":
        return {"z": z()}, {"labels": labels, **heat}, {"labels": labels, **heat}
    if name == "supcon":
        given = {"labels": labels, **heat}
        return {"z": z()}, {**given, "base_temperature": temperature}, given
    if name == "table":
        seen = rng.integers(0, 2, (n, n)).astype(float)
        shares = rng.uniform(0, 1, (n, n)) * seen * rng.integers(0, 2, (n, 1))
        return {"z": z()}, {"targets": made.Table(shares, seen), **heat}, {"shares": shares, "seen": seen > 0, **heat}
    if name in ("clip", "siglip"):
        more = {"scale": 1 / temperature, **({"bias": float(rng.normal())} if name == "siglip" else {})}
        return {"images": z(), "texts": z()}, more, more
    if name == "moco":
        return {"queries": z(), "keys": z(), "queue": z(few)}, heat, heat
    if name == "i_mix":
        more = {"lam": rng.uniform(size=n), "partner": rng.integers(n, size=n), **heat}
        return {"mixed": z(), "keys": z()}, more, more
    if name == "normface":
        return {"z": z(), "proxies": z(few)}, {"labels": labels, **heat}, {"labels": labels, **heat}
    if name in ("soft_cross_entropy", "soft_binary_cross_entropy"):
        more = {"targets": rng.uniform(size=(n, d)) * rng.integers(0, 2, (n, d))}
        return {"logits": z()}, more, more
    if name == "knowledge_distillation":
        return {"student": z(), "teacher": z()}, heat, heat
    if name == "byol":
        return {"predictions": z(), "targets": z()}, {}, {}
    if name == "uniformity":
        return {"z": z()}, {}, {}
    return {"x": z(), "y": z()}, {}, {}


FORMULAS = {
    "nt_xent": nt_xent, "decoupled": decoupled, "info_nce": labelled, "supcon": labelled, "clip": clip,
    "siglip": siglip, "moco": moco, "i_mix": i_mix, "normface": normface, "soft_cross_entropy": soft_cross_entropy,
    "soft_binary_cross_entropy": soft_binary_cross_entropy, "knowledge_distillation": knowledge_distillation,
    "byol": byol, "barlow_twins": barlow_twins, "vicreg": vicreg, "alignment": alignment, "uniformity": uniformity,
    "table": table,
}
CALLED = {"table": "info_nce"}  # where the formula's name is not the function's
