// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A memory bank: one row for every sample of the data set, as a moving average of its embeddings.

#include <mixcon/core/integer_view.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/workspace.hpp>

#include <cmath>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A row for every sample of the data set, as a moving average of its embeddings: v = unit(momentum v + (1 - momentum)
/// z). Wu et al. 2018, arXiv:1805.01978; CRD keeps two of them, with momentum 0.5. Starts with rows of zeros, so a
/// sample's first row is its embedding. Plain data: store and restore `rows`. Negatives are rows that a list names
/// (`uniform_negatives`, `own_rows`).
template <Storable T>
struct instance_bank {
  index_t samples = 0, width = 0;
  double momentum = 0.5;  // in [0, 1)
  std::vector<T> rows{};  // (samples, width)

  instance_bank() = default;
  instance_bank(index_t count, index_t row_width, double keep = 0.5)
      : samples(count), width(row_width), momentum(keep), rows(static_cast<std::size_t>(count * row_width)) {
    MIXCON_REQUIRE(count >= 1 && row_width >= 1, "instance_bank: ", count, " samples of width ", row_width,
                   "; expected at least 1 of each");
    MIXCON_REQUIRE(keep >= 0 && keep < 1, "instance_bank: momentum is ", keep, "; expected 0 <= momentum < 1");
  }

  matrix_view<const T> view() const { return {rows.data(), {samples, width}}; }

  /// Moves the rows of samples `ids` (B) toward embeddings (B, D). An id that comes twice is refused: the result would
  /// depend on the order. Nothing changes when anything is refused. With a workspace nothing is allocated for a batch
  /// of the same size.
  template <detail::GivenTensor<2> Rows>
  void update(const Rows& tensor, const integer_view& ids, const in_workspace& memory = in_workspace::none()) {
    using std::sqrt;
    const auto from = detail::view_given<2>("instance_bank", "the new rows", tensor);
    const index_t count = from.extent(0);
    MIXCON_REQUIRE(from.extent(1) == width && ids.size() == count, "instance_bank: rows ", from.extents(), " and ",
                   ids.size(), " ids for a bank of width ", width, "; expected that width and an id each");
    scratch<char> seen(memory.memory, static_cast<std::size_t>(samples));
    auto next = scratch<double>::unset(memory.memory, static_cast<std::size_t>(count * width));
    for (index_t i = 0; i < count; ++i) {
      MIXCON_REQUIRE(ids[i] >= 0 && ids[i] < samples, "instance_bank: id ", ids[i], " of ", samples,
                     " samples; expected 0 to one less");
      MIXCON_REQUIRE(!seen[static_cast<std::size_t>(ids[i])], "instance_bank: id ", ids[i],
                     " comes twice in one update; expected each once. Update the views one after another");
      seen[static_cast<std::size_t>(ids[i])] = 1;
      double squared = 0;
      for (index_t k = 0; k < width; ++k) {
        const double held = static_cast<double>(rows[static_cast<std::size_t>(ids[i] * width + k)]);
        double& moved = next[static_cast<std::size_t>(i * width + k)];
        moved = momentum * held + (1 - momentum) * static_cast<double>(from(i, k));
        squared += moved * moved;
      }
      MIXCON_REQUIRE(squared > 0 && squared - squared == 0, "instance_bank: row ", i,
                     " moves its sample to squared length ", squared,
                     "; expected a finite number above 0. Has training diverged?");
      const double length = sqrt(squared);
      for (index_t k = 0; k < width; ++k) next[static_cast<std::size_t>(i * width + k)] /= length;
    }
    for (index_t i = 0; i < count; ++i)
      for (index_t k = 0; k < width; ++k)
        rows[static_cast<std::size_t>(ids[i] * width + k)] =
            static_cast<T>(next[static_cast<std::size_t>(i * width + k)]);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
