// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the sources of the compiled library define: its calls, by gpu::evaluation.

#include <mixcon/gpu/compiled/evaluation.hpp>
#include <mixcon/gpu/compiled/pairs.hpp>
#include <mixcon/gpu/evaluation.cuh>

#include <optional>

namespace mixcon::gpu {

/// Refuses, in a call's name, a machine without a GPU that CUDA can use.
inline void require_gpu(const char* function) {
#if defined(__CUDACC__)
  int count = 0;
  const cudaError_t found = cudaGetDeviceCount(&count);
  MIXCON_REQUIRE(found == cudaSuccess && count > 0, function, ": there is no GPU that CUDA can use here (",
                 found != cudaSuccess ? cudaGetErrorString(found) : "no device",
                 "); install its driver, or call an executor of the host, such as tiled{}");
#else
  static_cast<void>(function);
#endif
}

template <class Objective, class Targets, class E>
struct compiled_evaluation<Objective, Targets, E>::body {
  using call = mixcon::detail::arguments<E>;
  std::optional<evaluation<Objective, Targets, call, tier::pairs>> by_pairs;
  std::optional<evaluation<Objective, Targets, call, tier::moments>> by_tiles;

  body(const compiled_place& place, const Objective& objective, const Targets& targets, const call& of,
       mixcon::workspace* memory) {
    require_gpu(of.function);
    const call_place at{static_cast<stream_handle>(place.queue), place.workspace, place.workspace_bytes,
                        place.entries_at_once};
    if (place.tensor_cores)
      by_tiles.emplace(at, objective, targets, of, memory);
    else
      by_pairs.emplace(at, objective, targets, of, memory);
  }
  template <class Ask>
  auto ask(Ask&& of) const {
    return by_tiles ? of(*by_tiles) : of(*by_pairs);
  }
};

template <class Objective, class Targets, class E>
compiled_evaluation<Objective, Targets, E>::compiled_evaluation(const compiled_place& place, const Objective& objective,
                                                                const Targets& targets,
                                                                const mixcon::detail::arguments<E>& call,
                                                                mixcon::workspace* memory)
    : body_(new body(place, objective, targets, call, memory)) {}
template <class Objective, class Targets, class E>
compiled_evaluation<Objective, Targets, E>::~compiled_evaluation() {
  delete body_;
}
template <class Objective, class Targets, class E>
std::size_t compiled_evaluation<Objective, Targets, E>::workspace_bytes() const {
  return body_->ask([](const auto& of) { return of.workspace_bytes(); });
}
template <class Objective, class Targets, class E>
std::size_t compiled_evaluation<Objective, Targets, E>::saved_bytes() const {
  return body_->ask([](const auto& of) { return of.saved_bytes(); });
}
template <class Objective, class Targets, class E>
auto compiled_evaluation<Objective, Targets, E>::forward(saved& kept) const -> loss_result<T> {
  return body_->ask([&](const auto& of) { return of.forward(kept); });
}
template <class Objective, class Targets, class E>
void compiled_evaluation<Objective, Targets, E>::check_gradients(const gradients<T>& wanted) const {
  body_->ask([&](const auto& of) { of.check_gradients(wanted); });
}
template <class Objective, class Targets, class E>
void compiled_evaluation<Objective, Targets, E>::backward(const saved& kept, double upstream,
                                                          const gradients<T>& wanted) const {
  body_->ask([&](const auto& of) { of.backward(kept, upstream, wanted); });
}
template <class Objective, class Targets, class E>
auto compiled_evaluation<Objective, Targets, E>::forward_and_differentiate(const gradients<T>& wanted) const
    -> loss_result<T> {
  return body_->ask([&](const auto& of) { return of.forward_and_differentiate(wanted); });
}

}  // namespace mixcon::gpu
