# SPDX-License-Identifier: BSD-3-Clause
"""C++ with the library's own types and Python give the same bits.
MIXCON_SAME_BITS names the program, which the build with MIXCON_PYTHON_STRICT makes, with the same instruction set."""

import os
import subprocess

import numpy as np
import pytest

import mixcon


def test_python_and_cpp_give_the_same_numbers():
    program = os.environ.get("MIXCON_SAME_BITS")
    if not program:
        pytest.skip("MIXCON_SAME_BITS names no program")
    samples, width = 210, 20  # more than a tile
    numbers = np.random.default_rng(2).normal(size=(2, samples, width))
    text = f"{samples} {width} " + " ".join(float(x).hex() for x in numbers.flat)
    lines = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(lines) == 6
    for line in lines:
        name, dtype, *bits = line.split()
        value, *gradient = [float.fromhex(x) for x in bits]
        x, y = numbers.astype(dtype)
        if name == "clip":
            found, (_, by) = mixcon.clip(x, y, threads=2)
        elif name == "triplet_margin":
            found, by = mixcon.triplet_margin(x, np.arange(samples) % 3, threads=2)
        else:
            found, by = mixcon.nt_xent(x, threads=2)
        assert found == value and np.array_equal(by.ravel().astype(float), gradient), (name, dtype)
