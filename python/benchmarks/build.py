# SPDX-License-Identifier: BSD-3-Clause
"""usage: build.py [--folder FOLDER] [--flags FLAGS] [--jobs N] [--target TARGET]

What building the modules of the package costs: user and system seconds and peak memory of each compilation, without
ccache, and their sum. FLAGS are those of one instruction set, -O3 -march=x86-64-v3. FOLDER (build/python/cost) must not
exist: objects that are there already are not built. Prints the ten dearest files, the sum, and the most memory of one.

Run it by a Python that has nanobind (python/requirements.txt). Processor time grows by a third and more where other work
shares the cores.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def launch(record, command):
    """Runs a compiler, and adds a line to the record: what it made, seconds, bytes."""
    status = subprocess.run(command, check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = command[command.index("-o") + 1] if "-o" in command else " ".join(command)
    line = {"made": made, "seconds": used.ru_utime + used.ru_stime, "bytes": used.ru_maxrss * 1024}
    with open(record, "a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")
    return status


def name_of(made):
    """The source of an object: `formulas/formula_3.cpp` of CMakeFiles/mixcon_python_losses.dir/formulas/..."""
    return made.split(".dir/", 1)[-1].removesuffix(".o")


def lines_of(record):
    files = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    yield "| file | seconds | memory |"
    yield "| --- | --- | --- |"
    for one in sorted(files, key=lambda one: -one["seconds"])[:10]:
        yield f"| {name_of(one['made'])} | {one['seconds']:.1f} | {one['bytes'] / 1e6:.0f} MB |"
    minutes, most = sum(one["seconds"] for one in files) / 60, max(one["bytes"] for one in files)
    yield f"| all {len(files)} | {minutes:.1f} minutes | at most {most / 1e6:.0f} MB |"


def main():
    if sys.argv[1:2] == ["--launch"]:
        return launch(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=HERE.parents[1] / "build" / "python" / "cost")
    parser.add_argument("--flags", default="-O3 -DNDEBUG -march=x86-64-v3")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--target", default="all")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True)
    record = asked.folder.resolve() / "compilations.jsonl"
    launcher = ";".join([sys.executable, str(Path(__file__).resolve()), "--launch", str(record)])
    subprocess.run(["cmake", "-S", HERE.parent, "-B", asked.folder, "-G", "Ninja", "-DMIXCON_PYTHON_ONE_INSTRUCTION_SET=ON",
                    f"-DMIXCON_CCACHE={launcher}", "-DCMAKE_BUILD_TYPE=RelWithDebInfo", f"-DPython_EXECUTABLE={sys.executable}",
                    f"-DCMAKE_CXX_FLAGS_RELWITHDEBINFO={asked.flags}"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", asked.folder, "--parallel", str(asked.jobs), "--target", asked.target], check=True,
                   stdout=sys.stderr)
    print("\n".join(lines_of(record)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
