# SPDX-License-Identifier: BSD-3-Clause
"""Builds, measures in processes of their own, and writes Markdown, JSON and SVG. Called by scripts/benchmark."""
import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cases import QUICK, WHOLE
from plot import drawing
from report import page

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEERS = ("PyTorch, published", "PyTorch, written well", "torch.compile")
FLAGS = {"plain": "-O2", "native": "-O3 -march=native"}


def run(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, text=True, **options)


def output_of(*command):
    return run(*command, stdout=subprocess.PIPE).stdout.strip()


def environment(build):
    """Peers at their best: PyTorch's widest loops, and freed memory kept on both sides."""
    found = dict(os.environ, MALLOC_TRIM_THRESHOLD_=str(2**30), MALLOC_MMAP_THRESHOLD_=str(2**25),
                 TORCHINDUCTOR_CACHE_DIR=str(build / "compiled"), TORCHINDUCTOR_COMPILE_THREADS="1",
                 PYTHONDONTWRITEBYTECODE="1")
    if "avx512f" in Path("/proc/cpuinfo").read_text():
        found["ATEN_CPU_CAPABILITY"] = "avx512"
    return found


def built(build, compiler, as_it_is):
    """The two shared objects {side: path}."""
    objects = build / Path(compiler).name
    paths = {"mixcon -O2": str(objects / "libplain.so"), "mixcon native": str(objects / "libnative.so")}
    if as_it_is:
        return paths
    run("cmake", "-S", HERE, "-B", objects, "-G", "Ninja", "-Wno-dev", f"-DCMAKE_CXX_COMPILER={compiler}",
        stdout=subprocess.DEVNULL)
    run("cmake", "--build", objects)
    return paths


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def instruction_set():
    flags = Path("/proc/cpuinfo").read_text().split("flags", 1)[-1].split("\n")[0].split()
    best = "AVX-512" if {"avx512f", "avx512dq", "avx512bw"} <= set(flags) else "AVX2" if "avx2" in flags else "the flags"
    return os.environ.get("MIXCON_INSTRUCTION_SET") or best


def about(asked, began):
    asked_for = [word for k, word in enumerate(asked.arguments)
                 if not word.startswith("--output") and asked.arguments[max(k - 1, 0)] != "--output"]
    try:
        commit = output_of("git", "-C", ROOT, "describe", "--always", "--dirty")
    except (OSError, subprocess.CalledProcessError):
        commit = "of no commit"
    versions = [f"Python {platform.python_version()}"]
    for package in ("torch", "pytorch-metric-learning", "lightly"):
        version = output_of(sys.executable, "-c", f"import importlib.metadata as m; print(m.version('{package}'))")
        versions.append(f"{'PyTorch' if package == 'torch' else package} {version}")
    return {"date": datetime.date.today().isoformat(), "arguments": " ".join(asked_for), "processor": processor(),
            "cores": os.cpu_count(), "load": f"{os.getloadavg()[0]:.1f}",
            "compiler": output_of(asked.compiler, "--version").splitlines()[0], "flags": FLAGS, "commit": commit,
            "instruction_set": instruction_set(), "versions": ", ".join(versions), "took": "0", "began": began}


def times(asked, libraries, threads, env):
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / "times.json"
        run(sys.executable, HERE / "measure.py", "times", "quick" if asked.quick else "whole", threads, json.dumps(libraries), to,
            "--only", ",".join(asked.only), "--without", asked.without, "--budget", asked.budget, "--most-rows", asked.most_rows, env=env)
        return {"threads": threads, **json.loads(to.read_text(encoding="utf-8"))}


def memory(asked, plan, libraries, env):
    """What each side's call took, in a fresh process."""
    rows = []
    for loss, size in plan.memory.items():
        if asked.only and loss not in asked.only:
            continue
        row = {"loss": loss, "size": vars(size), "bytes": {}}
        for side in ("mixcon -O2", *PEERS):
            if side in asked.without:
                continue
            command = [sys.executable, HERE / "measure.py", "memory", loss, json.dumps(vars(size)), side, json.dumps(libraries)]
            done = subprocess.run(list(map(str, command)), env=env, stdout=subprocess.PIPE, text=True, check=False)
            if done.returncode == 0:
                row["bytes"][side] = int(done.stdout)
            else:
                print(f"memory of {loss}, {side}: no answer (exit status {done.returncode})", file=sys.stderr)
        rows.append(row)
    return rows


def write(found, output):
    """OUTPUT.json, OUTPUT.md and a plot for each number of threads."""
    output = Path(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    names = []
    for one in found["runs"]:
        names.append(f"{output.name}-{one['threads']}.svg")
        title = f"Time relative to mixcon -O2, {one['threads']} thread(s), {found['about']['processor']}"
        (output.parent / names[-1]).write_text(drawing(one, title), encoding="utf-8")
    Path(f"{output}.md").write_text(page(found, names), encoding="utf-8")
    Path(f"{output}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{output}.md")


def parsed(arguments):
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description="Compares mixcon with PyTorch and libraries.")
    parser.add_argument("--quick", action="store_true", help="five losses and mixup at one size: under a minute when all is built")
    parser.add_argument("--only", default="", help="losses, with commas")
    parser.add_argument("--without", default="", help="sides to leave out, with commas, such as torch.compile")
    parser.add_argument("--budget", default=0, help="seconds of measuring for each case")
    parser.add_argument("--most-rows", type=int, default=0, help="leave out larger sizes, of time")
    parser.add_argument("--no-memory", action="store_true", help="measure time only")
    parser.add_argument("--no-build", action="store_true", help="take our side as it was built last")
    parser.add_argument("--threads", type=int, default=0, help="1 or 2; otherwise both, with --quick one")
    parser.add_argument("--compiler", default="g++", help="of our side")
    parser.add_argument("--output", default="", help="name of the files without ending; otherwise build/benchmark/DATE")
    parser.add_argument("--from", dest="json", default="", help="measure nothing: write the page and plots of a JSON again")
    asked = parser.parse_args(arguments)
    asked.arguments, asked.only = arguments, [loss for loss in asked.only.split(",") if loss]
    return asked


def main(arguments):
    asked = parsed(arguments)
    if asked.json:
        found = json.loads(Path(asked.json).read_text(encoding="utf-8"))
        return write(found, asked.output or asked.json.removesuffix(".json"))
    build, began = ROOT / "build/benchmark", time.time()
    env, plan = environment(build), QUICK if asked.quick else WHOLE
    libraries = built(build, asked.compiler, asked.no_build)
    found = {"about": about(asked, began), "runs": [], "memory": []}
    for threads in [asked.threads] if asked.threads else plan.threads:
        found["runs"].append(times(asked, libraries, threads, env))
    if not asked.no_memory:
        found["memory"] = memory(asked, plan, libraries, env)
    found["about"]["took"] = f"{(time.time() - began) / 60:.1f}"
    return write(found, asked.output or build / found["about"]["date"])


if __name__ == "__main__":
    main(sys.argv[1:])
