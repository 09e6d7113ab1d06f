// SPDX-License-Identifier: BSD-3-Clause
// 05: a loss of your own. A few statistics of a row, one formula of them; engines and gradients come with it.
#include <cmath>
#include <iostream>
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>
#include <vector>

/// Multi-similarity: pulls positives above a similarity of `base` and pushes negatives below it, the worst ones most.
///
///   value = log(1 + sum over positives of exp(-attract (s_j - base))) / attract
///         + log(1 + sum over negatives of exp( repel   (s_j - base))) / repel,     s = similarity
///
/// An anchor without a positive has the second part alone. Without the paper's choice of hard pairs.
/// Source: Wang et al. 2019, arXiv:1904.06627, eq. 15.
struct my_multi_similarity {
  double attract = 2, repel = 50;  // per unit of similarity, > 0; larger looks at the worst pair alone
  double base = 0.5;               // in units of similarity

  void check() const {
    MIXCON_REQUIRE(attract > 0 && repel > 0, "my_multi_similarity: attract is ", attract, " and repel is ", repel,
                   "; expected two numbers > 0, as 2 and 50");
  }
  auto statistics() const {
    return mixcon::pack{mixcon::log_sum_exp{mixcon::over::positives, -attract},
                        mixcon::log_sum_exp{mixcon::over::negatives, repel}};
  }
  template <class T>
  MIXCON_HD T value(T positives, T negatives) const {  // one number per statistic, in their order
    return softplus(positives + attract * base) / attract + softplus(negatives - repel * base) / repel;
  }
};

int main() {
  static_assert(mixcon::check_loss<my_multi_similarity>());
  const int samples = 12, width = 8;
  std::vector<double> rows, slopes(samples * width);
  for (int k = 0; k < samples * width; ++k) rows.push_back(mixcon::philox_draws{.seed = 5}.normal("rows", k));
  const auto embeddings = mixcon::as_matrix(rows, samples, width), gradient = mixcon::as_matrix(slopes, samples, width);
  const std::vector<int> labels{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
  const mixcon::label_targets targets{.labels = labels};

  const mixcon::objective criterion{my_multi_similarity{}, mixcon::cosine{}};
  const double loss = mixcon::value_and_grad(mixcon::serial{}, criterion, targets, embeddings, gradient);

  mixcon::saved_for<decltype(criterion), decltype(embeddings)> saved;
  auto loss_at = [&](double entry) {
    embeddings(0, 0) = entry;
    return mixcon::forward(mixcon::tiled{}, criterion, targets, embeddings, saved).value;
  };
  const double at = embeddings(0, 0), step = 1e-6;
  const double difference = (loss_at(at + step) - loss_at(at - step)) / (2 * step);
  std::cout << "loss " << loss << "; slope by entry (0, 0): " << gradient(0, 0) << ", by differences " << difference
            << '\n';
  return std::abs(gradient(0, 0) - difference) < 1e-7 ? 0 : 1;
}
