// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `gpu::compiled`: the executor of the compiled library, and device memory, for sources that nvcc does not see.

#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/gpu/compiled/pairs.hpp>
#include <mixcon/gpu/device_tensor.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// Runs public calls on one GPU by the kernels of the library mixcon::cuda, as gpu::stream does: the same rows,
/// targets, gradients and refusals. Rows are float. The objective and the targets are one of the library's 24 pairs
/// (compiled/pairs.hpp); any other pair needs gpu::stream in a .cu file.
struct compiled {
  void* queue = nullptr;                       // a cudaStream_t
  void* workspace = nullptr;                   // of the device, at a multiple of 256 bytes
  std::size_t workspace_bytes = 0;             // as many as gpu::workspace_bytes says
  index_t entries_at_once = index_t{1} << 22;  // pairs whose weights backward keeps at once; memory for speed
  bool tensor_cores = false;                   // gpu::tile_stream's kernels instead of gpu::stream's

  static constexpr bool brings_evaluation = true;

  template <class Objective, class Targets, class Anchors, class Against>
  auto evaluate(const char* function, mixcon::workspace* memory, const Objective& objective, const Targets& targets,
                const Anchors& anchors, const Against& candidates) const {
    using E = std::remove_const_t<element_t<const Anchors>>;
    static_assert(
        mixcon::detail::is_on_device<Anchors> && (mixcon::detail::is_on_device<Against> || !Viewable<const Against, 2>),
        "mixcon: gpu::compiled works on rows in device memory; pass gpu::device_matrix(pointer, rows, columns), or "
        "rows "
        "of the host to serial{} or tiled{}");
    static_assert(std::is_same_v<E, float>, "mixcon: mixcon::cuda is compiled for rows of float");
    static_assert(is_compiled<Objective, Targets>,
                  "mixcon: mixcon::cuda is not compiled for this objective with these targets; take one of the pairs "
                  "in mixcon/gpu/compiled/pairs.hpp, or gpu::stream in a .cu file");
    return compiled_evaluation<Objective, Targets, E>(
        {queue, workspace, workspace_bytes, entries_at_once, tensor_cores}, objective, targets,
        mixcon::detail::arguments<E>{function, matrix_view<const E>(mixcon::detail::ask_traits<2>(anchors)),
                                     mixcon::detail::as_segments(candidates)},
        memory);
  }
};

/// How many bytes of workspace a call takes, forward and backward.
template <class Objective, class Targets, class... Rows>
std::size_t workspace_bytes(const compiled& on, const Objective& objective, const Targets& targets,
                            const Rows&... rows) {
  return on.evaluate("gpu::workspace_bytes", nullptr, objective, targets, rows...).workspace_bytes();
}
/// How many bytes of a gpu::saved.
template <class Objective, class Targets, class... Rows>
std::size_t saved_bytes(const compiled& on, const Objective& objective, const Targets& targets, const Rows&... rows) {
  return on.evaluate("gpu::saved_bytes", nullptr, objective, targets, rows...).saved_bytes();
}

/// Device memory that is freed with this object. Everything throws std::invalid_argument where CUDA refuses: without a
/// GPU or its driver, and when memory is short.
class compiled_memory {
 public:
  explicit compiled_memory(std::size_t bytes);
  compiled_memory(compiled_memory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, std::size_t{0})) {}
  compiled_memory& operator=(compiled_memory&& other) noexcept {
    std::swap(data_, other.data_), std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~compiled_memory();
  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

  /// Copy all bytes from and to the host, after what any stream still does, and wait.
  void set(const void* from_host) const;
  void get(void* to_host) const;

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
