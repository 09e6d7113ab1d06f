// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the host asks of memory and streams beside launch.cuh: where an address lies, whether a stream is captured;
// arrays of the device that free themselves; events.

#include <mixcon/core/require.hpp>
#include <mixcon/gpu/launch.cuh>

namespace mixcon::gpu {

/// Whether kernels of the current device can work at this address.
inline bool lies_on_device(const void* address) {
#if defined(__CUDACC__)
  cudaPointerAttributes found{};
  int device = 0;
  if (cudaGetDevice(&device) != cudaSuccess || cudaPointerGetAttributes(&found, address) != cudaSuccess) {
    static_cast<void>(cudaGetLastError());
    return false;
  }
  return found.type == cudaMemoryTypeManaged || (found.type == cudaMemoryTypeDevice && found.device == device);
#else
  return emulated::device_memory_map::get().holds(address);
#endif
}

#if !defined(__CUDACC__)
/// Emulated: what `is_captured` answers; a test sets it.
inline bool& captures_streams() {
  static bool captures = false;
  return captures;
}
#endif
/// Whether what is enqueued now becomes a graph, which runs later, when host arrays may be gone.
inline bool is_captured([[maybe_unused]] stream_handle on) {
#if defined(__CUDACC__)
  cudaStreamCaptureStatus found = cudaStreamCaptureStatusNone;
  return !detail::status_of(cudaStreamIsCapturing(on, &found)).ok() || found != cudaStreamCaptureStatusNone;
#else
  return captures_streams();
#endif
}

/// Refuses in a call's name what a launch or a copy came to.
inline void require_ok(const char* function, const status& found) {
  if (found.ok()) return;
  const std::string kernel(found.kernel);
  MIXCON_REQUIRE(found.kernel.empty(), function, ": the kernel ", kernel, " was not launched: ", found.error);
  MIXCON_REQUIRE(false, function, ": the GPU refused: ", found.error);
}

/// Device memory that is freed with this object.
class device_memory {
 public:
  device_memory() = default;
  explicit device_memory(std::size_t bytes) : bytes_(bytes) {
    if (bytes > 0) require_ok("device_memory", allocate(&data_, bytes));
  }
  device_memory(device_memory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, std::size_t{0})) {}
  device_memory& operator=(device_memory&& other) noexcept {
    std::swap(data_, other.data_), std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~device_memory() {
    if (data_ != nullptr) release(data_);
  }
  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// A mark in a stream, by which another stream or the host waits for what came before it.
class event {
 public:
#if defined(__CUDACC__)
  event() { require_ok("event", detail::status_of(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming))); }
  ~event() { static_cast<void>(cudaEventDestroy(event_)); }
  status record(stream_handle on) { return detail::status_of(cudaEventRecord(event_, on)); }
  /// What is enqueued on the stream from now on waits for the mark.
  status make_wait(stream_handle on) const { return detail::status_of(cudaStreamWaitEvent(on, event_, 0)); }

 private:
  cudaEvent_t event_{};

 public:
#else
  event() = default;
  status record(stream_handle) { return {}; }  // emulated launches are done when they return
  status make_wait(stream_handle) const { return {}; }
#endif
  event(const event&) = delete;
  event& operator=(const event&) = delete;
};

}  // namespace mixcon::gpu
