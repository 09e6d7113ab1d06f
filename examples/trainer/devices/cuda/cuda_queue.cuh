// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/gpu/launch.cuh>
#include <mixcon/gpu/memory.cuh>
#include <mixcon/gpu/warp.cuh>

#include <cstring>
#include <map>
#include <memory>
#include <vector>

namespace mixcon_train {
inline namespace devices {

using mixcon::index_t;
namespace gpu = mixcon::gpu;

/// One stream of a GPU, and the memory that is used on it in the order of the stream: what is given back serves the
/// next who asks, without waiting. Training asks for the same sizes in every step, so that from the second on nothing
/// is taken from the driver. Every failure is refused in one sentence (std::invalid_argument).
class cuda_queue {
 public:
  explicit cuda_queue(gpu::stream_handle on) : on_(on) {
    gpu::device_info found;
    require(gpu::query_device(found));
    blocks_at_once_ = 8 * found.multiprocessors;
  }
  cuda_queue(const cuda_queue&) = delete;
  cuda_queue& operator=(const cuda_queue&) = delete;
  ~cuda_queue() {
    static_cast<void>(gpu::wait(on_));
    release_unused();
  }

  gpu::stream_handle on() const { return on_; }
  index_t allocations() const { return allocations_; }

  /// Device memory at a multiple of 256 bytes. Where the driver has none left, blocks of other sizes that nobody uses
  /// go back to it first.
  void* take(std::size_t bytes) {
    std::vector<void*>& blocks = free_[rounded(bytes)];
    void* block = nullptr;
    if (blocks.empty()) {
      ++allocations_;
      gpu::status found = gpu::allocate(&block, rounded(bytes));
      if (!found.ok()) {
        release_unused();
        found = gpu::allocate(&block, rounded(bytes));
      }
      require(found);
      return block;
    }
    block = blocks.back();
    blocks.pop_back();
    return block;
  }
  /// Emulated, a workspace's arrays had red zones between them, which the next who takes the block may write to.
  void give_back(void* block, std::size_t bytes) {
#if !defined(__CUDACC__)
    gpu::emulated::device_memory_map::get().forget_red_zones(block, rounded(bytes));
#endif
    free_[rounded(bytes)].push_back(block);
  }

  /// The host's bytes may be gone when this returns: they are copied from a buffer that lives until the next wait.
  void upload(void* to, const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    if (staged_bytes_ + bytes > most_staged_bytes) wait();
    staged_.emplace_back(new std::byte[bytes]);
    staged_bytes_ += bytes;
    std::memcpy(staged_.back().get(), from, bytes);
    require(gpu::copy_to_device(to, staged_.back().get(), bytes, on_));
  }
  /// Waits for all that was enqueued.
  void download(void* to, const void* from, std::size_t bytes) {
    require(gpu::copy_to_host(to, from, bytes, on_));
    wait();
  }
  void copy(void* to, const void* from, std::size_t bytes) { require(gpu::copy_on_device(to, from, bytes, on_)); }
  void clear(void* to, std::size_t bytes) { require(gpu::fill_bytes(to, 0, bytes, on_)); }
  void wait() {
    require(gpu::wait(on_));
    staged_.clear();
    staged_bytes_ = 0;
  }

  /// Threads for `count` numbers, each of which may take several: kernel(count, arguments...).
  template <auto Kernel, class... Argument>
  void each(index_t count, const Argument&... arguments) {
    const index_t blocks = (count + threads - 1) / threads;
    run<Kernel>(blocks < blocks_at_once_ ? blocks : blocks_at_once_, threads, 0, count, arguments...);
  }
  /// A warp for each of `count`: kernel(count, arguments...).
  template <auto Kernel, class... Argument>
  void a_warp_each(index_t count, const Argument&... arguments) {
    run<Kernel>((count + gpu::rows_of_block - 1) / gpu::rows_of_block, gpu::threads_of_block, 0, count, arguments...);
  }
  template <auto Kernel, class... Argument>
  void run(index_t blocks, index_t of_threads, std::size_t shared_bytes, const Argument&... arguments) {
    if (blocks > 0)
      require(gpu::launch<Kernel>(dim3(static_cast<unsigned>(blocks)), dim3(static_cast<unsigned>(of_threads)),
                                  shared_bytes, on_, arguments...));
  }
  static void require(const gpu::status& found) { gpu::require_ok("cuda_device", found); }

  static constexpr index_t threads = 256;

 private:
  static constexpr std::size_t most_staged_bytes = std::size_t{1} << 28;
  static std::size_t rounded(std::size_t bytes) { return bytes == 0 ? 512 : (bytes + 511) / 512 * 512; }
  /// `gpu::release` waits for what still uses a block.
  void release_unused() {
    for (auto& [size, blocks] : free_) {
      for (void* block : blocks) gpu::release(block);
      blocks.clear();
    }
  }

  gpu::stream_handle on_;
  index_t blocks_at_once_ = 1;
  std::map<std::size_t, std::vector<void*>> free_{};
  index_t allocations_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> staged_{};
  std::size_t staged_bytes_ = 0;
};

/// Device memory of a queue for as long as this lives.
class queue_memory {
 public:
  queue_memory(cuda_queue& from, std::size_t bytes) : from_(from), data_(from.take(bytes)), bytes_(bytes) {}
  queue_memory(const queue_memory&) = delete;
  queue_memory& operator=(const queue_memory&) = delete;
  ~queue_memory() { from_.give_back(data_, bytes_); }
  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  cuda_queue& from_;
  void* data_;
  std::size_t bytes_;
};

}  // namespace devices
}  // namespace mixcon_train
