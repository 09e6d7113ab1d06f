// SPDX-License-Identifier: BSD-3-Clause
// Gradients by an encoder's parameters in chunks: those of the batch in one piece, and of finite differences.
#include "support/catch.hpp"

#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/engine/grad_cache.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace mixcon;

namespace {

constexpr index_t rows_in_all = 23, inputs = 5, width = 4;

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

std::vector<double> numbers(index_t count, double phase) {
  std::vector<double> all;
  for (index_t i = 0; i < count; ++i) all.push_back(std::sin(static_cast<double>(i * i % 97) + phase));
  return all;
}

/// z = tanh(x W): an encoder whose gradient is two lines. It notes what it was asked to keep at once.
struct encoder {
  std::vector<double> x = numbers(rows_in_all * inputs, 0.1), weight = numbers(inputs * width, 0.7);
  std::vector<double> by_weight = std::vector<double>(at(inputs * width));
  index_t largest_chunk = 0;

  double embedding(index_t row, index_t k) const {
    double sum = 0;
    for (index_t n = 0; n < inputs; ++n) sum += x[at(row * inputs + n)] * weight[at(n * width + k)];
    return std::tanh(sum);
  }
  void encode(index_t first, const matrix_view<double>& to) {
    largest_chunk = std::max(largest_chunk, to.extent(0));
    for (index_t i = 0; i < to.extent(0); ++i)
      for (index_t k = 0; k < width; ++k) to(i, k) = embedding(first + i, k);
  }
  void pull(index_t first, const matrix_view<const double>& by_embeddings) {
    for (index_t i = 0; i < by_embeddings.extent(0); ++i)
      for (index_t k = 0; k < width; ++k) {
        const double z = embedding(first + i, k), slope = by_embeddings(i, k) * (1 - z * z);
        for (index_t n = 0; n < inputs; ++n) by_weight[at(n * width + k)] += x[at((first + i) * inputs + n)] * slope;
      }
  }
};

auto encode_with(encoder& net) {
  return [&net](index_t first, const matrix_view<double>& to) { net.encode(first, to); };
}
auto pull_with(encoder& net) {
  return [&net](index_t first, const matrix_view<const double>& by) { net.pull(first, by); };
}

template <class Loss>
double value_in_chunks(encoder& net, index_t chunk, const Loss& loss) {
  net.by_weight.assign(net.by_weight.size(), 0), net.largest_chunk = 0;
  const chunked_batch batch{.rows = rows_in_all, .width = width, .chunk = chunk};
  return grad_cache<double>(batch, encode_with(net), loss, pull_with(net)).value;
}

double apart(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t k = 0; k < a.size(); ++k) most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

template <class Loss>
void check_exact(const Loss& loss) {
  encoder net;
  const double whole = value_in_chunks(net, rows_in_all, loss);
  const std::vector<double> expected = net.by_weight;
  for (const index_t chunk : {1, 4, 22, 100}) {
    CHECK(value_in_chunks(net, chunk, loss) == whole);
    CHECK(apart(net.by_weight, expected) <= 1e-14);
    CHECK(net.largest_chunk == std::min(chunk, rows_in_all));
  }
  constexpr double step = 1e-5;
  for (std::size_t k = 0; k < net.weight.size(); k += 3) {
    encoder up, down;
    up.weight[k] += step, down.weight[k] -= step;
    const double slope = (value_in_chunks(up, 7, loss) - value_in_chunks(down, 7, loss)) / (2 * step);
    CHECK(std::abs(slope - expected[k]) <= 1e-8);
  }
}

}  // namespace

TEST_CASE("chunks give the value and the gradient of the batch in one piece", "[engine]") {
  std::vector<int> labels;
  for (int i = 0; i < rows_in_all; ++i) labels.push_back(i % 4);
  const objective criterion{info_nce{.temperature = 0.3}};
  check_exact([&](const matrix_view<const double>& z, const matrix_view<double>& by_z) {
    return value_and_grad(tiled{.threads = 1}, criterion, label_targets{.labels = view(labels)}, z, by_z);
  });
}

TEST_CASE("two encoders have chunks of their own", "[engine]") {
  objective clip{info_nce{.temperature = 0.3}};
  clip.direction = {.rows = 0.5, .columns = 0.5};
  const auto run = [&](index_t first_chunk, index_t second_chunk, encoder& images, encoder& texts) {
    texts.x = numbers(rows_in_all * inputs, 0.4);
    return grad_cache<double>(
               {.rows = rows_in_all, .width = width, .chunk = first_chunk}, encode_with(images),
               {.rows = rows_in_all, .width = width, .chunk = second_chunk}, encode_with(texts),
               [&](const matrix_view<const double>& x, const matrix_view<const double>& y,
                   const matrix_view<double>& by_x, const matrix_view<double>& by_y) {
                 return value_and_grad(serial{}, clip, diagonal_targets{}, x, y,
                                       {.anchors = by_x, .candidates = {by_y}});
               },
               pull_with(images), pull_with(texts))
        .value;
  };
  encoder images, texts, whole_images, whole_texts;
  CHECK(run(5, 8, images, texts) == run(100, 100, whole_images, whole_texts));
  CHECK(apart(images.by_weight, whole_images.by_weight) <= 1e-14);
  CHECK(apart(texts.by_weight, whole_texts.by_weight) <= 1e-14);
  CHECK(apart(images.by_weight, texts.by_weight) > 1e-3);
}

TEST_CASE("losses without an objective take chunks too", "[engine]") {
  check_exact([](const matrix_view<const double>& z, const matrix_view<double>& by_z) {
    constexpr index_t half = rows_in_all / 2;
    const auto part = [](const auto& all, index_t first) {
      auto rows = all;
      return decltype(rows){&all(first, 0), {half, width}};
    };
    return value_and_grad(serial{}, barlow_twins{}, part(z, 0), part(z, half),
                          {.first = part(by_z, 0), .second = part(by_z, half)});
  });
}

TEST_CASE("a batch of fewer than no rows, or without width or chunks, is refused", "[engine]") {
  const auto nothing = [](index_t, const auto&) {};
  const auto loss = [](const matrix_view<const float>&, const matrix_view<float>&) { return 0; };
  for (const chunked_batch wrong : {chunked_batch{-1, 4, 1}, chunked_batch{4, 0, 1}, chunked_batch{4, 4, 0}})
    CHECK_THROWS_WITH(grad_cache(wrong, nothing, loss, nothing),
                      Catch::Matchers::StartsWith("grad_cache: a batch of "));
}
