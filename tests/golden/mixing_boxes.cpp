// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_checks.hpp"

#include <mixcon/mix/draw/box_rules.hpp>

namespace mixcon_golden {
namespace {

using known = golden_case&;

/// A rule that places a box; `names` are the case's names of draws and the library's.
template <class Rule>
void check_box(golden_case& of, const Rule& rule, const std::map<std::string, const char*>& names) {
  const image_shape shape{1, 1, of.params.count("h"), of.params.count("w")};
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  for (const auto& [name, as] : names) record(draws, recorded, name, as);
  of.also(recorded);
  const box found = rule(shape, of.inputs.number("lam"), draws, 0);
  of.expect("box", std::vector<index_t>{found.top, found.bottom, found.left, found.right}, 0);
  of.expect("lam", 1 - share(found, shape), in_double);
}

const known_mixing cutmix_box{"box.cutmix", [](known of) {
                                check_box(of, centred_box{}, {{"cy", "box_row"}, {"cx", "box_column"}});
                              }};
const known_mixing margin{
    "box.cutmix_margin", [](known of) {
      check_box(of, margin_box{of.params.number("margin")}, {{"cy", "box_row"}, {"cx", "box_column"}});
    }};
const known_mixing minmax{"box.minmax", [](known of) {
                            check_box(
                                of, minmax_box{of.params.number("min"), of.params.number("max")},
                                {{"cut_h", "box_height"}, {"cut_w", "box_width"}, {"y", "box_top"}, {"x", "box_left"}});
                          }};
const known_mixing torchvision{"box.torchvision", [](known of) {
                                 check_box(of, torchvision_box{}, {{"cy", "box_row"}, {"cx", "box_column"}});
                               }};
const known_mixing continuous{"box.continuous_center", [](known of) {
                                check_box(of, continuous_box{}, {{"ry", "box_row"}, {"rx", "box_column"}});
                              }};

}  // namespace
}  // namespace mixcon_golden
