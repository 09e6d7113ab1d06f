# SPDX-License-Identifier: BSD-3-Clause
"""Random shapes, strides, types and values: every call answers or refuses, and none crashes or changes its input.
`pytest --fuzz 60` takes a minute."""

import time

import numpy as np

import mixcon
from examples import examples

ALL = examples()
TYPES = (np.float32, np.float64, np.float16, np.int32, np.int8, np.uint64, np.complex64, bool, ">f4", object)


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


def test_no_call_crashes(fuzz_seconds):
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
            getattr(mixcon, name)(**given, threads=int(rng.integers(0, 3)))
            answered += 1
        except (ValueError, TypeError) as sentence:
            assert str(sentence)
            refused += 1
        for argument, copy in before.items():
            assert np.array_equal(given[argument], copy, equal_nan=copy.dtype.kind in "fc")
    assert answered > 0 and refused > 0
