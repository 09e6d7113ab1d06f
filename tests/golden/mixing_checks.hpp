// SPDX-License-Identifier: BSD-3-Clause
// What the checks of mixing files share. The kinds of mixing_NAME.json stand in mixing_NAME.cpp, which registers them.
#pragma once

#include "golden/golden.hpp"
#include "golden/mixing_cases.hpp"
#include "golden/mixing_kinds.hpp"

#include <mixcon/mix/draw/recorded_draws.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mixes/all_mixes.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace mixcon_golden {

using namespace mixcon;

/// The numbers of `name` in the case's draws, under the name that the library asks for. Whether there were any.
inline bool record(recorded_draws& draws, fields& recorded, const std::string& name, const char* as) {
  if (!recorded.has(name)) return false;
  draws.record(as, recorded.real(name).data);
  return true;
}

/// Partners: the permutations of a derangement's tries where they were recorded, else those of the plan.
inline bool record_partners(recorded_draws& draws, fields* recorded, const std::vector<index_t>& planned) {
  const bool tried = recorded != nullptr && recorded->has("perms");
  if (!tried) {
    draws.record("partner", std::vector<double>(planned.begin(), planned.end()));
    return false;
  }
  index_t attempt = 0;
  for (const json& permutation : recorded->raw("perms"))
    draws.record(field("partner").on_try(attempt++), permutation.get<std::vector<double>>());
  if (recorded->has("shift") && !recorded->raw("shift").is_null())
    draws.record("partner_shift", {recorded->number("shift")});
  return true;
}

/// What y and grad_x may differ by, for values as large as those of `from`.
template <class T>
double apply_tolerance(const array& from) {
  double largest = 0;
  for (const double value : from.data) largest = std::max(largest, std::abs(value));
  return 8 * static_cast<double>(std::numeric_limits<T>::epsilon()) * largest;
}

template <int Rank>
axes<Rank> extents_of(const array& like) {
  axes<Rank> extents;
  for (int axis = 0; axis < Rank; ++axis) extents[axis] = like.shape.at(static_cast<std::size_t>(axis));
  return extents;
}
template <class T, int Rank>
tensor_view<T, Rank> view_in(std::vector<T>& storage, const array& like) {
  return {storage.data(), extents_of<Rank>(like)};
}

template <class T, int Rank>
tensor_view<T, Rank> view_in(const std::vector<std::remove_const_t<T>>& storage, const array& like) {
  return {storage.data(), extents_of<Rank>(like)};
}

template <class T, int Rank, class Region>
void check_blend(golden_case& of, const mix_plan<Region>& plan, const array& x, bool copies) {
  std::vector<T> sample(x.data.begin(), x.data.end()), mixed(sample.size());
  blend(plan, view_in<T, Rank>(sample, x), view_in<T, Rank>(mixed, x));
  constexpr bool exact_type = std::is_same_v<T, double>;
  of.expect("y", mixed, exact_type ? (copies ? 0 : in_double) : apply_tolerance<T>(x),
            exact_type ? in_units_of::the_value : in_units_of::nothing);
  if (!of.inputs.has("grad_out")) return;
  const array g = of.inputs.real("grad_out");
  if (g.shape != x.shape) throw std::runtime_error("grad_out has another shape than x");
  std::vector<T> upstream(g.data.begin(), g.data.end()), gradient(sample.size(), T{0});
  unblend(plan, view_in<T, Rank>(upstream, g), view_in<T, Rank>(gradient, x));
  of.expect("grad_x", gradient, exact_type ? 1e-9 : apply_tolerance<T>(g),
            exact_type ? in_units_of::the_largest : in_units_of::nothing);
}

inline image_shape image_shape_of(const array& x) {
  if (x.shape.size() < 3) throw std::runtime_error("x is no batch of images");
  return {x.rows(), x.shape.size() == 4 ? x.shape[1] : 1, x.shape[x.shape.size() - 2], x.shape.back()};
}

/// A mask of any rank as the library has it: samples first, the last axes last.
inline mask mask_of(const array& listed) {
  mask read;
  const std::size_t rank = listed.shape.size();
  if (rank < 1 || rank > 4) throw std::runtime_error("mask of odd rank");
  read.extents[0] = listed.shape[0];
  for (std::size_t axis = 1; axis < rank; ++axis) read.extents[static_cast<int>(4 - rank + axis)] = listed.shape[axis];
  read.values = listed.data;
  return read;
}

/// y, grad_x, and the labels of a plan. `Least` is the lowest rank that this kind of plan mixes.
template <class T, int Least, class Region>
void check_apply(golden_case& of, const mix_plan<Region>& plan, bool copies) {
  const array x = of.inputs.real("x");
  const auto check_as = [&]<int Rank>(std::integral_constant<int, Rank>) {
    if constexpr (Rank >= Least) {
      if (static_cast<int>(x.shape.size()) == Rank) check_blend<T, Rank>(of, plan, x, copies);
    }
  };
  if (static_cast<int>(x.shape.size()) < Least || x.shape.size() > 4) throw std::runtime_error("x has an odd rank");
  check_as(std::integral_constant<int, 1>{}), check_as(std::integral_constant<int, 2>{});
  check_as(std::integral_constant<int, 3>{}), check_as(std::integral_constant<int, 4>{});

  const double smoothing = of.params.number("smoothing", 0);
  const index_t classes = of.params.has("num_classes") ? of.params.count("num_classes") : 0;
  if (!of.inputs.has("labels")) return;
  const pair_targets targets = pair_targets_of(plan, of.inputs.indices("labels"));
  of.expect("label_a", targets.own, 0);
  of.expect("label_b", targets.partner, 0);
  if (of.lists("lam")) of.expect("lam", of.count_of("lam") == 1 ? plan.lambda : targets.lambda, in_double);
  if (!of.lists("target")) return;
  std::vector<double> soft(static_cast<std::size_t>(targets.samples() * classes));
  soft_targets(targets, matrix_view<double>{soft.data(), {targets.samples(), classes}}, smoothing);
  of.expect("target", soft, in_double);
}

inline std::vector<box> read_boxes(const array& listed) {
  std::vector<box> boxes;
  for (std::size_t k = 0; k + 3 < listed.data.size(); k += 4) {
    const auto end = [&](std::size_t n) { return static_cast<index_t>(listed.data[k + n]); };
    boxes.push_back({end(0), end(1), end(2), end(3)});
  }
  return boxes;
}

/// The one box of each [H, W] plane of a mask of 0 and 1 where it has that value; refused if it is no box.
inline std::vector<box> boxes_of_mask(const array& mask, index_t rows, index_t columns, double inside) {
  std::vector<box> boxes;
  const index_t plane = rows * columns;
  if (plane == 0 || static_cast<index_t>(mask.data.size()) % plane != 0) throw std::runtime_error("mask of odd shape");
  for (index_t start = 0; start < static_cast<index_t>(mask.data.size()); start += plane) {
    const auto at = [&](index_t y, index_t x) { return mask.data[static_cast<std::size_t>(start + y * columns + x)]; };
    box found{rows, 0, columns, 0};
    for (index_t y = 0; y < rows; ++y)
      for (index_t x = 0; x < columns; ++x) {
        if (at(y, x) != 0 && at(y, x) != 1) throw std::runtime_error("a mask that is not 0 and 1");
        if (at(y, x) != inside) continue;
        found = {std::min(found.top, y), std::max(found.bottom, y + 1), std::min(found.left, x),
                 std::max(found.right, x + 1)};
      }
    if (found.bottom == 0) found = {};
    for (index_t y = found.top; y < found.bottom; ++y)
      for (index_t x = found.left; x < found.right; ++x)
        if (at(y, x) != inside) throw std::runtime_error("a mask that is no box");
    boxes.push_back(found);
  }
  return boxes;
}

/// Regions that are the same for every sample, as one for the batch.
template <class R>
std::vector<R> once_if_equal(std::vector<R> regions) {
  for (const R& region : regions)
    if (!(region == regions.front())) return regions;
  if (!regions.empty()) regions.resize(1);
  return regions;
}

inline void require_kind(fields& plan, const std::string& kind) {
  if (plan.word("kind", kind) != kind) unknown("plan kind " + plan.word("kind", ""));
}

/// The pairing that the case names, or the reference's derangement where its tries were recorded.
template <class F>
void with_pairing(golden_case& of, bool tried, F&& f) {
  const std::string name = of.params.word("pairing", tried ? "derangement" : "random");
  if (name == "derangement")
    f(pairing::derangement{.max_tries = of.params.has("max_tries") ? of.params.count("max_tries") : 10,
                           .on_failure = pairing::failed_derangement::keep});
  else if (name == "random")
    f(pairing::random_permutation{});
  else if (name == "roll")
    f(pairing::roll{});
  else if (name == "reverse")
    f(pairing::reverse{});
  else
    unknown("pairing " + name);
}

template <class Region>
void expect_plan(golden_case& of, const mix_plan<Region>& drawn, const mix_plan<Region>& planned) {
  if (drawn.partner != planned.partner) of.fail("plan.perm");
  if (!(drawn.region == planned.region)) of.fail("plan." + to_string(planned.region));
  of.expect_equal("plan.lam", array{{}, planned.lambda}, drawn.lambda, in_double);
}

/// Uniform numbers that make `different_class` pick the planned partners.
inline std::vector<double> picks_of(const std::vector<index_t>& labels, const std::vector<index_t>& partner) {
  std::vector<double> picks;
  for (std::size_t i = 0; i < partner.size(); ++i) {
    double before = 0, all = 0;
    for (std::size_t j = 0; j < labels.size(); ++j)
      if (labels[j] != labels.at(i)) all += 1, before += static_cast<index_t>(j) < partner[i] ? 1 : 0;
    picks.push_back(std::min((before + 0.5) / std::max(all, 1.0), 0.999));
  }
  return picks;
}

}  // namespace mixcon_golden
