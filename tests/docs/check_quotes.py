#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_quotes.py ROOT

Checks the pages under ROOT (README.md, docs/, benchmarks/README.md) against the files that they speak of:

- each C++ block is, line by line, a part of a source that is compiled (examples, tests, benchmarks, headers); the block
  may be indented otherwise, and spaces within a line may be one or many; it names nothing of the tests' own namespace,
  nor calls a function that only tests have;
- each link to a file of ours has one at its end, and each link to a heading that heading;
- each page of a loss, a policy or a way to choose negatives is in its catalogue, and docs/README.md names each page that
  no catalogue has;
- each page of a loss or a policy has the headings of SKELETON, in that order, with text under each, and names a header
  that exists;
- docs/headers.md names each header, or a folder that it lies in, and nothing that is not there.

Prints a line per breach; exit status 1 when any.
"""
import re
import sys
from pathlib import Path

FOLDERS = ("examples", "tests", "benchmarks", "include")
NOT_COMPILED = "tests/compile_fail"
OF_TESTS = re.compile(r"\bmixcon_test::\w*")
# What a block about tests may call.
ABOUT_TESTS = "docs/extend/"
# The headings of a page of a loss or a policy. What it is, and when to use it, stands before the first.
SKELETON = ("Formula", "Use", "Parameters", "Gradients", "Edge cases", "Compared with", "Refused", "Source")
# The sections that show something, and how that begins.
SHOWN = {"Formula": "```text", "Use": "```cpp"}
SPACES = re.compile(r"(?<=\S) +")
WORD = re.compile(r"\w+")
DEFINED = re.compile(r"^(?:inline |static |constexpr )*[\w:<>,&* ]+[ &*](\w+)\([^;]*\{", re.MULTILINE)
CALLED = re.compile(r"(?<![\w.>:])(\w+)\(")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
ANCHORED = re.compile(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)")
HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
ANY_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")
NAMED_HEADER = re.compile(r"`(mixcon/(?:[\w/]+\.hpp|(?:\w+/)*))`")
CATALOGUES = tuple((folder, f"{folder}/README.md") for folder in ("losses", "mixes", "negatives"))


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


class compiled_sources:
    """The lines of every file that is compiled, found by what they hold."""

    def __init__(self, root):
        self.places = {}
        for source in sources(root):
            for at, line in enumerate(source):
                self.places.setdefault(SPACES.sub(" ", line.strip()), []).append((source, at))

    def hold(self, block):
        """Whether a file holds a block."""
        places = self.places.get(block[0].strip(), [])
        return any(dedented(source[at : at + len(block)]) == block for source, at in places)


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
    seen = set(WORD.findall(text("include"))) | set(WORD.findall(text("torch"))) | set(WORD.findall(text("examples")))
    return set(DEFINED.findall(text("tests"))) - seen


def anchors(page):
    """The names under which the headings of a page can be linked to."""
    headings = ANY_HEADING.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    return {NOT_IN_ANCHORS.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def calls_to(block, functions):
    """The functions among these that a block calls."""
    return [name for line in block for name in CALLED.findall(line.split("//")[0]) if name in functions]


def parts(page):
    """The text of each section of a page, by its heading; that before the first heading, less the title, is under ''."""
    text = page.read_text(encoding="utf-8")
    text = CODE.sub(lambda code: code.group().replace("\n## ", "\n#_ "), text)
    pieces = HEADING.split(text)
    return {"": "\n".join(pieces[0].strip().splitlines()[1:]), **dict(zip(pieces[1::2], pieces[2::2]))}


def breaches_of_skeleton(root):
    """The breaches of pages of losses and policies against SKELETON."""
    for folder in ("losses", "mixes"):
        for page in sorted((root / "docs" / folder).glob("*.md")):
            if page.name == "README.md":
                continue
            name, found = page.relative_to(root), parts(page)
            if tuple(found)[1:] != SKELETON:
                yield f"{name}: the headings are {', '.join(tuple(found)[1:])}; expected {', '.join(SKELETON)}"
                continue
            for heading, text in found.items():
                if not text.strip():
                    yield f"{name}: nothing stands under {heading or 'the title'}"
            for heading, begin in SHOWN.items():
                if begin not in found[heading]:
                    yield f"{name}: {heading} has no block that begins with {begin}"
            headers = NAMED_HEADER.findall(found["Use"])
            if not headers:
                yield f"{name}: Use names no header, as `mixcon/losses/supcon.hpp`"
            for header in headers:
                if not (root / "include" / header).exists():
                    yield f"{name}: there is no header {header}"


def breaches_of_headers(root):
    """What docs/headers.md leaves out, and what it names that is not there."""
    page, include = root / "docs/headers.md", root / "include"
    named = set(NAMED_HEADER.findall(page.read_text(encoding="utf-8"))) if page.exists() else set()
    for name in sorted(named):
        if not (include / name).exists():
            yield f"docs/headers.md: there is no {name}"
    for header in sorted(include.rglob("*.hpp")):
        path = header.relative_to(include)
        if path.as_posix() not in named and not any(f"{folder.as_posix()}/" in named for folder in path.parents):
            yield f"docs/headers.md: does not name {path.as_posix()}, nor a folder that holds it"


def breaches(root):
    """Every breach under a root folder, as a sentence."""
    compiled = compiled_sources(root)
    only_tests = helpers_of_tests(root)
    for page in pages(root):
        name = page.relative_to(root)
        for number, block in blocks(page):
            if not block or not compiled.hold(block):
                yield f"{name}:{number}: no compiled file holds this block, which begins: {block[0] if block else ''}"
            for helper in sorted(set(OF_TESTS.findall("\n".join(block)) + calls_to(block, only_tests))):
                if not name.as_posix().startswith(ABOUT_TESTS):
                    yield f"{name}:{number}: {helper} is of the tests; readers can only paste public names"
        for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
            if not (page.parent / target).exists():
                yield f"{name}: the link {target} leads nowhere"
        for target, anchor in ANCHORED.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
            at = page.parent / target if target else page
            if at.suffix == ".md" and at.exists() and anchor not in anchors(at):
                yield f"{name}: {target or name} has no heading #{anchor}"
    for folder, catalogue in CATALOGUES:
        within = root / "docs" / catalogue
        named = set(LINK.findall(within.read_text(encoding="utf-8"))) if within.exists() else set()
        for page in sorted((root / "docs" / folder).glob("*.md")):
            if page != within and page.relative_to(within.parent).as_posix() not in named:
                yield f"docs/{catalogue}: does not name {page.name}"
    index = root / "docs/README.md"
    linked = set(LINK.findall(index.read_text(encoding="utf-8"))) if index.exists() else set()
    catalogued = {folder for folder, _ in CATALOGUES}
    for page in sorted((root / "docs").rglob("*.md")):
        path = page.relative_to(root / "docs")
        if page != index and path.as_posix() not in linked and (path.parts[0] not in catalogued or path.name == "README.md"):
            yield f"docs/README.md: does not name {path.as_posix()}"
    yield from breaches_of_skeleton(root)
    yield from breaches_of_headers(root)


def main(root):
    found = list(breaches(Path(root)))
    print("\n".join(found) or "no breach")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
