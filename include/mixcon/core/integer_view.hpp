// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/tensor_traits.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A view of integers of any type (labels, partners, class ids), read as std::int64_t. Labels are only compared, so
/// 64-bit unsigned ones keep their meaning. Made from a named container or from a view; the elements must outlive it.
class integer_view {
 public:
  integer_view() = default;
  template <LabelsViewable Tensor>
  integer_view(Tensor& integers) : integer_view(mixcon::view<1>(integers)) {}  // NOLINT(google-explicit-constructor)
  template <class I>
  requires(std::is_integral_v<I> && !std::is_same_v<std::remove_const_t<I>, bool>)
      integer_view(const vector_view<I>& integers)  // NOLINT(google-explicit-constructor)
      : data_(integers.data()), size_(integers.extent(0)), stride_(integers.stride(0)), read_(&read<I>) {}

  index_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::int64_t operator[](index_t i) const { return read_(data_, i * stride_); }

 private:
  template <class I>
  static std::int64_t read(const void* data, index_t offset) {
    return static_cast<std::int64_t>(static_cast<const I*>(data)[offset]);
  }

  const void* data_ = nullptr;
  index_t size_ = 0, stride_ = 1;
  std::int64_t (*read_)(const void*, index_t) = nullptr;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
