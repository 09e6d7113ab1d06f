#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: cuda/check.sh [--dry-run] [--arch SM] [--jobs N] [--help]

Compiles the kernels and everything that checks and measures them, and runs it on the first GPU, in this order: the words
of kernels; agreement with double, twice, and of graphs; compute-sanitizer; what the card can do at most; times, beside
PyTorch, torch.compile, a plain Triton kernel, and Liger, CCE and siglip-kernel where python3 finds them. Takes at most
nine minutes with 16 cores. A table comes last. It and all numbers (check.txt, check.json, check.log) go to $OUT if that
is set, else to build/gpu_check.

  --dry-run   what needs no GPU: compile (for sm_90, or --arch), run the words emulated, read the Python files, write a
              table of made-up numbers
  --arch SM   a compute capability such as 80 or 90 (default: the GPU's)
  --jobs N    sources compiled at once (default: the number of cores)

Needs nvcc (in PATH, named by NVCC, or in /usr/local/cuda), a C++20 host compiler (for --dry-run also as CXX or c++) and
python3; no network. What else it would use and does not find is a line in the table, and no failure.

Exit status: 0 everything that could run ran and agrees; 1 a stage failed (the later ones run all the same); 2 wrong use
or no nvcc; 77 everything compiled, but there is no GPU to run it on.
"""
import argparse
import ast
import glob
import json
import os
import re
import shutil
import signal
import site
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import table  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build/gpu_check"
# -O2 is the host's: without it, times of short calls would be those of an unoptimised enqueue.
INCLUDE = [f"-I{ROOT}/include", f"-I{ROOT}/cuda/include", f"-I{ROOT}/tests"]
FLAGS = ["-std=c++20", "-O2", "-Xcompiler=-Wall,-Wextra,-Wshadow,-Wconversion,-Wdouble-promotion", *INCLUDE]
KINDS = ["cuda/bench/all_kinds.cu", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("cuda/bench/kinds_*.cu"))]
WORDS = {"words": ["tests/gpu/words.cu"]}
OURS = {"agree": ["cuda/check/agree.cu", *KINDS], "bench": ["cuda/bench/run.cu", *KINDS], "lab": ["cuda/lab/run.cu"]}
SMALL = {path.stem: [str(path.relative_to(ROOT))] for path in sorted(ROOT.glob("tests/gpu/*.cu")) if path.stem != "words"}
# Seconds: of each stage, and of all. Without a GPU nobody waits for one, and there may be two cores.
LIMITS = {"build": 120, "words": 15, "agreement": 90, "sanitizers": 100, "ceilings": 15, "bench": 65, "peers": 95, "lab": 20}
ALL, ALL_OF_DRY_RUN = 530, 1500
LINKS = re.compile(r"^// Links ([a-z]+)[.]", re.MULTILINE)  # in a source: a library of the toolkit
NOT_HERE = re.compile(r"No such file|cannot find -l")
NO_GPU = 77
UNAVAILABLE = re.compile(r"not supported|unsupported|LibraryNotLoaded|unable to (initialize|attach)|Failed to (initialize|start)",
                         re.IGNORECASE)


class Check:
    def __init__(self, given):
        self.given, self.begin = given, time.monotonic()
        self.limit = ALL_OF_DRY_RUN if given.dry_run else ALL
        self.build_limit = ALL_OF_DRY_RUN if given.dry_run else LIMITS["build"]
        self.out = Path(os.environ.get("OUT") or WORK)
        self.out.mkdir(parents=True, exist_ok=True)
        WORK.mkdir(parents=True, exist_ok=True)
        self.log = open(self.out / "check.log", "w", encoding="utf-8", errors="replace")
        self.results = {"date": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()), "stages": []}
        self.built, self.spent_building = {}, 0.0
        self.without = {}  # programs that need a library which is not here: why they were not built

    # ---- commands

    def left(self):
        return self.limit - (time.monotonic() - self.begin)

    def run(self, command, limit, env=None):
        """(exit status, output); the status is None where the time was up. All of it goes to the log."""
        limit = max(1.0, min(limit, self.left()))
        self.log.write(f"\n$ {' '.join(map(str, command))}\n")
        try:
            process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                       errors="replace", cwd=ROOT, env={**os.environ, **(env or {})},
                                       start_new_session=True)
        except OSError as missing:
            return 127, str(missing)
        try:
            output, _ = process.communicate(timeout=limit)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # our own session: the command and what it started
            output, _ = process.communicate()
            status = None
        self.log.write(output)
        self.log.flush()
        return status, output

    def note(self, name, status, begin, note=""):
        self.results["stages"].append({"name": name, "status": status, "seconds": time.monotonic() - begin, "note": note})
        print(f"== {name}: {status}{' (' + note + ')' if note else ''}", flush=True)

    def lines_of(self, path):
        """The objects of a file of JSON lines, whatever there is of it."""
        found = []
        if Path(path).exists():
            for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    found.append(json.loads(line))
                except ValueError:
                    pass  # cut short
        return found

    # ---- building

    def libraries_of(self, group):
        """The libraries that a program's sources name."""
        texts = [(ROOT / source).read_text(encoding="utf-8") for source in group if (ROOT / source).exists()]
        return [library for text in texts for library in LINKS.findall(text)]

    def build(self, programs, strict=False):
        """Compiles the sources of programs that are not there yet, each once, and links them."""
        begin = time.monotonic()
        sources = list(dict.fromkeys(source for group in programs.values() for source in group))
        flags = FLAGS + (["-Werror", "all-warnings"] if strict else [])

        def compile_one(source):
            made = WORK / (source.replace("/", "_").removesuffix(".cu") + ".o")
            limit = self.build_limit - self.spent_building - (time.monotonic() - begin)
            status, output = self.run([self.given.nvcc, self.arch, *flags, "-c", source, "-o", made], limit)
            return (made, "") if status == 0 else (None, "the time was up" if status is None else output.strip()[-600:])
        with ThreadPoolExecutor(self.given.jobs) as workers:
            objects = dict(zip(sources, workers.map(compile_one, sources)))

        def link(item):
            name, group = item
            libraries, wrong = self.libraries_of(group), "".join(objects[source][1] for source in group)
            program = WORK / name
            if not wrong:
                folder = [f"-L{self.cublas()[0].parent}"] if libraries and self.cublas()[0] else []
                status, wrong = self.run([self.given.nvcc, self.arch, *(objects[source][0] for source in group), *folder,
                                          *(f"-l{library}" for library in libraries), "-o", program], 60)
                if status == 0:
                    return name, program
                print(f"{name} does not link:\n{(wrong or 'the time was up').strip()[-600:]}", flush=True)
            if libraries and NOT_HERE.search(wrong):
                self.without[name] = f"{name} needs {', '.join(libraries)}, which is not here"
            return name, None
        with ThreadPoolExecutor(self.given.jobs) as workers:
            made = dict(workers.map(link, programs.items()))
        self.built |= made
        wrong = {source: why for source, (found, why) in objects.items() if found is None}
        lost = [name for name, program in made.items() if program is None and name not in self.without]
        kept = {source for name in self.without for source in programs.get(name, [])}
        for source, why in wrong.items():
            if source in kept:
                continue
            print(f"{source} does not compile:\n{why}", flush=True)
        self.spent_building += time.monotonic() - begin
        note = f"{len(sources)} sources" if not lost else f"not built: {', '.join(lost)}"
        self.note("build " + next(iter(programs)) + (" ..." if len(programs) > 1 else ""), "FAILED" if lost else "ok", begin,
                  note)

    # ---- stages that run programs

    def program(self, name):
        return self.built.get(name)

    def one(self, stage, name, arguments=(), env=None, limit=None, may_be_cut=False):
        """Runs a program as a stage of its own; the stage's result. What may be cut short keeps what it has written."""
        begin = time.monotonic()
        if self.program(name) is None:
            self.note(stage, "FAILED", begin, f"{name} was not built")
            return "FAILED"
        status, output = self.run([self.program(name), *arguments], limit or LIMITS[stage], env)
        last = output.strip().splitlines()[-1][:100] if output.strip() else ""
        if status is None:
            self.note(stage, "unfinished" if may_be_cut else "FAILED", begin, f"the time was up; last: {last}")
        elif status == NO_GPU:
            self.note(stage, "skipped", begin, last)
        else:
            self.note(stage, "ok" if status == 0 else "FAILED", begin, last if status == 0 else f"status {status}; {last}")
        if status not in (0, NO_GPU):
            print("\n".join(output.strip().splitlines()[-30:]), flush=True)
        return self.results["stages"][-1]["status"]

    def agreement(self):
        begin, ran = time.monotonic(), 0
        library = self.cublas()[1]
        wrong = [f"{name} was not built" for name in SMALL if name not in self.without and self.program(name) is None]

        def run_one(name):
            limit = min(20, LIMITS["agreement"] / 2 - (time.monotonic() - begin))
            return name, *self.run([self.program(name)], limit, library)
        with ThreadPoolExecutor(min(4, self.given.jobs)) as workers:  # each waits most of its time for its context
            outcomes = list(workers.map(run_one, [name for name in SMALL if self.program(name) is not None]))
        for name, status, output in outcomes:
            ran += status == 0
            if status not in (0, NO_GPU):
                wrong.append(f"{name}: {'the time was up' if status is None else f'status {status}'}")
                print("\n".join(output.strip().splitlines()[-20:]), flush=True)
        notes = [*wrong, *self.without.values()]
        self.note("agreement of pieces", "FAILED" if wrong else "ok", begin, "; ".join([f"{ran} programs agree", *notes]))
        lines, seconds = WORK / "agree.json", LIMITS["agreement"] - (time.monotonic() - begin)
        lines.unlink(missing_ok=True)
        self.one("agreement of calls", "agree", ["--seconds", f"{max(seconds - 15, 5):.0f}", "--json", lines], limit=seconds)
        self.results["agree"] = self.lines_of(lines)

    def sanitizers(self):
        begin = time.monotonic()
        toolkit = Path(self.given.nvcc).resolve().parent.parent
        places = (toolkit / "bin/compute-sanitizer", toolkit / "compute-sanitizer/compute-sanitizer")
        tool = shutil.which("compute-sanitizer") or next((str(place) for place in places if place.exists()), "")
        if not tool:
            self.note("sanitizers", "unavailable", begin, "compute-sanitizer is not installed")
            return
        runs = [(check, name, arguments) for name, arguments in
                (("words", []), ("agree", ["--smallest", "--seed", "1"]), ("lab", ["--small"]))
                for check in ("memcheck", "racecheck", "synccheck", "initcheck")]
        for k, (check, name, arguments) in enumerate(runs):
            started, title = time.monotonic(), f"{check} {name}"
            left = LIMITS["sanitizers"] - (started - begin)
            if self.program(name) is None or left < 3:
                self.note(title, "unfinished", started, "was not built" if left >= 3 else "the time was up")
                continue
            status, output = self.run([tool, "--tool", check, "--error-exitcode", "9", self.program(name), *arguments],
                                      min(30, left))
            found = re.findall(r"(?:ERROR SUMMARY|RACECHECK SUMMARY): (.*)", output)
            summary = found[-1] if found else ""
            if status is None:
                self.note(title, "unfinished", started, "the time was up")
            elif status == 0:
                self.note(title, "ok", started, summary)
            elif not re.match(r"[1-9]", summary) and UNAVAILABLE.search(output):
                self.note(title, "unavailable", started, UNAVAILABLE.search(output)[0])
                if k == 0:
                    return
            else:
                self.note(title, "FAILED", started, summary or f"status {status}")
                print("\n".join(output.strip().splitlines()[:40]), flush=True)

    def cublas(self):
        """(its file, the environment by which a program finds it) of the toolkit, else beside PyTorch; (None, {})."""
        toolkit = Path(self.given.nvcc).resolve().parent.parent
        folders = [toolkit / "lib64", toolkit / "lib", toolkit / "targets/x86_64-linux/lib"]
        packages = [Path(path) for path in {*sys.path, *site.getsitepackages()} if path]
        folders += [folder for path in packages for folder in sorted(path.glob("nvidia/*/lib"))]
        for folder in folders:
            found = sorted(glob.glob(f"{folder}/libcublas.so*"))
            if found:
                path = f"{folder}:{os.environ.get('LD_LIBRARY_PATH', '')}".rstrip(":")
                return Path(found[-1]), {"LD_LIBRARY_PATH": path}
        return None, {}

    def measure(self):
        file, env = self.cublas()
        library = ["--cublas", file] if file else []
        self.one("ceilings", "bench", ["--ceilings", *library], env)
        lines = {name: WORK / f"{name}.json" for name in ("bench", "peers", "lab")}
        for path in lines.values():
            path.unlink(missing_ok=True)
        self.one("bench", "bench", ["--seconds", LIMITS["bench"] - 12, "--json", lines["bench"], *library], env)
        found = self.lines_of(lines["bench"])
        self.results["ceilings"] = next((line for line in found if line["kind"] == "ceilings"), None)
        self.results["cases"] = [line for line in found if line["kind"] == "case"]
        self.built["peers"] = sys.executable
        self.one("peers", "peers", ["-B", ROOT / "cuda/check/peers.py", "--seconds", LIMITS["peers"] - 20, "--json",
                                    lines["peers"]], may_be_cut=True)
        self.results["peers"] = self.lines_of(lines["peers"])
        self.one("lab", "lab", ["--json", lines["lab"]])
        self.results["lab"] = self.lines_of(lines["lab"])

    # ---- without a GPU

    def dry_run(self):
        begin = time.monotonic()
        self.build({**WORDS, **OURS}, strict=True)
        for name, program in list(self.built.items()):
            if program is None:
                continue
            status, output = self.run([program, "--help"], 60)
            if status not in (0, NO_GPU):
                self.note(f"start {name}", "FAILED", begin, f"status {status}; {output.strip()[-100:]}")
        begin = time.monotonic()
        emulated = WORK / "words_emulated"
        compiler = os.environ.get("CXX") or "c++"
        status, output = self.run([compiler, "-std=c++20", "-O1", "-Wno-unknown-pragmas", *INCLUDE,
                                   "cuda/check/words_emulated.cpp", "-o", emulated], 100)
        if status == 0:
            status, output = self.run([emulated], 60)
        last = output.strip().splitlines()[-1][:100] if output.strip() else ""
        self.note("words, emulated", "ok" if status == 0 else "FAILED", begin, last)
        begin, wrong = time.monotonic(), []
        sources = sorted((ROOT / "cuda/check").glob("*.py"))
        for path in sources:
            try:
                ast.parse(path.read_text(encoding="utf-8"), str(path))
            except SyntaxError as error:
                wrong.append(str(error))
        self.note("Python files", "FAILED" if wrong else "ok", begin, "; ".join(wrong) or f"{len(sources)} read")
        begin = time.monotonic()
        text = table.text_of(json.loads((ROOT / "cuda/check/made_up.json").read_text(encoding="utf-8")))
        good = "info_nce 65536 x 128 gradient" in text and "FAILED: bench" in text
        self.note("table of made-up numbers", "ok" if good else "FAILED", begin)

    # ---- all of it

    def about(self):
        status, output = self.run([self.given.nvcc, "--version"], 20)
        self.results["nvcc"] = (re.findall(r"V[\d.]+", output) or ["unknown"])[-1]
        status, output = self.run(["git", "rev-parse", "--short", "HEAD"], 10)
        self.results["commit"] = output.strip() if status == 0 else ""
        query = ["nvidia-smi", "--query-gpu=name,driver_version,compute_cap", "--format=csv,noheader"]
        status, output = self.run(query, 30)
        fields = [field.strip() for field in output.splitlines()[0].split(",")] if status == 0 and output.strip() else []
        has_gpu = len(fields) == 3 and re.fullmatch(r"\d+\.\d+", fields[2]) is not None
        if has_gpu:
            self.results["card"], self.results["driver"] = fields[:2]
        capability = self.given.arch or (fields[2].replace(".", "") if has_gpu else "90")
        self.arch = f"-arch=sm_{capability}"

    def finish(self):
        text = table.text_of(self.results)
        (self.out / "check.json").write_text(json.dumps(self.results, indent=1) + "\n", encoding="utf-8")
        (self.out / "check.txt").write_text(text, encoding="utf-8")
        print("\n" + text, end="", flush=True)
        if table.failed(self.results):
            return 1
        return 0

    def main(self):
        self.about()
        if self.given.dry_run:
            self.dry_run()
            return self.finish()
        self.build(WORDS)
        words = self.one("words", "words")
        self.build({**OURS, **SMALL})
        if words == "skipped":
            return self.finish() or NO_GPU
        self.agreement()
        self.sanitizers()
        self.measure()
        return self.finish()


def main():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("--help", "-h", action="store_true")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--arch", default="", type=lambda text: text.removeprefix("sm_"))
    parser.add_argument("--jobs", default=len(os.sched_getaffinity(0)), type=int)
    given = parser.parse_args()
    if given.help:
        print(__doc__)
        return 0
    named = os.environ.get("NVCC")  # a path, or a name in PATH
    given.nvcc = shutil.which(named or "nvcc") or named or "/usr/local/cuda/bin/nvcc"
    if not Path(given.nvcc).exists():
        print("cuda/check.sh: no nvcc in PATH or in /usr/local/cuda; install the CUDA toolkit, or name it by NVCC",
              file=sys.stderr)
        return NO_GPU if given.dry_run else 2
    return Check(given).main()


if __name__ == "__main__":
    sys.exit(main())
