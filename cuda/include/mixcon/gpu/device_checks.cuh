// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Refuses, before the first launch, views that do not lie on the device, are misaligned, and buffers that are short.

#include <mixcon/gpu/memory.cuh>

#include <mixcon/engine/call/arguments.hpp>
#include <mixcon/engine/given_logits.hpp>

namespace mixcon::gpu {

inline void require_on_device(const char* function, const char* name, const void* address) {
  MIXCON_REQUIRE(address == nullptr || lies_on_device(address), function, ": ", name,
                 " does not lie in the memory of this device; copy it there, or call an executor of the host");
}
template <class T, int Rank>
void require_place(const char* function, const char* name, const tensor_view<T, Rank>& view) {
  if (!view || view.empty()) return;
  require_on_device(function, name, view.data());
  MIXCON_REQUIRE(reinterpret_cast<std::uintptr_t>(view.data()) % alignof(T) == 0, function, ": ", name,
                 " is misaligned: its address is no multiple of ", static_cast<index_t>(alignof(T)),
                 " bytes, the size of its elements");
}

template <class E>
void check_places(const mixcon::detail::arguments<E>& call) {
  require_place(call.function, "the anchors' memory", call.anchors);
  for (const auto& segment : call.candidates.each)
    require_place(call.function, "the candidates' memory", segment.rows_of);
}
template <class E>
void check_places(const mixcon::detail::logits_arguments<E>& call) {
  require_place(call.function, "the given logits' memory", call.values);
}
template <class T>
void check_places_of_gradients(const char* function, const gradients<T>& wanted) {
  const matrix_view<T> matrices[] = {wanted.logits, wanted.anchors, wanted.pair_scale, wanted.pair_bias,
                                     wanted.targets};
  for (const auto& matrix : matrices) require_place(function, "a gradient's memory", matrix);
  for (const auto& segment : wanted.candidates) require_place(function, "a gradient's memory", segment.view());
  require_place(function, "a gradient's memory", wanted.candidate_bias);
}

/// A buffer that a call works in: there, long enough, aligned, on the device. `sizes` says how many bytes it takes.
inline void require_buffer(const char* function, const char* name, const char* sizes, const void* memory,
                           std::size_t bytes, std::size_t takes) {
  MIXCON_REQUIRE(memory != nullptr && bytes >= takes, function, ": ", name, " has ",
                 static_cast<index_t>(memory != nullptr ? bytes : 0), " bytes and this call takes ",
                 static_cast<index_t>(takes), "; ", sizes, "(...) says it beforehand");
  MIXCON_REQUIRE(reinterpret_cast<std::uintptr_t>(memory) % 256 == 0, function, ": the address of ", name,
                 " is no multiple of 256 bytes; expected what gpu::allocate returns");
  require_on_device(function, name, memory);
}

}  // namespace mixcon::gpu
