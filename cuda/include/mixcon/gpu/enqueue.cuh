// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Calls below the door: `enqueue_*` never wait, allocate device memory or throw, so that a CUDA graph can capture them.

#include <mixcon/gpu/stream.cuh>

#include <cstring>
#include <exception>

namespace mixcon::gpu {

/// What came of an enqueue: all kernels are on the stream, or the sentence of the refusal, cut to what fits.
class [[nodiscard]] enqueue_status {
 public:
  enqueue_status() = default;
  explicit enqueue_status(const char* why) { std::strncpy(why_, why, sizeof why_ - 1); }
  bool ok() const { return why_[0] == '\0'; }
  const char* why() const { return why_; }

 private:
  char why_[400] = {};
};

/// Calls enqueue(launches); what it refuses, or a launch that failed, becomes the status.
template <tier Tier, class Enqueue>
enqueue_status enqueued(const char* function, const basic_stream<Tier>& on, Enqueue&& enqueue) noexcept {
  try {
    launches to(on.queue);
    enqueue(to);
    require_ok(function, to.found());
    return {};
  } catch (const std::exception& refusal) {
    return enqueue_status(refusal.what());
  }
}

// The arguments are those of the public calls, with embeddings named twice where anchors are the candidates. `result`
// is an address of the device, where the call leaves its outcome for gpu::read; the gradients by temperature, scale and
// bias go to addresses of the device too. Arrays of the host that targets, logits or weights refer to are uploaded
// (from pageable memory, which the runtime may wait to have read), unless the stream is captured: then they are
// refused, since a graph runs when they may be gone.

/// The loss of anchors against candidates and, in `kept`, what backward needs.
template <tier Tier, class Objective, class Targets, class Anchors, class Against>
enqueue_status enqueue_forward(const basic_stream<Tier>& on, const Objective& objective, const Targets& targets,
                               const Anchors& anchors, const Against& candidates, saved& kept,
                               outcome* result) noexcept {
  return enqueued("enqueue_forward", on, [&](launches& to) {
    require_on_device("enqueue_forward", "the outcome", result);
    basic_stream<Tier>::evaluate_at(on.place(true), "enqueue_forward", nullptr, objective, targets, anchors, candidates)
        .enqueue_forward(to, kept, result);
  });
}
template <tier Tier, class Objective, class Targets, class E>
enqueue_status enqueue_forward(const basic_stream<Tier>& on, const Objective& objective, const Targets& targets,
                               const given_logits<E>& logits, saved& kept, outcome* result) noexcept {
  return enqueued("enqueue_forward", on, [&](launches& to) {
    require_on_device("enqueue_forward", "the outcome", result);
    basic_stream<Tier>::evaluate_at(on.place(true), "enqueue_forward", nullptr, objective, targets, logits)
        .enqueue_forward(to, kept, result);
  });
}

/// Adds `upstream` times the gradients that are wanted, after a forward pass with the same arguments.
template <tier Tier, class Objective, class Targets, class Anchors, class Against>
enqueue_status enqueue_backward(const basic_stream<Tier>& on, const Objective& objective, const Targets& targets,
                                const Anchors& anchors, const Against& candidates, const saved& kept, double upstream,
                                const gradients<compute_t<Anchors>>& wanted) noexcept {
  return enqueued("enqueue_backward", on, [&](launches& to) {
    const auto call = basic_stream<Tier>::evaluate_at(on.place(true), "enqueue_backward", nullptr, objective, targets,
                                                      anchors, candidates);
    call.check_gradients(wanted);
    call.enqueue_backward(to, kept, upstream, wanted, false, {wanted.temperature, wanted.scale, wanted.bias});
  });
}
template <tier Tier, class Objective, class Targets, class E>
enqueue_status enqueue_backward(const basic_stream<Tier>& on, const Objective& objective, const Targets& targets,
                                const given_logits<E>& logits, const saved& kept, double upstream,
                                const gradients<accumulate_t<E>>& wanted) noexcept {
  return enqueued("enqueue_backward", on, [&](launches& to) {
    const auto call =
        basic_stream<Tier>::evaluate_at(on.place(true), "enqueue_backward", nullptr, objective, targets, logits);
    call.check_gradients(wanted);
    call.enqueue_backward(to, kept, upstream, wanted, false, {wanted.temperature, wanted.scale, wanted.bias});
  });
}

/// The loss, and the gradients that are wanted: sets them.
template <class Call, class T>
void enqueue_both(const Call& call, launches& to, const gradients<T>& wanted, outcome* result) {
  call.check_gradients(wanted);
  saved kept = call.fresh_saved();
  call.enqueue_forward(to, kept, result);
  const parameter_outputs parameters{wanted.temperature, wanted.scale, wanted.bias};
  for (double* number : {parameters.temperature, parameters.scale, parameters.bias})
    if (number != nullptr) to.fill(number, sizeof(double));
  call.enqueue_backward(to, kept, 1, wanted, true, parameters);
}
template <tier Tier, class Objective, class Targets, class Anchors, class Against>
enqueue_status enqueue_value_and_grad(const basic_stream<Tier>& on, const Objective& objective, const Targets& targets,
                                      const Anchors& anchors, const Against& candidates,
                                      const gradients<compute_t<Anchors>>& wanted, outcome* result) noexcept {
  return enqueued("enqueue_value_and_grad", on, [&](launches& to) {
    require_on_device("enqueue_value_and_grad", "the outcome", result);
    enqueue_both(basic_stream<Tier>::evaluate_at(on.place(true), "enqueue_value_and_grad", nullptr, objective, targets,
                                                 anchors, candidates),
                 to, wanted, result);
  });
}
template <tier Tier, class Objective, class Targets, class E>
enqueue_status enqueue_value_and_grad(const basic_stream<Tier>& on, const Objective& objective, const Targets& targets,
                                      const given_logits<E>& logits, const gradients<accumulate_t<E>>& wanted,
                                      outcome* result) noexcept {
  return enqueued("enqueue_value_and_grad", on, [&](launches& to) {
    require_on_device("enqueue_value_and_grad", "the outcome", result);
    enqueue_both(
        basic_stream<Tier>::evaluate_at(on.place(true), "enqueue_value_and_grad", nullptr, objective, targets, logits),
        to, wanted, result);
  });
}

}  // namespace mixcon::gpu
