#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tests of check_quotes.py, on small trees made for them."""
import tempfile
import unittest
from pathlib import Path

import check_quotes

PAGE = "# one\n\nWhat it is.\n\n" + "".join(
    f"## {heading}\n\n" + {"Formula": "```text\n## 1\n```\n", "Use": "`mixcon/losses/one.hpp`\n```cpp\nreturn a;\n```\n"}
    .get(heading, "text\n") for heading in check_quotes.SKELETON)
SOURCE = "int main() {\n  const int a = 1;\n\n  return a;\n}\n"


def breaches(**files):
    """What check_quotes says of a tree; __ stands for / and _md for .md in a file's name. docs/README.md and
    docs/headers.md are made to name everything, unless they are given."""
    pages = [name.replace("__", "/").replace("_md", ".md") for name in files]
    links = " ".join(f"[page]({page[5:]})" for page in ["docs/headers.md", *pages] if page.startswith("docs/"))
    files = {"docs__README_md": links, "docs__headers_md": "`mixcon/`", "include__mixcon__first_hpp": "", **files}
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
        self.assertEqual(breaches(README_md=page, tests__a_cpp=helper, include__mixcon__a_hpp="int halved(int a);\n"), [])
        self.assertEqual(breaches(docs__extend__a_test_md=page, tests__a_cpp=helper), [])

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
        self.assertEqual(len(breaches(docs__a_md="[b](b.md) [web](https://b.md#part)")), 1)

    def test_code_has_no_links(self):
        self.assertEqual(breaches(docs__a_md="```sh\n[&](b)\n```\n"), [])

    def test_a_link_with_an_anchor_is_followed(self):
        self.assertEqual(breaches(docs__a_md="[b](b.md#a-part-of-it) [here](#on)\n# On\n", docs__b_md="## A `part`, of it\n"), [])
        self.assertEqual(breaches(docs__a_md="[b](b.md#part)", docs__b_md="```sh\n# part\n```\n"),
                         ["docs/a.md: b.md has no heading #part"])
        self.assertEqual(breaches(docs__a_md="[here](#part)"), ["docs/a.md: docs/a.md has no heading #part"])

    def test_a_page_that_its_catalogue_does_not_name_is_found(self):
        self.assertEqual(breaches(docs__negatives__README_md="[a](a.md)", docs__negatives__a_md="", docs__negatives__b_md=""),
                         ["docs/negatives/README.md: does not name b.md"])

    def test_a_page_that_the_index_does_not_name_is_found(self):
        self.assertEqual(breaches(docs__README_md="[a](a.md) [headers](headers.md)", docs__a_md="", docs__extend__b_md=""),
                         ["docs/README.md: does not name extend/b.md"])

    def of_page(self, page):
        return breaches(docs__losses__README_md="[one](one.md)", docs__losses__one_md=page, include__mixcon__losses__one_hpp="")

    def test_a_page_without_a_heading_or_in_another_order_is_found(self):
        self.assertEqual(self.of_page(PAGE), [])
        self.assertIn("the headings are Formula, Use, Parameters, Gradients, Edge cases, Compared with, Source; expected",
                      self.of_page(PAGE.replace("## Refused\n\ntext\n", ""))[0])
        moved = PAGE.replace("## Use", "## X").replace("## Parameters", "## Use").replace("## X", "## Parameters")
        self.assertEqual(len(self.of_page(moved)), 1)
        self.assertEqual(len(self.of_page(PAGE + "## More\n\ntext\n")), 1)

    def test_a_section_that_says_or_shows_nothing_is_found(self):
        self.assertEqual(self.of_page(PAGE.replace("What it is.", "")),
                         ["docs/losses/one.md: nothing stands under the title"])
        self.assertEqual(self.of_page(PAGE.replace("## Refused\n\ntext\n", "## Refused\n\n")),
                         ["docs/losses/one.md: nothing stands under Refused"])
        self.assertEqual(self.of_page(PAGE.replace("```text", "```sh")),
                         ["docs/losses/one.md: Formula has no block that begins with ```text"])
        self.assertEqual(self.of_page(PAGE.replace("`mixcon/losses/one.hpp`", "")),
                         ["docs/losses/one.md: Use names no header, as `mixcon/losses/supcon.hpp`"])
        self.assertEqual(self.of_page(PAGE.replace("losses/one.hpp", "losses/two.hpp")),
                         ["docs/losses/one.md: there is no header mixcon/losses/two.hpp"])

    def test_the_table_of_headers_is_compared_with_those_that_exist(self):
        self.assertEqual(breaches(docs__headers_md="`mixcon/mix/`"),
                         ["docs/headers.md: there is no mixcon/mix/",
                          "docs/headers.md: does not name mixcon/first.hpp, nor a folder that holds it"])
        self.assertEqual(breaches(docs__headers_md="`mixcon/first.hpp` `mixcon/core/`", include__mixcon__core__a_hpp=""), [])


if __name__ == "__main__":
    unittest.main()
