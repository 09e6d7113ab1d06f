// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/linear_probe.hpp"

#include "data/epoch_order.hpp"
#include "evaluation/matrix_product.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mixcon_train {
inline namespace evaluation {

namespace {

constexpr index_t most_tried = 12000;  // about as many rows are enough to choose the step size

/// Weights (D, K) and bias (K), with their momentum.
class classifier {
 public:
  classifier(const features& data, index_t classes, const linear_probe_options& options)
      : data_(data),
        classes_(classes),
        options_(options),
        weights_(static_cast<std::size_t>((data.width + 1) * classes)),
        velocity_(weights_.size()),
        slopes_(weights_.size()) {}

  /// Trains on the rows `which`; what is left of the last batch of an epoch is dropped.
  void train(const std::vector<index_t>& which, index_t epochs, double step_size) {
    const index_t count = static_cast<index_t>(which.size()), batch = std::min(options_.batch, count);
    const index_t batches = count / batch, steps = batches * epochs;
    std::vector<index_t> order(which.size()), chosen(static_cast<std::size_t>(batch));
    for (index_t step = 0; step < steps; ++step) {
      if (step % batches == 0) draw_epoch_order(options_.seed, static_cast<std::uint64_t>(step / batches), order);
      for (index_t k = 0; k < batch; ++k)
        chosen[static_cast<std::size_t>(k)] =
            which[static_cast<std::size_t>(order[static_cast<std::size_t>(step % batches * batch + k)])];
      const double done = static_cast<double>(step) / static_cast<double>(steps);
      update(chosen, static_cast<float>(step_size * (1 + std::cos(std::numbers::pi * done)) / 2));
    }
  }

  /// Also puts the probabilities of these rows behind those in `said`, where that is not nullptr.
  double accuracy(const features& data, const std::vector<index_t>& which, std::vector<float>* said = nullptr) {
    index_t right = 0;
    for (std::size_t first = 0; first < which.size(); first += 1024) {
      const std::vector<index_t> chosen(which.begin() + static_cast<index_t>(first),
                                        which.begin() + static_cast<index_t>(std::min(first + 1024, which.size())));
      score(data, chosen);
      for (std::size_t k = 0; k < chosen.size(); ++k) {
        float* row = scores_.data() + static_cast<index_t>(k) * classes_;
        right += std::max_element(row, row + classes_) - row == data.label(chosen[k]);
        if (said == nullptr) continue;
        soften(row);
        said->insert(said->end(), row, row + classes_);
      }
    }
    return which.empty() ? 0 : static_cast<double>(right) / static_cast<double>(which.size());
  }

 private:
  void score(const features& data, const std::vector<index_t>& chosen) {
    const index_t rows = static_cast<index_t>(chosen.size()), width = data.width;
    gathered_.resize(chosen.size() * static_cast<std::size_t>(width));
    scores_.resize(chosen.size() * static_cast<std::size_t>(classes_));
    for (index_t k = 0; k < rows; ++k)
      std::copy_n(data.row(chosen[static_cast<std::size_t>(k)]), width, gathered_.begin() + k * width);
    matrix_product(gathered_.data(), operand::as_it_is, weights_.data(), operand::as_it_is, rows, classes_, width,
                   scores_.data());
    const float* bias = weights_.data() + width * classes_;
    for (index_t k = 0; k < rows; ++k)
      for (index_t c = 0; c < classes_; ++c) scores_[static_cast<std::size_t>(k * classes_ + c)] += bias[c];
  }

  void update(const std::vector<index_t>& chosen, float step_size) {
    score(data_, chosen);
    const index_t rows = static_cast<index_t>(chosen.size()), width = data_.width;
    float* bias_slope = slopes_.data() + width * classes_;
    std::fill_n(bias_slope, classes_, 0.0F);
    for (index_t k = 0; k < rows; ++k) {
      float* row = scores_.data() + k * classes_;
      soften(row);
      row[data_.label(chosen[static_cast<std::size_t>(k)])] -= 1;
      for (index_t c = 0; c < classes_; ++c) {
        row[c] /= static_cast<float>(rows);
        bias_slope[c] += row[c];
      }
    }
    matrix_product(gathered_.data(), operand::transposed, scores_.data(), operand::as_it_is, width, classes_, rows,
                   slopes_.data());
    const float momentum = static_cast<float>(options_.momentum), decay = static_cast<float>(options_.weight_decay);
    const std::size_t decayed = static_cast<std::size_t>(width * classes_);
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      velocity_[k] = momentum * velocity_[k] + slopes_[k] + (k < decayed ? decay * weights_[k] : 0.0F);
      weights_[k] -= step_size * velocity_[k];
    }
  }

  void soften(float* row) const {  // softmax in place
    const float top = *std::max_element(row, row + classes_);
    float sum = 0;
    for (index_t c = 0; c < classes_; ++c) sum += row[c] = std::exp(row[c] - top);
    for (index_t c = 0; c < classes_; ++c) row[c] /= sum;
  }

  const features& data_;
  index_t classes_;
  linear_probe_options options_;
  std::vector<float> weights_, velocity_, slopes_;  // (D + 1, K), the bias last
  std::vector<float> gathered_{}, scores_{};
};

template <class Takes>
std::vector<index_t> rows_where(index_t samples, const Takes& takes) {
  std::vector<index_t> which;
  for (index_t i = 0; i < samples; ++i)
    if (takes(i)) which.push_back(i);
  return which;
}

}  // namespace

linear_probe_result linear_probe(features train, features test, index_t classes, const linear_probe_options& options) {
  check_features(train, classes, "linear_probe");
  check_features(test, classes, "linear_probe");
  MIXCON_REQUIRE(train.samples() >= least_to_probe, "linear_probe: ", train.samples(),
                 " training rows; expected at least ", least_to_probe, ", of which one is held out.");
  standardise(train, test);
  const auto held_out = rows_where(train.samples(), [](index_t i) { return i % 10 == 9; });
  const index_t every = std::max<index_t>(1, train.samples() / most_tried);
  const auto fitted = rows_where(train.samples(), [&](index_t i) { return i % 10 != 9 && i / 10 % every == 0; });
  linear_probe_result best{.accuracy = -1};
  for (const double step_size : {0.3, 0.1, 0.03, 0.01, 0.003, 0.001}) {
    classifier tried(train, classes, options);
    tried.train(fitted, 2, step_size);
    const double accuracy = tried.accuracy(train, held_out);
    if (accuracy > best.accuracy) best = {.accuracy = accuracy, .step_size = step_size};
  }
  classifier chosen(train, classes, options);
  chosen.train(rows_where(train.samples(), [](index_t) { return true; }), options.epochs, best.step_size);
  best.accuracy = chosen.accuracy(test, rows_where(test.samples(), [](index_t) { return true; }), &best.probabilities);
  return best;
}

}  // namespace evaluation
}  // namespace mixcon_train
