#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: test_calls.py ROOT LIBRARY

The calls that scripts/benchmark measures, against formulas in NumPy (double): values, and a gradient by differences.
"""
import os
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

SYSTEM = "/usr/bin/python3"
try:
    import numpy as np
except ImportError:  # Debian's NumPy is of the system's Python, which need not be the first on the path
    if os.path.exists(SYSTEM) and sys.executable != SYSTEM:
        os.execv(SYSTEM, [SYSTEM, "-B", *sys.argv])
    print("skipped: this Python has no NumPy")
    sys.exit(77)

ROOT, LIBRARY = Path(sys.argv.pop(1)), sys.argv.pop(1)
sys.path.insert(0, str(ROOT / "benchmarks/compare"))

from library import Library  # noqa: E402


class Array:
    """As much of a tensor as a call asks for."""

    def __init__(self, values, kind=np.float32):
        self.values = np.ascontiguousarray(values, kind)
        self.shape = self.values.shape

    def data_ptr(self):
        return self.values.ctypes.data

    def is_contiguous(self):
        return True


DRAW = np.random.default_rng(1)
N, D, K = 24, 10, 3
ROWS = [DRAW.normal(size=(N, D)) for _ in range(3)]
LABELS = np.arange(N) % K


def unit(z):
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def lse(x, axis=1, where=True):
    return np.log(np.sum(np.exp(x), axis=axis, where=where))


def cosines(a, c):
    return unit(a) @ unit(c).T


OTHERS = ~np.eye(N, dtype=bool)


def means_over_positives(x, labels):
    positive = (labels[:, None] == labels[None]) & OTHERS
    return np.mean(lse(x, where=OTHERS) - np.sum(x * positive, axis=1) / positive.sum(axis=1))


def nt_xent(z):
    x = cosines(z, z) / 0.5
    return np.mean(lse(x, where=OTHERS) - x[np.arange(N), (np.arange(N) + N // 2) % N])


BOTH = np.tile(LABELS[: N // 2], 2)


def clip(a, b):
    x = 14 * cosines(a, b)
    return np.mean(lse(x) + lse(x, axis=0) - 2 * np.diag(x)) / 2


def siglip(a, b):
    sign = 2 * np.eye(N) - 1
    return np.sum(np.log1p(np.exp(-sign * (10 * cosines(a, b) - 10)))) / N


def moco(q, k, queue):
    own, x = np.sum(unit(q) * unit(k), axis=1) / 0.07, cosines(q, queue) / 0.07
    return np.mean(np.logaddexp(own, lse(x)) - own)


def batch_hard(z):
    d = np.sqrt(np.maximum(2 - 2 * cosines(z, z), 0))
    same = LABELS[:, None] == LABELS[None]
    above = np.maximum(np.max(d, axis=1, where=same & OTHERS, initial=0) - np.min(d, axis=1, where=~same, initial=9) + 0.2, 0)
    return above.sum() / np.count_nonzero(above)


def multi_similarity(z):
    s, same = cosines(z, z) - 0.5, LABELS[:, None] == LABELS[None]
    pull, push = np.sum(np.exp(-2 * s), axis=1, where=same & OTHERS), np.sum(np.exp(50 * s), axis=1, where=~same)
    return np.mean(np.log1p(pull) / 2 + np.log1p(push) / 50)


def barlow_twins(a, b):
    a, b = ((z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5) for z in (a, b))
    c = a.T @ b / N
    return np.sum((np.diag(c) - 1) ** 2) + 5e-3 * (np.sum(c**2) - np.sum(np.diag(c) ** 2))


def vicreg(a, b):
    loss = 25 * np.mean((a - b) ** 2)
    for z in (a, b):
        c = np.cov(z.T)
        loss += 12.5 * np.mean(np.maximum(0, 1 - np.sqrt(np.diag(c) + 1e-4))) + (np.sum(c**2) - np.sum(np.diag(c) ** 2)) / D
    return loss


SHARES = 0.1 + 0.8 * DRAW.random(N)
PARTNERS = DRAW.permutation(LABELS)


def infinite_class_mixup(x, weight, bias):
    mixed = SHARES[:, None] * weight[LABELS] + (1 - SHARES)[:, None] * weight[PARTNERS]
    logits = x @ mixed.T + SHARES * bias[0, LABELS] + (1 - SHARES) * bias[0, PARTNERS]
    return np.mean(lse(logits) + lse(logits, axis=0) - 2 * np.diag(logits))


def knowledge_distillation(student, teacher):
    student, teacher = (x / 4 - lse(x / 4)[:, None] for x in (student, teacher))
    return 16 * np.mean(np.sum(np.exp(teacher) * (teacher - student), axis=1))


def contrastive_distillation(v, own):
    x = np.exp(np.einsum("nd,nkd->nk", unit(v), unit(own).reshape(N, -1, D)) / 0.5) / 5
    noise = (x.shape[1] - 1) / 50
    found = np.log(x[:, :1] / (x[:, :1] + noise + 1e-7)).sum() + np.log(noise / (x[:, 1:] + noise + 1e-7)).sum()
    return -found / N


def smooth_mean(x):
    return np.mean(np.where(np.abs(x) < 1, x**2 / 2, np.abs(x) - 0.5))


def relational_distillation(student, teacher):
    apart = [z[None] - z[:, None] for z in (student, teacher)]
    lengths = [np.linalg.norm(a, axis=2) for a in apart]
    relative = [d / d[d > 0].mean() for d in lengths]
    units = [a / np.where(d == 0, 1, d)[:, :, None] for a, d in zip(apart, lengths)]
    angles = [u @ u.transpose(0, 2, 1) for u in units]
    return 25 * smooth_mean(relative[0] - relative[1]) + 50 * smooth_mean(angles[0] - angles[1])


SOFT = DRAW.random((N, D))
CASES = {  # formula, its matrices, constants, labels, partners
    "nt_xent": (nt_xent, ROWS[:1], [0.5], None, None),
    "supcon": (lambda z: means_over_positives(cosines(z, z) / 0.1, BOTH), ROWS[:1], [0.1], LABELS[: N // 2], None),
    "unicon": (lambda z, u: means_over_positives(cosines(z, u) / 0.1, BOTH), ROWS[:2], [0.1], LABELS[: N // 2], None),
    "clip": (clip, ROWS[:2], [14], None, None),
    "siglip": (siglip, ROWS[:2], [10, -10], None, None),
    "moco": (moco, ROWS, [0.07], None, None),
    "batch_hard_triplet": (batch_hard, ROWS[:1], [0.2], LABELS, None),
    "multi_similarity": (multi_similarity, ROWS[:1], [], LABELS, None),
    "barlow_twins": (barlow_twins, ROWS[:2], [5e-3], None, None),
    "vicreg": (vicreg, ROWS[:2], [], None, None),
    "infinite_class_mixup": (infinite_class_mixup, [ROWS[0], ROWS[1][:K], DRAW.normal(size=(1, K))], SHARES, LABELS, PARTNERS),
    "soft_cross_entropy": (lambda x, t: np.mean(np.sum(t * (lse(x)[:, None] - x), axis=1)), [ROWS[0], SOFT], [], None, None),
    "normface": (lambda x, p: np.mean(lse(cosines(x, p) / 0.05) - cosines(x, p)[np.arange(N), LABELS] / 0.05),
                 [ROWS[0], ROWS[1][:K]], [0.05], LABELS, None),
    "proxy_nca": (lambda x, p: np.mean(lse(16 * cosines(x, p)) - 16 * cosines(x, p)[np.arange(N), LABELS]),
                  [ROWS[0], ROWS[1][:K]], [8], LABELS, None),
    "alignment": (lambda x, y: np.mean(np.sum((x - y) ** 2, axis=1)), ROWS[:2], [], None, None),
    "byol": (lambda p, z: 2 - 2 * np.mean(np.sum(unit(p) * unit(z), axis=1)), ROWS[:2], [], None, None),
    "knowledge_distillation": (knowledge_distillation, ROWS[:2], [4], None, None),
    "contrastive_distillation": (contrastive_distillation, [ROWS[0], np.concatenate(ROWS)], [0.5, 50, 5], None, None),
    "relational_distillation": (relational_distillation, ROWS[:2], [25, 50], None, None),
}


def called(name, rows, constants, labels, partner, gradients):
    """The value of a call, and its gradients by each matrix."""
    integers = {k: None if v is None else Array(v, np.int64) for k, v in (("labels", labels), ("partner", partner))}
    given = SimpleNamespace(rows=[Array(r) for r in rows], constants=Array(constants, np.float64), **integers)
    room = [Array(np.zeros(r.shape)) for r in rows] + [None] * (3 - len(rows)) if gradients else None
    value = Library(LIBRARY).bind(name, given, 1, room)()
    return value, [g.values for g in room if g is not None] if gradients else None


class Calls(unittest.TestCase):
    def test_values_and_the_first_gradient_are_those_of_the_formula(self):
        for name, (formula, rows, *more) in CASES.items():
            with self.subTest(name):
                right = formula(*rows)
                value, gradients = called(name, rows, *more, True)
                self.assertAlmostEqual(called(name, rows, *more, False)[0], right, delta=2e-5 * abs(right))
                self.assertAlmostEqual(value, right, delta=2e-5 * abs(right))
                toward = DRAW.normal(size=rows[0].shape)
                step = 1e-5
                higher, lower = (formula(rows[0] + s * step * toward, *rows[1:]) for s in (1, -1))
                slope = np.sum(gradients[0] * toward)
                self.assertAlmostEqual(slope, (higher - lower) / (2 * step), delta=1e-3 * np.linalg.norm(gradients[0]) + 1e-5)

    def test_mixing(self):
        batch, partner = DRAW.random((4, 3, 6, 6)), np.array([1, 2, 3, 0])
        mixed = called("mixup", [batch], [0.7], None, partner, True)[1][0]
        np.testing.assert_allclose(mixed, 0.7 * batch + 0.3 * batch[partner], rtol=1e-5)
        pasted = called("cutmix", [batch], [1, 4, 2, 6], None, partner, True)[1][0]
        right = batch.copy()
        right[:, :, 1:4, 2:6] = batch[partner][:, :, 1:4, 2:6]
        np.testing.assert_allclose(pasted, right, rtol=1e-6)

    def test_a_call_that_is_refused_gives_nan(self):
        self.assertTrue(np.isnan(called("nt_xent", [ROWS[0][:5]], [0.5], None, None, False)[0]))


if __name__ == "__main__":
    unittest.main()
