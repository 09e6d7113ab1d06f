#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_dlpack.py LIBRARY [MODULE...]

Hands tensors of NumPy, and of PyTorch where it is installed, to LIBRARY as DLPack, old and versioned, and takes some
back. Exit status 77 where no Python here has either, 1 where a MODULE (numpy, torch) is missing.
"""
import ctypes
import subprocess
import sys
import weakref

try:
    import numpy
except ImportError:
    numpy = None
try:
    import torch
except ImportError:
    torch = None
SIX = [[0, 1, 2], [3, 4, 5]]
python = ctypes.pythonapi
python.PyCapsule_GetPointer.restype, python.PyCapsule_GetPointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_GetName.restype, python.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
python.PyCapsule_New.restype = ctypes.py_object
python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
NAMES = {"": b"dltensor", "_versioned": b"dltensor_versioned"}
USED = {name: ctypes.c_char_p(b"used_" + name) for name in NAMES.values()}  # capsules keep the address of their name


class exported:
    """A tensor of the library, as Python's protocol has it."""

    def __init__(self, pointer, suffix):
        self.capsule = python.PyCapsule_New(pointer, NAMES[suffix], None)

    def __dlpack__(self, **_):
        return self.capsule

    def __dlpack_device__(self):
        return 1, 0


class calls:
    """The library's functions."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)

    def sum_of(self, capsule, name="weighted_sum"):
        """The library's sum of the tensor in a capsule, which no longer deletes it, and the sentence of a refusal."""
        kind = python.PyCapsule_GetName(capsule)
        suffix = "_versioned" if kind == NAMES["_versioned"] else ""
        pointer = python.PyCapsule_GetPointer(capsule, kind)
        python.PyCapsule_SetName(capsule, USED[kind])
        function = self.library[name + suffix]
        function.restype, function.argtypes = ctypes.c_double, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        why = ctypes.create_string_buffer(400)
        return function(pointer, why, 400), why.value.decode()

    def six(self, name, suffix):
        function = self.library[name + suffix]
        function.restype = ctypes.c_void_p
        return exported(function(), suffix)


def versions(array):
    """The array in an old capsule and, where its library has them, in a versioned one."""
    yield "old", array.__dlpack__()
    try:
        capsule = array.__dlpack__(max_version=(1, 0))
    except TypeError:  # an older NumPy or PyTorch
        return
    if python.PyCapsule_GetName(capsule) == NAMES["_versioned"]:
        yield "versioned", capsule


def check_taken(library, module, name):
    """Tensors of `module` are read with their strides, and given back once."""
    rows = module.arange(12, dtype=module.float32).reshape(3, 4)
    arrays = {"whole": rows, "transposed": rows[:, 1:].T, "columns": rows[:, ::2], "empty": rows[:0]}
    if module is numpy:
        arrays["backwards"] = rows[::-1, ::-1]
    for form, array in arrays.items():
        expected = sum((i + 1) * x for i, row in enumerate(array.tolist()) for x in row)
        for version, capsule in versions(array):
            found, why = library.sum_of(capsule)
            if why or found != expected:
                yield f"{name}, {form}, {version}: {found}, expected {expected}: {why}"
    for version, capsule in versions(module.zeros((2, 2), dtype=module.float64)):
        found, why = library.sum_of(capsule)
        if "expected code 2, 32 bits" not in why:
            yield f"{name}, {version}: a matrix of doubles was not refused: {found}, {why!r}"
    owner = module.ones((2, 2), dtype=module.float32)
    gone, capsules = weakref.ref(owner), [capsule for _, capsule in versions(owner)]
    del owner
    for capsule in capsules:
        library.sum_of(capsule)
    del capsules, capsule
    if module is numpy and gone() is not None:
        yield "numpy: the array outlives all that were taken over: a deleter was not called"


def check_given(library, module, name):
    """`module` takes the library's tensors."""
    for suffix in NAMES:
        try:
            seen = module.from_dlpack(library.six("six_numbers", suffix))
        except (BufferError, RuntimeError, TypeError, ValueError) as refused:
            if suffix:  # an older NumPy or PyTorch knows no versioned tensors
                print(f"{name} {module.__version__} takes no versioned tensor: {refused}")
                continue
            raise
        if seen.tolist() != SIX:
            yield f"{name}{suffix} got {seen.tolist()}"


def check_read_only(library):
    """A read-only array of NumPy is for const views alone, and constants of the library are read-only in NumPy."""
    rows = numpy.ones((2, 2), dtype=numpy.float32)
    rows.flags.writeable = False
    try:
        capsules = dict(versions(rows))
    except BufferError:  # NumPy does not hand them out in old capsules
        capsules = {"versioned": rows.__dlpack__(max_version=(1, 0))} if numpy.lib.NumpyVersion(numpy.__version__) >= "2.1.0" else {}
    if "versioned" not in capsules:
        return
    found, why = library.sum_of(capsules["versioned"], "mutable_sum")
    if "the tensor is read-only" not in why:
        yield f"numpy: a read-only array was given as a mutable view: {found}, {why!r}"
    found, why = library.sum_of(rows.__dlpack__(max_version=(1, 0)))
    if why or found != 6:
        yield f"numpy: a read-only array as a const view gave {found}, {why!r}"
    constants = numpy.from_dlpack(library.six("six_constants", "_versioned"))
    if constants.flags.writeable or constants.tolist() != SIX:
        yield f"numpy got constants as {constants.tolist()}, writeable {constants.flags.writeable}"


def check(library):
    """Every sentence about what is wrong."""
    for name, module in (("numpy", numpy), ("torch", torch)):
        if module:
            yield from check_taken(library, module, name)
            yield from check_given(library, module, name)
    if numpy:
        yield from check_read_only(library)


def main(path, *wanted):
    missing = [name for name in wanted if not globals()[name]]
    if missing:
        print(f"{sys.executable} has no {', '.join(missing)}")
        return 1
    if not numpy and not torch:
        system = "/usr/bin/python3"
        if sys.executable != system and subprocess.run([system, "-c", "import numpy"], capture_output=True).returncode == 0:
            return subprocess.run([system, *sys.argv]).returncode
        print("neither NumPy nor PyTorch is installed: nothing was handed over")
        return 77
    wrong = list(check(calls(path)))
    print("\n".join(wrong) or "NumPy" * bool(numpy) + " PyTorch" * bool(torch) + ": all agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
