# SPDX-License-Identifier: BSD-3-Clause
"""Losses that hold weights of pairs constant in the gradient: it is that of the formula, written out here in double,
with the weights of the rows where it is asked for."""

import numpy as np
import pytest

import mixcon
from examples import examples, unit

EPSILON = 1e-6


def log_sum(x, keep):
    x = np.where(keep, x, -np.inf)
    top = x.max(1)
    return top + np.log(np.exp(x - top[:, None]).sum(1))


def weighted_decoupled(rows, held):
    """Attractions are weighted by how little alike a pair is, at the rows `held`."""
    def cosines(z):
        return unit(z) @ unit(z).T

    count = len(rows["z"])
    own = np.arange(count)
    positive = np.roll(own, count // 2)
    alike = cosines(held["z"])[own, positive][: count // 2] / 0.5
    weights = 2 - count // 2 * np.exp(alike) / np.exp(alike).sum()
    x = cosines(rows["z"]) / 0.1
    negative = np.ones((count, count), bool)
    negative[own, own] = negative[own, positive] = False
    return np.mean(log_sum(x, negative) - np.tile(weights, 2) * x[own, positive])


def circle(rows, held, labels, gamma, margin=0.4):
    """Pairs are weighted by how far they are from their optimum, at the rows `held`."""
    s, before = (unit(z["z"]) @ unit(z["z"]).T for z in (rows, held))
    same = labels[:, None] == labels
    push = gamma * np.maximum(before + margin, 0) * (s - margin)
    pull = -gamma * np.maximum(1 + margin - before, 0) * (s - 1 + margin)
    value = np.log1p(np.exp(log_sum(push, ~same) + log_sum(pull, same & ~np.eye(len(s), dtype=bool))))
    return value.mean()


def mmcl(rows, held, sigma=1.0, cap=1.0, ridge=0.1):
    """The coefficients solve a system for each anchor, at the rows `held`."""
    def kernel(x, y):
        return np.exp((2 * x @ y.T - 2) / sigma)

    count, k, value = len(held["x"]), kernel(held["x"], held["x"]), 0.0
    between = kernel(rows["x"], rows["y"])
    for t in range(count):
        rest = [i for i in range(count) if i != t]
        matrix = 1 + ridge * np.eye(count - 1) + k[np.ix_(rest, rest)] - k[t, rest][:, None] - k[t, rest]
        a = np.clip(np.linalg.solve(matrix, np.full(count - 1, 2.0)), 0, cap)
        value += a @ between[rest, t] - between[t, t] * a.sum()
    return value / count


@pytest.mark.parametrize("formula", [weighted_decoupled, circle, mmcl], ids=lambda f: f.__name__)
def test_the_gradient_is_that_of_the_formula_with_its_weights_held(formula):
    example = examples()[formula.__name__]
    rest = {**example.rest, **example.parameters}
    value, gradients = getattr(mixcon, formula.__name__)(**example.arguments())
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    assert abs(value - formula(example.rows, example.rows, **rest)) <= 1e-12 * max(1, abs(value))
    for (name, rows), gradient in zip(example.rows.items(), gradients, strict=True):
        found = np.empty_like(rows)
        for at in np.ndindex(rows.shape):
            moved = []
            for step in (EPSILON, -EPSILON):
                there = rows.copy()
                there[at] += step
                moved.append(formula({**example.rows, name: there}, example.rows, **rest))
            found[at] = (moved[0] - moved[1]) / (2 * EPSILON)
        assert np.abs(found - gradient).max() <= 1e-7 * np.abs(gradient).max()
        assert np.abs(gradient).max() > 1e-3
