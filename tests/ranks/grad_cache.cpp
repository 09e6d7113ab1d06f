// SPDX-License-Identifier: BSD-3-Clause
// An encoder that takes each rank's rows in chunks, and the loss of all ranks in between.
#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <mixcon/engine/grad_cache.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t samples = 17, inputs = 3, width = 4;

/// z = x W; the gradient by W is x^T times the gradient by z.
struct linear_encoder {
  matrix<double> x, weight, by_weight{inputs, width};

  void encode(index_t first, const matrix_view<double>& z) const {
    for (index_t i = 0; i < z.extent(0); ++i)
      for (index_t k = 0; k < width; ++k) {
        z(i, k) = 0;
        for (index_t n = 0; n < inputs; ++n) z(i, k) += x(first + i, n) * weight(n, k);
      }
  }
  void pull(index_t first, const matrix_view<const double>& by_z) {
    for (index_t i = 0; i < by_z.extent(0); ++i)
      for (index_t n = 0; n < inputs; ++n)
        for (index_t k = 0; k < width; ++k) by_weight(n, k) += x(first + i, n) * by_z(i, k);
  }
};

/// The value that a rank (or `serial`) finds with chunks of this size; adds to the encoder's gradient.
template <class Executor>
double value_in_chunks(const Executor& on, linear_encoder& net, const std::vector<int>& labels, index_t chunk) {
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  const label_targets targets{.labels = labels};
  const chunked_batch batch{.rows = net.x.rows(), .width = width, .chunk = chunk};
  const auto encode = [&](index_t first, const matrix_view<double>& z) { net.encode(first, z); };
  const auto pull = [&](index_t first, const matrix_view<const double>& by_z) { net.pull(first, by_z); };
  const auto of_all_ranks = [&](const auto& z, const auto& by_z) {
    return value_and_grad(on, criterion, targets, z, by_z);
  };
  const double loss = grad_cache<double>(batch, encode, of_all_ranks, pull);
  return loss;
}

}  // namespace

TEST_CASE("chunks on each rank give the gradient of one process with all rows", "[ranks]") {
  random_numbers draw(21);
  const auto x = random_embeddings<double>(samples, inputs, draw),
             weight = random_embeddings<double>(inputs, width, draw);
  std::vector<int> labels;
  for (int i = 0; i < samples; ++i) labels.push_back(i % 4);
  linear_encoder one{x, weight};
  const double expected = value_in_chunks(serial{}, one, labels, samples);

  const std::vector<index_t> sizes{7, 0, 10};
  std::vector<linear_encoder> nets(sizes.size());
  std::vector<double> values(sizes.size());
  thread_ranks(3).run([&](const thread_rank& me) {
    const auto r = static_cast<std::size_t>(me.rank());
    const index_t first = firsts_of(sizes)[r];
    nets[r].x = rows_of(x, first, sizes[r]), nets[r].weight = weight;
    values[r] = value_in_chunks(mixcon::ranks{me, serial{}}, nets[r], part_of(labels, first, sizes[r]), 3);
  });
  for (const double value : values) CHECK(std::abs(value - expected) <= 1e-12);
  for (index_t n = 0; n < inputs; ++n)
    for (index_t k = 0; k < width; ++k) {
      double sum = 0;
      for (const auto& net : nets) sum += net.by_weight(n, k);
      CHECK(std::abs(sum - one.by_weight(n, k)) <= 1e-12);
    }
}
