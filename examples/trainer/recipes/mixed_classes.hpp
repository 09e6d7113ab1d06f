// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/recipe_parts.hpp"

#include <mixcon/losses/infinite_class_mixup.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

#include <string>

namespace mixcon_train {
inline namespace recipes {

/// The options of a loss in which each mixed sample is a class of its own, with a classifier mixed as the sample is.
struct mixed_class_options {
  std::string axis = "dual", duplicates = "keep";
  void declare(option_list& to) {
    to.add("axis", axis, {"class", "pair", "dual"},
           "which mixed classifier for this sample, which sample for this classifier, or both", "dual");
    to.add("duplicates", duplicates, {"keep", "masked"}, "whether samples of the same classes and lambda compete",
           "keep");
  }
};

/// A loss of mixed samples, and what it is where features and biases are 0.
struct mixed_class_loss {
  variable loss{};
  double chance = 0;
};

/// Infinite Class Mixup of the features (N, F) of a batch under the classifier of a network, of which this rank has
/// (M, F). Mensink and Mettes 2023, arXiv:2305.10293.
mixed_class_loss loss_of_mixed_classes(const mixed_class_options& chosen, network& net, const variable& features,
                                       const mixcon::pair_targets& targets);

/// What the published code trains with on CIFAR, but for alpha; nothing on other kinds.
std::vector<preferred_value> paper_of_mixed_classes(sample_kind kind, const char* alpha);

}  // namespace recipes
}  // namespace mixcon_train
