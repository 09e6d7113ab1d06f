// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The queue of MoCo: keys of the last batches as negatives.

#include <mixcon/negatives/memory/ring.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The queue of MoCo: keys of the last batches as negatives. He et al. 2019, arXiv:1911.05722.
///
///   memory_queue<float> queue(65536, 128);
///   value_and_grad(tiled{}, moco, queue_targets{}, q, candidates(own(k), as_given(queue.rows())), ...);
///   queue.enqueue(k);  // after the loss: a key is no negative of its own step
///
/// It starts empty, where published code starts with random rows, and takes batches of any size up to its capacity.
/// While it is empty there are no negatives: begin with the keys of the batch. Keys are constants.
template <Storable T>
class memory_queue {
 public:
  bool normalised = true;  ///< keys must come as unit rows; others are refused

  memory_queue() = default;
  memory_queue(index_t capacity, index_t width) : ring_(capacity, width) {}
  /// Goes on with a stored ring.
  explicit memory_queue(const ring<T>& stored) : ring_(stored) {}

  /// Adds keys (B, D), oldest out first.
  template <detail::GivenTensor<2> Keys>
  void enqueue(const Keys& keys, const integer_view& ids = {}, std::int64_t step = 0) {
    if (normalised) detail::check_unit_rows("memory_queue", keys);
    ring_.push(keys, ids, {}, step);
  }

  index_t size() const { return ring_.size(); }
  bool empty() const { return size() == 0; }
  /// The keys held, (size, D), in the order of the storage.
  matrix_view<const T> rows() const { return ring_.view(); }
  integer_view ids() const { return ring_.ids(); }
  const ring<T>& stored() const { return ring_; }

 private:
  ring<T> ring_;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
