#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: names.py ROOT

A recipe is a class in a file of its own, and what else the trainer does with it goes through the list of recipes. So no
source of the trainer asks whether a recipe has a certain name: outside of its own file, a recipe's name is no string
literal. Prints a line per breach; exit status 1 when any. Checks first, on made-up sources, that it notices one.
"""
import re
import sys
from pathlib import Path

# Sources that may name a recipe, each with its reason.
EXCEPTIONS = {
    ("run/settings.hpp", "unicon"): "the recipe of a run that chooses none",
}
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
NAME = re.compile(r'\bname = "([^"]+)"')
POLICY = re.compile(r'\bentry<[^"]*>\("([^"]+)"')


def without_comments(text):
    """The text with its comments blank; a // in a literal is none."""
    return re.sub(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', lambda m: m.group(1) or " ", text, flags=re.S)


def breaches(sources):
    """`sources`: the trainer's by path. Names of recipes and the lines that are breaches."""
    entries = {p: t for p, t in sources.items() if p.startswith("recipes/") and "_entry()" in t}
    names = {}
    for path, text in entries.items():
        for name in NAME.findall(text):
            names[name] = path
    policies = set(POLICY.findall(sources.get("recipes/policies.cpp", "")))
    found = []
    for path, text in sorted(sources.items()):
        for number, line in enumerate(without_comments(text).splitlines(), 1):
            for literal in LITERAL.findall(line):
                if literal not in names or names[literal] == path or (path, literal) in EXCEPTIONS:
                    continue
                if path.startswith("recipes/") and literal in policies:
                    continue  # the policy of that name
                found.append(f"{path}:{number}: names the recipe {literal}; ask the list of recipes instead")
    return names, found


def check_itself():
    recipe = 'struct a { const char *name = "a"; }; recipe_entry a_entry() {}'
    for path, text, count in [("run/x.cpp", 'if (recipe == "a") go();', 1), ("run/x.cpp", '// "a"\nf("ab");', 0),
                              ("recipes/x.cpp", 'use("a");', 0), ("report/x.cpp", 'use("http://b", "a");', 1)]:
        sources = {"recipes/a.cpp": recipe, "recipes/policies.cpp": 'entry<m<>>("a", "mixes")', path: text}
        assert len(breaches(sources)[1]) == count, (path, text)


def main():
    check_itself()
    root = Path(sys.argv[1]) / "examples/trainer"
    sources = {str(p.relative_to(root)): p.read_text(encoding="utf-8")
               for p in root.rglob("*") if p.suffix in (".hpp", ".cpp")}
    names, found = breaches(sources)
    listed = without_comments(sources["recipes/all_recipes.cpp"])
    declared = len(set(re.findall(r"\w+_entry\(\)", listed)) - {"recipe_entry()"})
    if len(names) != declared:
        found.append(f"recipes/all_recipes.cpp: lists {declared} recipes; names of {len(names)} were found")
    for path, name in EXCEPTIONS:
        if f'"{name}"' not in sources.get(path, "") or name not in names:
            found.append(f"{path}: no longer names {name}; take it off the exceptions")
    for each in found:
        print(each)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
