# SPDX-License-Identifier: BSD-3-Clause
"""torch.compile, on the processor's vector instructions or not at all."""
import functools
import sysconfig
from pathlib import Path

import torch


@functools.cache
def compiled_for():
    """The vector instructions for which torch.compile makes loops: "avx512", "avx2"; "" if it finds none."""
    # It tries them with a library that it links with Python's folder of libraries before its own: Debian's libtorch in
    # there, an older one, makes every trial fail, and without a word all loops are scalar.
    sysconfig.get_config_vars()["LIBDIR"] = str(Path(torch.__file__).parent / "lib")
    from torch._inductor import cpu_vec_isa

    found = cpu_vec_isa.pick_vec_isa()
    return str(found) if found else ""


def compiled(formula):
    """The formula under torch.compile; where its loops would be scalar for no good reason, a function that says so."""
    if compiled_for() or "avx2" not in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        return torch.compile(formula, dynamic=False)
    return scalar


def scalar(*_):
    raise RuntimeError("torch.compile finds no vector instructions, which this processor has")
