// SPDX-License-Identifier: BSD-3-Clause
// The kinds of mixing_masks.json whose labels look at attention or class activation: TransMix and SnapMix.
#include "golden/mixing_checks.hpp"

#include <mixcon/mixes/snapmix.hpp>
#include <mixcon/mixes/transmix.hpp>

namespace mixcon_golden {
namespace {

mask read_mask(const array& listed) {
  if (listed.shape.size() != 4) throw std::runtime_error("a mask that is not of rank 4");
  mask m;
  for (int axis = 0; axis < 4; ++axis) m.extents[axis] = listed.shape[static_cast<std::size_t>(axis)];
  m.values = listed.data;
  return m;
}

template <class T>
void check_transmix(golden_case& of) {
  const array x = of.inputs.real("x"), attention = of.inputs.real("attention");
  fields listed = of.inputs.inside("plan");
  mix_plan<masked> plan{.partner = listed.indices("perm"), .lambda = {listed.number("lam_area")}, .region = {}};
  if (listed.word("kind", "mask") != "mask") unknown("kind of plan");
  plan.region.shares = read_mask(listed.real("mask"));
  of.also(listed);
  const std::vector<index_t> grid = of.inputs.indices("patch_shape"), labels = of.inputs.indices("labels");
  const auto all = attention.view<4>();
  if (!all || grid.size() != 2) throw std::runtime_error("attention or patch_shape of odd shape");
  const std::vector<double> attended = class_token_attention(all);
  const tensor_view<const double, 3> map{attended.data(), {plan.samples(), grid.at(0), grid.at(1)}};
  const pair_targets targets =
      transmix{.area_share = of.params.number("ratio")}.targets(plan, labels, map, x.shape.at(2), x.shape.at(3));
  plan.lambda = targets.lambda;  // y does not depend on it
  check_apply<T, 4>(of, plan, true);
}

template <class T>
void check_snapmix(golden_case& of) {
  const array activation = of.inputs.real("cam");
  fields listed = of.inputs.inside("plan");
  mix_plan<resized_boxes> plan{.partner = listed.indices("perm"), .lambda = {1}, .region = {}};
  if (listed.word("kind", "") != "resize_region") unknown("kind of plan");
  if (listed.word("interp", "") != "bilinear_align_corners") unknown("interpolation");
  plan.region = {.boxes = read_boxes(listed.real("box")),
                 .sources = read_boxes(listed.real("source_box")),
                 .how = interpolation::bilinear_corners};
  of.also(listed);
  const auto map = activation.view<3>();
  if (!map) throw std::runtime_error("cam is not of rank 3");
  const weighted_labels found = snapmix<>::labels(plan, of.inputs.indices("labels"), map);
  constexpr double by_added = 1e-9;  // the published code adds 1e-8 to the sums
  of.expect("lam_a", found.own_weight, by_added);
  of.expect("lam_b", found.partner_weight, by_added);
  check_apply<T, 4>(of, plan, false);
}

const known_mixing transmix_kind{"transmix", check_transmix<double>, check_transmix<float>};
const known_mixing snapmix_kind{"snapmix", check_snapmix<double>, check_snapmix<float>};

}  // namespace
}  // namespace mixcon_golden
