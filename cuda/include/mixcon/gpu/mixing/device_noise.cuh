// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Normal noise, drawn in device memory with the host's bits: that of noise_mixup.

#include <mixcon/gpu/device_checks.cuh>
#include <mixcon/gpu/device_tensor.hpp>
#include <mixcon/gpu/enqueue.cuh>

#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/ziggurat.hpp>

namespace mixcon::gpu {

// a thread for four numbers, which one block of random bits gives: as mixcon::detail::for_each_normal counts them, row
// after row.  writes rows (N, D)
template <class T>
__global__ void draw_noise(const ziggurat* normal, philox_streams streams, matrix_view<T> rows) {
  const index_t width = rows.extent(1), count = rows.extent(0) * width, first = 4 * thread_of_grid();
  if (first >= count) return;
  const philox_block block = streams[first / 4].next_block();
  index_t i = first / width, k = first - i * width;
#pragma unroll
  for (int n = 0; n < 4; ++n) {
    if (first + n >= count) break;
    rows(i, k) = static_cast<T>(normal->of(block.word[n], [&] { return streams[-1 - (first + n)]; }));
    if (++k == width) k = 0, ++i;
  }
}

/// Draws noise in device memory. Owns a table there, which it uploads when it is made; `fill` then only enqueues, and
/// can be captured in a graph.
///
///   const gpu::device_noise noise(on);  // once
///   noise.fill(on, gpu::device_matrix(partners, n, width), noise_mixup<>::streams_of_noise(draws));
///   blend(on, noise_mixup<>{}.plan(n, draws), x, partners, mixed);
class device_noise {
 public:
  template <tier Tier>
  explicit device_noise(const basic_stream<Tier>& on) : memory_(sizeof(ziggurat)) {
    static_assert(std::is_trivially_copyable_v<ziggurat>);
    require_ok("device_noise", copy_to_device(memory_.data(), &ziggurat::shared(), sizeof(ziggurat), on.queue));
    require_ok("device_noise", wait(on.queue));
  }
  /// Enqueues what noise_mixup::fill_noise does, by its streams: fills rows (N, D) of float, double, half or bfloat16,
  /// in any strides, with normal numbers of mean 0 and variance 1, the same bits for the same seed and step.
  template <tier Tier, Storable T>
  enqueue_status fill(const basic_stream<Tier>& on, const device_tensor<T, 2>& rows,
                      const philox_streams& streams) const noexcept {
    return enqueued("device_noise", on, [&](launches& to) {
      const matrix_view<T>& into = rows.on_device;
      require_place("device_noise", "the rows' memory", into);
      to.a_thread_each<&draw_noise<T>>((into.size() + 3) / 4, static_cast<const ziggurat*>(memory_.data()), streams,
                                       into);
    });
  }

 private:
  device_memory memory_;
};

}  // namespace mixcon::gpu
