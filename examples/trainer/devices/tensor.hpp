// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

namespace mixcon_train {
inline namespace devices {

using mixcon::index_t;

class device;

/// One to four extents, outermost first: (N, F), (N, C, H, W), (O, C, H, W). A loss has (1).
class shape {
 public:
  shape() = default;
  shape(std::initializer_list<index_t> extents) {
    for (const index_t extent : extents) extents_[rank_++] = extent;
  }

  int rank() const { return rank_; }
  index_t operator[](int axis) const { return extents_[axis]; }
  index_t& operator[](int axis) { return extents_[axis]; }
  index_t size() const {
    index_t product = 1;
    for (int axis = 0; axis < rank_; ++axis) product *= extents_[axis];
    return product;
  }
  /// How many numbers one entry of the first axis has.
  index_t row_size() const { return extents_[0] == 0 ? 0 : size() / extents_[0]; }
  friend bool operator==(const shape&, const shape&) = default;

 private:
  index_t extents_[4] = {};
  int rank_ = 0;
};
std::string to_string(const shape& extents);  // "(64, 16, 28, 28)"

/// What a device keeps of a tensor, in an order of its own choice.
struct storage {
  virtual ~storage() = default;
};

/// Numbers on a device. Copies share them; who writes has made them.
class tensor {
 public:
  tensor() = default;
  tensor(device& on, const shape& extents, std::shared_ptr<storage> kept)
      : on_(&on), extents_(extents), kept_(std::move(kept)) {}

  explicit operator bool() const { return kept_ != nullptr; }
  device& on() const { return *on_; }
  const shape& extents() const { return extents_; }
  storage& kept() const { return *kept_; }

  /// The same numbers under another shape of the same size; for dense tensors.
  tensor reshaped(const shape& extents) const { return {*on_, extents, kept_}; }

 private:
  device* on_ = nullptr;
  shape extents_{};
  std::shared_ptr<storage> kept_{};
};

}  // namespace devices
}  // namespace mixcon_train
