# SPDX-License-Identifier: BSD-3-Clause
"""Who takes part in a case, each as a function without arguments, and whether its answers are right."""
import torch

from cases import LOSSES
from inductor import compiled
from library import Library
from peers import LIBRARIES, MOST_ROWS, PUBLISHED, WRITTEN

PLAIN, NATIVE, AGAIN = "mixcon -O2", "mixcon native", "mixcon -O2, again"
PYTORCH = ("PyTorch, published", "PyTorch, written well", "torch.compile")
SIDES = (PLAIN, NATIVE, *PYTORCH, "pytorch-metric-learning", "lightly")


class Answer:
    """A value and gradients, or a batch, in double."""

    def __init__(self, value, tensors):
        self.value, self.tensors = float(value.detach() if torch.is_tensor(value) else value), [t.detach().double() for t in tensors]

    def errors(self, right):
        """Relative errors of the value and of all gradients together."""
        value = abs(self.value - right.value) / max(abs(right.value), 1e-30)
        apart = sum((((a - b) ** 2).sum() for a, b in zip(self.tensors, right.tensors)), torch.zeros(()))
        size = sum(((b**2).sum() for b in right.tensors), torch.zeros(()))
        return value, float((apart / size).sqrt()) if size > 0 else 0.0


def ours(library, loss, given, threads, gradients):
    """(run, answer) of a build of ours."""
    of = LOSSES[loss]
    room = [torch.zeros_like(r) if gradients and k < given.wanted or of.mixes and k == 0 else None
            for k, r in enumerate(given.rows)] + [None] * (3 - len(given.rows))
    run = library.bind(loss, given, threads, room if gradients or of.mixes else None)
    return run, lambda: Answer(run(), [t for t in room if t is not None])


def peer(formula, loss, given, gradients):
    """(run, answer) of a formula in PyTorch."""
    of = LOSSES[loss]
    if of.mixes:
        return (lambda: formula(given.rows, given)), lambda: Answer(0, [formula(given.rows, given)])
    rows = [r.detach().requires_grad_(gradients and k < given.wanted) for k, r in enumerate(given.rows)]
    wanted = rows[: given.wanted]
    if gradients:

        def both():
            value = formula(rows, given)
            return value, torch.autograd.grad(value, wanted)

        return both, lambda: Answer(*both())

    def value_alone():
        with torch.no_grad():
            return formula(rows, given)

    return value_alone, lambda: Answer(value_alone(), [])


def right_answer(loss, given, gradients):
    """Of the well-written formula, in double."""
    wide = type(given)(**vars(given))
    wide.rows = [r.double() for r in given.rows]
    wide.room = None if given.room is None else given.room.double()
    return peer(WRITTEN[loss], loss, wide, gradients)[1]()


def formulas(loss, given, only=None):
    """{side: formula} of the peers that have the loss."""
    found = {PYTORCH[0]: PUBLISHED[loss], PYTORCH[1]: WRITTEN[loss]}
    if only is None or PYTORCH[2] in only:
        formula = PUBLISHED[loss] if LOSSES[loss].mixes else WRITTEN[loss]
        found[PYTORCH[2]] = compiled(formula)
    for name, make in LIBRARIES.get(loss, {}).items():
        if len(given.rows[0]) <= MOST_ROWS.get((loss, name), len(given.rows[0])):
            found[name] = make(given)
    return {name: formula for name, formula in found.items() if only is None or name in only}


def all_sides(libraries, loss, given, threads, gradients, only=None):
    """{side: (run, answer)}; ours are the libraries {side: path}."""
    found = {name: ours(Library(path), loss, given, threads, gradients) for name, path in libraries.items()
             if only is None or name in only}
    for name, formula in formulas(loss, given, only).items():
        found[name] = peer(formula, loss, given, gradients)
    return found
