// SPDX-License-Identifier: BSD-3-Clause
// What the pages of this program have in common: HTML that needs no other file, in light and in dark, from the width of
// a telephone on.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace report {

/// A page with this title and body. `run` is the identity of the run that it is of; empty: it is of none.
std::string html_page(const std::string& title, const std::string& run, const std::string& body);

/// A table: a row of column names and rows of cells, all of it HTML. A column whose name begins with # holds numbers.
/// Where it is wider than the page, it scrolls in a box of its own. Rows in `marked` stand out.
std::string html_table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows,
                       const std::vector<std::size_t>& marked = {});

/// Names and values, both plain text.
std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace report
}  // namespace mixcon_train
