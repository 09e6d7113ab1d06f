# SPDX-License-Identifier: BSD-3-Clause
"""Checks a wheel: its size and files, which libraries its modules need of the system, and that it passes the package's
tests where it is installed, without torch and with it. `python3 check_wheel.py WHEEL FOLDER`: FOLDER is for the
environments that it makes, of the Python that runs this. With torch: that of Python's own packages, or of the
site-packages folder MIXCON_TORCH_PACKAGES. Where there is none it says so; MIXCON_NEEDS_TORCH makes that an error."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import venv
import zipfile

MOST_BYTES = 15_000_000
MODULES = {"_core", "_mixing"}
FILES = ("py.typed", "__init__.py", "__init__.pyi", "_core.pyi", "functional.pyi", "mixing.pyi", "nn.pyi")
# What every Linux with glibc has: no C++ library, which differs between systems, and no Python, which is there already.
OF_THE_SYSTEM = re.compile(r"lib(c|m|dl|rt|pthread)\.so\.\d+|ld-linux-.*")
NEWEST_GLIBC = (2, 36)  # of Debian 12, where wheels are built
# Names with an underscore that the stable ABI has all the same.
OF_THE_STABLE_ABI = {"_Py_Dealloc", "_Py_NoneStruct", "_Py_TrueStruct", "_Py_FalseStruct", "_Py_NotImplementedStruct",
                     "_Py_EllipsisObject", "_PyObject_New", "_PyObject_NewVar", "_PyObject_GC_New"}
REPORT = "import mixcon, sys; print(mixcon.__file__); print('torch' in sys.modules)"


def read(*arguments):
    return subprocess.run(["readelf", "--wide", *arguments], capture_output=True, text=True, check=True).stdout


def check_module(file, is_stable):
    """The libraries and the glibc that a module needs; refuses others, and what a stable ABI does not promise."""
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", read("--dynamic", file))
    for library in needed:
        assert OF_THE_SYSTEM.fullmatch(library), f"{file.name} needs {library}, which a system may not have"
    assert "RUNPATH" not in read("--dynamic", file) and "RPATH" not in read("--dynamic", file), "a path of this machine"
    newest = max(tuple(map(int, v.split("."))) for v in re.findall(r"GLIBC_(\d+\.\d+)", read("--version-info", file)))
    assert newest <= NEWEST_GLIBC, f"{file.name} needs glibc {newest}; expected {NEWEST_GLIBC} at most"
    symbols = read("--dyn-syms", file)
    private = set(re.findall(r"UND (_Py\w+)", symbols)) - OF_THE_STABLE_ABI
    assert not is_stable or not private, f"{file.name} is of the stable ABI and takes {sorted(private)}"
    shown = re.findall(r"GLOBAL +DEFAULT +\d+ (\w+)", symbols)
    assert shown == [f"PyInit_{file.name.partition('.')[0]}"], f"{file.name} shows {shown[:9]}; expected PyInit_ alone"
    return needed, newest


def check_files(wheel):
    """Says what is in the wheel; refuses one that is too large, lacks a file, or needs more than it may."""
    assert wheel.stat().st_size <= MOST_BYTES, f"{wheel.name} has {wheel.stat().st_size} bytes"
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.2f} MB")
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as unpacked:
        names = archive.namelist()
        modules = [n for n in names if n.endswith(".so")]
        found = {pathlib.Path(n).name.partition(".")[0] for n in modules}
        assert found == MODULES and len(modules) == len(MODULES), modules
        for wanted in FILES:
            assert f"mixcon/{wanted}" in names, f"{wanted} is missing"
        for name in modules:
            file = pathlib.Path(archive.extract(name, unpacked))
            needed, (major, minor) = check_module(file, "-abi3-" in wheel.name)
            size = file.stat().st_size / 1e6
            print(f"  {name}: {size:.2f} MB, needs {', '.join(needed)}, glibc {major}.{minor}")


def test_installed(wheel, folder, with_torch):
    """Installs the wheel in an environment of its own and runs the tests there; with torch, those of modules too."""
    others = os.environ.get("MIXCON_TORCH_PACKAGES")
    venv.create(folder, with_pip=True, clear=True, system_site_packages=with_torch and not others)
    python = str(folder / "bin" / "python")
    if with_torch and others:
        [packages] = folder.glob("lib/python*/site-packages")
        (packages / "torch_of_another_folder.pth").write_text(others + "\n")
    # Not in the folder of the repository, whose own torch/ would be found.
    has_torch = subprocess.run([python, "-c", "import torch"], capture_output=True, cwd=folder).returncode == 0
    if with_torch and not has_torch:
        assert not os.environ.get("MIXCON_NEEDS_TORCH"), "no torch for this Python"
        print("  with torch: not tested, there is none for this Python")
        return
    assert has_torch == with_torch, "torch is where it must not be"
    # Debian's pip warns of packages that it did not install; nothing of these is changed.
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel), "pytest"],
                   check=True)
    environment = {k: v for k, v in os.environ.items() if k not in ("MIXCON_NEEDS_TORCH", "PYTHONPATH")}
    environment |= {"MIXCON_NEEDS_TORCH": "1"} if with_torch else {}
    where, took_torch = subprocess.run([python, "-c", REPORT], capture_output=True, text=True, check=True, cwd=folder,
                                       env=environment).stdout.split()
    assert pathlib.Path(where).is_relative_to(folder), f"not the installed package: {where}"
    assert took_torch == "False", "importing mixcon imports torch"
    tests = pathlib.Path(__file__).parent / "tests"
    began = time.monotonic()
    command = [python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--import-mode=importlib", str(tests)]
    subprocess.run(command, check=True, cwd=folder, env=environment)
    print(f"  {'with' if with_torch else 'without'} torch: tested in {time.monotonic() - began:.0f} s")


def main():
    wheel, folder = (pathlib.Path(a).resolve() for a in sys.argv[1:])
    check_files(wheel)
    test_installed(wheel, folder / "without_torch", False)
    test_installed(wheel, folder / "with_torch", True)


main()
