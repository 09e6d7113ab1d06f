// SPDX-License-Identifier: BSD-3-Clause
#include "mix/batches.hpp"
#include "support/catch.hpp"

#include <mixcon/mix/solve/spectral_residual.hpp>

#include <complex>
#include <numbers>

using namespace mixcon_test;

namespace {

/// The formula of the page, with sums over all pixels for the transforms.
std::vector<double> written_out(const std::vector<double>& grey, index_t rows, index_t columns) {
  const auto at = [columns](index_t y, index_t x) { return static_cast<std::size_t>(y * columns + x); };
  const auto transform = [&](const std::vector<std::complex<double>>& from, double sign) {
    std::vector<std::complex<double>> to(from.size());
    for (index_t v = 0; v < rows; ++v)
      for (index_t u = 0; u < columns; ++u)
        for (index_t y = 0; y < rows; ++y)
          for (index_t x = 0; x < columns; ++x)
            to[at(v, u)] +=
                from[at(y, x)] * std::polar(1.0, sign * 2 * std::numbers::pi *
                                                     (static_cast<double>(v * y) / static_cast<double>(rows) +
                                                      static_cast<double>(u * x) / static_cast<double>(columns)));
    return to;
  };
  auto spectrum = transform({grey.begin(), grey.end()}, -1), residual = spectrum;
  for (index_t v = 0; v < rows; ++v)
    for (index_t u = 0; u < columns; ++u) {
      double mean = 0;
      for (index_t k = 0; k < 9; ++k)
        mean +=
            std::log(std::abs(spectrum[at((v + k / 3 + rows - 1) % rows, (u + k % 3 + columns - 1) % columns)])) / 9;
      residual[at(v, u)] =
          std::polar(std::exp(std::log(std::abs(spectrum[at(v, u)])) - mean), std::arg(spectrum[at(v, u)]));
    }
  std::vector<double> squares;
  for (const auto& value : transform(residual, 1)) squares.push_back(std::norm(value));
  std::vector<double> smooth(squares.size());
  const axes<3> one{1, rows, columns};
  blurred_saliency(tensor_view<const double, 3>(squares.data(), one), tensor_view<double, 3>(smooth.data(), one));
  const double largest = *std::max_element(smooth.begin(), smooth.end());
  for (double& value : smooth) value /= largest;
  return smooth;
}

}  // namespace

TEST_CASE("spectral_residual_saliency agrees with its formula written out", "[mix]") {
  for (const auto& [rows, columns] : {std::pair<index_t, index_t>{8, 8}, {5, 12}, {7, 6}}) {
    const axes<4> extents{2, 3, rows, columns};
    const auto images = random_batch<double>(extents, 3);
    auto saliency = empty_batch<double>(axes<3>{2, rows, columns});
    spectral_residual_saliency(images.of, saliency.of);
    for (index_t i = 0; i < 2; ++i) {
      std::vector<double> grey;
      for (index_t k = 0; k < rows * columns; ++k) {
        double sum = 0;
        for (index_t c = 0; c < 3; ++c) sum += images.of(i, c, k / columns, k % columns);
        grey.push_back(sum / 3);
      }
      const std::vector<double> expected = written_out(grey, rows, columns);
      for (index_t k = 0; k < rows * columns; ++k)
        CHECK(saliency.of(i, k / columns, k % columns) == Approx(expected[static_cast<std::size_t>(k)]).margin(1e-9));
    }
  }
}

TEST_CASE("spectral_residual_saliency finds the one spot of a textured image", "[mix]") {
  const axes<4> extents{1, 1, 32, 32};
  auto image = random_batch<float>(extents, 7);
  for (float& value : image.storage) value = 0.5F + 0.05F * value;
  for (index_t y = 9; y < 13; ++y)
    for (index_t x = 20; x < 24; ++x) image.of(0, 0, y, x) = 1;
  auto saliency = empty_batch<float>(axes<3>{1, 32, 32});
  spectral_residual_saliency(image.of, saliency.of);
  float at_spot = 0, elsewhere = 0;
  for (index_t y = 0; y < 32; ++y)
    for (index_t x = 0; x < 32; ++x) {
      const bool near = std::abs(static_cast<int>(y) - 11) < 6 && std::abs(static_cast<int>(x) - 22) < 6;
      (near ? at_spot : elsewhere) = std::max(near ? at_spot : elsewhere, saliency.of(0, y, x));
    }
  CHECK(at_spot == 1);
  CHECK(elsewhere < at_spot);
  const auto plan = saliencymix<>{}.plan(image_shape{1, 1, 32, 32}, philox_draws{.seed = 1}, saliency.of);
  CHECK(plan.samples() == 1);
}

TEST_CASE("spectral_residual_saliency takes an even image and refuses other shapes", "[mix]") {
  auto image = empty_batch<float>(axes<4>{1, 1, 8, 8});
  auto saliency = empty_batch<float>(axes<3>{1, 8, 8}), other = empty_batch<float>(axes<3>{1, 8, 9});
  spectral_residual_saliency(image.of, saliency.of);
  for (const float value : saliency.storage) CHECK((value >= 0 && value <= 1));
  CHECK_THROWS_WITH(spectral_residual_saliency(image.of, other.of), ContainsSubstring("the saliency (1, 8, 9)"));
}

TEST_CASE("saliency keeps its form whatever the unit of what it is made of", "[mix]") {
  const axes<4> extents{2, 2, 8, 8};
  const axes<3> planes{2, 8, 8};
  const auto images = random_batch<double>(extents, 11);
  const auto make = [&](double unit, auto& gradient, auto& blurred, auto& residual) {
    auto scaled = images;
    scaled.of = {scaled.storage.data(), extents};
    for (double& value : scaled.storage) value *= unit;
    gradient_saliency(scaled.of, gradient.of);
    blurred_saliency(gradient.of, blurred.of);
    spectral_residual_saliency(scaled.of, residual.of);
  };
  auto gradient = empty_batch<double>(planes), blurred = gradient, residual = gradient, scaled_gradient = gradient,
       scaled_blurred = gradient, scaled_residual = gradient;
  for (auto* made : {&gradient, &blurred, &residual, &scaled_gradient, &scaled_blurred, &scaled_residual})
    made->of = {made->storage.data(), planes};
  make(1, gradient, blurred, residual);
  for (const double unit : {1e-300, 1e-170, 1e-20, 255.0, 1e160, 8e307}) {
    make(unit, scaled_gradient, scaled_blurred, scaled_residual);
    INFO("unit " << unit);
    for (std::size_t k = 0; k < gradient.storage.size(); ++k) {
      CHECK(scaled_gradient.storage[k] / unit == Approx(gradient.storage[k]).epsilon(1e-12));
      CHECK(scaled_blurred.storage[k] / unit == Approx(blurred.storage[k]).epsilon(1e-12));
      CHECK(scaled_residual.storage[k] == Approx(residual.storage[k]).epsilon(1e-9));
    }
  }
}

TEST_CASE("saliency of what is not finite is refused, with one sentence", "[mix]") {
  auto image = random_batch<float>(axes<4>{2, 1, 8, 8}, 5);
  auto saliency = empty_batch<float>(axes<3>{2, 8, 8}), blurred = empty_batch<float>(axes<3>{2, 8, 8});
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    image.of(1, 0, 3, 3) = bad;
    CHECK_THROWS_WITH(spectral_residual_saliency(image.of, saliency.of), ContainsSubstring("image 1 holds "));
    gradient_saliency(image.of, saliency.of);
    CHECK_THROWS_WITH(blurred_saliency(saliency.of, blurred.of), ContainsSubstring("map 1 holds "));
    CHECK_THROWS_WITH(saliencymix<>{.levels = 0}.plan(image_shape{2, 1, 8, 8}, philox_draws{}, saliency.of),
                      ContainsSubstring("expected finite numbers"));
    CHECK_THROWS_WITH(guidedmixup<>{}.plan(image_shape{2, 1, 8, 8}, philox_draws{}, saliency.of),
                      ContainsSubstring("expected finite numbers >= 0"));
    CHECK_THROWS_WITH(attentivemix<>{}.plan(image_shape{2, 1, 8, 8}, philox_draws{}, image.of),
                      ContainsSubstring("the features of sample 1 hold "));
    CHECK_THROWS_WITH(alignmix<>{}.plan(image.of, philox_draws{}), ContainsSubstring("expected features that are"));
  }
}

TEST_CASE("policies place and share by saliency and features in any unit", "[mix]") {
  const image_shape shape{2, 1, 8, 8};
  const auto saliency = random_batch<double>(axes<3>{2, 8, 8}, 6);
  const auto features = random_batch<double>(axes<4>{2, 3, 4, 4}, 7);
  const auto plans = [&](double unit) {
    std::vector<double> maps, cells;
    for (const double value : saliency.storage) maps.push_back(unit * std::abs(value));
    for (const double value : features.storage) cells.push_back(unit * value);
    const tensor_view<const double, 3> map(maps.data(), {2, 8, 8});
    return std::tuple(
        guidedmixup<>{}.plan(shape, philox_draws{}, map).region.shares.values,
        saliencymix<>{.levels = 0}.plan(shape, philox_draws{}, map),
        attentivemix<>{}.plan(shape, philox_draws{}, tensor_view<const double, 4>(cells.data(), {2, 3, 4, 4})));
  };
  const auto [shares, boxes, cells] = plans(1);
  for (const double unit : {1e-300, 1e-100, 1e100, 8e307}) {
    const auto [scaled_shares, scaled_boxes, scaled_cells] = plans(unit);
    INFO("unit " << unit);
    for (std::size_t k = 0; k < shares.size(); ++k) CHECK(scaled_shares[k] == Approx(shares[k]).epsilon(1e-12));
    CHECK(scaled_boxes == boxes);
    CHECK(scaled_cells == cells);
  }
}
