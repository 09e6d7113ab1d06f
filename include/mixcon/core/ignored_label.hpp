// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `ignored_label`: the label that stands for "no label", such as PyTorch's -100.

#include <mixcon/core/integer_value.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The label that means "no label": `.ignored = -100` as in PyTorch's ignore_index, 255 as in segmentation masks. Any
/// integer, compared by value; it may lie among the classes or outside them. Default-made: every label counts.
class ignored_label {
 public:
  constexpr ignored_label() = default;
  template <class I>
  requires detail::is_label<I>
  constexpr ignored_label(I label) : label_(label), is_set_(true) {}  // NOLINT(google-explicit-constructor)

  /// Whether a sample with this label has none.
  constexpr bool operator()(const integer_value& label) const { return is_set_ && label == label_; }
  constexpr explicit operator bool() const { return is_set_; }
  const integer_value& label() const { return label_; }
  friend bool operator==(const ignored_label&, const ignored_label&) = default;

 private:
  integer_value label_{};
  bool is_set_ = false;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
