// SPDX-License-Identifier: BSD-3-Clause
// Device memory for programs that are built without nvcc.
#include <mixcon/gpu/compiled/definition.cuh>
#include <mixcon/gpu/compiled/executor.hpp>

namespace mixcon::gpu {

namespace {
/// Until all streams of the device are done: the default stream, on which we copy, does not wait for those that were
/// made with cudaStreamNonBlocking, and a call may still write its gradient on one.
status wait_for_device() {
#if defined(__CUDACC__)
  return detail::status_of(cudaDeviceSynchronize());
#else
  return {};
#endif
}
}  // namespace

compiled_memory::compiled_memory(std::size_t bytes) : bytes_(bytes) {
  require_gpu("gpu::compiled_memory");
  if (bytes > 0) require_ok("gpu::compiled_memory", allocate(&data_, bytes));
}
compiled_memory::~compiled_memory() {
  if (data_ != nullptr) release(data_);
}
void compiled_memory::set(const void* from_host) const {
  require_ok("gpu::compiled_memory::set", wait_for_device());
  require_ok("gpu::compiled_memory::set", copy_to_device(data_, from_host, bytes_, {}));
  require_ok("gpu::compiled_memory::set", wait({}));
}
void compiled_memory::get(void* to_host) const {
  require_ok("gpu::compiled_memory::get", wait_for_device());
  require_ok("gpu::compiled_memory::get", copy_to_host(to_host, data_, bytes_, {}));
  require_ok("gpu::compiled_memory::get", wait({}));
}

}  // namespace mixcon::gpu
