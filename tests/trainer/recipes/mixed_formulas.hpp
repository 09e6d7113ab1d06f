// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Losses of mixed samples under a network's classifier, by their definitions in double.

#include "trainer/recipes/one_step.hpp"

#include <algorithm>
#include <cmath>

namespace mixcon_train {

/// -log of the share of `own` among e^logits, where `seen`.
inline double surprise(const numbers& logits, std::size_t own, const std::vector<bool>& seen = {}) {
  double sum = 0;
  for (std::size_t k = 0; k < logits.size(); ++k) sum += seen.empty() || seen[k] ? std::exp(logits[k]) : 0;
  return std::log(sum) - logits[own];
}

/// Infinite Class Mixup by its definition: over mixed classifiers, over samples, or both.
inline double by_hand(const std::string& axis, bool masks, const numbers& x, network& net,
                      const mixcon::pair_targets& of) {
  const numbers w = numbers_in(net.last_layer().weight()), b = numbers_in(net.last_layer().bias());
  const std::size_t count = of.lambda.size(), width = x.size() / count, classes = b.size();
  std::vector<numbers> share(count, numbers(classes, 0));  // of each class in each sample
  for (std::size_t j = 0; j < count; ++j) {
    share[j][static_cast<std::size_t>(of.own[j])] += of.lambda[j];
    share[j][static_cast<std::size_t>(of.partner[j])] += 1 - of.lambda[j];
  }
  const auto logit = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      double score = b[c];
      for (std::size_t k = 0; k < width; ++k) score += x[i * width + k] * w[c * width + k];
      sum += share[j][c] * score;
    }
    return sum;
  };
  double loss = 0;
  for (std::size_t i = 0; i < count; ++i) {
    numbers across, down;
    std::vector<bool> seen;
    for (std::size_t j = 0; j < count; ++j) {
      across.push_back(logit(i, j)), down.push_back(logit(j, i));
      double apart = 0;
      for (std::size_t c = 0; c < classes; ++c) apart += std::abs(share[i][c] - share[j][c]);
      seen.push_back(i == j || !masks || apart > 1e-12);
    }
    if (axis != "pair") loss += surprise(across, i, seen) / static_cast<double>(count);
    if (axis != "class") loss += surprise(down, i, seen) / static_cast<double>(count);
  }
  return loss;
}

/// Cross entropy of features under the network's head, against shares of two labels.
inline double entropy(one_step& step, const numbers& features, const mixcon::pair_targets& of) {
  const numbers w = numbers_in(step.net().last_layer().weight()), b = numbers_in(step.net().last_layer().bias());
  const std::size_t count = of.lambda.size(), width = features.size() / count;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    numbers scores = b;
    for (std::size_t c = 0; c < b.size(); ++c)
      for (std::size_t k = 0; k < width; ++k) scores[c] += w[c * width + k] * features[i * width + k];
    sum += of.lambda[i] * surprise(scores, static_cast<std::size_t>(of.own[i])) +
           (1 - of.lambda[i]) * surprise(scores, static_cast<std::size_t>(of.partner[i]));
  }
  return sum / static_cast<double>(count);
}

/// Labels that nothing was mixed with.
inline mixcon::pair_targets plain(const std::vector<int>& labels) {
  const std::vector<index_t> all(labels.begin(), labels.end());
  return {all, all, numbers(all.size(), 1)};
}

/// The largest difference; infinite where lengths differ.
inline double farthest(const numbers& a, const numbers& b) {
  double most = a.size() == b.size() ? 0 : HUGE_VAL;
  for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k) most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

}  // namespace mixcon_train
