#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_quotes.py ROOT

Checks the pages under ROOT (README.md, docs/, benchmarks/README.md) against the files that they speak of:

- each C++ block is, line by line, a part of a source that is compiled (examples, tests, benchmarks, headers); the block
  may be indented otherwise, and spaces within a line may be one or many; it names nothing of the tests' own namespace,
  nor calls a function that only tests have;
- each link to a file of ours has one at its end;
- each page of a loss, a policy or a way to choose negatives is in its catalogue.

Prints a line per breach; exit status 1 when any.
"""
import re
import sys
from pathlib import Path

FOLDERS = ("examples", "tests", "benchmarks", "include")
NOT_COMPILED = "tests/compile_fail"
OF_TESTS = re.compile(r"\bmixcon_test::\w*")
# What a block about tests may call.
ABOUT_TESTS = "docs/adding_a_"
SPACES = re.compile(r"(?<=\S) +")
WORD = re.compile(r"\w+")
DEFINED = re.compile(r"^(?:inline |static |constexpr )*[\w:<>,&* ]+[ &*](\w+)\([^;]*\{", re.MULTILINE)
CALLED = re.compile(r"(?<![\w.>:])(\w+)\(")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
CATALOGUES = (("losses", "losses.md"), ("mixes", "mixes.md"), ("negatives", "negatives/README.md"))


def dedented(lines):
    """The lines without the indentation that all of them share, and with single spaces within."""
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [SPACES.sub(" ", line[margin:].rstrip()) for line in lines]


def blocks(page):
    """The line number and the lines of each C++ block of a page."""
    start, block = 0, None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if block is None and line.startswith("```cpp"):
            start, block = number, []
        elif block is not None and line.startswith("```"):
            yield start, dedented(block)
            block = None
        elif block is not None:
            block.append(line)


def holds(source, block):
    """Whether a source, as a list of lines, holds a block."""
    first = block[0].strip()
    for at, line in enumerate(source):
        if SPACES.sub(" ", line.strip()) == first and dedented(source[at : at + len(block)]) == block:
            return True
    return False


def pages(root):
    """Every page that is checked."""
    found = [root / "README.md", root / "benchmarks/README.md", *sorted((root / "docs").rglob("*.md"))]
    return [page for page in found if page.exists()]


def sources(root):
    """The lines of every file that is compiled."""
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in {".cpp", ".hpp"} and not file.relative_to(root).as_posix().startswith(NOT_COMPILED):
                yield file.read_text(encoding="utf-8").splitlines()


def helpers_of_tests(root):
    """Functions that tests define, and nothing that users see names."""
    def text(folder):
        return "\n".join(file.read_text(encoding="utf-8") for file in sorted((root / folder).rglob("*"))
                         if file.suffix in {".cpp", ".hpp"})
    seen = set(WORD.findall(text("include"))) | set(WORD.findall(text("examples")))
    return set(DEFINED.findall(text("tests"))) - seen


def calls_to(block, functions):
    """The functions among these that a block calls."""
    return [name for line in block for name in CALLED.findall(line.split("//")[0]) if name in functions]


def breaches(root):
    """Every breach under a root folder, as a sentence."""
    compiled = list(sources(root))
    only_tests = helpers_of_tests(root)
    for page in pages(root):
        name = page.relative_to(root)
        for number, block in blocks(page):
            if not block or not any(holds(source, block) for source in compiled):
                yield f"{name}:{number}: no compiled file holds this block, which begins: {block[0] if block else ''}"
            for helper in sorted(set(OF_TESTS.findall("\n".join(block)) + calls_to(block, only_tests))):
                if not name.as_posix().startswith(ABOUT_TESTS):
                    yield f"{name}:{number}: {helper} is of the tests; readers can only paste public names"
        for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
            if not (page.parent / target).exists():
                yield f"{name}: the link {target} leads nowhere"
    for folder, catalogue in CATALOGUES:
        within = root / "docs" / catalogue
        named = set(LINK.findall(within.read_text(encoding="utf-8"))) if within.exists() else set()
        for page in sorted((root / "docs" / folder).glob("*.md")):
            if page != within and page.relative_to(within.parent).as_posix() not in named:
                yield f"docs/{catalogue}: does not name {folder}/{page.name}"


def main(root):
    found = list(breaches(Path(root)))
    print("\n".join(found) or "no breach")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
