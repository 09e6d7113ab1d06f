// SPDX-License-Identifier: BSD-3-Clause
// examples/09_hard_negatives.cpp: a queue of past keys, the hardest of them for each query, and mixtures of those.
#include <mixcon/mixcon.hpp>

#include <cmath>
#include <iostream>
#include <vector>

int main() {
  using namespace mixcon;
  constexpr index_t batch = 32, width = 64;
  auto unit_rows = [](std::uint64_t step) {  // what an encoder would give
    std::vector<float> rows(batch * width);
    for (index_t i = 0; i < batch; ++i) {
      philox_stream bits(1, step, 0, i);
      double squared = 0;
      for (index_t x = 0; x < width; ++x) {
        const double drawn = normal(bits);
        rows[static_cast<std::size_t>(i * width + x)] = static_cast<float>(drawn);
        squared += drawn * drawn;
      }
      for (index_t x = 0; x < width; ++x)
        rows[static_cast<std::size_t>(i * width + x)] /= static_cast<float>(std::sqrt(squared));
    }
    return rows;
  };
  auto as_matrix = [](std::vector<float>& rows) { return matrix_view<float>{rows.data(), {batch, width}}; };

  memory_queue<float> queue(1024, width);
  for (std::uint64_t step = 1; step <= 20; ++step) {
    auto keys = unit_rows(step);
    queue.enqueue(as_matrix(keys));
  }
  auto queries = unit_rows(100), keys = unit_rows(101), by_queries = queries;
  const auto q = as_matrix(queries), k = as_matrix(keys);

  const auto hardest = top_k{.k = 64}(tiled{}, cosine{}, q, queue.rows());
  const mochi mixes{.hardest = 64, .mixed = 32, .query_mixed = 8};
  const auto mixtures = mixes.mixtures(hardest.list, mixes.plan(batch, philox_draws{.seed = 1, .step = 100}));
  const synthetic_negatives mixed(cosine{}, mixtures, q, k, queue.rows());

  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  const auto loss =
      value_and_grad(tiled{}, criterion, listed_targets{mixed.list}, q,
                     candidates(own(mixed.own_candidates.view()), queue.rows()), {.anchors = as_matrix(by_queries)});
  queue.enqueue(k);  // after the loss: no key is a negative of its own step
  std::cout << "queue " << queue.size() << ", hardest cosine " << hardest.score_of(0, 0) << ", loss " << loss.value
            << '\n';
}
