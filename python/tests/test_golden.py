# SPDX-License-Identifier: BSD-3-Clause
"""The golden cases: values of other implementations, in double and float."""

import numpy as np
import pytest

import golden

ALL = list(golden.cases())


@pytest.mark.parametrize("case", ALL, ids=[c.name for c in ALL])
def test_agrees_with_the_golden_case(case):
    value, gradients = golden.CALLS[case.kind](case)
    expected = case.outputs["loss"]
    expected = float(golden.array(expected)) if isinstance(expected, dict) else expected
    assert abs(value - expected) <= 1e-10 * max(1, abs(expected))
    checked = 0
    for name, gradient in gradients.items():
        if name not in case.outputs:
            continue
        wanted = golden.array(case.outputs[name])
        largest = max(np.abs(wanted).max(), 1e-30)
        assert np.shape(gradient) == wanted.shape
        assert np.abs(np.asarray(gradient) - wanted).max() <= 1e-9 * largest + 1e-15
        checked += 1
    assert checked == sum(name.startswith("grad_") for name in case.outputs)


def test_every_kind_of_case_is_called():
    """But for those that no single loss answers: they are mixed, or have a scale for each pair."""
    import json

    kinds = {c["loss"] for f in golden.DATA.glob("losses_*.json") for c in json.loads(f.read_text())["cases"]}
    left = {"softmax_family", "ic_regmixup", "n_pair_mix", "mochi", "regmixup", "remix", "unicon", "unicon_negatives"}
    assert kinds - set(golden.CALLS) == left
