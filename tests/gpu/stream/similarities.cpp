// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/call.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

namespace {

/// A similarity of the caller's own, neither a product nor a distance: <a, c> / (1 + |a|^2 + |c|^2).
struct damped_product {
  static constexpr bool linear = false;
  constexpr mixcon::rows anchor_rows() const { return mixcon::rows::as_given; }
  constexpr mixcon::rows candidate_rows() const { return mixcon::rows::as_given; }
  template <class T>
  T value(const T& dot, const T& aa, const T& cc) const {
    return dot / (T(1) + aa + cc);
  }
  template <class T>
  mixcon::similarity_slopes<T> slopes(const T& dot, const T& aa, const T& cc) const {
    const T size = T(1) + aa + cc;
    return {T(1) / size, T(-2) * dot / (size * size)};
  }
};

template <class Similarity>
void check(const char* title, const Similarity& similarity, const call_rows& rows, double scale = 1) {
  INFO(title);
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, similarity};
  criterion.direction = {0.5, 0.5}, criterion.scale = scale;
  const any_targets& views = every_targets()[2].targets;
  const call_answer expected = by_serial(criterion, views, rows);
  CHECK(disagreement(by_stream<double>(criterion, views, rows), expected, double_bound) == "");
  CHECK(disagreement(by_stream<float>(criterion, views, rows), expected, float_bound) == "");
}

}  // namespace

TEST_CASE("Every similarity on emulated device rows agrees with serial", "[gpu]") {
  REQUIRE(every_targets()[2].targets.title == "views");
  const call_rows rows{exact_rows(40, 9, 1)};
  check("cosine", mixcon::cosine{}, rows);
  check("dot_product", mixcon::dot_product{}, rows);
  check("dot_product of unit anchors", mixcon::dot_product{.anchors = mixcon::rows::unit}, rows);
  check("negative_squared_distance", mixcon::negative_squared_distance{}, rows);
  check("negative_distance", mixcon::negative_distance{}, rows);
  check("a similarity of the caller's own", damped_product{}, rows);
}

TEST_CASE("Distances of rows that are close, equal or far from the origin are measured from differences", "[gpu]") {
  call_rows close{exact_rows(40, 9, 1)};
  for (double& x : close.anchors.data) x = 512 + std::round(x * 256) / 16384;             // exact in float
  for (std::size_t k = 0; k < 9; ++k) close.anchors.data[9 + k] = close.anchors.data[k];  // two rows are the same
  check("negative_distance, close rows", mixcon::negative_distance{}, close);
  check("negative_squared_distance, close rows", mixcon::negative_squared_distance{}, close);
  call_rows tiny{exact_rows(40, 9, 1)};
  for (double& x : tiny.anchors.data) x = std::ldexp(x, -90);
  check("negative_distance, tiny rows", mixcon::negative_distance{}, tiny, std::ldexp(1.0, 90));
}
