// SPDX-License-Identifier: BSD-3-Clause
// The structs of DLPack 1, declared by hand as its specification lays them out.
#pragma once

#include <cstdint>

namespace mixcon_test {

enum dl_device_type : std::int32_t { on_cpu = 1, on_cuda = 2, on_managed = 13 };
struct dl_device {
  dl_device_type device_type;
  std::int32_t device_id;
};
struct dl_data_type {
  std::uint8_t code, bits;
  std::uint16_t lanes;
};
struct dl_tensor_struct {
  void* data;
  dl_device device;
  std::int32_t ndim;
  dl_data_type dtype;
  std::int64_t *shape, *strides;
  std::uint64_t byte_offset;
};
struct old_managed {
  dl_tensor_struct dl_tensor;
  void* manager_ctx;
  void (*deleter)(old_managed*);
};
struct versioned_managed {
  struct {
    std::uint32_t major, minor;
  } version;
  void* manager_ctx;
  void (*deleter)(versioned_managed*);
  std::uint64_t flags;
  dl_tensor_struct dl_tensor;
};

}  // namespace mixcon_test
