# SPDX-License-Identifier: BSD-3-Clause
"""Checks a wheel: its size and files, that it brings its own C++ library, and that it passes the tests of arrays where
it is installed, without torch. `python3 check_wheel.py WHEEL FOLDER`: FOLDER is for the environment that it makes."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import venv
import zipfile

MOST_BYTES = 15_000_000


def main():
    wheel, folder = (pathlib.Path(a).resolve() for a in sys.argv[1:])
    assert wheel.stat().st_size <= MOST_BYTES, f"{wheel.name} has {wheel.stat().st_size} bytes"
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as unpacked:
        names = archive.namelist()
        modules = [n for n in names if re.fullmatch(r"mixcon/_core\..*so", n)]
        assert len(modules) == 1, modules
        for wanted in ("py.typed", "__init__.py", "__init__.pyi", "_core.pyi", "functional.pyi", "nn.pyi"):
            assert f"mixcon/{wanted}" in names, f"{wanted} is missing"
        module = archive.extract(modules[0], unpacked)
        needed = subprocess.run(["objdump", "-p", module], capture_output=True, text=True, check=True).stdout
        assert "libstdc++" not in needed, "the module needs the system's libstdc++"
    venv.create(folder, with_pip=True, clear=True)
    python, tests = str(folder / "bin" / "python"), pathlib.Path(__file__).parent / "tests"
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel), "pytest"], check=True)
    environment = {k: v for k, v in os.environ.items() if k != "MIXCON_NEEDS_TORCH"}
    command = [python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(tests)]
    subprocess.run(command, check=True, cwd=folder, env=environment)
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, {modules[0]}")


main()
