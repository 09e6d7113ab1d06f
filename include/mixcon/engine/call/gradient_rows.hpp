// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where a gradient by packed rows is added up: one buffer, whoever owns it.

#include <mixcon/core/workspace.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A gradient by packed rows, with their pitch: zeros of its own, or memory of somebody else (the caller's gradient,
/// or another of these). Empty where it is not wanted.
template <class T>
class gradient_rows {
 public:
  gradient_rows() = default;
  gradient_rows(scratch<T>&& own) : own_(static_cast<scratch<T>&&>(own)) {}  // NOLINT(google-explicit-constructor)
  static gradient_rows elsewhere(T* first, std::size_t size) {
    gradient_rows found;
    found.elsewhere_ = first, found.size_elsewhere_ = size;
    return found;
  }
  /// The same memory again.
  gradient_rows shared() { return elsewhere(data(), size()); }
  bool shares_with(const gradient_rows& other) const { return !empty() && data() == other.data(); }

  bool empty() const { return size() == 0; }
  std::size_t size() const { return elsewhere_ != nullptr ? size_elsewhere_ : own_.size(); }
  T* data() { return elsewhere_ != nullptr ? elsewhere_ : own_.data(); }
  const T* data() const { return elsewhere_ != nullptr ? elsewhere_ : own_.data(); }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size(); }

 private:
  scratch<T> own_;
  T* elsewhere_ = nullptr;
  std::size_t size_elsewhere_ = 0;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
