#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_dlpack.py LIBRARY

Hands tensors of NumPy, and of PyTorch where it is installed, to LIBRARY as DLPack, and takes one back. Exit status 77
where no Python here has either.
"""
import ctypes
import subprocess
import sys

try:
    import numpy
except ImportError:
    numpy = None
try:
    import torch
    from torch.utils import dlpack as torch_dlpack
except ImportError:
    torch = None
NAME, USED = b"dltensor", b"used_dltensor"
python = ctypes.pythonapi
python.PyCapsule_GetPointer.restype, python.PyCapsule_GetPointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_New.restype = ctypes.py_object
python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


def handed_over(capsule):
    """The pointer in a capsule, which no longer deletes it."""
    pointer = python.PyCapsule_GetPointer(capsule, NAME)
    python.PyCapsule_SetName(capsule, USED)
    return pointer


class exported:
    """A tensor of the library, as Python's protocol has it."""

    def __init__(self, pointer):
        self.capsule = python.PyCapsule_New(pointer, NAME, None)

    def __dlpack__(self, **_):
        return self.capsule

    def __dlpack_device__(self):
        return 1, 0


def check(library):
    """Every sentence about what is wrong."""
    library.weighted_sum.restype = ctypes.c_double
    library.weighted_sum.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    library.six_numbers.restype = ctypes.c_void_p

    def weighted_sum(capsule):
        why = ctypes.create_string_buffer(400)
        return library.weighted_sum(handed_over(capsule), why, 400), why.value.decode()

    capsules = []
    if numpy:
        rows = numpy.arange(12, dtype=numpy.float32).reshape(3, 4)
        capsules += [("numpy", rows, rows.__dlpack__()), ("numpy, strided", rows[:, ::2].T, rows[:, ::2].T.__dlpack__())]
        seen = numpy.from_dlpack(exported(library.six_numbers()))
        if seen.tolist() != [[0, 1, 2], [3, 4, 5]]:
            yield f"numpy got {seen.tolist()}"
        found, why = weighted_sum(numpy.zeros((2, 2)).__dlpack__())
        if "expected code 2, 32 bits" not in why:
            yield f"a matrix of doubles was not refused: {found}, {why!r}"
    if torch:
        rows = torch.arange(12, dtype=torch.float32).reshape(3, 4)
        capsules.append(("torch, strided", rows[:, 1:].T, torch_dlpack.to_dlpack(rows[:, 1:].T)))
        seen = torch_dlpack.from_dlpack(exported(library.six_numbers()))
        if seen.tolist() != [[0, 1, 2], [3, 4, 5]]:
            yield f"torch got {seen.tolist()}"
    for name, rows, capsule in capsules:
        found, why = weighted_sum(capsule)
        expected = sum((i + 1) * x for i, row in enumerate(rows.tolist()) for x in row)
        if why or found != expected:
            yield f"{name}: {found}, expected {expected}: {why}"


def main(path):
    if not numpy and not torch:
        system = "/usr/bin/python3"
        if sys.executable != system and subprocess.run([system, "-c", "import numpy"], capture_output=True).returncode == 0:
            return subprocess.run([system, *sys.argv]).returncode
        print("neither NumPy nor PyTorch is installed: nothing was handed over")
        return 77
    wrong = list(check(ctypes.CDLL(path)))
    print("\n".join(wrong) or "NumPy" * bool(numpy) + " PyTorch" * bool(torch) + ": all agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
