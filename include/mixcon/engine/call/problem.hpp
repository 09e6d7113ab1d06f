// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/engine/call/packed_rows.hpp>
#include <mixcon/engine/gradients.hpp>
#include <mixcon/engine/saved.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// What an engine is asked: packed rows, the roles of their pairs, how logits come about, and which statistics to
/// gather. The formula is there for those who evaluate it; an engine never learns which loss it runs.
template <class T, class Loss, class Similarity, class Logits, class Rule>
struct problem {
  using number = T;
  using statistics_type = typename loss_traits<Loss>::statistics;
  template <class U>
  using states = typename row_types<statistics_type, U>::states;
  using readings = typename row_types<statistics_type, T>::readings;
  using loss_type = Loss;
  static constexpr int count = statistics_type::size;
  static constexpr bool linear = Similarity::linear;
  static constexpr bool is_given = requires { Similarity::is_given; };  // similarities are looked up, not computed
  static constexpr bool of_distance = is_of_distance<Similarity>;

  static constexpr bool may_mirror = !is_given && requires { Logits::is_symmetric; };
  /// Whether logits may be -infinity but by overflow: those that are given, computed by other than products and
  /// distances, or biased each on its own, as attention masks do. A negative of such a logit is hidden, which
  /// cross_entropy needs nobody to do.
  static constexpr bool may_hide = is_given || !(linear || of_distance) || !requires { Logits::is_symmetric; };
  static constexpr bool hides = may_hide && !std::is_same_v<statistics_type, pack<cross_entropy>>;

  const packed_rows<T>& anchors;
  const packed_rows<T>& candidates;  // shared
  const packed_rows<T>& own;         // (N * own_count)
  index_t own_count;
  Loss loss;
  statistics_type statistics;
  Similarity similarity;
  Logits logits;
  Rule rule;
  T scale;
  bool mirrors = false;               // anchors are the candidates: logit (i, j) is logit (j, i), if `may_mirror`
  vector_view<const char> skipped{};  // (N): 1 where the targets say that the row is no anchor; empty where none is

  bool skips(std::size_t anchor) const { return skipped && skipped[static_cast<index_t>(anchor)] != 0; }

  /// The pairs of an anchor with lane_count<U>() shared candidates from `candidate` on, given their similarities.
  template <class U>
  MIXCON_HD logit_pair<U> shared_pair(index_t anchor, index_t candidate, const U& similarity_value) const {
    const role<U> r = rule.template at<U>(anchor, candidate);
    const U x = scaled(similarity_value, U(scale) * logits.template factor<U>(anchor, candidate)) +
                logits.template offset<U>(anchor, candidate);
    return {x, visible_weight(x, r), r.target, r.positive, own_count + candidate};
  }
  /// The pair of an anchor with candidate j of its own; these come before the shared ones.
  logit_pair<T> own_pair(index_t anchor, index_t j, T similarity_value) const {
    if constexpr (requires { rule.template own<T>(anchor, j); }) {
      const role<T> r = rule.template own<T>(anchor, j);
      const T x = similarity_value * scale + static_cast<T>(logits.own_offset());
      return {x, visible_weight(x, r), r.target, r.positive, j};
    } else {
      return {};
    }
  }
  /// d loss / d logit and d loss / d target of a pair, given the anchor's readings and adjoints.
  template <class U, class Readings>
  MIXCON_HD U logit_gradient(const Readings& reading, const T* adjoint, const logit_pair<U>& p) const {
    U sum{};
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      sum += U(adjoint[at]) * get<at>(statistics).slope(get<at>(reading), p);
    });
    return sum;
  }
  template <class U, class Readings>
  MIXCON_HD U target_gradient(const Readings& reading, const T* adjoint, const logit_pair<U>& p) const {
    U sum{};
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      sum += U(adjoint[at]) * get<at>(statistics).target_slope(get<at>(reading), p);
    });
    return sum;
  }
  /// A similarity times the factor of its pair: -infinity whatever that is, unless NaN, where pairs have factors of
  /// their own, which may be 0 or below, and a similarity may be -infinity.
  template <class U>
  MIXCON_HD static U scaled(const U& similarity_value, const U& factor) {
    if constexpr ((is_given || !linear) && !requires { Logits::is_symmetric; })
      return choose(is_minus_infinity(similarity_value) && !is_nan(factor), similarity_value,
                    similarity_value * factor);
    else
      return similarity_value * factor;
  }
  /// A slope by the logit times the similarity or what it is multiplied with; 0 where the slope is, as at a similarity
  /// of -infinity.
  template <class U>
  MIXCON_HD static U slope_times(const U& by_logit, const U& similarity_value) {
    if constexpr (is_given || !linear)
      return choose(by_logit == U(0), U(0), by_logit * similarity_value);
    else
      return by_logit * similarity_value;
  }

 private:
  template <class U>
  MIXCON_HD static U visible_weight(const U& x, const role<U>& r) {
    if constexpr (hides)
      return choose(is_minus_infinity(x) && !r.positive, U(0), r.weight);
    else
      return r.weight;
  }
};

/// What the engines gather of one anchor.
template <class Problem, class U>
struct row_state {
  typename Problem::template states<U> of;
  presence::state<U> seen;

  MIXCON_HD void observe(const Problem& problem, const logit_pair<U>& p) {
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(problem.statistics).observe(get<at>(of), p);
    });
    presence{}.observe(seen, p);
  }
  MIXCON_HD void make_room(const Problem& problem, const logit_pair<U>& p) {
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(problem.statistics);
      if constexpr (requires { statistic.make_room(get<at>(of), statistic.height(p)); })
        statistic.make_room(get<at>(of), statistic.height(p));
    });
  }
  MIXCON_HD void merge(const Problem& problem, const row_state& other) {
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(problem.statistics).merge(get<at>(of), get<at>(other.of));
    });
    presence{}.merge(seen, other.seen);
  }
  /// `merge` of states whose exponentials are sums under one shift.
  MIXCON_HD void keep(const Problem& problem, const row_state& other) {
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(problem.statistics);
      if constexpr (requires { statistic.keep(get<at>(of), get<at>(other.of)); })
        statistic.keep(get<at>(of), get<at>(other.of));
      else
        statistic.merge(get<at>(of), get<at>(other.of));
    });
    presence{}.merge(seen, other.seen);
  }
  /// Adds what rounding took to the sums themselves, before states are joined.
  MIXCON_HD void settle(const Problem& problem) {
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(problem.statistics);
      if constexpr (requires { statistic.settle(get<at>(of)); }) statistic.settle(get<at>(of));
    });
  }
  /// `merge` of a few settled states with one shift, such as lanes: what rounding loses is let go.
  MIXCON_HD void join(const Problem& problem, const row_state& other) {
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(problem.statistics);
      if constexpr (requires { statistic.join(get<at>(of), get<at>(other.of)); })
        statistic.join(get<at>(of), get<at>(other.of));
      else
        statistic.merge(get<at>(of), get<at>(other.of));
    });
    presence{}.merge(seen, other.seen);
  }
  /// A fresh state with the shifts of this one, for `keep`.
  MIXCON_HD row_state beside(const Problem& problem) const {
    row_state fresh;
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(problem.statistics);
      if constexpr (requires { statistic.make_room(get<at>(fresh.of), get<at>(fresh.of).shift); })
        get<at>(fresh.of).shift = get<at>(of).shift;
    });
    return fresh;
  }
  /// What part k of as many equal parts of the lanes saw.
  template <int Parts>
  MIXCON_HD row_state<Problem, lane_part<U, Parts>> part(int k) const {
    row_state<Problem, lane_part<U, Parts>> one;
    for_each_position<Problem::count>([&](auto position) {
      constexpr int at = decltype(position)::value;
      get<at>(one.of) = get<at>(of).template part<Parts>(k);
    });
    one.seen = seen.template part<Parts>(k);
    return one;
  }
};

/// Where an engine adds gradients: by packed rows, and by what else the caller wants. Null or empty: not wanted.
template <class T>
struct packed_gradients {
  std::vector<T> anchors, candidates, own;  // (N, D), (M, D), (N * k, D)
  std::vector<T> scale, bias;               // (N): sums over each anchor's row of G s factor and of G
  bool wants_scale = false;                 // scale and bias are kept
  bool one_output = false;                  // anchors and candidates are the same rows and go to the same place
  vector_view<T> candidate_bias{};
  matrix_view<T> logits{}, pair_scale{}, pair_bias{}, targets{};
  bool is_unset = false;  // nothing stands in these matrices yet: the engine sets them
  bool per_pair() const { return static_cast<bool>(pair_scale) || pair_bias || targets; }

  /// Sets the entries of an anchor to 0 where nothing stands in them yet.
  void clear_row(index_t anchor) const {
    const matrix_view<T> matrices[] = {logits, pair_scale, pair_bias, targets};
    for (const auto& matrix : matrices)
      for (index_t c = 0; is_unset && c < matrix.extent(1); ++c) matrix(anchor, c) = T(0);
  }

  /// What is not by rows; with `columns`, anchors and candidates have changed places. `number` of anchors.
  void prepare(const gradients<T>& wanted, bool columns, index_t number) {
    wants_scale = wanted.scale || wanted.temperature || wanted.bias || (columns && wanted.candidate_bias);
    scale.assign(static_cast<std::size_t>(wants_scale ? number : 0), T(0));
    bias = scale;
    auto oriented = [columns](const matrix_view<T>& m) {
      return columns ? matrix_view<T>{m.data(), {m.extent(1), m.extent(0)}, {m.stride(1), m.stride(0)}} : m;
    };
    if (!columns) candidate_bias = wanted.candidate_bias;
    logits = oriented(wanted.logits), pair_scale = oriented(wanted.pair_scale);
    pair_bias = oriented(wanted.pair_bias), targets = oriented(wanted.targets);
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
