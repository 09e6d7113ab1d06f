// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a targets type must have: `bind`, which checks it against the rows and returns a rule for pairs. Also targets
// from your own function.

#include <mixcon/contrast/candidate_lanes.hpp>
#include <mixcon/contrast/each_view.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/short_list.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

// Targets say which pairs are visible and how much positive mass they carry, without an N x M array. A targets type has
//
//   auto bind(const pair_space&) const
//
// which checks itself against the number of anchors and candidates, prepares what takes O(N + M), and returns an owner
// with `rule()`: a plain value, callable in kernels and on lanes, with
//
//   role<T> at<T>(anchor, candidate) const    the roles of lane_count<T>() candidates from that one on
//   role<T> own<T>(anchor, j) const           only where anchors have candidates of their own
//   void each_view(f)                         only where it refers to arrays: calls f with each view that it has, which
//   f
//                                             may replace (contrast/each_view.hpp)
//
// The owner may name rows that do not count as anchors: `skips_anchor(a)`, `skips_candidate(c)` (targets/ignored.hpp).
//
// For one-off targets, `targets_of` makes them from a function of two indices.

/// The pairs that targets are asked about: anchors against shared candidates, which may come in segments, and against
/// `own` candidates of each anchor.
struct pair_space {
  index_t anchors = 0, candidates = 0;
  index_t own = 0;
  short_list<index_t> segments{};  // sizes of the shared segments; their sum is `candidates`
  index_t width = 0;               // numbers of a row; 0 where rows are not known
  workspace* memory = nullptr;     // where owners may keep what they prepare: scratch<T>(space.memory)
};

namespace detail {

/// What is asked where the rows are not as many as were expected: `samples`, or `rows` of their views.
inline const char* asked_about_columns(const pair_space& space, index_t samples, index_t rows) {
  const bool lies = space.width > 0 && (space.width == samples || space.width == rows);
  return lies ? ". Are samples in columns? Rows are samples: pass the transposed matrix" : "";
}

/// A rule that needs no storage, as its own owner.
template <class Rule>
struct bound_rule {
  Rule held;
  Rule rule() const { return held; }
};

template <class Function>
struct function_rule {
  Function of;
  template <class T>
  MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
    return role_by_lane<T>([&](int k) { return of(anchor, candidate + k); });
  }
};

/// The same pairs seen from the candidates' side.
template <class Rule>
struct transposed_rule {
  Rule rule;
  template <class T>
  MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
    using number = scalar_of<T>;
    return role_by_lane<T>([&](int k) { return rule.template at<number>(candidate + k, anchor); });
  }
  template <class F>
  void each_view(F&& f) {
    mixcon::each_view(rule, f);
  }
};
/// The rule of the pairs seen from the candidates' side: itself where it does not tell pair (i, j) from (j, i), which
/// it says by `is_symmetric`; what its `transposed()` returns, which may be of its own type and is asked on lanes; or
/// each lane asked alone.
template <class Rule>
auto transposed_rule_of(const Rule& rule) {
  if constexpr (requires { Rule::is_symmetric; })
    return rule;
  else if constexpr (requires { rule.transposed(); })
    return rule.transposed();
  else
    return transposed_rule<Rule>{rule};
}

}  // namespace detail

/// Targets from a function `role<double> of(anchor, candidate)`: positive_pair(share), negative_pair() or
/// hidden_pair().
template <class Function>
struct function_targets {
  Function of;  // (anchor, candidate) -> role<double>
  auto bind(const pair_space&) const { return detail::bound_rule<detail::function_rule<Function>>{{of}}; }
};
template <class Function>
function_targets<Function> targets_of(const Function& of) {
  return {of};
}

/// Every candidate is a negative: a queue, the universum.
struct every_negative {
  struct rule_type {
    static constexpr bool is_symmetric = true;
    template <class T>
    MIXCON_HD role<T> at(index_t, index_t) const {
      return {detail::each_answer<T>([](int) { return false; }), T(1), T(0)};
    }
    template <class T>
    MIXCON_HD role<T> own(index_t a, index_t j) const {
      return at<T>(a, j);
    }
  };
  auto bind(const pair_space&) const { return detail::bound_rule<rule_type>{}; }
};

/// Every candidate is a positive and has an equal share: the own key of MoCo.
struct every_positive {
  struct rule_type {
    static constexpr bool is_symmetric = true;
    double share = 1;
    template <class T>
    MIXCON_HD role<T> at(index_t, index_t) const {
      return {detail::each_answer<T>([](int) { return true; }), T(1), T(share)};
    }
    template <class T>
    MIXCON_HD role<T> own(index_t a, index_t j) const {
      return at<T>(a, j);
    }
  };
  auto bind(const pair_space& space) const {
    const index_t number = space.own > 0 ? space.own : space.candidates;
    return detail::bound_rule<rule_type>{{1.0 / static_cast<double>(number > 0 ? number : 1)}};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
