// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/biased_call.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

TEST_CASE("Logits with a bias per candidate agree with serial on moments, with each test of a pair", "[gpu]") {
  const auto a = exact_rows(66, 9, 1), c = exact_rows(130, 9, 2);
  for (const double temperature : {0.5, 0.02})  // by a fixed shift, and by a running one
    for (const bool hides : {false, true}) {
      const mixcon::info_nce loss{.temperature = temperature};
      const double bound = temperature < 0.07 ? 7e-5 : 2e-5;  // a logit's error is the similarity's, over it
      INFO("temperature " << temperature << (hides ? ", some hidden" : ""));
      check_biased("diagonal", loss, mixcon::diagonal_targets{}, made_biases(130, 66, hides ? 90 : 66), a, &c, bound);
      std::vector<int> labels;  // classes of one, so that a lane's first pairs may all be hidden, of many and of few
      for (int i = 0; i < 66; ++i) labels.push_back(i < 20 ? i : i < 50 ? 100 : 100 + i / 3);
      check_biased("labels", loss, mixcon::label_targets{.labels = labels}, made_biases(66, 0, hides ? 20 : 0), a,
                   nullptr, bound);
    }
}

TEST_CASE("Biases per candidate at the edges of tiles, of one row, and all alike", "[gpu]") {
  const mixcon::info_nce loss{.temperature = 0.2};
  const double bound = 4e-5;  // the shares of a column and its positive nearly cancel in the gradient by its bias
  for (const auto& [n, m] : {std::pair<index_t, index_t>{1, 1}, {1, 63}, {2, 64}, {65, 129}, {5, 577}}) {
    INFO(n << " x " << m);
    const auto a = exact_rows(n, 5, 1), c = exact_rows(m, 5, 2);
    check_biased("every bias is 3", loss, mixcon::diagonal_targets{},
                 std::vector<double>(static_cast<std::size_t>(m), 3), a, &c, bound);
  }
}
