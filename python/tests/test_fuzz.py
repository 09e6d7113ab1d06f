# SPDX-License-Identifier: BSD-3-Clause
"""Random shapes, strides, types and values: every call answers what the formula says, or refuses in a sentence, and
none crashes or changes its input. `pytest --fuzz 60` takes a minute a test."""

import json
import threading
import time

import numpy as np
import pytest

import mixcon
from examples import examples
from mixcon import mixing
from oracles import CALLED, FORMULAS, trial

pytestmark = pytest.mark.filterwarnings("ignore")  # of NumPy, about casts of what is damaged
ALL = examples()
TYPES = (np.float32, np.float64, np.float16, np.int32, np.int8, np.uint64, np.complex64, bool, ">f4", object)
CONSTANT = {"byol", "simsiam", "knowledge_distillation", "relational_distillation"}


def laid_out(x, rng):
    """The same numbers with other strides: reversed, with gaps, transposed in memory, beside other numbers, read-only;
    or one row for all, of stride zero."""
    kind = rng.integers(8)
    if kind == 0:
        axis = int(rng.integers(x.ndim))
        return np.flip(np.ascontiguousarray(np.flip(x, axis)), axis)
    if kind == 1:
        wide = np.zeros(tuple(int(rng.integers(1, 4)) * n for n in x.shape), x.dtype)
        steps = tuple(slice(None, None, w // n) for w, n in zip(wide.shape, x.shape))
        wide[steps] = x
        return wide[steps]
    if kind == 2:
        return np.asfortranarray(x)
    if kind == 3:
        beside = np.concatenate([x, x], axis=-1)
        return beside[..., x.shape[-1] :]
    if kind == 4:
        x = x.copy()
        x.flags.writeable = False
        return x
    if kind == 5:
        return np.broadcast_to(x[:1], x.shape)
    if kind == 6:
        return np.flip(np.asfortranarray(np.flip(x)))
    return x


def damaged(x, rng):
    """An array like x with something about it changed, or another object."""
    x = np.array(x)
    for _ in range(rng.integers(1, 4)):
        kind = rng.integers(12)
        axis = int(rng.integers(max(x.ndim, 1)))
        if kind == 0 and x.dtype != object:
            x = x.astype(TYPES[rng.integers(len(TYPES))])
        elif kind == 1 and x.ndim:
            x = np.flip(x, axis)
        elif kind == 2 and x.ndim:
            x = np.repeat(x, 2, axis)[tuple(slice(None, None, 2) if a == axis else slice(None) for a in range(x.ndim))]
        elif kind == 3 and x.ndim and x.shape[axis]:
            x = np.delete(x, 0, axis)
        elif kind == 4:
            x = x.T
        elif kind == 5:
            x = x[None]
        elif kind == 6 and x.ndim:
            x = np.broadcast_to(x[:1], x.shape)
        elif kind == 7:
            x = np.zeros(tuple(rng.integers(0, 5, rng.integers(0, 5))))
        elif kind == 8 and x.dtype.kind == "f" and x.size:
            x = x.copy()
            x.flat[rng.integers(x.size)] = rng.choice([np.nan, np.inf, -np.inf, 1e30, 0.0])
        elif kind == 9:
            x = x.copy()
            x.flags.writeable = False
        elif kind == 10 and x.dtype.kind in "iu" and x.size:
            x = x - x.dtype.type(5)
        elif kind == 11:
            return [x, x.tolist(), None, "z", 1.0][rng.integers(5)]
    return x


def arrays_of(gradient):
    return gradient if isinstance(gradient, tuple) else (gradient,)


def plain(given):
    """The arguments with every array row by row, without gaps."""
    return {k: v.copy(order="C") if isinstance(v, np.ndarray) else v for k, v in given.items()}


def agree(name, found, again):
    """The same numbers in another layout: the same bits, but for logits, whose sums are in another order."""
    for a, b in zip((found[0], *arrays_of(found[1])), (again[0], *arrays_of(again[1]))):
        within = 2e-6 if "cross_entropy" in name or name == "decoupled_mixup" else 0
        assert np.allclose(a, b, rtol=within, atol=within * np.abs(np.nan_to_num(b)).max(initial=0), equal_nan=True)


def test_no_call_crashes_and_layouts_do_not_matter(fuzz_seconds):
    rng = np.random.default_rng(7)
    names, end, answered, refused = list(ALL), time.monotonic() + fuzz_seconds, 0, 0
    while time.monotonic() < end:
        name = names[rng.integers(len(names))]
        given = ALL[name].arguments()
        for argument in list(given):
            if rng.random() < 0.4 and isinstance(given[argument], (np.ndarray, float)):
                given[argument] = damaged(given[argument], rng)
        before = {k: v.copy() for k, v in given.items() if isinstance(v, np.ndarray) and v.dtype != object}
        try:
            found = getattr(mixcon, name)(**given, threads=int(rng.integers(0, 3)))
            answered += 1
        except (ValueError, TypeError) as sentence:
            assert str(sentence)
            refused += 1
        else:
            agree(name, found, getattr(mixcon, name)(**plain(given), threads=1))
        for argument, copy in before.items():
            assert np.array_equal(given[argument], copy, equal_nan=copy.dtype.kind in "fc")
    assert answered > 0 and refused > 0


def slope_of(formula, rows, argument, towards, rest):
    """The formula's slope along a direction, by differences in double."""
    step = 1e-6 * max(1e-3, np.abs(rows[argument]).max()) / np.abs(towards).max()
    moved = [formula(**{**rows, argument: rows[argument] + s * towards}, **rest) for s in (step, -step)]
    return (moved[0] - moved[1]) / (2 * step)


def test_values_and_gradients_are_the_formulas(fuzz_seconds):
    rng = np.random.default_rng(8)
    names, end, answered, refused = list(FORMULAS), time.monotonic() + fuzz_seconds, 0, 0
    while time.monotonic() < end:
        name = names[rng.integers(len(names))]
        rows, given, of_formula = trial(name, rng)
        dtype = rng.choice([np.float64, np.float32, np.float16], p=[0.5, 0.3, 0.2])
        rows = {k: laid_out(v.astype(dtype), rng) for k, v in rows.items()}
        given = {k: laid_out(v, rng) if isinstance(v, np.ndarray) and k == "labels" else v for k, v in given.items()}
        if "labels" in given:
            of_formula["labels"] = given["labels"]
        function = getattr(mixcon, CALLED.get(name, name))
        try:
            value, gradient = function(**rows, **given, threads=int(rng.integers(0, 3)), gradient="all")
        except ValueError as sentence:  # one row, one negative less than the loss needs, a label that is no class
            assert str(sentence) and (len(next(iter(rows.values()))) <= 2 or name == "normface"), (name, str(sentence))
            refused += 1
            continue
        wide = {k: np.array(v, np.float64) for k, v in rows.items()}
        expected = FORMULAS[name](**wide, **of_formula)
        near = 1e-11 if dtype == np.float64 else 2e-4
        assert abs(value - expected) <= near * max(1, abs(expected)), (name, dtype, value, expected, rows, of_formula)
        for argument, by in zip(list(rows)[: 1 if name in CONSTANT else None], arrays_of(gradient)):
            towards = rng.normal(size=by.shape)
            slope = slope_of(FORMULAS[name], wide, argument, towards, of_formula)
            size = max(np.abs(by * towards).sum(), abs(expected) * 1e-3, 1e-6)
            near = 2e-5 if dtype == np.float64 else 5e-3
            assert abs((by * towards).sum() - slope) <= near * size, (name, dtype, argument, rows, of_formula)
        answered += 1
    assert answered > refused


def mixed_by_formula(images, plan):
    """What a plan of lambdas or of boxes does, in double."""
    wide, others = images.astype(np.float64), images[plan.partner].astype(np.float64)
    if plan.kind == "lerp":
        own = plan.lam.reshape(-1, *[1] * (images.ndim - 1))
        return own * wide + (1 - own) * others
    boxes = json.loads(plan.to_json())["box"]
    for i in range(len(wide)):
        top, bottom, left, right = boxes[i if len(boxes) > 1 else 0]
        wide[i, :, top:bottom, left:right] = others[i, :, top:bottom, left:right]
    return wide


def test_mixing_is_the_formula_in_every_layout_and_type(fuzz_seconds):
    rng = np.random.default_rng(9)
    plain_names = [n for n in mixing._DRAWN if mixing.INFO[n]["looks_at"] == "" and n not in ("augmix", "stackmix")]
    end, answered, refused, by_formula = time.monotonic() + fuzz_seconds, 0, 0, 0
    while time.monotonic() < end:
        name = (plain_names + ["mixup", "cutmix"])[rng.integers(len(plain_names) + 2)]
        shape = tuple(int(k) for k in rng.integers(1, 12, rng.choice([4, 4, 4, 3, 2, 1, 5])))
        dtype = np.dtype(rng.choice(["f8", "f4", "f2", "u1", "i1", "i2"]))
        images = rng.normal(size=shape) if dtype.kind == "f" else rng.integers(0, 128, shape)
        images = laid_out(images.astype(dtype), rng)
        seed, labels = int(rng.integers(2**62)), rng.integers(3, size=shape[0])
        if rng.random() < 0.1:
            images = damaged(images, rng)
        before = images.copy() if isinstance(images, np.ndarray) else None
        try:
            mixed, plan = getattr(mixing, name)(images, labels, seed=seed, threads=int(rng.integers(0, 3)))
        except (ValueError, TypeError) as sentence:
            assert str(sentence)
            refused += 1
            continue
        answered += 1
        assert np.array_equal(images, before, equal_nan=images.dtype.kind == "f")
        again, same = getattr(mixing, name)(images.copy(order="C"), labels, seed=seed, threads=1)
        assert plan == same and np.array_equal(mixed, again, equal_nan=mixed.dtype.kind == "f"), (name, images.shape)
        if plan.kind in ("lerp", "box") and name in ("mixup", "cutmix", "mixup_or_cutmix", "un_mix_policy"):
            expected = mixed_by_formula(images, plan)
            if np.isfinite(expected).all():
                unit_last = {"f8": 1e-15, "f4": 1e-6, "f2": 2e-3}.get(images.dtype.str[1:], 0)
                near = unit_last * np.abs(expected).max(initial=0) if unit_last else 0.5 + 1e-6
                assert np.abs(mixed - expected).max(initial=0) <= near, (name, images.dtype, images.shape)
                by_formula += 1
    assert answered > refused and by_formula > 0


def test_many_python_threads_get_the_same_bits():
    rng = np.random.default_rng(10)
    images = rng.normal(size=(6, 2, 8, 8))
    calls = {n: lambda threads, n=n: getattr(mixcon, n)(**ALL[n].arguments(), threads=threads) for n in ALL}
    for name in ("mixup", "cutmix", "fmix"):
        calls[name] = lambda threads, n=name: (getattr(mixing, n)(images, seed=3, threads=threads)[0],)
    flat = lambda found: [np.asarray(x) for part in found for x in arrays_of(part)]
    expected = {name: flat(call(1)) for name, call in calls.items()}
    wrong, start = [], threading.Barrier(8)

    def work(seed):
        own = np.random.default_rng(seed)
        start.wait()
        for name in own.permutation(list(calls)):
            found = flat(calls[name](int(own.integers(0, 4))))
            if not all(np.array_equal(a, b) for a, b in zip(found, expected[name], strict=True)):
                wrong.append(name)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    [w.start() for w in workers], [w.join() for w in workers]
    assert not wrong
