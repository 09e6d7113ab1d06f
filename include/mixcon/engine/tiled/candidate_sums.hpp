// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Gradients by anchors alone, of one sum of exponentials: the forward pass also sums the candidates times these
// exponentials, so that the backward pass forms no product again and no weights are kept (MoCo's queue, a fixed bank).

#include <mixcon/core/number/bounded_exp2.hpp>
#include <mixcon/engine/moments/groups.hpp>
#include <mixcon/engine/tiled/moments/positives.hpp>
#include <mixcon/engine/tiled/moments/weigher.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Whether no anchor has more than a few positives. These are left out of the sums and weighed one by one, since one
/// that holds nearly all of a sum would leave no digits to the others.
inline bool have_few_positives(const moments::described_rule& rule, const moments::key_groups& of_candidates,
                               index_t anchors) {
  for (int a = 0; a < static_cast<int>(anchors); ++a) {
    const moments::positive_rows are(of_candidates, a, rule.key_of_anchor(a), rule.candidates, false);
    if (are.members > moments::few_members) return false;
  }
  return true;
}

/// Sums of candidates, by tiles of products.
template <class T>
class candidate_sums {
 public:
  /// `kept` takes them: (N, pitch).
  template <class Problem>
  candidate_sums(const Problem& p, const moments::described_rule& rule, const moments::key_groups& of_candidates,
                 double times, double shift)
      : candidates_(p.candidates),
        rule_(rule),
        of_candidates_(of_candidates),
        times_(static_cast<T>(times)),
        shift_(static_cast<T>(shift)),
        to_(p.kept->candidate_sums) {
    to_ = scratch<T>(p.memory, static_cast<std::size_t>(p.anchors.count() * p.anchors.pitch()));
  }

  /// Adds a tile's part; its products are used up.
  [[gnu::noinline]] void add(tile<T>& products) {
    raise(products);
    for (index_t r = 0; r < products.rows(); ++r) leave_out_of_row(products, r);
    [[maybe_unused]] const timed_phase adding(phase::gradients);
    const index_t pitch = candidates_.pitch();
    tile_product(true, products.rows(), pitch, products.columns(), strided<T>{products.entry(0, 0), tile_columns, 1},
                 rows_of_vectors<T>{candidates_.row(products.first_column()), pitch},
                 to_.data() + products.first_row() * pitch, pitch);
  }

 private:
  /// Products to exponentials.
  void raise(tile<T>& products) const {
    [[maybe_unused]] const timed_phase weighing(phase::weights);
    for_set_in_use([&](auto set) {
      run_for<decltype(set)>([&] {
        using vector = typename decltype(set)::template vector<T>;
        for (index_t r = 0; r < products.rows(); ++r)
          for (index_t j = 0; j < products.padded_columns(); j += lane_count<vector>()) {
            T* const at = products.entry(r, j);
            const auto exponential =
                bounded_exp2_of(mixcon::detail::load_as<vector>(at), vector(times_), vector(shift_));
            mixcon::detail::store_as(at, without_subnormal(exponential));
          }
      });
    });
  }
  void leave_out_of_row(tile<T>& products, index_t r) const {
    const int a = static_cast<int>(products.first_row() + r);
    const auto leave_out = [&](index_t candidate) {
      const index_t j = candidate - products.first_column();
      if (j >= 0 && j < products.columns()) *products.entry(r, j) = T(0);
    };
    const moments::positive_rows are(of_candidates_, a, rule_.key_of_anchor(a), rule_.candidates, false);
    for (int m = 0; m < are.members; ++m) leave_out(of_candidates_.member(are.key, m));
    if (rule_.hides_self && a < rule_.anchors && a < rule_.candidates) leave_out(a);
  }

  const mixcon::detail::packed_rows<T>& candidates_;
  const moments::described_rule& rule_;
  moments::key_groups of_candidates_;
  T times_, shift_;
  scratch<T>& to_;
};

/// Adds the gradient by an anchor: its slope times its sum, and its positives.
template <class Problem, class Saved, class T, int K>
[[gnu::noinline]] void add_sum_of_candidates(const Problem& p, const Saved& saved, const moment_slopes<T, K>& slopes,
                                             const moments::described_rule& rule,
                                             const moments::key_groups& of_candidates, index_t a, T* to) {
  const auto add = [&](T weight, const T* row) {
    for (index_t k = 0; weight != T(0) && k < p.anchors.width(); ++k) to[k] += weight * row[k];
  };
  add(slopes.negative[0][static_cast<std::size_t>(a)], p.kept->candidate_sums.data() + a * p.anchors.pitch());
  const moments::positive_rows are(of_candidates, static_cast<int>(a), rule.key_of_anchor(static_cast<int>(a)),
                                   rule.candidates, rule.hides_self);
  for (int m = 0; m < are.members; ++m) {
    const index_t c = of_candidates.member(are.key, m);
    if (c == are.without) continue;
    const auto dot = static_cast<T>(product_of(p.anchors.row(a), p.candidates.row(c), p.anchors.pitch()));
    add(without_subnormal(weight_of_pair(p, saved, a, c, dot)), p.candidates.row(c));
  }
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
