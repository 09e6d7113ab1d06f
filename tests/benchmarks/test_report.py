#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: test_report.py ROOT

How scripts/benchmark takes turns, and what it writes from a run's JSON.
"""
import importlib.util
import json
import math
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
FOLDER = ROOT / "benchmarks/compare"
sys.path.insert(0, str(FOLDER))

import cases  # noqa: E402
import clock  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402


def main_of_folder():
    of = importlib.util.spec_from_file_location("compare_main", FOLDER / "__main__.py")
    module = importlib.util.module_from_spec(of)
    of.loader.exec_module(module)
    return module.main


def side(seconds, error=1e-7):
    return {"seconds": seconds, "spread": 0.1, "samples": 9, "value_error": error, "gradient_error": 2 * error}


def record(control=0.01, **sides):
    taken = {"mixcon -O2": side(0.010), "mixcon native": side(0.009), "PyTorch, written well": side(0.033),
             "torch.compile": side(0.005, 4e-6)}
    return {"loss": "nt_xent", "size": {"rows": 4096, "width": 128, "classes": 0, "queue": 0}, "threads": 1, "control": control,
            "pass": "value and gradients", "floor": 0.008, "refused": {}, "sides": {**taken, **sides}}


def run_of(*records, threads=1, scales=1.0):
    roofs = {"multiply": 2e11, "exponential": 9e9, "tiles": 0.0, "copy": 1.7e10, "scales": scales}
    return {"threads": threads, "roofs": roofs, "roofs_after": {**roofs, "multiply": 1.8e11}, "records": list(records)}


def found(*runs):
    about = {"date": "2026-11-29", "arguments": "--quick", "processor": "A processor", "cores": 2, "load": "0.5",
             "compiler": "g++ 12", "flags": {"plain": "-O2", "native": "-O3 -march=native"}, "commit": "abc", "took": "1.0",
             "instruction_set": "AVX2", "versions": "PyTorch 2", "began": 0}
    return {"about": about, "runs": list(runs),
            "memory": [{"loss": "nt_xent", "size": record()["size"], "bytes": {"mixcon -O2": 2**22, "torch.compile": 3 * 2**25}}]}


class Turns(unittest.TestCase):
    def test_everyone_has_as_many_turns_and_the_longer_call_takes_longer(self):
        work = {"short": 2000, "long": 20000}
        calls = {name: (lambda n=n: sum(range(n))) for name, n in work.items()}
        samples = clock.take_turns(calls, threads=1, budget=0, least=5)
        self.assertEqual([len(s) for s in samples.values()], [5, 5])
        ratio = clock.percentile(samples["long"]) / clock.percentile(samples["short"])
        self.assertTrue(5 < ratio < 20, ratio)

    def test_the_sample_that_counts_has_a_fifth_of_the_others_below(self):
        self.assertEqual(clock.percentile([5, 1, 4, 2, 3, 6]), 2)
        self.assertEqual(clock.percentile([7.0]), 7.0)

    def test_the_control_is_how_far_two_equal_sides_are_apart(self):
        self.assertAlmostEqual(clock.control({"a": [2.0], "b": [2.1]}, "a", "b"), 0.05)
        self.assertAlmostEqual(clock.control({"a": [2.1], "b": [2.0]}, "a", "b"), 0.05)


class Floors(unittest.TestCase):
    ROOFS = {"multiply": 1e9, "exponential": 1e8, "copy": 1e9}

    def test_symmetric_pairs_are_formed_once(self):
        size = cases.Size(100, 10)
        self.assertAlmostEqual(cases.of_symmetric_pairs(size, False).seconds(self.ROOFS), 1e5 / 1e9 + 5e3 / 1e8)
        self.assertAlmostEqual(cases.of_symmetric_pairs(size, True).seconds(self.ROOFS), 4e5 / 1e9 + 1e4 / 1e8)

    def test_mixing_is_a_copy(self):
        self.assertAlmostEqual(cases.of_images(cases.Size(10, 8), True).seconds(self.ROOFS), 4 * 10 * 3 * 64 / 1e9)

    def test_without_a_roof_there_is_no_floor(self):
        self.assertTrue(math.isnan(cases.of_extremes(cases.Size(8), False).seconds({**self.ROOFS, "multiply": 0.0})))


class Page(unittest.TestCase):
    def test_a_row_has_time_over_the_floor_and_ratios(self):
        text = report.page(found(run_of(record())), ["a.svg"])
        self.assertIn("| `nt_xent` | N 4096, D 128 | value and gradients | 10.0 | 0.900 | 1.25 | 3.3 | 0.50 | 1.0 % |", text)
        self.assertIn("200 GF/s", text)
        self.assertIn("up to 10 % different.", text)
        self.assertNotIn("made loops for", text)  # a run of before this was recorded
        self.assertIn("| torch.compile | 4e-06 | 8e-06 |", text)
        self.assertIn("| `nt_xent` | N 4096, D 128 | 4.00 | 96.0 |", text)
        self.assertNotIn("void", text)

    def test_the_page_says_for_which_vectors_torch_compiled(self):
        text = report.page(found({**run_of(record()), "compiled_for": "avx2"}), ["a.svg"])
        self.assertIn("`torch.compile` made loops for avx2.", text)

    def test_a_control_above_3_percent_voids_a_row(self):
        text = report.page(found(run_of(record(), record(control=0.05))), ["a.svg"])
        self.assertIn("**1 of 2 rows are void", text)
        self.assertIn("5.0 % **void** |", text)

    def test_a_peer_that_disagrees_has_no_time_and_a_reason(self):
        one = record()
        del one["sides"]["torch.compile"]
        one["refused"] = {"lightly": "another answer: value off by 2.0e-01"}
        text = report.page(found(run_of(one)), ["a.svg"])
        self.assertIn("- `nt_xent`, lightly: another answer: value off by 2.0e-01 (N 4096, D 128, value and gradients)", text)

    def test_a_case_that_fails_is_listed_and_no_row(self):
        broken = {**record(), "sides": {}, "refused": {"every side": "failed: RuntimeError"}}
        text = report.page(found(run_of(record(), broken)), ["a.svg"])
        self.assertIn("- `nt_xent`, every side: failed: RuntimeError (N 4096", text)
        self.assertNotIn("void", text)

    def test_two_threads_count_only_where_multiplying_scales(self):
        self.assertIn("**Void: even", report.page(found(run_of(record(), threads=2, scales=1.5)), ["a.svg"]))
        self.assertNotIn("**Void: even", report.page(found(run_of(record(), threads=2, scales=1.95)), ["a.svg"]))


class Plot(unittest.TestCase):
    def test_a_dot_per_ratio_at_its_place(self):
        drawn = xml.fromstring(plot.drawing(run_of(record()), "A title"))
        space = "{http://www.w3.org/2000/svg}"
        titles = {t.text: float(c.get("cx")) for c in drawn.iter(space + "circle") for t in c.iter(space + "title")}
        self.assertEqual(set(titles), {"mixcon native: 0.90", "PyTorch, written well: 3.30", "torch.compile: 0.50"})
        marks = {t.text: float(t.get("x")) for t in drawn.iter(space + "text") if t.get("text-anchor") == "middle"}
        self.assertEqual(list(marks), ["0.5", "1", "2", "5"])
        self.assertAlmostEqual(titles["torch.compile: 0.50"], marks["0.5"], places=1)
        self.assertTrue(marks["2"] < titles["PyTorch, written well: 3.30"] < marks["5"])

    def test_from_writes_page_and_plots_again(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "run.json"
            file.write_text(json.dumps(found(run_of(record()), run_of(record(), threads=2, scales=1.9))))
            main_of_folder()(["--from", str(file)])
            self.assertEqual(sorted(p.name for p in Path(folder).iterdir()), ["run-1.svg", "run-2.svg", "run.json", "run.md"])
            self.assertIn("(run-2.svg)", (Path(folder) / "run.md").read_text())


if __name__ == "__main__":
    unittest.main()
