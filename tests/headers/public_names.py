#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: public_names.py INCLUDE_DIRECTORY UNIT

Writes UNIT, a source that includes <mixcon/mixcon.hpp>, ranks and the standard headers, says `using namespace mixcon` and
`using namespace std`, and mentions every public name unqualified: it compiles unless a name of ours is one of theirs.

A public name is what the headers declare in namespace mixcon, or in a namespace of it (`over::negatives`) but `detail`,
and `moments`, `tiles` and `vectors`, which are the inside of the engine `tiled`.
The names are read from the headers, so that none is forgotten; a declaration that is not understood is an error.
"""
import re
import sys
from pathlib import Path

STANDARD = """algorithm any array atomic barrier bit bitset charconv chrono cmath codecvt compare complex concepts
condition_variable coroutine cstddef cstdint cstdio cstdlib cstring ctime deque exception execution filesystem
forward_list fstream functional future initializer_list iomanip ios iostream istream iterator latch limits list locale
map memory memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view
strstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant
vector version""".split()
# What mixcon.hpp does not bring, though it needs no third party.
BY_NAME = [f"mixcon/ranks/{name}.hpp" for name in ("aligned", "estimate", "ranks", "thread_ranks")]
LEFT_OUT = {"codecvt", "execution", "strstream"}  # deprecated, or in need of a library
LATER = "expected flat_map flat_set format generator linalg mdspan print simd spanstream stacktrace stdfloat syncstream"

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.']*|::|->|&&|\|\||<=>|[<>=!]=|[^\s\w]")
NAME = re.compile(r"[A-Za-z_]\w*$")
CLOSING = {"(": ")", "[": "]", "{": "}"}
WORDS = {"inline", "static", "constexpr", "constinit", "extern", "explicit", "const", "MIXCON_HD"}
RECORDS = {"struct", "class", "union", "enum"}
INSIDE = {"detail", "moments", "tiles", "vectors"}


class NotUnderstood(Exception):
    """A declaration that this script cannot read."""


def tokens_of(text):
    """The words and signs of a source without comments, strings and directives."""
    return TOKEN.findall(DIRECTIVE.sub(" ", NOISE.sub(lambda found: '""' if found[0][0] in "\"R'" else " ", text)))


def after_group(tokens, at):
    """The place behind the bracket that closes the one at `at`."""
    open_ones = []
    while True:
        if at >= len(tokens):
            raise NotUnderstood("a bracket that nothing closes")
        if tokens[at] in CLOSING:
            open_ones.append(CLOSING[tokens[at]])
        elif open_ones and tokens[at] == open_ones[-1]:
            open_ones.pop()
        at += 1
        if not open_ones:
            return at


def after_angles(tokens, at):
    """The place behind the > that closes the < at `at`; comparisons stand in parentheses."""
    depth = 0
    while True:
        if tokens[at] in CLOSING:
            at = after_group(tokens, at)
            continue
        depth += {"<": 1, ">": -1}.get(tokens[at], 0)
        at += 1
        if depth == 0:
            return at


def after_constraint(tokens, at):
    """The place behind `requires A<T> && (b) && requires { c; }`."""
    while True:
        at += 1  # `requires`, && or ||
        while tokens[at] == "!":
            at += 1
        if tokens[at] == "requires":
            at += 1
            if tokens[at] == "(":
                at = after_group(tokens, at)
            at = after_group(tokens, at)
        elif tokens[at] == "(":
            at = after_group(tokens, at)
        else:
            while True:
                at += 1
                if tokens[at] == "<":
                    at = after_angles(tokens, at)
                if tokens[at] != "::":
                    break
                at += 1
        if tokens[at] not in {"&&", "||"}:
            return at


def parameter_lists(header):
    """(parameters without their defaults, arguments) of `template <...>`, as texts."""
    parameters, at = [[]], 0
    while at < len(header):
        if header[at] in CLOSING:
            end = after_group(header, at)
        elif header[at] == "<":
            end = after_angles(header, at)
        elif header[at] == ",":
            parameters.append([])
            at += 1
            continue
        else:
            end = at + 1
        parameters[-1] += header[at:end]
        at = end
    declared, arguments = [], []
    for number, parameter in enumerate(parameters):
        if "=" in parameter:
            parameter = parameter[: parameter.index("=")]
        pack = parameter[-3:] == [".", ".", "."] or parameter[-4:-1] == [".", ".", "."]
        named = NAME.match(parameter[-1]) and len(parameter) > 1 and parameter[-1] not in {"class", "typename"}
        if not named:
            parameter = [*parameter, f"P{number}"]
        declared.append(" ".join(parameter).replace(". . .", "..."))
        arguments.append(parameter[-1] + ("..." if pack else ""))
    return re.sub(r"(?<!:: )\bdetail\b", "mixcon::detail", ", ".join(declared)), ", ".join(arguments)


class Reader:
    """Collects {name: (kind, template parameters or None)} of the scopes that are public."""

    def __init__(self):
        self.names = {}

    def add(self, scope, name, kind, template=None):
        self.names.setdefault("::".join([*scope, name]), (kind, template))

    def read(self, text):
        """Reads a header."""
        self.scope_of(tokens_of(text), 0, None)

    def scope_of(self, tokens, at, scope):
        """Reads declarations up to the end of a scope; scope is None outside namespace mixcon, and the names within."""
        while at < len(tokens) and tokens[at] != "}":
            at = self.declaration(tokens, at, scope)
        return at + 1

    def namespace(self, tokens, at, scope):
        """Reads `namespace a::b {`; what is not public is skipped."""
        path = []
        while tokens[at] != "{":
            if tokens[at] == "=":  # an alias
                self.add(scope, path[0], "namespace")
                return tokens.index(";", at) + 1
            if NAME.match(tokens[at]) and not tokens[at].startswith("MIXCON_"):
                path.append(tokens[at])
            at += 1
        if scope is None:
            inner = path[1:] if path[:1] == ["mixcon"] else None
        else:
            inner = [*scope, *path]
        if inner is None or INSIDE & set(inner):
            return after_group(tokens, at)
        return self.scope_of(tokens, at + 1, inner)

    def declaration(self, tokens, at, scope):
        """Reads one declaration, and returns the place behind it."""
        if tokens[at] == ";" or tokens[at].startswith("MIXCON_STRICT_FLOATS"):
            return at + 1
        if tokens[at] == "namespace":
            return self.namespace(tokens, at + 1, scope)
        if tokens[at : at + 2] == ["inline", "namespace"]:  # its names are those of the one around it
            begin = tokens.index("{", at)
            return after_group(tokens, begin) if scope is None else self.scope_of(tokens, begin + 1, scope)
        if scope is None:
            while tokens[at] not in {";", "{"}:
                at += 1
            return after_group(tokens, at)
        template, start = None, at
        while tokens[at] == "template":
            end = after_angles(tokens, at + 1) if tokens[at + 1] == "<" else at + 1
            template = parameter_lists(tokens[at + 2 : end - 1]) if end > at + 3 else ()
            at = end
            if tokens[at] == "requires":
                at = after_constraint(tokens, at)
        while tokens[at] in WORDS or tokens[at] == "[":
            at = after_group(tokens, at)
        if tokens[at] == "namespace" or tokens[at] == "}":
            raise NotUnderstood(" ".join(tokens[start : at + 1]))
        if tokens[at] == "static_assert" or tokens[at] == "friend":
            return tokens.index(";", at) + 1
        if tokens[at] in {"using", "concept"}:
            return self.alias(tokens, at, scope, template)
        if tokens[at] in RECORDS:
            return self.record(tokens, at, scope, template)
        return self.function_or_variable(tokens, at, scope, template)

    @staticmethod
    def end_of(tokens, at):
        """The place behind the next ; outside of all brackets."""
        while tokens[at] != ";":
            at = after_group(tokens, at)
        return at + 1

    def alias(self, tokens, at, scope, template):
        """`using name = ...;`, `using other::name;`, `concept name = ...;`"""
        end = self.end_of(tokens, at)
        if tokens[at + 1] == "namespace":
            raise NotUnderstood(" ".join(tokens[at:end]))
        if tokens[at + 2] == "=":
            self.add(scope, tokens[at + 1], "concept" if tokens[at] == "concept" else "type", template)
        else:
            self.add(scope, tokens[end - 2], "imported")
        return end

    def record(self, tokens, at, scope, template):
        """`struct name`, a specialization of one, or an enumeration."""
        at += 2 if tokens[at : at + 2] in (["enum", "class"], ["enum", "struct"]) else 1
        while tokens[at] == "[" or tokens[at] in {"alignas", "__attribute__"} or tokens[at].startswith("MIXCON_"):
            at = after_group(tokens, at + 1 if tokens[at + 1] == "(" else at)
        if tokens[at + 1] not in {"<", "::"} and template != ():
            self.add(scope, tokens[at], "type", template)
        return self.end_of(tokens, at)

    def function_or_variable(self, tokens, at, scope, template):
        """Reads `type name(...)`, `type (name)(...)`, `type name = ...` and `type name{...}`."""
        start, name, is_function = at, None, False
        while True:
            token = tokens[at]
            if token == "operator":
                at = self.behind_parameters(tokens, at + (3 if tokens[at + 1] == "(" else 1))
                return self.behind_body(tokens, at)
            if token in {"decltype", "alignas", "__attribute__", "noexcept"} and tokens[at + 1] == "(":
                at = after_group(tokens, at + 1)
            elif token == "(" and NAME.match(tokens[at + 1]) and tokens[at + 2 : at + 4] == [")", "("]:
                name, is_function, at = tokens[at + 1], True, at + 3
                break
            elif token == "(":
                is_function = True
                break
            elif token == "<":
                at = after_angles(tokens, at)
            elif token in {"=", "{", ";", "["}:
                break
            else:
                name = token if NAME.match(token) else None
                at += 1
        if name is None or at == start:
            raise NotUnderstood(" ".join(tokens[start : at + 3]))
        member = tokens[at - 2] == "::" or tokens[at - 2] == "~" or tokens[at - 1] == ">"
        if is_function:
            at = after_group(tokens, at)
            guide = tokens[start] == name and tokens[at] == "->"
            if not member and not guide and template != ():
                self.add(scope, name, "function")
            return self.behind_body(tokens, at)
        if not member and template != ():
            self.add(scope, name, "variable", template)
        end = self.end_of(tokens, at)
        while at < end:
            if tokens[at] == ",":
                raise NotUnderstood(f"two variables in one declaration: {' '.join(tokens[start:end])}")
            at = after_group(tokens, at)
        return end

    @staticmethod
    def behind_parameters(tokens, at):
        """The place behind the next group of parentheses."""
        while tokens[at] != "(":
            at += 1
        return after_group(tokens, at)

    @staticmethod
    def behind_body(tokens, at):
        """The place behind what follows a function's parameters: its body, or a semicolon."""
        while tokens[at] not in {";", "{"}:
            at = after_constraint(tokens, at) if tokens[at] == "requires" else after_group(tokens, at)
            if tokens[at - 1] == ":":  # of a constructor: members, then the body
                while tokens[at] != "{" or NAME.match(tokens[at - 1]):
                    at = after_group(tokens, at)
        return after_group(tokens, at)


def public_names(directory):
    """{name: (kind, template)} of all headers that need no third party."""
    reader = Reader()
    for header in sorted(Path(directory, "mixcon").rglob("*.hpp")):
        if "adapt" not in header.parts:
            try:
                reader.read(header.read_text(encoding="utf-8"))
            except (NotUnderstood, IndexError, ValueError) as error:
                raise NotUnderstood(f"{header}: {error}") from error
    return reader.names


def mention(name, number, kind, template):
    """A declaration that looks a name up."""
    if kind == "function":
        return f"template <class T>\nvoid probe_{number}(const T& x) {{ (void){name}(x); }}"
    head = f"template <{template[0]}> " if template else ""
    used = f"{name}<{template[1]}>" if template else name
    if kind == "concept":
        return f"{head}inline constexpr bool probe_{number} = {used};"
    if kind == "namespace":
        return f"namespace probe_{number} = {name};"
    return f"{head}using probe_{number} = {f'decltype({used})' if kind in ('variable', 'imported') else used};"


def unit(names):
    """The text of the source."""
    lines = ["// Written by tests/headers/public_names.py: every public name, beside every standard one."]
    lines += [f"#include <{header}>" for header in STANDARD if header not in LEFT_OUT]
    for header in LATER.split():
        lines += [f"#if __has_include(<{header}>) && __cplusplus > 202002L", f"#include <{header}>", "#endif"]
    lines += [f"#if __has_include(<{header}>)\n#include <{header}>\n#endif" for header in BY_NAME]
    lines += ["#include <mixcon/mixcon.hpp>", "", "using namespace mixcon;", "using namespace std;", "", "namespace probes {"]
    lines += [mention(name, number, *what) for number, (name, what) in enumerate(sorted(names.items()))]
    return "\n".join([*lines, "}  // namespace probes", ""])


def main(directory, target):
    names = public_names(directory)
    Path(target).write_text(unit(names), encoding="utf-8")
    print(f"{len(names)} public names")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
