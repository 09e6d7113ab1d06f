// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"
#include "options/option_list.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>

#include <string>

namespace mixcon_train {
inline namespace recipes {

/// The eta-balanced loss that a mixer learns by, of SAMix, Li et al. 2021, arXiv:2111.15454: which of the two classes a
/// mixture is of (local), and eta times which of all (global).
struct eta_options {
  std::string eta_mode = "none";
  double eta = 0.5;
  void declare(option_list& to);
};

/// Of scores (N, K) and both labels of each mixture:
///   none       cross entropy of the mixed labels, which is what the published code computes, whatever its eta
///   decoupled  mean of lambda [-log p(a | a or b) - eta log p(a | not b)] + (1 - lambda) [the same of b], with plain
///              cross entropy where a = b; the paper's equation, as far as it could be reconstructed
///   bce        mean over samples of the sum over classes of binary cross entropy, times eta where a class is absent
/// All lambdas are one.
variable eta_loss(const eta_options& chosen, const variable& scores, const mixcon::pair_targets& targets);
/// What it is where all scores are equal and the labels differ.
double chance_of(const eta_options& chosen, index_t classes);

}  // namespace recipes
}  // namespace mixcon_train
