# SPDX-License-Identifier: BSD-3-Clause
"""What callers hand in, checked, as the core takes it. Each refusal is a sentence that begins with `what`: the call and
the argument, as "supcon: labels"."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np


def is_tensor(x: Any) -> bool:
    """Whether it is PyTorch's, without importing that."""
    if isinstance(x, np.ndarray):
        return False
    return type(x).__module__.partition(".")[0] == "torch" or hasattr(x, "requires_grad")


def _are(what: str) -> str:
    return f"{what} are" if what.endswith("s") else f"{what} is"


def readable(what: str, given: Any) -> Any:
    """An array or tensor whose numbers lie in the host's memory as they read; a tensor without its graph."""
    if is_tensor(given):
        return _tensor(what, given)
    if isinstance(given, np.ma.MaskedArray):
        raise TypeError(f"{what} is a masked array; expected plain numbers: x.filled(value)")
    if isinstance(given, np.ndarray) and not given.dtype.isnative:
        raise TypeError(f"{what} is of the type {given.dtype.str}, in the byte order of another machine; expected this "
                        "machine's: x.astype(x.dtype.newbyteorder('='))")
    return given


def _tensor(what: str, given: Any) -> Any:
    import torch

    name = what.rpartition(" ")[2]
    if torch._C._functorch.is_functorch_wrapped_tensor(given):  # type: ignore[attr-defined]
        raise TypeError(f"{what} is a tensor inside torch.func (vmap, grad, jvp), which mixcon does not take part in; "
                        "loop over the batch, and differentiate by backward() or torch.autograd.grad")
    if type(given).__name__ == "FakeTensor":
        raise TypeError(f"{what} is a FakeTensor, which has no numbers; leave mixcon out of what is exported or traced")
    if torch.jit.is_tracing():
        raise TypeError(f"{what}: torch.jit.trace would record mixcon's answer as a constant; leave the call out of "
                        "what is traced")
    if given.layout != torch.strided:
        raise ValueError(f"{_are(what)} of the layout {given.layout}; expected a dense tensor: {name}.to_dense()")
    if given.device.type != "cpu":
        raise ValueError(f"{_are(what)} on {given.device}; this build computes on the processor: hand in {name}.cpu()")
    return given.detach().resolve_neg()


def are_plain_rows(given: Any) -> bool:
    """Whether it is an array as most callers have it, which needs no further look: that costs more than a small loss."""
    return type(given) is np.ndarray and given.dtype in _array_types


def rows(what: str, given: Any) -> Any:
    """An array or tensor of floating-point numbers that the core reads."""
    found = readable(what, given)
    kind = str(getattr(found, "dtype", "")).rpartition(".")[2]
    if kind not in _row_types and (is_tensor(found) or isinstance(found, (np.ndarray, np.generic))):
        raise TypeError(f"{what} is of the type {found.dtype}; expected float32, float64, bfloat16 or float16")
    return found


_row_types = ("float32", "float64", "bfloat16", "float16")
_array_types = (np.dtype(np.float32), np.dtype(np.float64))


def constant(what: str, given: Any) -> Any:
    """A tensor or array that has no gradient: one that asks for it would miss it in silence."""
    if getattr(given, "requires_grad", False) and is_tensor(given):
        import torch

        if torch.is_grad_enabled():
            needs = "require" if what.endswith("s") else "requires"
            raise TypeError(f"{what} {needs} a gradient, which is not computed; hand in "
                            f"{what.rpartition(' ')[2]}.detach()")
    return readable(what, given)


def as_array(what: str, given: Any, expected: str) -> Any:
    """A NumPy array of a list, a pandas column, ..."""
    try:
        return np.asarray(given)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{what} is a {type(given).__name__}; expected {expected}") from None


def integers(what: str, given: Any) -> Any:
    """Labels or partners (N,): a tensor or array of integers."""
    if given is None:
        raise TypeError(f"{_are(what)} missing; expected integers (N,)")
    found = readable(what, given)
    if is_tensor(found):
        is_integer = not (found.is_floating_point() or found.is_complex() or "bool" in str(found.dtype))
    else:
        found = as_array(what, found, "integers (N,)")
        found = found.astype(np.int64) if found.size == 0 and isinstance(given, (list, tuple)) else found
        is_integer = found.dtype.kind in "iu"
    if not is_integer:
        raise TypeError(f"{_are(what)} of the type {found.dtype}; expected integers")
    if found.ndim != 1:
        name, have = what.rpartition(" ")[2], "have" if what.endswith("s") else "has"
        is_column = found.ndim == 2 and found.shape[1] == 1
        of_rows = f", as {name}.argmax(1) of one-hot rows" if found.ndim == 2 else ""
        hint = f", as {name}[:, 0]" if is_column else of_rows
        raise ValueError(f"{what} {have} the shape {tuple(found.shape)}; expected (N,){hint}")
    return found


def _reals(what: str, given: Any, expected: str) -> Any:
    """Real numbers as a NumPy array of float64, in the memory of what was given where that is possible."""
    if given is None:
        raise TypeError(f"{_are(what)} missing; expected {expected}")
    found = constant(what, given)
    if is_tensor(found):
        if found.is_complex():
            raise TypeError(f"{_are(what)} complex; expected real numbers")
        return found.double().numpy()
    found = as_array(what, found, expected)
    if found.dtype.kind == "c":
        raise TypeError(f"{_are(what)} complex; expected real numbers")
    if found.dtype.kind not in "fiub" or isinstance(given, bool):
        raise TypeError(f"{what} is a {type(given).__name__}; expected {expected}")
    return np.asarray(found, np.float64)


def numbers(what: str, given: Any) -> Any:
    """One number, as a float, or numbers (N,)."""
    found = _reals(what, given, "a number, or numbers (N,)")
    if found.ndim > 1:
        raise ValueError(f"{what} has the shape {found.shape}; expected one number, or (N,)")
    return found if found.ndim else float(found)


def number(what: str, given: Any) -> float:
    """One number."""
    found = _reals(what, given, "a number")
    if found.size != 1:
        raise ValueError(f"{what} has the shape {found.shape}; expected one number")
    return float(found.reshape(()))


def table(what: str, given: Any) -> Any:
    """Numbers (N, M)."""
    found = _reals(what, given, "numbers (N, M)")
    if found.ndim != 2:
        raise ValueError(f"{what} has the shape {found.shape}; expected (N, M)")
    return found


def whole(what: str, given: Any, least: int | None = None) -> int:
    """A whole number, at least `least`."""
    try:
        found = None if isinstance(given, (bool, np.bool_)) else operator.index(given)
    except TypeError:
        found = None
    if found is None:
        raise TypeError(f"{what} is {given!r}; expected a whole number")
    if least is not None and found < least:
        raise ValueError(f"{what} is {found}; expected a whole number >= {least}")
    return found


def thread_count(what: str, given: Any) -> int:
    """A number of threads; 0: the library's shared pool."""
    found = whole(what, given)
    if not 0 <= found <= 1024:
        raise ValueError(f"{what} is {found}; expected 0 (one a core, or MIXCON_NUM_THREADS) to 1024")
    return found


def truth(what: str, given: Any) -> bool:
    """True or False."""
    if not isinstance(given, (bool, np.bool_)):
        raise TypeError(f"{what} is {given!r}; expected True or False")
    return bool(given)


def choice(what: str, given: Any, choices: tuple[str, ...]) -> str:
    """One of several words."""
    if given not in choices:
        raise ValueError(f"{what} is {given!r}; expected one of {', '.join(choices)}")
    return str(given)
