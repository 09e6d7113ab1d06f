// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A list of a few plain things, as the segments of a call, that allocates nothing while they are few.

#include <mixcon/core/workspace.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Any number of plain values in order; up to four lie in the list itself.
template <class T>
class short_list {
 public:
  using value_type = T;

  short_list() = default;
  short_list(std::initializer_list<T> values) {
    for (const T& value : values) push_back(value);
  }
  void push_back(const T& value) {
    if (size_ == most && many_.empty())
      for (const T& kept : few_) many_.push_back(kept);
    if (size_ < most)
      few_[size_] = value;
    else
      many_.push_back(value);
    ++size_;
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t i) const { return begin()[i]; }
  T& operator[](std::size_t i) { return begin()[i]; }
  const T* begin() const { return size_ <= most ? few_ : many_.data(); }
  const T* end() const { return begin() + size_; }
  T* begin() { return size_ <= most ? few_ : many_.data(); }
  T* end() { return begin() + size_; }

 private:
  static constexpr std::size_t most = 4;
  T few_[most]{};
  scratch<T> many_{};  // all of them, where they are more
  std::size_t size_ = 0;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
