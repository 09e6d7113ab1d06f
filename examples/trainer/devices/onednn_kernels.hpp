// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the parts of onednn_device share; included by its sources only.

#include "devices/memory_pool.hpp"
#include "devices/onednn_device.hpp"
#include "devices/onednn_layouts.hpp"
#include "devices/slice_block.hpp"

#include <mixcon/core/thread_pool.hpp>

#include <functional>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace devices {

/// As long as it lives, this thread's kernels are made for one thread, and run on one.
class one_thread_each {
 public:
  one_thread_each();
  ~one_thread_each();
  one_thread_each(const one_thread_each&) = delete;
  one_thread_each& operator=(const one_thread_each&) = delete;

 private:
  int before_;
};

inline slice_block& block_of(const tensor& x) { return static_cast<slice_block&>(x.kept()); }
/// How a tensor lies in memory: as it was made, or, seen under another shape, row-major.
layout layout_of(const tensor& x);
inline bool is_bf16(const layout& of) { return of.data.data_type == dnnl_bf16; }

/// The engine, its memory, its threads, and every kernel that was needed so far: making one costs far more than running
/// it. All kernels are made for one thread, and threads take slices of the batch.
class onednn_device::kernels {
 public:
  struct argument {
    int place;  ///< DNNL_ARG_SRC, ...
    void* data;
  };
  using arguments = std::initializer_list<argument>;

  kernels(device& owner, precision activations, int threads);

  const dnnl::engine engine;
  memory_pool pool{};
  slice_block::promises waiting{};

  int threads() const { return threads_; }
  void set_threads(int threads);

  /// Any layout of so many images of activations; of weights, whose gradients are float.
  layout any(const shape& extents) const { return {dims_of(extents), activations_, dnnl::memory::format_tag::any}; }
  static layout any_float(const shape& extents) {
    return {dims_of(extents), dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
  }
  static shape with_rows(shape extents, index_t rows) {
    extents[0] = rows;
    return extents;
  }

  tensor make(const shape& extents, const layout& desc) { return {owner_, extents, make_block(desc)}; }
  std::shared_ptr<slice_block> make_block(const layout& desc) {
    return std::allocate_shared<slice_block>(pool_memory<slice_block>(pool), pool, waiting, desc);
  }
  /// So many floats, not set.
  std::shared_ptr<slice_block> floats(index_t size) { return make_block(plain_layout({size})); }

  /// A kernel, how its arguments lie, and what it needs for itself.
  struct prepared {
    dnnl::primitive primitive;
    std::vector<std::pair<int, layout>> places;
    layout scratch;

    /// Of an argument: DNNL_ARG_SRC, ... Asked of oneDNN, this allocates each time.
    const layout& at(int place) const;
  };
  /// The same with its description, made on first use.
  template <class Kernel>
  struct made : prepared {
    typename Kernel::primitive_desc desc;
  };
  template <class Kernel, class Make>
  const made<Kernel>& find(const kernel_key& key, Make&& make) {
    auto found = made_.find(key.text());
    if (found == made_.end()) {
      const one_thread_each alone;
      auto desc = make();
      const layout scratch = desc.scratchpad_desc();
      keep_scratch(scratch.get_size());
      auto kept = std::make_shared<made<Kernel>>(made<Kernel>{{Kernel(desc), places_of(desc), scratch}, desc});
      found = made_.emplace(key.text(), std::move(kept)).first;
    }
    return *static_cast<const made<Kernel>*>(found->second.get());
  }
  /// Kernels take the memory that they need for themselves from us: that of the library is one for all threads.
  static dnnl::primitive_attr attributes();
  void run(const prepared& kernel, arguments with);

  /// Calls run(task) for all tasks, on all threads; then promises that were kept are forgotten.
  template <class Run>
  void share_out(index_t tasks, Run&& run_task) {
    const auto alone = [&](index_t task) {
      const one_thread_each guard;
      run_task(task);
    };
    if (crew_ && tasks > 1)
      crew_->parallel_for(tasks, alone);
    else
      for (index_t task = 0; task < tasks; ++task) alone(task);
    forget_kept_promises();
  }
  /// Everything that a tensor promises, computed.
  void finish(const tensor& x) {
    slice_block& block = block_of(x);
    if (block.promised()) share_out(block.slices(), [&](index_t slice) { block.finish(slice); });
  }

  /// The activations in this layout, moved slice by slice when they are read; themselves where they lie so.
  tensor in_slices(const tensor& x, const layout& wanted);
  /// The same at once, for weights and rows.
  tensor in_whole(const tensor& x, const layout& wanted);

  /// The part of a block that is a slice's.
  static char* part(const slice_block& block, const layout& of_slice, index_t first_image) {
    return block.bytes() + static_cast<std::size_t>(first_image) * image_bytes(of_slice);
  }
  static char* whole(const tensor& x) { return block_of(x).bytes(); }

 private:
  /// What a thread needs to run a kernel.
  struct kit {
    dnnl::stream stream;
    std::unique_ptr<float[]> scratch;
    /// In the order of `places`, then the scratch: oneDNN's objects, whose memory is set for each run.
    std::unordered_map<const prepared*, std::vector<dnnl::memory>> held{};
  };
  struct lent_kit {
    explicit lent_kit(kernels& owner);
    ~lent_kit();
    kernels& from;
    std::unique_ptr<kit> of{};
  };
  static std::vector<std::pair<int, layout>> places_of(const dnnl::primitive_desc_base& desc);
  void keep_scratch(std::size_t bytes);
  void forget_kept_promises();

  device& owner_;
  const dnnl::memory::data_type activations_;
  int threads_ = 0;
  std::unique_ptr<mixcon::thread_pool> crew_{};
  std::mutex mutex_{};
  std::vector<std::unique_ptr<kit>> kits_{};  // of threads that run none now
  std::size_t most_scratch_ = 0;
  std::map<std::string, std::shared_ptr<void>, std::less<>> made_{};
};

/// Where a slice of activations lies: its extents, and its first byte.
struct slice_place {
  slice_place(const layout& of, const batch_slices& slices, index_t slice)
      : extents(loop_extents(of)), first(static_cast<std::size_t>(slices.first(slice)) * image_bytes(of)) {
    extents.images = static_cast<std::size_t>(slices.size(slice));
  }
  activation_extents extents;
  std::size_t first;
};
inline char* bytes_of(const tensor& x, std::size_t first = 0) { return x ? block_of(x).bytes() + first : nullptr; }
inline float* floats_of(const storage& kept) {
  return reinterpret_cast<float*>(static_cast<const slice_block&>(kept).bytes());
}
inline void finish(const tensor& x, index_t slice) {
  if (x) block_of(x).finish(slice);
}

/// The extent behind a window's steps.
inline index_t steps_of_window(index_t extent, index_t size, index_t stride, index_t padding) {
  return (extent + 2 * padding - size) / stride + 1;
}

}  // namespace devices
}  // namespace mixcon_train
