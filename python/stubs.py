# SPDX-License-Identifier: BSD-3-Clause
"""Writes the package's stubs from the reflection of the losses: mixcon/*.pyi. `--check` writes nothing, and fails where
a stub is out of date. Needs the package and nanobind; `scripts/test --only python` runs the check."""

import inspect
import pathlib
import re
import subprocess
import sys
import tempfile

if pathlib.Path(sys.path[0]).resolve() == pathlib.Path(__file__).resolve().parent:
    del sys.path[0]  # the package as installed, not its sources beside this file

import mixcon
from mixcon import _core, mixing
from mixcon._forms import FORMS, Form

HEAD = "# SPDX-License-Identifier: BSD-3-Clause\n# Made by python/stubs.py from the losses' reflection.\n"
CHOICES = {
    "similarity": ["cosine", "dot_product", "negative_distance", "negative_squared_distance"],
    "rows": ["as_given", "unit", "unit_as_given"],
    "candidate_rows": ["as_given", "unit", "unit_as_given"],
    "reduction": ["mean", "sum", "weighted"],
    "no_positive": ["zero", "skip", "error"],
}
INTEGERS = {"labels", "partner", "labels_of_partners"}
KINDS = {"lam": "float | Rows", "views": "int", "sigma": "float", "clean_weight": "float", "mask": "Rows"}


def literal(choices):
    return f"Literal[{', '.join(repr(c) for c in choices)}]"


def parameters_of(name, of_torch):
    """The keywords of a loss, with types and defaults."""
    fields = {f["name"]: f for f in _core.describe(name)["fields"]}
    usual = dict(FORMS[name].usual)
    known = _core.Settings(name, usual).parameters
    taken = set(inspect.signature(FORMS[name].call).parameters)
    said = []
    for parameter, value in known.items():
        if parameter in fields and fields[parameter]["kind"] == "choice":
            kind = literal(fields[parameter]["choices"])
        elif parameter in CHOICES:
            kind = literal(CHOICES[parameter])
        elif isinstance(value, bool):
            kind = "bool"
        elif isinstance(value, tuple):
            kind = "tuple[float, float]"
        else:
            kind = "float | Tensor" if of_torch and parameter in ("temperature", "scale", "bias") else "float"
        if parameter not in taken:
            said.append(f"{parameter}: {kind} = {value!r}")
    for parameter, field in fields.items():
        if field["kind"] in ("numbers", "integers") and parameter not in taken and name != "un_mix_loss":
            said.append(f"{parameter}: {'Tensor | ' if of_torch else ''}Rows | Sequence[float] | None = None")
    if "reduction" in known and name != "un_mix_loss":
        said.append(f"weights: {'Tensor | ' if of_torch else ''}Rows | Sequence[float] | None = None")
    return said


def arguments_of(form: Form, of_torch):
    """What a form takes, positional arguments first, then the keywords of its own."""
    names = dict(zip(("x", "y"), form.sides))
    rows = "Tensor" if of_torch else "Rows"
    positional, keyword = [], []
    for argument in list(inspect.signature(form.call).parameters.values())[2:]:
        name = names.get(argument.name, argument.name)
        if argument.name == "targets" or (argument.name == "labels" and "labels" in inspect.getsource(form.call)):
            kind = f"{rows} | Rows | Targets"
        else:
            kind = KINDS.get(argument.name, f"{rows} | Rows" if argument.name in INTEGERS else rows)
        default = "" if argument.default is inspect.Parameter.empty else f" = {argument.default!r}"
        if argument.default is None:
            kind += " | None"
        (keyword if argument.kind is argument.KEYWORD_ONLY else positional).append(f"{name}: {kind}{default}")
    return positional, keyword


def gradient_of(form: Form):
    many = {"two_views", "weighted_two_views", "labelled"}
    if form.call.__name__ in many:
        return "Any"
    two = {"matched", "mixed_with_keys", "with_proxies", "proxies_first", "with_universum", "paired"}
    if form.call.__name__ in two:
        return "tuple[Gradient, Gradient]"
    return "tuple[Gradient, Gradient, Gradient]" if form.call.__name__ == "mixed_classifiers" else "Gradient"


def package_stub():
    lines = [
        HEAD, "from collections.abc import Sequence", "from typing import Any, Literal, Protocol, TypeAlias, overload",
        "", "import numpy.typing as npt", "", "from . import _core as _core, distributed as distributed, functional "
        "as functional, nn as nn, targets as targets", "from ._arrays import Answer as Answer, contrast as contrast",
        "from ._core import Targets as Targets", "from .nn import Contrast as Contrast",
    ]
    lines += [f"from .nn import {form.class_name} as {form.class_name}" for form in FORMS.values()]
    lines += [f"from .mixing import {name} as {name}" for name in mixing.__all__]
    lines += [
        "", "class HasDLPack(Protocol):", "    def __dlpack__(self, *args: Any, **more: Any) -> Any: ...", "",
        "Rows: TypeAlias = npt.NDArray[Any] | HasDLPack", "Gradient: TypeAlias = npt.NDArray[Any]", "",
        "__version__: str", "", "def losses() -> list[str]: ...", "",
    ]
    for name, form in FORMS.items():
        positional, keyword = arguments_of(form, False)
        rest = [*keyword, *parameters_of(name, False), "threads: int = 0"]
        for more, answer in (
            ('gradient: Literal[True, "all"] = True, details: Literal[False] = False',
             f"tuple[float, {gradient_of(form)}]"),
            ("gradient: Literal[False], details: Literal[False] = False", "float"),
            ('gradient: bool | Literal["all"] = True, details: Literal[True]', "Answer"),
        ):
            lines.append("@overload")
            lines.append(f"def {name}({', '.join(positional)}, *, {', '.join([*rest, more])}) -> {answer}: ...")
    return "\n".join(lines) + "\n"


def functional_stub():
    lines = [
        HEAD, "from collections.abc import Sequence", "from typing import Any, Literal", "",
        "from torch import Tensor", "", "from . import Rows", "from ._core import Targets", "",
        "def contrast(loss: str, anchors: Tensor, candidates: Tensor | None = None, targets: Tensor | Targets | None "
        "= None, *, own: Tensor | None = None, threads: int | None = None, **given: Any) -> Tensor: ...",
    ]
    for name, form in FORMS.items():
        positional, keyword = arguments_of(form, True)
        rest = [*keyword, *parameters_of(name, True), "threads: int | None = None"]
        lines.append(f"def {name}({', '.join(positional)}, *, {', '.join(rest)}) -> Tensor: ...")
    return "\n".join(lines) + "\n"


def modules_stub():
    own = {
        "_Learned": "max_scale: float | None = ..., learn: bool = True",
        "_Proxies": "classes: int, width: int",
        "_Queued": "size: int = 65536, width: int | None = None",
    }
    from mixcon import nn

    lines = [
        HEAD, "from collections.abc import Sequence", "from typing import Any, Literal", "",
        "from torch import Tensor", "from torch.nn import Module, Parameter", "", "from . import Rows",
        "from ._core import Targets", "", "class LossModule(Module):", "    threads: int | None",
        "    def __call__(self, *tensors: Any, **more: Any) -> Tensor: ...",
        "class _Learned(LossModule):", "    log_scale: Parameter", "    max_scale: float | None",
        "class _Proxies(LossModule):", "    proxies: Parameter",
        "class _Queued(LossModule):", "    queue: Tensor", "    position: Tensor",
        "    def enqueue(self, keys: Tensor) -> None: ...",
        "class Contrast(LossModule):",
        '    def __init__(self, loss: str = "info_nce", *, threads: int | None = None, **given: Any) -> None: ...',
        "    def __call__(self, anchors: Tensor, candidates: Tensor | None = None, targets: Tensor | Targets | None = "
        "None, *, own: Tensor | None = None) -> Tensor: ...",
    ]
    for name, form in FORMS.items():
        base = nn._bases.get(name, (nn.LossModule, {}))[0].__name__
        keywords = [*parameters_of(name, True), "threads: int | None = None"]
        head = own.get(base, "")
        if base in ("_Proxies", "_Queued"):
            head += ", *"
        elif head:
            head = "*, " + head
        else:
            head = "*"
        lines.append(f"class {form.class_name}({base}):")
        lines += [f"    {k.split(' =')[0]}" for k in parameters_of(name, True)]
        lines.append(f"    def __init__(self, {head}, {', '.join(keywords)}) -> None: ...")
        positional, keyword = arguments_of(form, True)
        hidden = {"proxies": "_Proxies", "queue": "_Queued"}
        taken = [a for a in positional if hidden.get(a.split(":")[0]) != base]
        taken = taken if not keyword else [*taken, "*", *keyword]
        lines.append(f"    def __call__(self, {', '.join(taken)}) -> Tensor: ...")
    return "\n".join(lines) + "\n"


def every_name():
    """A file that uses every public name, for mypy --strict."""
    values = {"labels": "labels", "partner": "labels", "lam": "0.5", "targets": "z"}
    lines = [
        "# SPDX-License-Identifier: BSD-3-Clause",
        "# Made by python/stubs.py: every public name once, for mypy --strict.",
        "import numpy as np", "import numpy.typing as npt", "from torch import Tensor", "", "import mixcon",
        "import mixcon.functional as F", "from mixcon import targets", "",
        "", "def arrays(z: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:", "    total = 0.0",
    ]
    for name, form in FORMS.items():
        given = [a.split(":")[0] for a in arguments_of(form, False)[0] if " = " not in a]
        call = ", ".join(f"{a}={values.get(a, 'z')}" for a in given)
        lines.append(f"    total += mixcon.{name}({call}, gradient=False)")
        lines.append(f"    total += mixcon.{name}({call}, details=True).value")
        lines.append(f"    total += mixcon.{name}({call})[0]")
    lines += ["    return total", "", "", "def tensors(z: Tensor, labels: Tensor) -> Tensor:", "    total = z.sum()"]
    for name, form in FORMS.items():
        positional = arguments_of(form, True)[0]
        given = [a.split(":")[0] for a in positional if " = " not in a]
        call = ", ".join(f"{a}={values.get(a, 'z')}" for a in given)
        lines.append(f"    total = total + F.{name}({call})")
        made = "3, 4" if "proxies" in given else ""
        left = ", ".join(values.get(a, "z") for a in given if a not in ("proxies", "queue"))
        lines.append(f"    total = total + mixcon.{form.class_name}({made})({left})")
    lines += [
        '    total = total + mixcon.Contrast("info_nce")(z, z, targets.Diagonal())',
        '    total = total + mixcon.Contrast("info_nce")(z, z, targets.Queue(), own=z)',
        "    total = total + mixcon.distributed.global_loss(mixcon.NTXent(), averaged_by_ddp=False)(z)",
        "    total = total + mixcon.distributed.memory_estimate(65536, 128, 8, gathered=True)",
        "    total = total + mixcon.distributed.traffic_estimate(65536, 128, 8)",
        '    last: Tensor = F.contrast("info_nce", z, z, targets.Diagonal())', "    return last", "", "",
        "def every_targets(labels: npt.NDArray[np.int64], z: npt.NDArray[np.float32]) -> list[mixcon.Targets]:",
        "    return [",
        "        targets.Views(4), targets.Labels(labels), targets.Diagonal(), targets.Classes(labels),",
        "        targets.Others(), targets.Negatives(), targets.Queue(), targets.ImagesAndMixtures(labels, 0.5),",
        "        targets.Table(z), targets.Mixed(targets.Diagonal(), lam=z, partner=labels),", "    ]", "",
    ]
    return "\n".join(lines)


def core_stub():
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "_core.pyi")
        command = [sys.executable, "-m", "nanobind.stubgen", "-q", "-m", "mixcon._core", "-o", str(out)]
        subprocess.run(command, check=True)
        text = re.sub(r"\bdict\b(?!\[)", "dict[str, Any]", out.read_text())
        text = re.sub(r"\b(list|tuple)\b(?!\[)", lambda m: m[1] + ("[Any]" if m[1] == "list" else "[Any, ...]"), text)
        imported = "from collections.abc import Sequence"
        return HEAD + text.replace(imported, f"{imported}\nfrom typing import Any")


def main():
    package = pathlib.Path(__file__).parent / "mixcon"
    stubs = {"__init__": package_stub, "functional": functional_stub, "nn": modules_stub, "_core": core_stub}
    made = {package / f"{name}.pyi": make for name, make in stubs.items()}
    made[package.parent / "tests" / "every_name.py"] = every_name
    stale = []
    for file, make in made.items():
        text = make()
        if file.exists() and file.read_text() == text:
            continue
        stale.append(file.name)
        if "--check" not in sys.argv:
            file.write_text(text)
    if stale and "--check" in sys.argv:
        sys.exit(f"stubs: {', '.join(stale)} out of date; run python3 python/stubs.py with the package installed")


main()
