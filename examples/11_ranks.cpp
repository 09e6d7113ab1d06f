// SPDX-License-Identifier: BSD-3-Clause
// examples/11_ranks.cpp: the exact loss of a batch that lies on several ranks; here they are threads, with MPI
// processes.
#include <mixcon/mixcon.hpp>
#include <mixcon/ranks/estimate.hpp>
#include <mixcon/ranks/ranks.hpp>
#include <mixcon/ranks/thread_ranks.hpp>

#include <cmath>
#include <iostream>
#include <string>
#include <vector>

int main() {
  using namespace mixcon;
  constexpr index_t ranks_in_all = 4, batch = 64, width = 32;  // rows of each rank
  std::vector<float> rows(ranks_in_all * batch * width), whole_gradient(rows.size()), gradient(rows.size());
  std::vector<int> labels(ranks_in_all * batch);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    philox_stream bits(1, 0, 0, static_cast<index_t>(k));
    rows[k] = static_cast<float>(normal(bits));
  }
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int>(i % 100);
  const objective criterion{info_nce{.temperature = 0.07}, cosine{}};

  // what one process says of the whole batch
  const axes<2> whole{ranks_in_all * batch, width}, part{batch, width};
  const float expected =
      value_and_grad(tiled{}, criterion, label_targets{.labels = labels}, matrix_view<const float>{rows.data(), whole},
                     matrix_view<float>{whole_gradient.data(), whole});

  // each rank: its own rows, its own labels; the loss of all, and the gradient by its own rows
  std::vector<float> losses(ranks_in_all);
  std::string said;
  thread_ranks(ranks_in_all).run([&](const thread_rank& me) {
    const index_t first = me.rank() * batch;
    const std::vector<int> my_labels(labels.begin() + first, labels.begin() + first + batch);
    const matrix_view<const float> mine{rows.data() + first * width, part};
    const matrix_view<float> my_gradient{gradient.data() + first * width, part};

    const float loss = value_and_grad(ranks{me, tiled{.threads = 1}}, criterion, label_targets{.labels = my_labels},
                                      mine, my_gradient);

    losses[static_cast<std::size_t>(me.rank())] = loss;
    const std::string line = batch_of_ranks(me, batch, batch);
    if (me.rank() == 0) said = line;
  });

  float apart = 0;
  for (std::size_t k = 0; k < gradient.size(); ++k) apart = std::max(apart, std::abs(gradient[k] - whole_gradient[k]));
  std::cout << said << "\nloss " << losses[0] << ", of one process " << expected << "; gradients differ by at most "
            << apart << '\n';
  return std::abs(losses[3] - expected) < 1e-4F && apart < 1e-6F ? 0 : 1;
}
