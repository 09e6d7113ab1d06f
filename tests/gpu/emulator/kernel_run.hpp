// SPDX-License-Identifier: BSD-3-Clause
// For tests of the emulator: arrays in device memory, and launches in a given order that say how they failed.
#pragma once

#include "gpu/emulator/emulator.hpp"

#include <mixcon/gpu/launch.cuh>

#include <string>
#include <vector>

namespace mixcon_test {

/// An array in device memory.
template <class T>
class device_array {
 public:
  explicit device_array(const std::vector<T>& host) : device_array(host.size()) {
    static_cast<void>(mixcon::gpu::copy_to_device(data_, host.data(), host.size() * sizeof(T), nullptr));
  }
  explicit device_array(std::size_t count) : count_(count) {
    static_cast<void>(mixcon::gpu::allocate(&data_, count * sizeof(T)));
  }
  ~device_array() { mixcon::gpu::release(data_); }
  device_array(const device_array&) = delete;
  device_array& operator=(const device_array&) = delete;
  T* data() const { return static_cast<T*>(data_); }
  std::vector<T> host() const { return {data(), data() + count_}; }

 private:
  void* data_ = nullptr;
  std::size_t count_;
};

/// The rule that a launch of one block broke; empty when none.
template <auto Kernel, class... Argument>
std::string broken_rule(unsigned threads, std::size_t shared_bytes, const mixcon::gpu::emulated::settings& how,
                        const Argument&... arguments) {
  try {
    const auto done = mixcon::gpu::launch<Kernel>(1, threads, shared_bytes, &how, arguments...);
    return done.ok() ? "" : done.error;
  } catch (const mixcon::gpu::emulated::failure& broken) {
    return broken.what();
  }
}

}  // namespace mixcon_test
