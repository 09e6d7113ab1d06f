// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/evaluation.hpp"

#include "evaluation/linear_probe.hpp"
#include "evaluation/nearest_neighbours.hpp"
#include "evaluation/ridge_probe.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace mixcon_train {
inline namespace evaluation {

namespace {

constexpr index_t images_at_once = 200;

std::vector<index_t> counted(index_t first, index_t end) {
  std::vector<index_t> samples(static_cast<std::size_t>(end - first));
  std::iota(samples.begin(), samples.end(), first);
  return samples;
}

/// Whoever looks at rows of a network can count on finite ones.
void require_finite(const features& found, const std::vector<index_t>& samples, const data_set& data) {
  for (index_t i = 0; i < found.samples(); ++i)
    for (index_t d = 0; d < found.width; ++d)
      MIXCON_REQUIRE(std::isfinite(found.row(i)[d]), "encode: the network makes ", found.row(i)[d], " of ",
                     to_string(data.kind), " ", samples[static_cast<std::size_t>(i)] + 1, " of ", data.title(),
                     "; expected finite numbers. Did training diverge (a smaller --lr may help), or does that ",
                     to_string(data.kind), " hold numbers far beyond those of training?");
}

}  // namespace

encoded encode(network& net, device& on, const data_set& data, const channel_statistics& statistics) {
  return encode(net, on, data, statistics, counted(0, data.samples()));
}

encoded encode(network& net, device& on, const data_set& data, const channel_statistics& statistics,
               const std::vector<index_t>& samples) {
  const without_gradients guard;
  const index_t count = static_cast<index_t>(samples.size());
  encoded made{{.width = net.feature_width()}, {.width = net.head_width()}};
  for (const index_t sample : samples) made.backbone.labels.push_back(data.label(sample));
  made.head.labels = made.backbone.labels;
  made.backbone.rows.resize(static_cast<std::size_t>(count * made.backbone.width));
  made.head.rows.resize(static_cast<std::size_t>(count * made.head.width));
  std::vector<float> images(static_cast<std::size_t>(images_at_once * data.width()));
  for (index_t first = 0; first < count; first += images_at_once) {
    const index_t end = std::min(first + images_at_once, count);
    normalised_rows(data, statistics, {samples.begin() + first, samples.begin() + end}, images.data());
    const shape extents{end - first, data.shape.channels, data.shape.rows, data.shape.columns};
    const variable backbone = net.features(variable(tensor_of(on, extents, images.data())));
    copy_numbers(backbone.value(), made.backbone.row(first));
    copy_numbers(net.head(backbone).value(), made.head.row(first));
  }
  require_finite(made.backbone, samples, data), require_finite(made.head, samples, data);
  return made;
}

features raw_pixels(const data_set& data, const channel_statistics& statistics) {
  features made{.width = data.width(), .labels = data.labels};
  made.rows.resize(static_cast<std::size_t>(data.samples() * made.width));
  normalised_rows(data, statistics, counted(0, data.samples()), made.rows.data());
  return made;
}

score_row judged(const std::string& name, const features& train, const features& test, index_t classes,
                 features* probabilities) {
  linear_probe_result linear = linear_probe(train, test, classes);
  if (probabilities != nullptr)
    *probabilities = {.width = classes, .rows = std::move(linear.probabilities), .labels = test.labels};
  return {.name = name,
          .linear = linear.accuracy,
          .neighbours = nearest_neighbours(train, test, classes),
          .ridge = ridge_probe(train, test, classes).accuracy};
}

double classifier_accuracy(const features& scores) {
  index_t right = 0;
  for (index_t i = 0; i < scores.samples(); ++i)
    right += std::max_element(scores.row(i), scores.row(i) + scores.width) - scores.row(i) == scores.label(i);
  return static_cast<double>(right) / static_cast<double>(scores.samples());
}

}  // namespace evaluation
}  // namespace mixcon_train
