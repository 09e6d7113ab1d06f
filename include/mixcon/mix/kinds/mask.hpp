// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `mask`: shares by place, with an axis of extent 1 where all places share one.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/memory/streaming.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Shares by place, (1 or N, 1 or C, 1 or H, 1 or W) in row-major order: an axis of extent 1 is shared by all its
/// places. A batch with fewer axes takes the last ones: a mask of signals (N, C, T) is (1 or N, 1, 1 or C, 1 or T).
struct mask {
  axes<4> extents{1, 1, 1, 1};
  std::vector<double> values{};

  static mask full(const axes<4>& extents, double share) {
    return {extents,
            std::vector<double>(static_cast<std::size_t>(tensor_view<char, 4>(nullptr, extents).size()), share)};
  }
  tensor_view<double, 4> view() { return {values.data(), extents}; }
  tensor_view<const double, 4> view() const { return {values.data(), extents}; }
  /// The mean share of entry `sample`, or of the whole where all samples share it.
  double mean(index_t sample) const {
    const std::size_t size = values.size() / static_cast<std::size_t>(extents[0]);
    const double* first = values.data() + (extents[0] == 1 ? 0 : static_cast<std::size_t>(sample) * size);
    double sum = 0;
    for (std::size_t k = 0; k < size; ++k) sum += first[k];
    return sum / static_cast<double>(size);
  }
  friend bool operator==(const mask&, const mask&) = default;
};
inline std::string to_string(const mask& shares) {
  return detail::sentence("mask ", shares.extents, " ") + detail::written_list(shares.values);
}

namespace detail {

/// Whether all values are in [0, 1].
inline bool are_shares(const std::vector<double>& values) {
  const auto size = static_cast<index_t>(values.size());
  lane_counts<double> from_zero, to_one;
  index_t k = 0;
  for (; k + packet_size<double> <= size; k += packet_size<double>) {
    const packet_of<double> some = load_packet(values.data() + k);
    from_zero.add(some >= 0), to_one.add(some <= 1);
  }
  bool all = from_zero.sum() == k && to_one.sum() == k;
  for (; k < size; ++k) {
    const double value = values[static_cast<std::size_t>(k)];
    all = all && value >= 0 && value <= 1;
  }
  return all;
}

/// Refuses a mask that does not fit a batch of these extents, or that holds something else than shares.
template <int Rank>
void require_mask(const mask& shares, const char* function, const axes<Rank>& extents) {
  bool fits = static_cast<index_t>(shares.values.size()) == shares.view().size();
  MIXCON_REQUIRE(fits, function, ": a mask of ", shares.extents, " has ", shares.values.size(),
                 " values; expected one a place.");
  const auto reaches = [](index_t of_mask, index_t of_batch) { return of_mask == 1 || of_mask == of_batch; };
  fits = reaches(shares.extents[0], extents[0]);
  for (int axis = 1; axis < 4; ++axis) {
    const int of_batch = Rank - 4 + axis;
    fits = fits && (of_batch >= 1 ? reaches(shares.extents[axis], extents[of_batch]) : shares.extents[axis] == 1);
  }
  MIXCON_REQUIRE(fits, function, ": a mask of ", shares.extents, " for samples of ", extents,
                 "; each of its extents must be 1 or that of the batch (last axes with last). Was the plan made for "
                 "another size?",
                 asked_about_layout(extents));
  MIXCON_REQUIRE(are_shares(shares.values), function,
                 ": the mask holds a value outside [0, 1], or NaN; it is the share of the own sample.");
}

/// What the mask says for one sample, as often repeated as the sample needs.
template <int Inner, class Shares>
auto mask_of_sample(Shares& shares, index_t sample, const axes<Inner>& extents) {
  const auto whole = shares.view();
  axes<Inner> strides{};
  for (int axis = 0; axis < Inner; ++axis) {
    const int of_mask = 4 - Inner + axis;
    strides[axis] = of_mask < 1 || whole.extent(of_mask) == 1 ? 0 : whole.stride(of_mask);
  }
  using T = typename decltype(whole)::element;
  return tensor_view<T, Inner>{whole.data() + (whole.extent(0) == 1 ? 0 : sample * whole.stride(0)), extents, strides};
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
