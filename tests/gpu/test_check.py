#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What cuda/check.sh does around the kernels: its table, its time limits, its outcomes; needs no nvcc and no GPU."""
import contextlib
import copy
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import types
import unittest
from pathlib import Path
from unittest import mock

FOLDER = Path(__file__).resolve().parent.parent.parent / "cuda/check"
sys.path.insert(0, str(FOLDER))
import check  # noqa: E402
import table  # noqa: E402

MADE_UP = json.loads((FOLDER / "made_up.json").read_text(encoding="utf-8"))


class Table(unittest.TestCase):
    def line(self, start, results=MADE_UP):
        return next(line for line in table.text_of(results).splitlines() if line.startswith(start)).split()

    def test_a_case_stands_beside_what_others_took(self):
        self.assertEqual(self.line("info_nce 65536 x 128 gradient  tiles")[5:],
                         ["tiles", "bfloat16", "40", "-", "80", "0.250", "100", "1.50", "-", "0.75"])

    def test_the_best_of_the_fused_peers_counts(self):
        more = copy.deepcopy(MADE_UP)
        more["peers"].append({**more["peers"][1], "name": "cce", "median_s": 0.02})
        more["peers"].append({**more["peers"][1], "name": "torch.compile", "median_s": 0.08})
        self.assertEqual(self.line("info_nce 65536 x 128 gradient  tiles", more)[-3:], ["1.50", "2.00", "0.50"])

    def test_another_type_size_or_pass_is_not_compared(self):
        for name, other in (("element", "float32"), ("rows", 65535), ("width", 64), ("pass", "forward"), ("loss", "clip")):
            less = copy.deepcopy(MADE_UP)
            for peer in less["peers"]:
                if "loss" in peer:
                    peer[name] = other
            self.assertEqual(self.line("info_nce 65536 x 128 gradient  tiles", less)[-3:], ["-", "-", "-"])

    def test_what_is_missing_is_a_line(self):
        text = table.text_of(MADE_UP)
        self.assertIn("not installed", text)
        self.assertIn("no cuBLAS (not found)", text)
        self.assertIn("FAILED two: not the same bits twice", text)
        empty = table.text_of({"stages": []})
        for sentence in ("nothing was measured", "nothing was compared", "not measured", "all agree"):
            self.assertIn(sentence, empty)

    def test_only_failures_fail(self):
        self.assertEqual(table.failed(MADE_UP), ["bench"])
        for status in ("ok", "skipped", "unavailable", "unfinished"):
            self.assertEqual(table.failed({"stages": [{"name": "x", "status": status}]}), [])


class Stages(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        with mock.patch.dict(os.environ, {"OUT": self.folder.name}):
            self.check = check.Check(types.SimpleNamespace(dry_run=False, nvcc="/nowhere/nvcc", jobs=2, arch=""))
        self.addCleanup(self.check.log.close)
        self.check.arch = "-arch=sm_90"
        quiet = contextlib.redirect_stdout(io.StringIO())
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)

    def script(self, name, text):
        path = Path(self.folder.name) / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def result(self, text, **how):
        self.check.built["it"] = self.script("it", text)
        return self.check.one("stage", "it", limit=5, **how)

    def test_exit_statuses_become_results(self):
        self.assertEqual(self.result("echo fine"), "ok")
        self.assertEqual(self.result("echo broken; exit 1"), "FAILED")
        self.assertEqual(self.result("kill -SEGV $$"), "FAILED")
        self.assertEqual(self.result("echo no GPU; exit 77"), "skipped")
        self.assertEqual(self.check.results["stages"][1]["note"], "status 1; broken")
        self.check.built["it"] = None
        self.assertEqual(self.check.one("stage", "it"), "FAILED")

    def test_a_command_that_hangs_is_ended_with_all_it_started(self):
        begin = time.monotonic()
        status, output = self.check.run([self.script("hangs", "echo first; sleep 60 & sleep 60")], 1)
        self.assertIsNone(status)
        self.assertIn("first", output)
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual(self.check.run(["/nowhere/at/all"], 1)[0], 127)

    def test_what_may_be_cut_short_is_no_failure(self):
        self.check.built["it"] = self.script("it", "sleep 60")
        self.assertEqual(self.check.one("stage", "it", limit=1, may_be_cut=True), "unfinished")
        self.assertEqual(self.check.one("stage", "it", limit=1), "FAILED")

    def test_a_source_that_does_not_compile_loses_its_programs_only(self):
        self.check.given.nvcc = str(self.script("nvcc", 'for x; do last=$x; done\n'
                                                        'case "$*" in *bad.cu*) echo error; exit 1;; esac\ntouch "$last"'))
        with mock.patch.object(check, "WORK", Path(self.folder.name)):
            self.check.build({"one": ["good.cu"], "two": ["good.cu", "bad.cu"]})
        self.assertIsNotNone(self.check.program("one"))
        self.assertIsNone(self.check.program("two"))
        self.assertEqual(self.check.results["stages"][-1]["note"], "not built: two")

    def test_a_program_whose_library_is_not_here_is_no_failure(self):
        self.check.given.nvcc = str(self.script("nvcc", 'for x; do last=$x; done\n'
                                                        'case "$*" in *-c*) touch "$last";;\n'
                                                        '*-lcublas*) echo "ld: cannot find -lcublas"; exit 1;; esac\n'
                                                        'touch "$last"'))
        source = Path(self.folder.name) / "needs.cu"
        source.write_text("// SPDX\n// Links cublas. More.\n", encoding="utf-8")
        with mock.patch.object(check, "WORK", Path(self.folder.name)), mock.patch.object(check, "ROOT", Path("/")):
            self.check.build({"needs": [str(source)], "other": ["good.cu"]})
        self.assertEqual(self.check.results["stages"][-1]["status"], "ok")
        self.assertEqual(self.check.without, {"needs": "needs needs cublas, which is not here"})
        self.assertIsNotNone(self.check.program("other"))

    def sanitized(self, text):
        self.check.built = dict.fromkeys(("words", "agree", "lab"), "/bin/true")
        with mock.patch("shutil.which", return_value=str(self.script("compute-sanitizer", text))):
            self.check.sanitizers()
        return [stage["status"] for stage in self.check.results["stages"]]

    def test_sanitizers_report_errors(self):
        self.assertEqual(self.sanitized('case "$*" in *racecheck*agree*|*racecheck*true*) '
                                        'echo "RACECHECK SUMMARY: 1 hazard displayed (1 error, 0 warnings)"; exit 9;; esac\n'
                                        'echo "ERROR SUMMARY: 0 errors"'), ["ok", "FAILED", "ok", "ok"] * 3)

    def test_a_sanitizer_that_cannot_run_is_unavailable(self):
        self.assertEqual(self.sanitized('echo "Error: Device not supported."; exit 1'), ["unavailable"])

    def test_an_error_beats_what_looks_unavailable(self):
        self.assertEqual(set(self.sanitized('echo "not supported"; echo "ERROR SUMMARY: 3 errors"; exit 9')), {"FAILED"})

    def test_sanitizers_are_found_beside_the_toolkit(self):
        for folder in ("bin", "compute-sanitizer"):
            with self.subTest(folder), tempfile.TemporaryDirectory() as toolkit:
                made = Path(toolkit) / folder / "compute-sanitizer"
                made.parent.mkdir()
                made.symlink_to(self.script("compute-sanitizer", 'echo "ERROR SUMMARY: 0 errors"'))
                self.check.given.nvcc = str(Path(toolkit) / "bin/nvcc")
                self.check.built, self.check.results["stages"] = {"words": "/bin/true"}, []
                with mock.patch("shutil.which", return_value=None):
                    self.check.sanitizers()
                self.assertEqual([stage["status"] for stage in self.check.results["stages"]], ["ok"] * 4 + ["unfinished"] * 8)

    def test_pieces_that_disagree_are_named(self):
        texts = {"good": "exit 0", "bad": "echo other numbers; exit 1", "none": "exit 77"}
        self.check.built = {name: self.script(name, text) for name, text in texts.items()}
        with mock.patch.object(check, "SMALL", dict.fromkeys((*texts, "lost"), [])):
            self.check.agreement()
        first = self.check.results["stages"][0]
        self.assertEqual((first["status"], first["note"]), ("FAILED", "1 programs agree; lost was not built; bad: status 1"))

    def test_lines_that_were_cut_short_are_left_out(self):
        path = Path(self.folder.name) / "lines.json"
        path.write_text('{"kind": "case"}\n{"kind": "ca', encoding="utf-8")
        self.assertEqual(self.check.lines_of(path), [{"kind": "case"}])
        self.assertEqual(self.check.lines_of(path.with_name("none")), [])

    def test_limits_leave_room(self):
        self.assertLessEqual(sum(check.LIMITS.values()), check.ALL)
        self.assertLess(check.ALL, 9 * 60)

    def test_results_are_written_where_out_says(self):
        self.check.note("words", "FAILED", time.monotonic(), "made up")
        self.assertEqual(self.check.finish(), 1)
        written = Path(self.folder.name)
        self.assertIn("FAILED: words", (written / "check.txt").read_text(encoding="utf-8"))
        self.assertEqual(json.loads((written / "check.json").read_text(encoding="utf-8"))["stages"][0]["note"], "made up")


class Peers(unittest.TestCase):
    def test_without_pytorch_it_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "torch.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
            run = subprocess.run([sys.executable, "-B", str(FOLDER / "peers.py")], env={**os.environ, "PYTHONPATH": folder},
                                 capture_output=True, text=True)
        self.assertEqual(run.returncode, 77)
        self.assertIn("no PyTorch (ImportError: not here)", run.stdout)


if __name__ == "__main__":
    unittest.main()
