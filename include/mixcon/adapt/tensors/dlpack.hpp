// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// DLPack tensors, as views and to be handed out: any struct of the shape of DLTensor, without its header.

#include <mixcon/core/require.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <cstdint>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// DLTensor, whatever header declares it.
template <class M>
concept DlTensor = requires(const M& m) {
  m.data, m.device.device_type, m.device.device_id, m.ndim, m.shape, m.strides, m.byte_offset;
  m.dtype.code, m.dtype.bits, m.dtype.lanes;
};
/// DLManagedTensor, or DLManagedTensorVersioned, which has a version and flags besides.
template <class M>
concept ManagedDlTensor = requires(M* m) {
  requires DlTensor<std::remove_cvref_t<decltype(m->dl_tensor)>>;
  m->manager_ctx;
  m->deleter(m);
};
template <class M>
concept VersionedDlTensor = ManagedDlTensor<M> && requires(M& m) { m.version.major, m.version.minor, m.flags; };

/// DLPack's numbers for devices and kinds of elements.
enum dl_number : int { dl_cpu = 1, dl_cuda = 2, dl_cuda_host = 3, dl_cuda_managed = 13 };
constexpr std::uint64_t dl_read_only = 1;
constexpr unsigned dl_version = 1;

template <class E>
constexpr int dl_code() {
  static_assert(std::is_arithmetic_v<E> || std::is_same_v<E, bfloat16> || std::is_same_v<E, half>,
                "mixcon: DLPack has no such element; expected an integer, float, double, bool, bfloat16 or half");
  if constexpr (std::is_same_v<E, bool>) return 6;
  if constexpr (std::is_same_v<E, bfloat16>) return 4;
  if constexpr (std::is_floating_point_v<E> || std::is_same_v<E, half>) return 2;
  return std::is_signed_v<E> ? 0 : 1;
}

/// The view of a tensor whose device the caller has looked at.
template <class E, int Rank, class M>
tensor_view<E, Rank> view_of_dl_tensor(const char* function, const M& m) {
  using plain = std::remove_const_t<E>;
  constexpr int code = dl_code<plain>(), bits = static_cast<int>(8 * sizeof(plain));
  MIXCON_REQUIRE(m.dtype.code == code && m.dtype.bits == bits && m.dtype.lanes == 1, function,
                 ": the DLPack tensor's elements are of code ", static_cast<int>(m.dtype.code), " with ",
                 static_cast<int>(m.dtype.bits), " bits in ", static_cast<int>(m.dtype.lanes), " lanes; expected code ",
                 code, ", ", bits,
                 " bits, 1 lane (codes: 0 int, 1 unsigned, 2 float, 4 "
                 "bfloat16, 6 bool)");
  MIXCON_REQUIRE(static_cast<int>(m.ndim) == Rank, function, ": the DLPack tensor has ", static_cast<int>(m.ndim),
                 " axes; expected ", Rank);
  axes<Rank> extents;
  for (int axis = 0; axis < Rank; ++axis) extents[axis] = static_cast<index_t>(m.shape[axis]);
  for (int axis = 0; axis < Rank; ++axis)
    MIXCON_REQUIRE(extents[axis] >= 0, function, ": the DLPack tensor's shape is ", extents,
                   "; expected extents of 0 or more");
  axes<Rank> strides = row_major(extents);  // where there are none, the elements have no gaps
  for (int axis = 0; axis < Rank && m.strides != nullptr; ++axis) strides[axis] = static_cast<index_t>(m.strides[axis]);
  auto* const first = static_cast<unsigned char*>(m.data);
  E* const data = first != nullptr ? reinterpret_cast<E*>(first + m.byte_offset) : nullptr;
  MIXCON_REQUIRE(reinterpret_cast<std::uintptr_t>(data) % alignof(plain) == 0, function,
                 ": the DLPack tensor's address with its byte_offset of ", static_cast<index_t>(m.byte_offset),
                 " is no multiple of ", static_cast<index_t>(alignof(plain)), " bytes, the size of its elements");
  const tensor_view<E, Rank> view{data, extents, strides};
  return require_data(function, "the DLPack tensor", view);
}

}  // namespace detail

/// A DLPack tensor in the host's memory as a view, without a copy: `as_view<const float, 2>(managed->dl_tensor)`. Its
/// elements must be E (without const), its axes Rank; strides may be absent. Refuses any other, and other devices, with
/// one sentence. The tensor must outlive the view.
template <class E, int Rank, detail::DlTensor M>
tensor_view<E, Rank> as_view(const M& m) {
  const int device = static_cast<int>(m.device.device_type);
  MIXCON_REQUIRE(device == detail::dl_cpu || device == detail::dl_cuda_host,
                 "as_view: the DLPack tensor lies on a device of type ", device,
                 "; expected 1, the CPU. Copy it to the host first, or hand it to an executor of its device");
  return detail::view_of_dl_tensor<E, Rank>("as_view", m);
}

/// Owns a DLPack tensor that was handed over, DLManagedTensor or DLManagedTensorVersioned: calls its deleter once,
/// where it has one. Refuses (after deleting it) one of a major version other than 1. Movable, not copyable.
template <detail::ManagedDlTensor M>
class dl_owner {
 public:
  explicit dl_owner(M* tensor) : held_(tensor) {
    MIXCON_REQUIRE(held_ != nullptr, "dl_owner: no tensor came (the pointer is null)");
    if constexpr (detail::VersionedDlTensor<M>) {
      const auto major = static_cast<unsigned>(held_->version.major);  // of others, only this and the deleter are known
      if (major == detail::dl_version) return;
      release();
      MIXCON_REQUIRE(false, "dl_owner: the tensor is of DLPack ", major, "; expected version 1");
    }
  }
  dl_owner(dl_owner&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  dl_owner& operator=(dl_owner&& other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~dl_owner() { release(); }

  /// Whether it may not be written to, as a versioned tensor can say.
  bool read_only() const {
    if constexpr (detail::VersionedDlTensor<M>)
      return (static_cast<std::uint64_t>(held_->flags) & detail::dl_read_only) != 0;
    else
      return false;
  }
  /// The tensor as a view, which this object must outlive; of a read-only one, of const elements.
  template <class E, int Rank>
  tensor_view<E, Rank> view() const {
    MIXCON_REQUIRE(std::is_const_v<E> || !read_only(),
                   "dl_owner: the tensor is read-only; ask for a view of const elements, as view<const float, 2>()");
    return as_view<E, Rank>(held_->dl_tensor);
  }
  const M& tensor() const { return *held_; }

 private:
  void release() noexcept {
    if (held_ != nullptr && held_->deleter != nullptr) held_->deleter(held_);
    held_ = nullptr;
  }
  M* held_;
};

namespace detail {
/// A tensor that was handed out, with what it refers to.
template <class M, int Rank, class Owner>
struct exported_dl_tensor {
  M managed{};
  std::int64_t shape[static_cast<unsigned>(Rank)], strides[static_cast<unsigned>(Rank)];
  Owner owner;
};
}  // namespace detail

/// Hands a view of the host's memory out as a DLPack tensor of type M: `export_dlpack<DLManagedTensorVersioned>(view,
/// std::move(memory))`. `owner` is what keeps the elements alive (a std::vector, a std::shared_ptr); it is destroyed
/// when the consumer calls the deleter. Views of const elements become read-only, which only versioned tensors can say.
template <detail::ManagedDlTensor M, class E, int Rank, class Owner>
M* export_dlpack(const tensor_view<E, Rank>& view, Owner owner) {
  static_assert(!std::is_const_v<E> || detail::VersionedDlTensor<M>,
                "mixcon: DLManagedTensor cannot say that it is read-only; export a view of mutable elements, or a "
                "DLManagedTensorVersioned");
  using plain = std::remove_const_t<E>;
  using held = detail::exported_dl_tensor<M, Rank, Owner>;
  auto* const made = new held{{}, {}, {}, std::move(owner)};
  auto& tensor = made->managed.dl_tensor;
  for (int axis = 0; axis < Rank; ++axis)
    made->shape[axis] = view.extent(axis), made->strides[axis] = view.stride(axis);
  tensor.data = const_cast<plain*>(view.data());
  tensor.device.device_type = static_cast<decltype(tensor.device.device_type)>(detail::dl_cpu);
  tensor.device.device_id = 0, tensor.ndim = Rank, tensor.byte_offset = 0;
  tensor.dtype.code = static_cast<decltype(tensor.dtype.code)>(detail::dl_code<plain>());
  tensor.dtype.bits = static_cast<decltype(tensor.dtype.bits)>(8 * sizeof(plain)), tensor.dtype.lanes = 1;
  tensor.shape = made->shape, tensor.strides = made->strides;
  if constexpr (detail::VersionedDlTensor<M>) {
    made->managed.version.major = detail::dl_version, made->managed.version.minor = 0;
    made->managed.flags = std::is_const_v<E> ? detail::dl_read_only : 0;
  }
  made->managed.manager_ctx = made;
  made->managed.deleter = [](M* managed) { delete static_cast<held*>(managed->manager_ctx); };
  return &made->managed;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
