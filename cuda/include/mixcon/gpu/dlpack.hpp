// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// DLPack tensors in a GPU's memory as device tensors: the host's checks, with those of the device on top.

#include <mixcon/adapt/tensors/dlpack.hpp>
#include <mixcon/gpu/device_tensor.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// A DLPack tensor in the memory of that device as a device tensor, without a copy: `from_dlpack<const float,
/// 2>(tensor)`. Refuses the host's, other devices, other elements and other ranks, with one sentence.
template <class E, int Rank, mixcon::detail::DlTensor M>
device_tensor<E, Rank> from_dlpack(const M& m, int device = 0) {
  const int type = static_cast<int>(m.device.device_type), id = static_cast<int>(m.device.device_id);
  MIXCON_REQUIRE(type == mixcon::detail::dl_cuda || type == mixcon::detail::dl_cuda_managed,
                 "gpu::from_dlpack: the DLPack tensor lies on a device of type ", type,
                 "; expected 2 or 13, CUDA. Rows of the host go to serial{} or tiled{}");
  MIXCON_REQUIRE(id == device || type == mixcon::detail::dl_cuda_managed,
                 "gpu::from_dlpack: the DLPack tensor lies on GPU ", id, "; expected ", device,
                 ", the one that the stream is of");
  return device_tensor<E, Rank>(mixcon::detail::view_of_dl_tensor<E, Rank>("gpu::from_dlpack", m));
}
/// The same of an owned tensor; of a read-only one, of const elements alone.
template <class E, int Rank, mixcon::detail::ManagedDlTensor M>
device_tensor<E, Rank> from_dlpack(const dl_owner<M>& owner, int device = 0) {
  MIXCON_REQUIRE(std::is_const_v<E> || !owner.read_only(),
                 "gpu::from_dlpack: the tensor is read-only; ask for const elements, as from_dlpack<const float, 2>");
  return from_dlpack<E, Rank>(owner.tensor().dl_tensor, device);
}

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
