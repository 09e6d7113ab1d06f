// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One call of the compiled library: declared here for every pair of its list, defined in cuda/src/compiled.

#include <mixcon/contrast/result.hpp>
#include <mixcon/engine/call/arguments.hpp>
#include <mixcon/engine/gradients.hpp>
#include <mixcon/gpu/saved.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// Where a call of the compiled library works.
struct compiled_place {
  void* queue = nullptr;
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;
  index_t entries_at_once = 0;
  bool tensor_cores = false;
};

/// A gpu::evaluation behind a pointer, so that its header needs no CUDA.
template <class Objective, class Targets, class E>
class compiled_evaluation {
 public:
  using T = accumulate_t<E>;
  compiled_evaluation(const compiled_place& place, const Objective& objective, const Targets& targets,
                      const mixcon::detail::arguments<E>& call, mixcon::workspace* memory);
  compiled_evaluation(const compiled_evaluation&) = delete;
  compiled_evaluation& operator=(const compiled_evaluation&) = delete;
  ~compiled_evaluation();

  std::size_t workspace_bytes() const;
  std::size_t saved_bytes() const;

  saved fresh_saved() const { return {}; }
  loss_result<T> forward(saved& kept) const;
  void check_gradients(const gradients<T>& wanted) const;
  void backward(const saved& kept, double upstream, const gradients<T>& wanted) const;
  loss_result<T> forward_and_differentiate(const gradients<T>& wanted) const;

 private:
  struct body;
  body* body_;
};

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
