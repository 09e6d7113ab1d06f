// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A public call as the host knows it: checked and bound to its targets, its size, and what its kernels carry.

#include <mixcon/gpu/device_checks.cuh>
#include <mixcon/gpu/launches.cuh>
#include <mixcon/gpu/moments/moment_calls.cuh>
#include <mixcon/gpu/skipped_rows.hpp>

namespace mixcon::gpu {

/// One direction of a call: what all of its kernels are given. Of columns, the anchors are the shared candidates.
template <class Problem_, bool OfColumns>
struct call_side {
  using Problem = Problem_;
  static constexpr bool of_columns = OfColumns;
  Problem problem;
  row_work<Problem> work;
  device_saved<Problem> saved;
  double share;                   // of the direction in the loss
  index_t chunk;                  // how many anchors are weighed at once
  weight_of<Problem>* weight;     // (chunk, pairs)
  typename Problem::T* by_logit;  // (chunk, pairs)
  placed_groups groups;           // of moments
  placed_partners partners;
};

/// The objective, the targets bound to the call's shapes, and the rows or logits. The constructor checks everything
/// that does not depend on what the tensors hold. `Groups`: moments may serve it, which add up the rows of each class.
template <class Objective, class Targets, class Call, bool Groups>
class bound_call {
 public:
  using types = call_types<Objective, Targets, Call>;
  using T = typename types::T;
  using Rows = typename types::Rows;
  using Columns = typename types::Columns;
  using layout = workspace_layout<types>;

  bound_call(const call_place& place, const Objective& objective, const Targets& targets, const Call& call,
             mixcon::workspace* memory)
      : objective_(objective),
        call_(call),
        memory_(memory),
        bound_(bind(place, targets)),
        skipped_anchors_{scratch<char>(memory)},
        skipped_candidates_{scratch<char>(memory)},
        groups_(memory),
        partners_(memory) {
    check_places(call_);
    measure(is_captured(place.queue));
  }
  bound_call(const bound_call&) = delete;
  bound_call& operator=(const bound_call&) = delete;

  const Objective& objective() const { return objective_; }
  const Call& call() const { return call_; }
  const char* function() const { return call_.function; }
  const call_extents& extents() const { return extents_; }
  layout lay_out(void* base) const { return layout(base, extents_, array_bytes_); }

  /// Copies the arrays that the call refers to into the workspace.
  void upload(launches& to, const layout& at) const {
    if (array_bytes_ == 0) return;
    host_arrays arrays(at.arrays, memory_);
    static_cast<void>(placed(arrays));
    to.keep(arrays.enqueue(to.on()));
  }
  /// Calls each(call_side) for the directions that the objective wants: rows first.
  template <class Each>
  void each_side(const layout& at, const saved_layout<types>& saved, Each&& each) const {
    host_arrays arrays(at.arrays, memory_);
    const placed_parts parts = placed(arrays);
    const directions& share = objective_.direction;
    if (share.rows != 0)
      each(call_side<Rows, false>{rows_problem(at, parts), at.rows, saved.rows, share.rows,
                                  extents_.chunk_of(extents_.anchors, extents_.own + extents_.shared), at.weight,
                                  at.by_logit, parts.groups, parts.partners});
    if (share.columns != 0)
      each(call_side<Columns, true>{columns_problem(at, parts),
                                    at.columns,
                                    saved.columns,
                                    share.columns,
                                    extents_.chunk_of(extents_.shared, extents_.anchors),
                                    at.weight,
                                    at.by_logit,
                                    parts.groups.turned(),
                                    {}});
  }

 private:
  using Rule = typename types::Rule;
  using bound_type = typename types::Bound;
  /// Whether the targets have grouped their rows on the device, where the host cannot read the keys.
  static constexpr bool has_device_groups = requires(const bound_type& bound) { bound.groups_on_device(); };
  /// The call's parts with their arrays on the device.
  struct placed_parts {
    typename types::Loss loss;
    typename loss_traits<typename types::Loss>::statistics statistics;
    typename types::Similarity similarity;
    typename types::Logits logits;
    Rule rule;
    vector_view<const char> skipped_anchors, skipped_candidates;
    vector_view<const double> weights;
    placed_groups groups;
    placed_partners partners;
  };

  bound_type bind(const call_place& place, const Targets& targets) {
    auto unlooked = objective_;  // what rows hold is looked at on the device
    unlooked.check_finite = false;
    call_.check_shapes(unlooked);
    pair_space pairs = call_.space();
    pairs.memory = memory_;
    extents_.anchors = pairs.anchors, extents_.shared = pairs.candidates, extents_.own = pairs.own;
    extents_.width = types::is_given ? 0 : pairs.width;
    extents_.rows = objective_.direction.rows != 0, extents_.columns = objective_.direction.columns != 0;
    extents_.mirrors = call_.mirrors(objective_), extents_.checks = objective_.check_finite;
    extents_.entries_at_once = place.entries_at_once;
    bound_type bound = targets.bind(pairs);
    if constexpr (!requires(const Rule& rule) { rule.template own<double>(index_t{}, index_t{}); })
      MIXCON_REQUIRE(pairs.own == 0, function(),
                     ": these targets say nothing of own(...) candidates; use queue_targets or own_targets");
    if constexpr (types::of_triplets)
      MIXCON_REQUIRE(
          pairs.own + pairs.candidates <= triplet_memory<T>::longest_row, function(), ": ",
          pairs.own + pairs.candidates, " candidates of an anchor; a formula of each triplet keeps their logits ",
          "in shared memory, which takes ", triplet_memory<T>::longest_row, " of them. Use tiled{} on the host");
    return bound;
  }
  void measure(bool captured) {
    for (index_t a = 0; a < extents_.anchors; ++a)
      if (mixcon::detail::skips_anchor(bound_, a)) skipped_anchors_.mark(a, extents_.anchors);
    for (index_t c = 0; c < extents_.shared && extents_.columns; ++c)
      if (mixcon::detail::skips_candidate(bound_, c)) skipped_candidates_.mark(c, extents_.shared);
    if constexpr (Groups)
      if (fits_tiles_by_size(extents_, true)) {
        if constexpr (has_device_groups) {
          const placed_groups groups = bound_.groups_on_device();
          extents_.classes =
              groups.anchors.keys > groups.candidates.keys ? groups.anchors.keys : groups.candidates.keys;
        } else {
          groups_.group(described<Rule>::of(bound_.rule(), extents_.anchors, extents_.shared));
          partners_.group(bound_.rule(), extents_.anchors, extents_.shared);
          extents_.classes = groups_.keys();
        }
      }
    host_arrays arrays(nullptr, memory_);
    const placed_parts parts = placed(arrays);
    array_bytes_ = arrays.bytes();
    check_statistics(parts);
    MIXCON_REQUIRE(array_bytes_ == 0 || !captured, function(),
                   ": the targets, logits or weights refer to arrays of the host, which may be gone when the captured "
                   "graph runs; capture calls whose targets have none, such as view_targets or diagonal_targets, or "
                   "whose arrays lie on the device");
  }
  void check_statistics(const placed_parts& parts) const {
    for_each_position<loss_traits<typename types::Loss>::count>([&](auto k) {
      const auto& statistic = get<decltype(k)::value>(parts.statistics);
      if constexpr (requires { (statistic.check)(index_t{}); }) {
        if (extents_.rows) (statistic.check)(extents_.anchors);
        if (extents_.columns) (statistic.check)(extents_.shared);
      }
    });
  }
  placed_parts placed(host_arrays& arrays) const {
    return {arrays.placed(objective_.loss),
            arrays.placed(objective_.loss.statistics()),
            arrays.placed(call_.similarity(objective_)),
            arrays.placed(objective_.logits),
            arrays.placed(Rule(bound_.rule())),
            arrays(skipped_rows<true>(bound_, skipped_anchors_)),
            arrays(skipped_rows<false>(bound_, skipped_candidates_)),
            arrays(objective_.weights),
            groups_at(arrays),
            partners_.placed(arrays)};
  }
  placed_groups groups_at(host_arrays& arrays) const {
    if constexpr (has_device_groups)
      return bound_.groups_on_device();
    else
      return groups_.placed(arrays);
  }

  Rows rows_problem(const layout& at, const placed_parts& parts) const {
    Rows p(typename Rows::rules_type{parts.loss, parts.statistics, parts.similarity, parts.logits, parts.rule,
                                     objective_.template logit_scale_in<T>(), extents_.own, extents_.own});
    p.anchors = at.anchors, p.candidates = at.shared, p.own = at.own;
    p.skipped = parts.skipped_anchors.data(), p.weights = parts.weights.data();
    p.policy = mixcon::detail::policy_of(objective_);
    return p;
  }
  Columns columns_problem(const layout& at, const placed_parts& parts) const {
    auto similarity = parts.similarity;
    if constexpr (types::is_given) similarity = call_.transposed_similarity(objective_);
    Columns p(typename Columns::rules_type{
        parts.loss, parts.statistics, similarity, mixcon::detail::transposed(parts.logits),
        mixcon::detail::transposed_rule_of(parts.rule), objective_.template logit_scale_in<T>(), 0, 0});
    p.anchors = at.shared, p.candidates = at.anchors;
    p.own.width = at.own.width;
    p.skipped = parts.skipped_candidates.data(), p.weights = parts.weights.data();
    p.policy = mixcon::detail::policy_of(objective_);
    return p;
  }

  const Objective& objective_;
  Call call_;
  mixcon::workspace* memory_;
  call_extents extents_{};
  bound_type bound_;
  mixcon::detail::marked_rows skipped_anchors_, skipped_candidates_;
  call_groups groups_;
  call_partners partners_;
  std::size_t array_bytes_ = 0;
};

}  // namespace mixcon::gpu
