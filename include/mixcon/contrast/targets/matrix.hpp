// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets written out as a matrix (N, M), with weights of candidates where wanted.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/number/set_loops.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Which targets are accepted: usually a negative one is a mistake, and a loss may mean it (DCLW's weights).
enum class target_signs { not_negative, any };

/// Targets and weights written out, (N, M) each: entry (a, c) of `target` is the positive mass of that pair (positive
/// where it is not 0), of `weight` how often it counts as a candidate (0 hides it; all 1 when no weights are given).
/// Negative targets are refused unless `target_signs::any` is asked for; `scaled_targets` has positives of target 0
/// too. The views must outlive the calls. O(N M) memory that the caller already has.
template <class E>
struct matrix_targets {
  matrix_view<const E> target, weight{};  // (N, M) each; without weights all are 1
  target_signs signs = target_signs::not_negative;
  static constexpr int field_count = 3;  // which a constructor hides from reflection

  template <Viewable<2> Tensor>
  explicit matrix_targets(Tensor& targets, target_signs accepted = target_signs::not_negative)
      : target(mixcon::view<2>(targets)), signs(accepted) {}
  template <Viewable<2> Tensor, Viewable<2> Weights>
  matrix_targets(Tensor& targets, Weights& weights, target_signs accepted = target_signs::not_negative)
      : target(mixcon::view<2>(targets)), weight(mixcon::view<2>(weights)), signs(accepted) {}

  struct rule_type {
    matrix_view<const E> target, weight;
    static constexpr bool is_of_soft_labels = true;  // without weights, a softmax over classes
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const T share = detail::entries_on<T>(target, anchor, candidate);
      return {share != T(0), weight ? detail::entries_on<T>(weight, anchor, candidate) : T(1), share};
    }
    rule_type transposed() const { return {detail::transposed(target), detail::transposed(weight)}; }
    template <class F>
    void each_view(F&& f) {
      f(target), f(weight);
    }
  };
  auto bind(const pair_space& space) const {
    const axes<2> expected{space.anchors, space.candidates};
    MIXCON_REQUIRE(target.extents() == expected, "matrix_targets: targets are ", target.extents(), " for ", expected,
                   " (anchors, candidates); they must match",
                   detail::asked_about_columns(space, target.extent(0), target.extent(0)));
    MIXCON_REQUIRE(!weight || weight.extents() == expected, "matrix_targets: weights are ", weight.extents(), " for ",
                   expected, " (anchors, candidates); they must match");
    check_values();
    return detail::bound_rule<rule_type>{{target, weight}};
  }

 private:
  using number =
      std::conditional_t<std::is_same_v<std::remove_const_t<E>, float>, float, double>;  // in which entries are checked

  void check_values() const {
    const number least = signs == target_signs::any ? minus_infinity<number>() : number(0);
    for_set_in_use([&](auto set_in_use) {
      using set = decltype(set_in_use);
      for (index_t a = 0; a < target.extent(0); ++a)
        if (any_wrong<set>(target, a, least) || (weight && any_wrong<set>(weight, a, number(0)))) name_wrong_entry(a);
    });
  }
  /// Whether a row holds what is no finite number >= least.
  template <class Set>
  static bool any_wrong(const matrix_view<const E>& values, index_t row, number least) {
    const auto is_right = [least](const auto& x) {
      using U = std::remove_cvref_t<decltype(x)>;
      return x >= U(least) && x - x == U(0);
    };
    const index_t columns = values.extent(1);
    if constexpr (std::is_same_v<std::remove_const_t<E>, number>)
      if (values.stride(1) == 1) return !vectors::all_right<Set>(&values(row, 0), columns, is_right);
    bool right = true;
    for (index_t c = 0; c < columns; ++c) right = right & is_right(static_cast<number>(values(row, c)));
    return !right;
  }
  void name_wrong_entry(index_t a) const {
    for (index_t c = 0; c < target.extent(1); ++c) {
      const double p = static_cast<double>(target(a, c)), w = weight ? static_cast<double>(weight(a, c)) : 1.0;
      MIXCON_REQUIRE((p >= 0 || signs == target_signs::any) && p - p == 0, "matrix_targets: target (", a, ", ", c,
                     ") is ", p, "; expected a finite number",
                     signs == target_signs::any ? "" : " >= 0, or target_signs::any if it is meant");
      MIXCON_REQUIRE(w >= 0 && w - w == 0, "matrix_targets: weight (", a, ", ", c, ") is ", w,
                     "; expected a finite number >= 0");
    }
  }
};
template <class Tensor>
matrix_targets(Tensor&) -> matrix_targets<element_t<Tensor>>;
template <class Tensor>
matrix_targets(Tensor&, target_signs) -> matrix_targets<element_t<Tensor>>;
template <class Tensor, class Weights>
matrix_targets(Tensor&, Weights&) -> matrix_targets<element_t<Tensor>>;
template <class Tensor, class Weights>
matrix_targets(Tensor&, Weights&, target_signs) -> matrix_targets<element_t<Tensor>>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
