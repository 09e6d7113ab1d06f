#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tests of check_quotes.py, on small trees made for them."""
import tempfile
import unittest
from pathlib import Path

import check_quotes

SOURCE = "int main() {\n  const int a = 1;\n\n  return a;\n}\n"


def breaches(**files):
    """What check_quotes says of a tree; __ stands for / and _md for .md in a file's name."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {"examples__01_cpp": SOURCE, **files}.items():
            path = root / name.replace("__", "/").replace("_md", ".md").replace("_cpp", ".cpp").replace("_hpp", ".hpp")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(check_quotes.breaches(root))


class CheckQuotes(unittest.TestCase):
    def test_a_block_that_is_compiled_passes(self):
        self.assertEqual(breaches(README_md="```cpp\n" + SOURCE + "```\n"), [])

    def test_a_block_may_be_indented_otherwise(self):
        self.assertEqual(breaches(README_md="```cpp\nconst int a = 1;\n\nreturn a;\n```\n"), [])

    def test_spaces_within_a_line_may_be_many(self):
        self.assertEqual(breaches(README_md="```cpp\nconst int a   = 1;\n```\n"), [])

    def test_names_of_the_tests_are_found(self):
        self.assertEqual(breaches(README_md="```cpp\nmixcon_test::rows_of(z);\n```\n",
                                  tests__a_cpp="mixcon_test::rows_of(z);\n"),
                         ["README.md:1: mixcon_test::rows_of is of the tests; readers can only paste public names"])
        helper = "int halved(int a) { return a / 2; }\nint b = halved(4);\n"
        page = "```cpp\nint b = halved(4);\n```\n"
        self.assertEqual(breaches(README_md=page, tests__a_cpp=helper),
                         ["README.md:1: halved is of the tests; readers can only paste public names"])
        self.assertEqual(breaches(README_md=page, tests__a_cpp=helper, include__a_hpp="int halved(int a);\n"), [])
        self.assertEqual(breaches(docs__adding_a_test_md=page, tests__a_cpp=helper), [])

    def test_a_block_that_differs_in_one_letter_is_found(self):
        self.assertIn("README.md:3: no compiled file", breaches(README_md="a\n\n```cpp\nconst int b = 1;\n```\n")[0])

    def test_a_block_with_a_line_left_out_is_found(self):
        self.assertEqual(len(breaches(docs__a_md="```cpp\nconst int a = 1;\nreturn a;\n```\n")), 1)

    def test_inner_indentation_counts(self):
        self.assertEqual(len(breaches(docs__a_md="```cpp\nint main() {\nconst int a = 1;\n```\n")), 1)

    def test_an_empty_block_is_found(self):
        self.assertEqual(len(breaches(docs__a_md="```cpp\n```\n")), 1)

    def test_blocks_of_other_languages_are_free(self):
        self.assertEqual(breaches(docs__a_md="```sh\nscripts/test\n```\n"), [])

    def test_a_broken_link_is_found(self):
        self.assertEqual(len(breaches(docs__a_md="[b](b.md) [web](https://b.md) [self](#part)")), 1)

    def test_code_has_no_links(self):
        self.assertEqual(breaches(docs__a_md="```sh\n[&](b)\n```\n"), [])

    def test_a_link_with_an_anchor_is_followed(self):
        self.assertEqual(breaches(docs__a_md="[b](b.md#part)", docs__b_md=""), [])

    def test_a_page_that_its_catalogue_does_not_name_is_found(self):
        self.assertEqual(len(breaches(docs__mixes_md="[a](mixes/a.md)", docs__mixes__a_md="", docs__mixes__b_md="")), 1)
        self.assertEqual(len(breaches(docs__negatives__README_md="", docs__negatives__b_md="")), 1)


if __name__ == "__main__":
    unittest.main()
