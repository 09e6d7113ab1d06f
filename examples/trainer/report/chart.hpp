// SPDX-License-Identifier: BSD-3-Clause
// Charts as SVG, to stand in an HTML page.
#pragma once

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace report {

struct point {
  double x = 0, y = 0;
};

/// A line, or a cloud of dots.
struct series {
  std::string name{};
  std::vector<point> points{};
};

struct chart_text {
  std::string title{}, x_axis{}, y_axis{};
};

/// Lines over a common x axis, with a legend when there are several. Points that are not finite are left out; a line of
/// more than 400 is drawn through means of neighbours.
std::string line_chart(const chart_text& text, const std::vector<series>& lines);

/// Dots, a colour a series, with a legend.
std::string scatter_chart(const chart_text& text, const std::vector<series>& clouds);

}  // namespace report
}  // namespace mixcon_train
