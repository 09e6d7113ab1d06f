#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: test_public_names.py COMPILER [unittest arguments]

Every kind of public declaration is found, what is not public is not, and a name that is also a standard one ends the
compilation of the unit.
"""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from public_names import NotUnderstood, Reader, public_names, unit

COMPILER = "c++"
DECLARATIONS = """
#pragma once
#define MIXCON_NOTHING struct no_name {};
namespace elsewhere { struct not_ours {}; }
namespace std { template <> struct hash<mixcon::plain> {}; }
MIXCON_STRICT_FLOATS_BEGIN
namespace mixcon {
// struct in_a_comment {}; "struct in_a_string
struct later;
struct plain { int member = 1; void call() { int local{}; } };
class [[nodiscard]] derived final : public plain {};
enum class choice { one, two };
using alias = pack<int, 2>;
template <class T, int N = (3 > 2)> struct of_two { struct inner {}; };
template <class T> struct of_two<T, 1> {};
template <> struct of_two<int, 2> {};
template <class T> of_two(T) -> of_two<T, 3>;
template <detail::Good T, class... Rest> using alias_of = of_two<T>;
template <class T> concept Shown = requires(T t) { { t.x() } -> Real; } && true;
template <class T> requires Shown<T> && (!Real<T>) && requires { T::x; } struct constrained {};
template <class A> requires Shown<A>
const std::vector<A>& returned(const A& a, int b = 1) requires(true) { return a; }
inline void (parenthesised)(int a);
MIXCON_HD constexpr auto arrow(int a) -> int { return a < 1 ? a : 2; }
inline constexpr int constant = 3;
template <class T> inline constexpr bool variable_of = false;
template <class T> inline constexpr bool variable_of<T*> = true;
inline plain operator+(const plain&, const plain&) { return {}; }
inline void derived::defined() {}
template <class T> of_two<T, 3>::of_two(T x) : base(x), other{x} {}
static_assert(sizeof(plain) == 4, "struct in_a_text {}");
namespace detail { struct hidden {}; }
namespace tiles { struct within {}; }
namespace over { struct all {}; inline constexpr all everything{}; namespace detail { struct also_hidden {}; } }
inline namespace MIXCON_VERSION { struct versioned {}; }
}  // namespace mixcon
namespace mixcon::detail { struct hidden_too {}; }
namespace mixcon::over { inline int reopened() { return 1; } }
MIXCON_STRICT_FLOATS_END
"""
FOUND = {
    "later": "type", "plain": "type", "derived": "type", "choice": "type", "alias": "type", "of_two": "type",
    "alias_of": "type", "Shown": "concept", "constrained": "type", "returned": "function", "parenthesised": "function",
    "arrow": "function", "constant": "variable", "variable_of": "variable", "over::all": "type",
    "over::everything": "variable", "over::reopened": "function", "versioned": "type",
}


def names_of(text):
    """What the reader finds in a header."""
    reader = Reader()
    reader.read(text)
    return reader.names


def complaints(declarations):
    """What the compiler says against the unit of a library that declares this; nothing where it compiles."""
    with tempfile.TemporaryDirectory() as folder:
        header = Path(folder, "mixcon/mixcon.hpp")
        header.parent.mkdir()
        header.write_text("#pragma once\nnamespace mixcon {\n" + declarations + "\n}\n", encoding="utf-8")
        run = subprocess.run([COMPILER, "-std=c++20", "-I", folder, "-fsyntax-only", "-x", "c++", "-"], text=True,
                             input=unit(public_names(folder)), capture_output=True)
        return run.stderr if run.returncode else ""


class PublicNames(unittest.TestCase):
    def test_every_kind_of_declaration_is_found(self):
        self.assertEqual({name: kind for name, (kind, _) in names_of(DECLARATIONS).items()}, FOUND)

    def test_templates_are_named_with_their_parameters(self):
        names = names_of(DECLARATIONS)
        self.assertEqual(names["of_two"][1], ("class T, int N", "T, N"))
        self.assertEqual(names["alias_of"][1], ("mixcon::detail :: Good T, class ... Rest", "T, Rest..."))
        unnamed = names_of("namespace mixcon { template <class, template <class, int> class F, int...> struct s {}; }")
        self.assertEqual(unnamed["s"][1],
                         ("class P0, template < class , int > class F, int ... P2", "P0, F, P2..."))

    def test_what_is_not_understood_is_refused(self):
        for text in ("using namespace std;", "int a = 1, b = 2;", "int operator", "struct open {"):
            with self.assertRaises((NotUnderstood, IndexError, ValueError), msg=text):
                names_of("namespace mixcon { " + text + " }")

    def test_names_of_the_standard_library_are_noticed(self):
        said = complaints(
            "struct lerp {}; template <class Set> struct count { Set set; }; enum class beta { one };\n"
            "inline constexpr int distance = 1; inline int identity(int x) { return x; }\n"
            "template <class T> concept integral = true; template <class T> using pair = T;")
        for name in ("lerp", "count", "beta", "distance", "identity", "integral", "pair"):
            self.assertRegex(said, f"reference to .{name}. is ambiguous")

    def test_other_names_compile(self):
        self.assertEqual(complaints(
            "struct interpolated {}; template <class T, int... N> struct many {}; inline constexpr int three = 3;\n"
            "template <class T> concept Small = sizeof(T) < 4; template <Small T> struct holds { T x; };\n"
            "template <class T> T beta(T x) { return x; } namespace over { struct all {}; }\n"
            "template <class T> inline constexpr bool is_int = false; template <template <class> class F> struct of {};"), "")


if __name__ == "__main__":
    COMPILER = sys.argv.pop(1)
    unittest.main()
