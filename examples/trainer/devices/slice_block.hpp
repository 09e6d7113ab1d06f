// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/kept_memory.hpp"
#include "devices/memory_pool.hpp"
#include "devices/onednn_layouts.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace devices {

/// What a promised block will hold, for who reads it and can do better than to have it written first: y(x) of a batch
/// normalisation, whose constants are kept in a block; or a gradient (u, or u + v; 0 where mask <= 0).
struct promised_norm {
  tensor x{};
  std::shared_ptr<storage> constants{};
};
struct promised_gradient {
  tensor u{}, v{}, mask{};
};

/// The memory of a tensor, from a pool and back to it. Activations may be promised: what computes a slice of them is
/// called when that slice is first read, by the thread that reads it, which then finds it in its cache. So a layer runs
/// on a slice after the other until sums over the batch are needed, and threads meet there only.
class slice_block final : public storage {
 public:
  /// Blocks that promise something; the device clears a promise when all slices are there.
  using promises = std::vector<slice_block*>;

  slice_block(memory_pool& pool, promises& waiting, const layout& desc)
      : pool_(pool), waiting_(waiting), bytes_(desc.get_size()), data_(pool.take(bytes_)), made_as_(desc) {}
  slice_block(const slice_block&) = delete;
  slice_block& operator=(const slice_block&) = delete;
  ~slice_block() override {
    if (compute_) std::erase(waiting_, this);
    pool_.give_back(data_, bytes_);
  }

  const layout& made_as() const { return made_as_; }
  char* bytes() const { return static_cast<char*>(data_); }

  /// `compute(slice)` will write the images of a slice. It may finish slices of what it reads, of the same number.
  void promise(index_t slices, kept_function<void(index_t)> compute) {
    compute_ = std::move(compute);
    there_.assign(static_cast<std::size_t>(slices), 0);
    waiting_.push_back(this);
  }
  std::shared_ptr<const promised_norm> as_norm{};          // cleared with the promise
  std::shared_ptr<const promised_gradient> as_gradient{};  // cleared with the promise

  bool promised() const { return static_cast<bool>(compute_); }
  bool is_there(index_t slice) const { return !compute_ || there_[static_cast<std::size_t>(slice)] != 0; }
  /// Whether no slice was computed yet: then who reads this may compute it in a way of its own.
  bool untouched() const { return compute_ && std::find(there_.begin(), there_.end(), 1) == there_.end(); }
  bool complete() const { return std::find(there_.begin(), there_.end(), 0) == there_.end(); }
  /// Computes a slice unless it is there. A slice is one thread's alone from meeting to meeting.
  void finish(index_t slice) {
    if (is_there(slice)) return;
    compute_(slice);
    set_there(slice);
  }
  /// The slice was written by someone else.
  void set_there(index_t slice) {
    if (compute_) there_[static_cast<std::size_t>(slice)] = 1;
  }
  /// What computed the slices, and all that it held; the block is as one that was written at once.
  struct kept {
    kept_function<void(index_t)> compute;
    std::shared_ptr<const promised_norm> norm;
    std::shared_ptr<const promised_gradient> gradient;
  };
  kept kept_promise() { return {std::exchange(compute_, {}), std::move(as_norm), std::move(as_gradient)}; }
  index_t slices() const { return static_cast<index_t>(there_.size()); }

 private:
  memory_pool& pool_;
  promises& waiting_;
  std::size_t bytes_;
  void* data_;
  layout made_as_;
  kept_function<void(index_t)> compute_{};
  kept_list<char> there_{};  // a slice each
};

}  // namespace devices
}  // namespace mixcon_train
