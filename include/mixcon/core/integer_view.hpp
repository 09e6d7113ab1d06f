// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A view of labels, partners or ids of any integer type.

#include <mixcon/core/integer_value.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A view of integers of any type (labels, partners, class ids). Indices are read by `[]` as std::int64_t, which turns
/// what is above 2^63 - 1 negative and so outside every range; labels are compared by `value`, or by `same_value`. Made
/// from a named container or from a view; the elements must outlive it.
class integer_view {
 public:
  integer_view() = default;
  template <LabelsViewable Tensor>
  integer_view(Tensor& integers) : integer_view(mixcon::view<1>(integers)) {}  // NOLINT(google-explicit-constructor)
  template <class I>
  requires detail::is_label<std::remove_const_t<I>>
  integer_view(const vector_view<I>& integers)  // NOLINT(google-explicit-constructor)
      : data_(detail::require_data("integer_view", "a list of integers", integers).data()),
        size_(integers.extent(0)),
        stride_(integers.stride(0)),
        read_(&read<I>),
        may_be_beyond_(detail::reaches_beyond<std::remove_const_t<I>>()) {}

  template <class Other>
  requires(!std::is_same_v<std::remove_cvref_t<Other>, integer_view> &&
           !(LabelsViewable<std::remove_reference_t<Other>> && detail::Lasting<Other>))
  integer_view(Other&&) {  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
    static_assert(std::is_void_v<Other>,
                  "mixcon: labels, ids and indices are a tensor (N) of integers or an enumeration, of a type whose "
                  "adapter is included, and in a variable, as a temporary would not outlive its view");
  }

  index_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::int64_t operator[](index_t i) const { return read_(data_, i * stride_); }
  integer_value value(index_t i) const {
    integer_value found((*this)[i]);
    found.is_beyond = may_be_beyond_ && found.bits < 0;
    return found;
  }

  friend bool same_value(const integer_view& a, index_t i, const integer_view& b, index_t j) {
    const std::int64_t bits = a[i];
    return bits == b[j] && (bits >= 0 || a.may_be_beyond_ == b.may_be_beyond_);
  }

 private:
  template <class I>
  static std::int64_t read(const void* data, index_t offset) {
    return static_cast<std::int64_t>(static_cast<const I*>(data)[offset]);
  }

  const void* data_ = nullptr;
  index_t size_ = 0, stride_ = 1;
  std::int64_t (*read_)(const void*, index_t) = nullptr;
  bool may_be_beyond_ = false;  // the elements are std::uint64_t
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
