// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/virtual_labels.hpp"

#include "recipes/preferred_views.hpp"

namespace mixcon_train {
inline namespace recipes {

std::vector<preferred_value> virtual_label_values(sample_kind kind, index_t channels) {
  std::vector<preferred_value> values = contrastive_views(kind, channels);
  const char* temperature = kind == sample_kind::image ? "0.2" : kind == sample_kind::row ? "0.1" : "0.5";
  values.emplace_back("temperature", temperature);
  return values;
}

std::vector<preferred_value> imix_values(sample_kind kind, index_t channels) {
  std::vector<preferred_value> values = virtual_label_values(kind, channels);
  values.emplace_back("alpha", kind == sample_kind::row ? "2" : "1");
  return values;
}

// Of the published code: the rate is 0.125 for 256 samples, warm-up 5 epochs, 10 where there are more than 500, and the
// head has a hidden layer as wide as the features. Left out: batch normalisation behind the head, which N-pair and all
// of clips and rows have there, and that there only the last of the five layers on rows is a max-out.
std::vector<preferred_value> paper_of_imix(sample_kind kind, const char* epochs_on_images,
                                           const std::vector<preferred_value>& more) {
  std::vector<preferred_value> values{{"weight-decay", "1e-4"}, {"embedding", "128"}, {"head-hidden", "2048"}};
  const auto add = [&](const std::vector<preferred_value>& these) {
    values.insert(values.end(), these.begin(), these.end());
  };
  if (kind == sample_kind::image)  // CIFAR-10
    add({{"arch", "resnet50"},
         {"width", "64"},
         {"batch", "256"},
         {"lr", "0.125"},
         {"epochs", epochs_on_images},
         {"warm-up", "0.005"},
         {"temperature", "0.2"},
         {"alpha", "1"},
         {"blur", "0"}});
  if (kind == sample_kind::clip)  // Speech Commands
    add({{"arch", "resnet50"},
         {"width", "64"},
         {"batch", "256"},
         {"lr", "0.125"},
         {"epochs", "500"},
         {"warm-up", "0.01"},
         {"schedule", "steps"},
         {"milestones", "0.6,0.8"},
         {"factor", "0.1"},
         {"temperature", "0.5"},
         {"alpha", "1"}});
  if (kind == sample_kind::row)  // CovType
    add({{"arch", "maxout-mlp"},
         {"mlp-layers", "5"},
         {"mlp-width", "2048"},
         {"mlp-features", "2048"},
         {"mlp-pieces", "4"},
         {"batch", "512"},
         {"lr", "0.25"},
         {"epochs", "500"},
         {"warm-up", "0.01"},
         {"temperature", "0.1"},
         {"alpha", "2"},
         {"input-drop", "0.2"}});
  add(more);
  return values;
}

}  // namespace recipes
}  // namespace mixcon_train
