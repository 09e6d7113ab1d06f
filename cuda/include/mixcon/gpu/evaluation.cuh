// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A public call on a gpu::stream: bound at the door, laid out in the workspace, enqueued as kernels.

#include <mixcon/gpu/call_rows.cuh>
#include <mixcon/gpu/device_checks.cuh>
#include <mixcon/gpu/outcome.hpp>
#include <mixcon/gpu/saved.hpp>
#include <mixcon/gpu/skipped_rows.hpp>
#include <mixcon/gpu/tiles/tile_calls.cuh>

namespace mixcon::gpu {

/// Names a type: its address differs for every one.
template <class Type>
inline constexpr char name_of_type = 0;

/// One call on the device. Its constructor checks and binds; nothing is launched before `enqueue_forward`.
template <class Objective, class Targets, class Call, tier Tier = tier::pairs>
class evaluation {
  using types = call_types<Objective, Targets, Call>;
  using tiled = tile_operand<types, Call, Tier>;
  using T = typename types::T;
  using Loss = typename types::Loss;

 public:
  evaluation(const call_place& place, const Objective& objective, const Targets& targets, const Call& call,
             mixcon::workspace* memory)
      : place_(place),
        objective_(objective),
        call_(call),
        memory_(memory),
        bound_(bind(targets)),
        skipped_anchors_{scratch<char>(memory)},
        skipped_candidates_{scratch<char>(memory)} {
    check_places(call_);
    measure();
  }
  evaluation(const evaluation&) = delete;
  evaluation& operator=(const evaluation&) = delete;

  /// Where it works, for callers that ask for its size first.
  void work_in(void* workspace, std::size_t bytes) { place_.workspace = workspace, place_.workspace_bytes = bytes; }
  std::size_t workspace_bytes() const {
    const std::size_t bytes = lay_out(nullptr).bytes;
    return uses_tiles() ? aligned(bytes) + tiles_at(nullptr, 0).bytes : bytes;
  }
  std::size_t saved_bytes() const { return saved_layout<types>(nullptr, extents_).bytes; }

  // ---- what the public door asks

  saved fresh_saved() const { return {}; }
  template <class Given>
  loss_result<T> forward(Given& kept) const {
    static_assert(std::is_same_v<Given, saved>,
                  "mixcon: a gpu::stream leaves what backward needs in a gpu::saved; declare one and pass it to both");
    require_waiting();
    launches to(place_.queue);
    enqueue_forward(to, kept, lay_out(place_.workspace).result);
    outcome found;
    to.keep(copy_to_host(&found, lay_out(place_.workspace).result, sizeof found, place_.queue));
    to.keep(wait(place_.queue));
    require_ok(call_.function, to.found());
    return read<T>(found, call_.function);
  }
  void check_gradients(const gradients<T>& wanted) const {
    call_.check_gradients(wanted);
    check_places_of_gradients(call_.function, wanted);
    if (!place_.is_enqueued) return;
    for (double* parameter : {static_cast<double*>(wanted.temperature), static_cast<double*>(wanted.scale),
                              static_cast<double*>(wanted.bias)})
      require_on_device(call_.function, "the gradient by a parameter", parameter);
  }
  /// Sets the gradients that are wanted.
  template <class Given>
  void differentiate(const Given& kept, const gradients<T>& wanted) const {
    add_waiting(kept, 1, wanted, true);
  }
  /// Adds upstream times the gradients that are wanted.
  template <class Given>
  void backward(const Given& kept, double upstream, const gradients<T>& wanted) const {
    add_waiting(kept, upstream, wanted, false);
  }

  // ---- the same below the door: checked first, then enqueued, and no wait

  void enqueue_forward(launches& to, saved& kept, outcome* result) const {
    require_workspace();
    require_saved_memory(kept);
    kept.call = &name_of_type<evaluation>;
    kept.anchors = extents_.anchors, kept.candidates = extents_.shared;
    const auto at = lay_out(place_.workspace);
    const auto held = saved_at(kept);
    to.a_thread_each<&begin_outcome<outcome>>(1, at.result);
    prepare(to, at);
    const auto parts = placed_at(at);
    const directions& share = objective_.direction;
    if (share.rows != 0) sweep_rows(to, at, rows_problem(at, parts), held.rows, share.rows);
    if (share.columns != 0) sweep_columns(to, at, columns_problem(at, parts), held.columns, share.columns);
    to.a_thread_each<&end_outcome<outcome>>(1, at.result, share.rows != 0);
    if (result != at.result) to.keep(copy_on_device(result, at.result, sizeof(outcome), place_.queue));
  }
  /// `parameters`: three numbers that get the gradients by temperature, scale and bias added.
  void enqueue_backward(launches& to, const saved& kept, double upstream, const gradients<T>& wanted, bool sets,
                        const parameter_outputs& parameters) const {
    require_workspace();
    require_saved(kept);
    const auto at = lay_out(place_.workspace);
    const auto held = saved_at(kept);
    prepare(to, at);
    if (sets) clear_gradients(to, wanted);
    to.fill(at.by_anchors, static_cast<std::size_t>(at.numbers_by_rows) * sizeof(T));
    to.fill(at.sums, 2 * sizeof(double));
    const auto parts = placed_at(at);
    const directions& share = objective_.direction;
    if (share.rows != 0)
      unsweep_rows(to, at, rows_problem(at, parts), held.rows, upstream, row_outputs(at, call_, wanted));
    if (share.columns != 0) {
      unsweep_columns(to, at, columns_problem(at, parts), held.columns, upstream, column_outputs(at, call_, wanted));
      if (wanted.candidate_bias)
        to.a_thread_each<&add_numbers<T>>(extents_.shared, static_cast<const double*>(at.by_bias),
                                          wanted.candidate_bias);
    }
    unpack_call(to, at, call_, wanted);
    to.a_thread_each<&add_parameters<parameter_outputs>>(1, static_cast<const double*>(at.sums),
                                                         static_cast<const double*>(at.sums + 1),
                                                         temperature_of(objective_.loss), objective_.scale, parameters);
  }
  void require_waiting() const {
    MIXCON_REQUIRE(!is_captured(place_.queue), call_.function,
                   ": this stream is being captured, and a public call waits for its outcome; call gpu::enqueue_...");
  }

 private:
  using bound_type = typename types::Bound;
  using layout = workspace_layout<types>;
  /// The call's parts with their arrays on the device.
  struct placed_parts {
    Loss loss;
    typename loss_traits<Loss>::statistics statistics;
    typename types::Similarity similarity;
    typename types::Logits logits;
    typename types::Rule rule;
    vector_view<const char> skipped_anchors, skipped_candidates;
    vector_view<const double> weights;
  };

  bound_type bind(const Targets& targets) {
    auto unlooked = objective_;  // what rows hold is looked at on the device
    unlooked.check_finite = false;
    call_.check_shapes(unlooked);
    pair_space pairs = call_.space();
    pairs.memory = memory_;
    extents_.anchors = pairs.anchors, extents_.shared = pairs.candidates, extents_.own = pairs.own;
    extents_.width = types::is_given ? 0 : pairs.width;
    extents_.rows = objective_.direction.rows != 0, extents_.columns = objective_.direction.columns != 0;
    extents_.mirrors = call_.mirrors(objective_), extents_.checks = objective_.check_finite;
    extents_.entries_at_once = place_.entries_at_once;
    bound_type bound = targets.bind(pairs);
    using Rule = typename types::Rule;
    if constexpr (!requires(const Rule& rule) { rule.template own<double>(index_t{}, index_t{}); })
      MIXCON_REQUIRE(pairs.own == 0, call_.function,
                     ": these targets say nothing of own(...) candidates; use queue_targets or own_targets");
    if constexpr (types::of_triplets)
      MIXCON_REQUIRE(
          pairs.own + pairs.candidates <= triplet_memory<T>::longest_row, call_.function, ": ",
          pairs.own + pairs.candidates, " candidates of an anchor; a formula of each triplet keeps their logits ",
          "in shared memory, which takes ", triplet_memory<T>::longest_row, " of them. Use tiled{} on the host");
    return bound;
  }
  void measure() {
    for (index_t a = 0; a < extents_.anchors; ++a)
      if (mixcon::detail::skips_anchor(bound_, a)) skipped_anchors_.mark(a, extents_.anchors);
    for (index_t c = 0; c < extents_.shared && extents_.columns; ++c)
      if (mixcon::detail::skips_candidate(bound_, c)) skipped_candidates_.mark(c, extents_.shared);
    host_arrays arrays(nullptr, memory_);
    const placed_parts parts = placed(arrays);
    array_bytes_ = arrays.bytes();
    check_statistics(parts);
    MIXCON_REQUIRE(array_bytes_ == 0 || !is_captured(place_.queue), call_.function,
                   ": the targets, logits or weights refer to arrays of the host, which may be gone when the captured "
                   "graph runs; capture calls whose targets have none, such as view_targets or diagonal_targets, or "
                   "whose arrays lie on the device");
  }
  void check_statistics(const placed_parts& parts) const {
    for_each_position<loss_traits<Loss>::count>([&](auto k) {
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
            arrays.placed(typename types::Rule(bound_.rule())),
            arrays(skipped_rows<true>(bound_, skipped_anchors_)),
            arrays(skipped_rows<false>(bound_, skipped_candidates_)),
            arrays(objective_.weights)};
  }
  layout lay_out(void* base) const { return layout(base, extents_, array_bytes_); }
  saved_layout<types> saved_at(const saved& kept) const {
    return saved_layout<types>(kept.memory != nullptr ? kept.memory : lay_out(place_.workspace).saved, extents_);
  }
  /// The parts as they lie in the workspace, where `prepare` has put their arrays.
  placed_parts placed_at(const layout& at) const {
    host_arrays arrays(at.arrays, memory_);
    return placed(arrays);
  }

  /// Uploads the arrays and packs the rows, once for a call.
  void prepare(launches& to, const layout& at) const {
    if (is_prepared_) return;
    is_prepared_ = true;
    if (array_bytes_ > 0) {
      host_arrays arrays(at.arrays, memory_);
      static_cast<void>(placed(arrays));
      to.keep(arrays.enqueue(place_.queue));
    }
    pack_call(to, at, extents_, objective_, call_);
    if constexpr (tiled::fits)
      if (uses_tiles()) {
        const auto tiles = tiles_at(place_.workspace, at.bytes);
        pack_tiles(to, at.anchors, tiles.anchors);
        if (!extents_.mirrors) pack_tiles(to, at.shared, tiles.shared);
      }
  }

  // ---- each direction, by the kernels that its types, its sizes and the gradients wanted allow

  bool uses_tiles() const { return tiled::fits && fits_tiles_by_size(extents_); }
  static std::size_t aligned(std::size_t bytes) { return (bytes + 255) / 256 * 256; }
  tile_layout<types, typename tiled::type> tiles_at(void* workspace, std::size_t offset) const {
    void* const base = workspace != nullptr ? static_cast<std::byte*>(workspace) + aligned(offset) : nullptr;
    return tile_layout<types, typename tiled::type>(base, extents_);
  }
  void sweep_rows(launches& to, const layout& at, const typename types::Rows& p,
                  const device_saved<typename types::Rows>& held, double share) const {
    if constexpr (tiled::fits)
      if (uses_tiles()) {
        const auto tiles = tiles_at(place_.workspace, at.bytes);
        gather_by_tiles(to, p, tiles.anchors, tiles.shared, tiles.rows, at.rows);
        return finish_sweep(to, p, at.rows, held, share);
      }
    sweep(to, p, at.rows, held, share);
  }
  void sweep_columns(launches& to, const layout& at, const typename types::Columns& p,
                     const device_saved<typename types::Columns>& held, double share) const {
    if constexpr (tiled::fits)
      if (uses_tiles()) {
        const auto tiles = tiles_at(place_.workspace, at.bytes);
        gather_by_tiles(to, p, tiles.shared, tiles.anchors, tiles.columns, at.columns);
        return finish_sweep(to, p, at.columns, held, share);
      }
    sweep(to, p, at.columns, held, share);
  }
  void unsweep_rows(launches& to, const layout& at, const typename types::Rows& p,
                    const device_saved<typename types::Rows>& held, double upstream,
                    const sweep_outputs<T>& out) const {
    if constexpr (tiled::fits)
      if (uses_tiles() && fits_tiles_by_gradients(out)) {
        const auto tiles = tiles_at(place_.workspace, at.bytes);
        return unsweep_by_tiles(to, p, tiles.anchors, tiles.shared, held, upstream, tiles.unit, out);
      }
    unsweep(to, p, held, upstream, extents_.chunk_of(extents_.anchors, extents_.own + extents_.shared), at.weight,
            at.by_logit, out);
  }
  void unsweep_columns(launches& to, const layout& at, const typename types::Columns& p,
                       const device_saved<typename types::Columns>& held, double upstream,
                       const sweep_outputs<T>& out) const {
    if constexpr (tiled::fits)
      if (uses_tiles() && fits_tiles_by_gradients(out)) {
        const auto tiles = tiles_at(place_.workspace, at.bytes);
        return unsweep_by_tiles(to, p, tiles.shared, tiles.anchors, held, upstream, tiles.unit, out);
      }
    unsweep(to, p, held, upstream, extents_.chunk_of(extents_.shared, extents_.anchors), at.weight, at.by_logit, out);
  }

  // ---- one direction's problem
  typename types::Rows rows_problem(const layout& at, const placed_parts& parts) const {
    typename types::Rows p(
        typename types::Rows::rules_type{parts.loss, parts.statistics, parts.similarity, parts.logits, parts.rule,
                                         static_cast<T>(objective_.logit_scale()), extents_.own, extents_.own});
    p.anchors = at.anchors, p.candidates = at.shared, p.own = at.own;
    p.skipped = parts.skipped_anchors.data(), p.weights = parts.weights.data();
    p.policy = mixcon::detail::policy_of(objective_);
    return p;
  }
  typename types::Columns columns_problem(const layout& at, const placed_parts& parts) const {
    auto similarity = parts.similarity;
    if constexpr (types::is_given) similarity = call_.transposed_similarity(objective_);
    typename types::Columns p(typename types::Columns::rules_type{
        parts.loss, parts.statistics, similarity, mixcon::detail::transposed(parts.logits),
        mixcon::detail::transposed_rule_of(parts.rule), static_cast<T>(objective_.logit_scale()), 0, 0});
    p.anchors = at.shared, p.candidates = at.anchors;
    p.own.width = at.own.width;
    p.skipped = parts.skipped_candidates.data(), p.weights = parts.weights.data();
    p.policy = mixcon::detail::policy_of(objective_);
    return p;
  }

  /// A public call's gradients by parameters go to the host: then it waits for them.
  void add_waiting(const saved& kept, double upstream, const gradients<T>& wanted, bool sets) const {
    require_waiting();
    launches to(place_.queue);
    double* const numbers = lay_out(place_.workspace).parameters;
    to.fill(numbers, 3 * sizeof(double));
    enqueue_backward(to, kept, upstream, wanted, sets, {numbers, numbers + 1, numbers + 2});
    double* const outputs[] = {wanted.temperature, wanted.scale, wanted.bias};
    double found[3] = {};
    const bool waits = outputs[0] != nullptr || outputs[1] != nullptr || outputs[2] != nullptr;
    if (waits) {
      to.keep(copy_to_host(found, numbers, sizeof found, place_.queue));
      to.keep(wait(place_.queue));
    }
    require_ok(call_.function, to.found());
    for (int k = 0; k < 3; ++k)
      if (outputs[k] != nullptr) *outputs[k] = (sets ? 0.0 : *outputs[k]) + found[k];
  }

  void require_workspace() const {
    require_buffer(call_.function, "the stream's workspace", "gpu::workspace_bytes", place_.workspace,
                   place_.workspace_bytes, workspace_bytes());
  }
  void require_saved_memory(const saved& kept) const {
    if (kept.memory != nullptr)
      require_buffer(call_.function, "`saved`", "gpu::saved_bytes", kept.memory, kept.bytes, saved_bytes());
  }
  void require_saved(const saved& kept) const {
    MIXCON_REQUIRE(kept.call == &name_of_type<evaluation> && kept.anchors == extents_.anchors &&
                       kept.candidates == extents_.shared,
                   call_.function, ": `saved` is of another forward pass (", kept.anchors, " anchors; expected ",
                   extents_.anchors, "); call forward with these arguments first");
    require_saved_memory(kept);
  }

  call_place place_;
  const Objective& objective_;
  Call call_;
  mixcon::workspace* memory_;
  call_extents extents_{};
  bound_type bound_;
  mixcon::detail::marked_rows skipped_anchors_, skipped_candidates_;
  std::size_t array_bytes_ = 0;
  mutable bool is_prepared_ = false;
};

}  // namespace mixcon::gpu
