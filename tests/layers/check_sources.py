#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_sources.py ROOT

Checks what no compiler does, by reading the sources under ROOT: which layer includes which, that no folder is
overfull, that nothing in include/ knows a third party, that formulas know no engine, that what kernels carry names its
arrays, that the umbrella and the lists are complete, that macros are called MIXCON_, that -ffast-math does not reach
what headers define, that each header of include/ says at its beginning what it is for, and that each file starts with
its licence line. Prints a line per breach; exit status 1 when any.
"""
import re
import sys
from pathlib import Path

# A layer may include itself, what stands here, and what these may. `mixcon` stands for the umbrella mixcon.hpp.
ABOVE = {
    "core": set(),
    "mix": {"core"},
    "contrast": {"core"},
    "mixes": {"mix"},
    "engine": {"contrast"},
    "bridge": {"mix", "contrast"},
    "losses": {"engine", "bridge"},
    "negatives": {"engine", "mix"},
    "ranks": {"engine", "losses", "negatives"},
    "adapt": {"core"},
    "gpu": {"core", "mix", "contrast", "engine", "bridge", "negatives", "adapt"},  # adapt: for DLPack
    "torch": {"core", "mix", "contrast", "engine", "ranks"},
    "mixcon": {"mixes", "losses", "negatives"},
}
# What the umbrella does not include, and third parties may be known to.
APART = {"adapt", "gpu", "torch"}
# A folder that holds more is a drawer, not a room. These hold one header an entry of a list.
MOST_FILES = 28
LISTS_OF_FILES = {"losses", "mixes"}
# What the umbrella cannot afford (streams, tables, intrinsics), or what differs between standard libraries (<random>).
TOO_DEAR = {"iostream", "random", "regex", "format", "immintrin.h"}
# What it can do without: `distinct_integers` and `unset_array` of core/ are a tenth of the price. Adapters may.
DEAR = {"algorithm", "functional", "map", "memory"}
# Headers that only one of ours may include.
OF_ONE_HEADER = dict.fromkeys(("pthread.h", "unistd.h", "thread", "mutex", "condition_variable"),
                              "core/system_threads.hpp")
# Under an older standard, config.hpp ends the compiler by including this, which is nowhere.
STOP = "mixcon/stopped_by_the_error_above"
SOURCES = {".hpp", ".cpp", ".cuh", ".cu"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
CODE = re.compile(r"^(inline )?namespace |^template", re.MULTILINE)
FORMULA = re.compile(r"^ +(constexpr )?auto statistics\(\) const", re.MULTILINE)
STRUCT = re.compile(r"^ *struct \w+[^;{]*\{", re.MULTILINE)
# What kernels carry: a rule, logits, a statistic, a loss.
CARRIED = re.compile(r"MIXCON_HD role<T> (at|own)\(|MIXCON_HD T (factor|slope)\(|auto statistics\(\) const")
ARRAY = re.compile(r"^ *((vector|matrix|tensor)_view<const|const [\w:]+\* *\w+[;,])", re.MULTILINE)
STRICT = "\nMIXCON_STRICT_FLOATS_BEGIN\n", "\nMIXCON_STRICT_FLOATS_END\n"
# Two lines at most, between the first lines and the includes: a sentence, not the file's name again.
HEAD = re.compile(r"// SPDX[^\n]*\n#pragma once\n\n((?:// [^\n]*\n){1,2})\n")
FEWEST_WORDS = 5
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)


def includes(file):
    """The (quote, path) of every #include line of a file, but that of no file."""
    return [line for line in INCLUDE.findall(file.read_text(encoding="utf-8")) if line[1] != STOP]


def ours(file):
    """The paths below mixcon/ that a file includes."""
    return {path.removeprefix("mixcon/") for _, path in includes(file) if path.startswith("mixcon/")}


def layer_of(path):
    """`core` of core/config.hpp, `mixcon` of mixcon.hpp."""
    return path.split("/")[0].removesuffix(".hpp")


def below(layer):
    """A layer, and all that it stands on."""
    return {layer}.union(*map(below, ABOVE[layer]))


def check_layers(headers):
    """Every header includes its own layer and those below."""
    for path, file in headers.items():
        layer = layer_of(path)
        if layer not in ABOVE:
            yield f"{path}: no layer is called {layer}"
            continue
        for included in sorted(ours(file)):
            if layer_of(included) not in below(layer):
                yield f"{path}: {layer} must not include {included}"


def check_rooms(headers):
    """No folder holds so many headers that its name says nothing of them."""
    folders = {}
    for path in headers:
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    for folder, files in folders.items():
        if len(files) > MOST_FILES and folder not in LISTS_OF_FILES:
            yield f"{folder}/: {len(files)} files; expected at most {MOST_FILES}: give what belongs together a folder"


def check_third_party(headers):
    """Outside adapt/, gpu/ and torch/ a header includes the standard library and us."""
    for path, file in headers.items():
        for quote, included in includes(file):
            if quote == '"':
                yield f'{path}: write <mixcon/...> instead of "{included}"'
            elif included in TOO_DEAR or included in DEAR and layer_of(path) != "adapt":
                yield f"{path}: <{included}> is not for headers"
            elif included in OF_ONE_HEADER:
                if OF_ONE_HEADER[included] != path:
                    yield f"{path}: <{included}> is for {OF_ONE_HEADER[included]}"
            elif layer_of(path) not in APART and not included.startswith("mixcon/") and not included.isidentifier():
                yield f"{path}: <{included}> is not the standard library"


def check_formulas(headers):
    """A loss that is a formula knows no engine, so that kernels take it without one."""
    for path, file in headers.items():
        if layer_of(path) == "losses" and FORMULA.search(file.read_text(encoding="utf-8")):
            used = ours(file)
            if not any(included.startswith("engine/paired/") for included in used):
                for included in sorted(used):
                    if layer_of(included) not in {"core", "contrast", "losses"}:
                        yield f"{path}: a formula must not include {included}"


def own_bodies(text):
    """The name and body of every struct, without the structs inside it."""
    for head in STRUCT.finditer(text):
        depth, at, body = 1, head.end(), ""
        while depth > 0 and at < len(text):
            inner = STRUCT.match(text, text.rfind("\n", 0, at) + 1) if text[at - 1] == "\n" else None
            if inner and depth == 1 and inner.end() > at:  # skip what is inside
                at, nested = inner.end(), 1
                while nested > 0 and at < len(text):
                    nested += {"{": 1, "}": -1}.get(text[at], 0)
                    at += 1
                continue
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            body += text[at]
            at += 1
        yield head.group().split()[1], body


def check_views(headers):
    """What kernels carry names the arrays that it refers to, so that they can be placed."""
    for path, file in headers.items():
        for name, body in own_bodies(file.read_text(encoding="utf-8")):
            if CARRIED.search(body) and ARRAY.search(body) and "each_view(" not in body:
                yield f"{path}: {name} refers to an array and has no each_view"


def check_umbrella(headers):
    """mixcon.hpp reaches every header that needs no third party, but for ranks, which are included by name."""
    if "mixcon.hpp" not in headers:
        return
    reached, ahead = set(), {"mixcon.hpp"}
    while ahead:
        path = ahead.pop()
        reached.add(path)
        if path in headers:
            ahead |= ours(headers[path]) - reached
    for path in sorted(headers.keys() - reached):
        if layer_of(path) not in {*APART, "ranks"}:
            yield f"{path}: mixcon.hpp does not include it"


def check_lists(headers):
    """Every header of a folder that is a list stands in it, but for what others of the folder share."""
    for folder in sorted(LISTS_OF_FILES):
        name = f"{folder}/all_{folder}.hpp"
        listed = ours(headers[name]) if name in headers else None
        members = [path for path in headers if layer_of(path) == folder and path != name]
        shared = set().union(*(ours(headers[path]) - {path} for path in members))
        for path in members:
            if listed is not None and path not in listed | shared:
                yield f"{path}: {name} does not list it"


def check_macros(headers):
    """A macro of ours says whose it is."""
    for path, file in headers.items():
        for macro in MACRO.findall(file.read_text(encoding="utf-8")):
            if not macro.startswith("MIXCON_"):
                yield f"{path}: the macro {macro} must be called MIXCON_{macro}"


def check_heads(headers):
    """A header says what it is for before anything else."""
    for path, file in headers.items():
        head = HEAD.match(file.read_text(encoding="utf-8"))
        words = re.findall(r"[A-Za-z]\w+", head[1]) if head else []
        if len(words) < FEWEST_WORDS:
            yield (f"{path}: after #pragma once and an empty line, one or two lines of // must say what the header is for, "
                   f"in {FEWEST_WORDS} words or more; then an empty line")


def check_strict_floats(headers):
    """What a header defines stands between the two macros, and what it includes does not."""
    for path, file in headers.items():
        text = file.read_text(encoding="utf-8")
        code = CODE.search(text)
        if file.suffix == ".hpp" and code:
            begin = text.find(STRICT[0])
            if not max(text.rfind("#include"), 0) <= begin < code.start() or not text.endswith(STRICT[1]):
                yield f"{path}: what follows the includes must stand between {STRICT[0].strip()} and {STRICT[1].strip()}"


def check_first_lines(root):
    """Every source names its licence; every header is included once."""
    for folder in ("include", "cuda", "torch", "examples", "tests", "benchmarks"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in SOURCES:
                continue
            text = file.read_text(encoding="utf-8")
            if not text.startswith("// SPDX-License-Identifier: BSD-3-Clause\n"):
                yield f"{file.relative_to(root)}: the first line must be // SPDX-License-Identifier: BSD-3-Clause"
            if file.suffix in {".hpp", ".cuh"} and "\n#pragma once\n" not in text:
                yield f"{file.relative_to(root)}: a header must say #pragma once"


def breaches(root):
    """Every breach under a root folder, as a sentence."""
    headers = {}
    for base in (root / "include/mixcon", root / "cuda/include/mixcon", root / "torch/include/mixcon"):
        headers |= {file.relative_to(base).as_posix(): file for file in sorted(base.rglob("*")) if file.suffix in SOURCES}
    yield from check_layers(headers)
    yield from check_rooms(headers)
    yield from check_third_party(headers)
    yield from check_formulas(headers)
    yield from check_views(headers)
    yield from check_umbrella(headers)
    yield from check_lists(headers)
    yield from check_macros(headers)
    yield from check_heads(headers)
    yield from check_strict_floats(headers)
    yield from check_first_lines(root)


def main(root):
    found = list(breaches(Path(root)))
    print("\n".join(found) or "no breach")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
