// SPDX-License-Identifier: BSD-3-Clause
// Charts as SVG, to stand in an HTML page.
#pragma once

#include "evaluation/calibration.hpp"

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

/// Lines over a common x axis, with a legend under them when there are several. Points that are not finite are left
/// out; a line of more than 400 is drawn through means of neighbours.
std::string line_chart(const chart_text& text, const std::vector<series>& lines);

/// Dots, a colour a series; their legend is separate.
std::string scatter_chart(const chart_text& text, const std::vector<series>& clouds);

/// The names of series beside their colours, as HTML that wraps.
std::string chart_legend(const std::vector<series>& shown);

/// How often what was said with a confidence was right, bin by bin, and how far that is from the confidence.
std::string calibration_chart(const std::string& title, const calibration& measured);

/// A mean with its interval, a line each. Without an interval it is a dot alone.
struct interval {
  std::string name{};  ///< a text above it
  double mean = 0, low = 0, high = 0;
  bool has_ends = true;
  std::string kind{};  ///< CSS class: "better", "worse", "same" or "open"
};

/// Intervals under each other over a common axis, with a line at 0 and a band of +- `band` around it.
std::string interval_chart(const chart_text& text, const std::vector<interval>& all, double band);

}  // namespace report
}  // namespace mixcon_train
