// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Memory that whoever asked for it sets: std::vector sets it first, and std::unique_ptr stands in <memory>, which costs
// each unit that includes us more than <vector> does.

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// An array of values of T that are not set. It moves, and does not copy.
template <class T>
class unset_array {
 public:
  unset_array() = default;
  explicit unset_array(index_t size) : data_(new T[static_cast<std::size_t>(size)]) {}
  unset_array(unset_array&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  unset_array& operator=(unset_array&& other) noexcept {
    (std::swap)(data_, other.data_);
    return *this;
  }
  ~unset_array() { delete[] data_; }

  /// The first value, or null where nothing was asked for. Those of a const array are not const.
  T* data() const { return data_; }
  T& operator[](index_t i) const { return data_[i]; }

 private:
  T* data_ = nullptr;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
