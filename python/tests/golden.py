# SPDX-License-Identifier: BSD-3-Clause
"""The golden cases of the losses, called through the package: tests/golden/data of the repository."""

import json
import pathlib

import numpy as np

from golden_calls import CALLS

DATA = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "data"


def array(given, dtype=np.float64):
    if isinstance(given, dict):
        return np.array(given["data"], np.float64).reshape(given["shape"]).astype(dtype)
    return np.array(given)


class Case:
    def __init__(self, file, case, dtype=np.float64):
        self.name, self.kind = f"{file}: {case['name']}", case["loss"]
        self.params, self.outputs = case["params"], case["outputs"]
        self.inputs = case["inputs"]
        self.dtype = dtype

    def __getattr__(self, name):
        if name not in self.inputs:
            return None
        given = self.inputs[name]
        is_rows = isinstance(given, dict) and name not in ("lam", "lam2", "mask", "scale", "bias", "alpha", "beta")
        return array(given, self.dtype if is_rows else np.float64)

    def rows(self, usual=False):
        return "unit" if self.params.get("normalize", usual) else "as_given"

    def similarity(self):
        form = self.rows()
        return {"similarity": "dot_product", "rows": form}


def cases(dtype=np.float64):
    for file in sorted(DATA.glob("losses_*.json")):
        for case in json.loads(file.read_text())["cases"]:
            if case["loss"] in CALLS:
                yield Case(file.stem, case, dtype)
