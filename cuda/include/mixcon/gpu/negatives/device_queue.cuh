// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The queue of MoCo in device memory: keys of the last batches, pushed there without the host knowing where.

#include <mixcon/gpu/device_checks.cuh>
#include <mixcon/gpu/device_tensor.hpp>
#include <mixcon/gpu/enqueue.cuh>

namespace mixcon::gpu {

// a warp a row: to the slot that it takes after the `pushed` rows so far
template <class T, class E>
__global__ void queue_push(matrix_view<const E> from, index_t capacity, const index_t* pushed, T* rows) {
  const index_t i = warp_of_grid();
  if (i >= from.extent(0)) return;
  T* const to = rows + (*pushed + i) % capacity * from.extent(1);
  for (index_t x = lane_of_warp(); x < from.extent(1); x += warp_size)
    to[x] = static_cast<T>(static_cast<accumulate_t<E>>(from(i, x)));
}
// one thread
template <class I>
__global__ void count_pushed(I rows, I* pushed) {
  if (thread_of_grid() == 0) *pushed += rows;
}

/// A ring of the last `capacity` rows pushed, slot for slot as mixcon::ring has them. The count that says where the
/// next row goes lies on the device, so that a push can be captured and each replay goes on behind the last.
///
///   gpu::device_queue<float> queue(65536, 128);
///   value_and_grad(on, moco, queue_targets{}, q, candidates(own(k), as_given(queue.rows(filled))), ...);
///   queue.push(on, k);  // after the loss: a key is no negative of its own step
template <Storable T>
class device_queue {
 public:
  device_queue(index_t capacity, index_t width) : capacity_(capacity), width_(width) {
    MIXCON_REQUIRE(capacity >= 1 && width >= 1, "device_queue: ", capacity, " slots of width ", width,
                   "; expected at least 1 of each");
    memory_ = device_memory(rows_bytes() + sizeof(index_t));
    require_ok("device_queue", fill_bytes(count_at(), 0, sizeof(index_t), {}));
    require_ok("device_queue", wait({}));
  }
  index_t capacity() const { return capacity_; }
  index_t width() const { return width_; }

  /// Enqueues the push of keys (B, D), B <= capacity, of any type and strides; the oldest go first.
  template <tier Tier, class E>
  enqueue_status push(const basic_stream<Tier>& on, const device_tensor<E, 2>& keys) noexcept {
    return enqueued("device_queue", on, [&](launches& to) {
      const matrix_view<const E> from = keys.on_device;
      MIXCON_REQUIRE(from.extent(0) <= capacity_ && from.extent(1) == width_, "device_queue: pushing rows ",
                     from.extents(), " into ", capacity_, " slots of width ", width_,
                     "; expected at most as many rows, of that width");
      require_place("device_queue", "the keys' memory", from);
      to.a_warp_each<&queue_push<T, std::remove_const_t<E>>>(from.extent(0), from, capacity_,
                                                             static_cast<const index_t*>(count_at()), data());
      to.a_thread_each<&count_pushed<index_t>>(1, from.extent(0), count_at());
    });
  }
  /// The first `filled` slots, (filled, D), in the order of the storage: all of them once the queue is full. The caller
  /// knows how many were pushed.
  device_tensor<const T, 2> rows(index_t filled) const {
    MIXCON_REQUIRE(filled >= 0 && filled <= capacity_, "device_queue: ", filled, " rows of ", capacity_,
                   "; expected 0 to as many");
    return {data(), axes<2>{filled, width_}};
  }
  device_tensor<const T, 2> rows() const { return rows(capacity_); }
  /// How many rows were pushed in all. Waits.
  template <tier Tier>
  index_t pushed(const basic_stream<Tier>& on) const {
    index_t count = 0;
    require_ok("device_queue", copy_to_host(&count, count_at(), sizeof count, on.queue));
    require_ok("device_queue", wait(on.queue));
    return count;
  }

 private:
  std::size_t rows_bytes() const {
    return (static_cast<std::size_t>(capacity_ * width_) * sizeof(T) + 255) / 256 * 256;
  }
  T* data() const { return static_cast<T*>(memory_.data()); }
  index_t* count_at() const {
    return reinterpret_cast<index_t*>(static_cast<std::byte*>(memory_.data()) + rows_bytes());
  }

  index_t capacity_, width_;
  device_memory memory_;
};

}  // namespace mixcon::gpu
