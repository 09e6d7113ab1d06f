// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `gpu::staged`: the executor that copies rows of the host to the device and gradients back, for tests and comparisons.

#include <mixcon/gpu/stream.cuh>

#include <vector>

namespace mixcon::gpu {

/// What a staged forward pass leaves for backward: a gpu::saved with memory of its own.
struct staged_saved {
  device_memory memory{};
  saved of{};
};

/// Views of the host's memory as copies on the device, without gaps.
class staged_copies {
 public:
  template <class E, int Rank>
  std::remove_const_t<E>* copy(const char* function, const tensor_view<E, Rank>& view, stream_handle on) {
    using T = std::remove_const_t<E>;
    std::vector<T> numbers;
    for_each_entry(view, [&](E& entry) { numbers.push_back(entry); });
    return fresh(function, numbers, on);
  }
  /// Zeros, as many as a view has entries; null for an empty one.
  template <class T, int Rank>
  T* zeros(const char* function, const tensor_view<T, Rank>& view, stream_handle on) {
    return view ? fresh(function, std::vector<T>(static_cast<std::size_t>(view.size()), T(0)), on) : nullptr;
  }
  /// Adds what lies there to a view.
  template <class T, int Rank>
  static void add(const char* function, const T* device, const tensor_view<T, Rank>& to, stream_handle on) {
    if (!to) return;
    std::vector<T> numbers(static_cast<std::size_t>(to.size()));
    require_ok(function, copy_to_host(numbers.data(), device, numbers.size() * sizeof(T), on));
    require_ok(function, wait(on));
    auto next = numbers.begin();
    for_each_entry(to, [&](T& entry) { entry += *next++; });
  }

 private:
  template <class T>
  T* fresh(const char* function, const std::vector<T>& numbers, stream_handle on) {
    memory_.emplace_back(numbers.size() * sizeof(T));
    void* const data = memory_.back().data();
    require_ok(function, copy_to_device(data, numbers.data(), numbers.size() * sizeof(T), on));
    require_ok(function, wait(on));
    return static_cast<T*>(data);
  }
  /// In row-major order.
  template <class E, int Rank, class Visit>
  static void for_each_entry(const tensor_view<E, Rank>& view, Visit&& visit) {
    axes<Rank> at{};
    for (index_t left = view.size(); left > 0; --left) {
      index_t offset = 0;
      for (int axis = 0; axis < Rank; ++axis) offset += at[axis] * view.stride(axis);
      visit(view.data()[offset]);
      for (int axis = Rank - 1; axis >= 0 && ++at[axis] == view.extent(axis); --axis) at[axis] = 0;
    }
  }
  std::vector<device_memory> memory_;
};

/// The call on copies. `Call` is of the host's views.
template <class Objective, class Targets, class Call>
class staged_evaluation {
  using T = typename Call::T;

 public:
  staged_evaluation(stream_handle queue, index_t entries_at_once, const Objective& objective, const Targets& targets,
                    const Call& call, mixcon::workspace* memory)
      : queue_(queue),
        call_(checked(call, objective)),
        inner_(call_place{queue, nullptr, 0, entries_at_once}, objective, targets, copied(call_), memory),
        workspace_(inner_.workspace_bytes()) {
    inner_.work_in(workspace_.data(), workspace_.bytes());
  }
  staged_saved fresh_saved() const { return {}; }
  template <class Given>
  loss_result<T> forward(Given& kept) const {
    static_assert(
        std::is_same_v<Given, staged_saved>,
        "mixcon: gpu::staged leaves what backward needs in a gpu::staged_saved; declare one and pass it to both");
    if (kept.memory.bytes() < inner_.saved_bytes()) kept.memory = device_memory(inner_.saved_bytes());
    kept.of = {kept.memory.data(), kept.memory.bytes()};
    return inner_.forward(kept.of);
  }
  void check_gradients(const gradients<T>& wanted) const { call_.check_gradients(wanted); }
  void differentiate(const staged_saved& kept, const gradients<T>& wanted) const {
    (mixcon::detail::clear)(wanted);
    backward(kept, 1, wanted);
  }
  void backward(const staged_saved& kept, double upstream, const gradients<T>& wanted) const {
    const char* const function = call_.function;
    staged_copies copies;
    const auto matrix = [&](const matrix_view<T>& of) {
      return matrix_view<T>{copies.zeros(function, of, queue_), of.extents()};
    };
    gradients<T> staged{.logits = matrix(wanted.logits), .anchors = matrix(wanted.anchors)};
    for (const auto& segment : wanted.candidates) {
      const auto& view = segment.view();
      T* const zeros = copies.zeros(function, view, queue_);
      staged.candidates.push_back(zeros != nullptr ? gradient_segment<T>(tensor_view<T, 3>(zeros, view.extents()))
                                                   : gradient_segment<T>());
    }
    staged.temperature = wanted.temperature, staged.scale = wanted.scale, staged.bias = wanted.bias;
    staged.candidate_bias = {copies.zeros(function, wanted.candidate_bias, queue_), wanted.candidate_bias.extents()};
    staged.pair_scale = matrix(wanted.pair_scale), staged.pair_bias = matrix(wanted.pair_bias);
    staged.targets = matrix(wanted.targets);
    inner_.backward(kept.of, upstream, staged);
    const auto add = [&](const auto& from, const auto& to) { staged_copies::add(function, from.data(), to, queue_); };
    add(staged.logits, wanted.logits), add(staged.anchors, wanted.anchors);
    for (std::size_t s = 0; s < wanted.candidates.size(); ++s)
      add(staged.candidates[s].view(), wanted.candidates[s].view());
    add(staged.candidate_bias, wanted.candidate_bias), add(staged.pair_scale, wanted.pair_scale);
    add(staged.pair_bias, wanted.pair_bias), add(staged.targets, wanted.targets);
  }

 private:
  static const Call& checked(const Call& call, const Objective& objective) {
    auto unlooked = objective;
    unlooked.check_finite = false;
    call.check_shapes(unlooked);
    return call;
  }
  template <class E>
  mixcon::detail::arguments<E> copied(const mixcon::detail::arguments<E>& call) {
    E* const anchors = copies_.copy(call.function, call.anchors, queue_);
    mixcon::detail::arguments<E> staged{call.function, matrix_view<const E>(anchors, call.anchors.extents()), {}};
    for (const auto& segment : call.candidates.each) {
      E* const rows = call.same_rows() ? anchors : copies_.copy(call.function, segment.rows_of, queue_);
      const axes<3>& shape = segment.rows_of.extents();
      const axes<3> strides = call.same_rows() ? axes<3>{shape[2], index_t{0}, index_t{1}} : row_major(shape);
      staged.candidates.each.push_back({tensor_view<const E, 3>(rows, shape, strides), segment.is_own, segment.form});
    }
    return staged;
  }
  template <class E>
  mixcon::detail::logits_arguments<E> copied(const mixcon::detail::logits_arguments<E>& call) {
    return {call.function,
            matrix_view<const E>(copies_.copy(call.function, call.values, queue_), call.values.extents())};
  }

  stream_handle queue_;
  Call call_;
  staged_copies copies_;
  evaluation<Objective, Targets, Call> inner_;
  device_memory workspace_;
};

/// Runs public calls on rows of the host by the device's kernels: copies them there, and gradients back. Every call
/// allocates and waits: it is for tests and comparisons, not for speed.
struct staged {
  stream_handle queue{};
  index_t entries_at_once = index_t{1} << 22;

  static constexpr bool brings_evaluation = true;

  template <class Objective, class Targets, class Anchors, class Against>
  auto evaluate(const char* function, mixcon::workspace* memory, const Objective& objective, const Targets& targets,
                const Anchors& anchors, const Against& candidates) const {
    using E = element_t<const Anchors>;
    using call = mixcon::detail::arguments<E>;
    return staged_evaluation<Objective, Targets, call>(
        queue, entries_at_once, objective, targets,
        call{function, matrix_view<const E>(mixcon::detail::view_given<2>(function, "the anchors' rows", anchors)),
             mixcon::detail::as_segments(candidates)},
        memory);
  }
  template <class Objective, class Targets, class E>
  auto evaluate(const char* function, mixcon::workspace* memory, const Objective& objective, const Targets& targets,
                const given_logits<E>& logits) const {
    using call = mixcon::detail::logits_arguments<E>;
    return staged_evaluation<Objective, Targets, call>(queue, entries_at_once, objective, targets,
                                                       call{function, logits.values}, memory);
  }
};

}  // namespace mixcon::gpu

namespace mixcon::detail {
template <>
inline constexpr bool is_part_of_call<gpu::staged_saved> = true;
}  // namespace mixcon::detail
