// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A public call on a gpu::stream: bound at the door, laid out in the workspace, enqueued as kernels.

#include <mixcon/gpu/call/call_rows.cuh>
#include <mixcon/gpu/call/tiers.cuh>
#include <mixcon/gpu/outcome.hpp>
#include <mixcon/gpu/saved.hpp>

#include <array>

namespace mixcon::gpu {

/// Names a type: its address differs for every one.
template <class Type>
inline constexpr char name_of_type = 0;

/// One call on the device. Its constructor checks and binds; nothing is launched before `enqueue_forward`.
template <class Objective, class Targets, class Call, tier Tier = tier::pairs>
class evaluation {
  using types = call_types<Objective, Targets, Call>;
  using tiers = call_tiers<types, Call, Tier>;
  using bound = bound_call<Objective, Targets, Call, tiers::has_groups>;
  using T = typename types::T;

 public:
  evaluation(const call_place& place, const Objective& objective, const Targets& targets, const Call& call,
             mixcon::workspace* memory)
      : place_(place), bound_(place, objective, targets, call, memory) {}
  evaluation(const evaluation&) = delete;
  evaluation& operator=(const evaluation&) = delete;

  std::size_t workspace_bytes() const {
    const std::size_t bytes = aligned(bound_.lay_out(nullptr).bytes);
    return bytes + tiers(nullptr, bound_.extents(), place_.products).bytes();
  }
  std::size_t saved_bytes() const { return saved_layout<types>(nullptr, bound_.extents()).bytes; }
  /// Where it works, for callers that ask for its size first.
  void work_in(void* workspace, std::size_t bytes) { place_.workspace = workspace, place_.workspace_bytes = bytes; }

  // ---- what the public door asks

  saved fresh_saved() const { return {}; }
  template <class Given>
  loss_result<T> forward(Given& kept) const {
    static_assert(std::is_same_v<Given, saved>,
                  "mixcon: a gpu::stream leaves what backward needs in a gpu::saved; declare one and pass it to both");
    require_waiting();
    launches to(place_.queue);
    outcome* const result = bound_.lay_out(place_.workspace).result;
    enqueue_forward(to, kept, result);
    outcome found;
    fetch(to, found, result);
    wait_for(to);
    return read<T>(found, bound_.function());
  }
  void check_gradients(const gradients<T>& wanted) const {
    bound_.call().check_gradients(wanted);
    check_places_of_gradients(bound_.function(), wanted);
    if (!place_.is_enqueued) return;
    for (double* parameter : parameters_of(wanted))
      require_on_device(bound_.function(), "the gradient by a parameter", parameter);
  }
  /// Adds upstream times the gradients that are wanted.
  template <class Given>
  void backward(const Given& kept, double upstream, const gradients<T>& wanted) const {
    require_waiting();
    launches to(place_.queue);
    found_parameters found;
    enqueue_with_parameters(to, kept, upstream, wanted, false, found);
    if (wants_parameters(wanted)) wait_for(to);
    require_ok(bound_.function(), to.found());
    found.give(parameters_of(wanted), false);
  }
  /// The loss, and the gradients that are wanted: sets them. Waits once.
  loss_result<T> forward_and_differentiate(const gradients<T>& wanted) const {
    require_waiting();
    saved kept;
    if (!wants_parameters(wanted)) {  // then a refusal comes before any gradient is touched
      const auto result = forward(kept);
      launches to(place_.queue);
      enqueue_backward(to, kept, 1, wanted, true, {});
      require_ok(bound_.function(), to.found());
      return result;
    }
    launches to(place_.queue);
    outcome* const result = bound_.lay_out(place_.workspace).result;
    outcome found;
    found_parameters parameters;
    enqueue_forward(to, kept, result);
    fetch(to, found, result);
    enqueue_with_parameters(to, kept, 1, wanted, true, parameters);
    wait_for(to);
    const auto loss = read<T>(found, bound_.function());
    parameters.give(parameters_of(wanted), true);
    return loss;
  }

  // ---- the same below the door: checked first, then enqueued, and no wait

  void enqueue_forward(launches& to, saved& kept, outcome* result) const {
    require_workspace();
    require_saved_memory(kept);
    kept.call = &name_of_type<evaluation>;
    kept.anchors = bound_.extents().anchors, kept.candidates = bound_.extents().shared;
    const auto at = bound_.lay_out(place_.workspace);
    to.a_thread_each<&begin_outcome<outcome>>(1, at.result);
    prepare(to, at);
    const tiers by = tiers_at(at);
    bound_.each_side(at, saved_at(kept, at), [&](const auto& side) { by.sweep(to, side); });
    to.a_thread_each<&end_outcome<outcome>>(1, at.result, bound_.extents().rows);
    if (result != at.result) to.keep(copy_on_device(result, at.result, sizeof(outcome), place_.queue));
  }
  /// `parameters`: three numbers that get the gradients by temperature, scale and bias added.
  void enqueue_backward(launches& to, const saved& kept, double upstream, const gradients<T>& wanted, bool sets,
                        const parameter_outputs& parameters) const {
    require_workspace();
    require_saved(kept);
    const auto at = bound_.lay_out(place_.workspace);
    prepare(to, at);
    if (sets) clear_gradients(to, wanted);
    to.fill(at.by_anchors, static_cast<std::size_t>(at.numbers_by_rows) * sizeof(T));
    to.fill(at.sums, 2 * sizeof(double));
    const tiers by = tiers_at(at);
    const auto outputs_of = [&](const auto& side) {
      if constexpr (std::remove_cvref_t<decltype(side)>::of_columns)
        return column_outputs(at, bound_.extents(), bound_.call(), wanted);
      else
        return row_outputs(at, bound_.extents(), bound_.call(), wanted);
    };
    const auto kept_at = saved_at(kept, at);
    if constexpr (tiers::joins_directions)
      bound_.each_side(at, kept_at, [&](const auto& side) { by.prepare_joined(to, side, upstream, outputs_of(side)); });
    bound_.each_side(at, kept_at, [&](const auto& side) { by.unsweep(to, side, upstream, outputs_of(side)); });
    if (bound_.extents().columns && wanted.candidate_bias)
      to.a_thread_each<&add_numbers<T>>(bound_.extents().shared, static_cast<const double*>(at.by_bias),
                                        wanted.candidate_bias);
    unpack_call(to, at, bound_.call(), wanted);
    const auto& objective = bound_.objective();
    to.a_thread_each<&add_parameters<parameter_outputs>>(1, static_cast<const double*>(at.sums),
                                                         static_cast<const double*>(at.sums + 1),
                                                         temperature_of(objective.loss), objective.scale, parameters);
  }
  void require_waiting() const {
    MIXCON_REQUIRE(!is_captured(place_.queue), bound_.function(),
                   ": this stream is being captured, and a public call waits for its outcome; call gpu::enqueue_...");
  }

 private:
  using layout = typename bound::layout;
  using host_parameters = std::array<double*, 3>;
  /// The gradients by parameters as they come from the device.
  struct found_parameters {
    std::array<double, 3> numbers{};
    void give(const host_parameters& to, bool sets) const {
      for (std::size_t k = 0; k < to.size(); ++k)
        if (to[k] != nullptr) *to[k] = (sets ? 0.0 : *to[k]) + numbers[k];
    }
  };
  static host_parameters parameters_of(const gradients<T>& of) { return {of.temperature, of.scale, of.bias}; }
  static bool wants_parameters(const gradients<T>& of) {
    return of.temperature != nullptr || of.scale != nullptr || of.bias != nullptr;
  }

  static std::size_t aligned(std::size_t bytes) { return (bytes + 255) / 256 * 256; }
  tiers tiers_at(const layout& at) const {
    void* const base =
        place_.workspace != nullptr ? static_cast<std::byte*>(place_.workspace) + aligned(at.bytes) : nullptr;
    return tiers(base, bound_.extents(), place_.products);
  }
  saved_layout<types> saved_at(const saved& kept, const layout& at) const {
    return saved_layout<types>(kept.memory != nullptr ? kept.memory : at.saved, bound_.extents());
  }
  /// Uploads the arrays and packs the rows, once for a call.
  void prepare(launches& to, const layout& at) const {
    if (is_prepared_) return;
    is_prepared_ = true;
    bound_.upload(to, at);
    pack_call(to, at, bound_.extents(), bound_.objective(), bound_.call());
    tiers_at(at).pack(to, at, bound_.extents().mirrors);
  }

  /// The backward pass of a public call, whose gradients by parameters go to the host: they are in `found` after a
  /// wait.
  void enqueue_with_parameters(launches& to, const saved& kept, double upstream, const gradients<T>& wanted, bool sets,
                               found_parameters& found) const {
    double* const numbers = bound_.lay_out(place_.workspace).parameters;
    require_workspace();
    to.fill(numbers, sizeof found.numbers);
    enqueue_backward(to, kept, upstream, wanted, sets, {numbers, numbers + 1, numbers + 2});
    if (wants_parameters(wanted)) fetch(to, found.numbers, numbers);
  }
  template <class Found>
  void fetch(launches& to, Found& found, const void* from) const {
    to.keep(copy_to_host(&found, from, sizeof found, place_.queue));
  }
  void wait_for(launches& to) const {
    to.keep(wait(place_.queue));
    require_ok(bound_.function(), to.found());
  }

  void require_workspace() const {
    tiers(nullptr, bound_.extents(), place_.products).require_products(bound_.function());
    require_buffer(bound_.function(), "the stream's workspace", "gpu::workspace_bytes", place_.workspace,
                   place_.workspace_bytes, workspace_bytes());
  }
  void require_saved_memory(const saved& kept) const {
    if (kept.memory != nullptr)
      require_buffer(bound_.function(), "`saved`", "gpu::saved_bytes", kept.memory, kept.bytes, saved_bytes());
  }
  void require_saved(const saved& kept) const {
    const call_extents& of = bound_.extents();
    MIXCON_REQUIRE(kept.call == &name_of_type<evaluation> && kept.anchors == of.anchors && kept.candidates == of.shared,
                   bound_.function(), ": `saved` is of another forward pass (", kept.anchors, " anchors; expected ",
                   of.anchors, "); call forward with these arguments first");
    require_saved_memory(kept);
  }

  call_place place_;
  bound bound_;
  mutable bool is_prepared_ = false;
};

}  // namespace mixcon::gpu
