# SPDX-License-Identifier: BSD-3-Clause
"""Our side: the calls of a shared object, on the memory of tensors."""
import ctypes


class Call(ctypes.Structure):
    """`call` of calls/call.hpp."""

    _fields_ = [
        ("rows", ctypes.c_void_p * 3),
        ("extents", (ctypes.c_longlong * 4) * 3),
        ("gradients", ctypes.c_void_p * 3),
        ("labels", ctypes.c_void_p),
        ("partner", ctypes.c_void_p),
        ("constants", ctypes.c_void_p),
        ("threads", ctypes.c_longlong),
    ]


class Library:
    """A build of the calls and the roofs."""

    def __init__(self, path):
        self.loaded = ctypes.CDLL(str(path))
        for name in ("roof_multiply", "roof_exponential", "roof_tiles"):
            roof = getattr(self.loaded, name)
            roof.restype, roof.argtypes = ctypes.c_double, [ctypes.c_longlong]
        self.loaded.roof_copy.restype = ctypes.c_double
        self.loaded.roof_copy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_longlong]

    def bind(self, name, given, threads, gradients):
        """A function without arguments that returns the loss, and sets `gradients` (one tensor a matrix, or None)."""
        function = getattr(self.loaded, "call_" + name)
        function.restype, function.argtypes = ctypes.c_double, [ctypes.POINTER(Call)]
        call = Call(threads=threads)
        for k, matrix in enumerate(given.rows):
            assert matrix.is_contiguous()
            call.rows[k] = matrix.data_ptr()
            for axis, extent in enumerate(matrix.shape):
                call.extents[k][axis] = extent
            if gradients is not None and gradients[k] is not None:
                call.gradients[k] = gradients[k].data_ptr()
        for field in ("labels", "partner", "constants"):
            tensor = getattr(given, field)
            if tensor is not None:
                setattr(call, field, tensor.data_ptr())
        argument = ctypes.byref(call)

        def run():
            return function(argument)

        run.keeps_alive = (call, given, gradients)
        return run
