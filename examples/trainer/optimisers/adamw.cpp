// SPDX-License-Identifier: BSD-3-Clause
#include "optimisers/adamw.hpp"

namespace mixcon_train {
inline namespace optimisers {

adamw::adamw(std::vector<parameter> parameters, double weight_decay, const moments& of)
    : optimiser(std::move(parameters)), weight_decay_(weight_decay), moments_(of) {
  make_state("mean", means_);
  make_state("square", squares_);
  register_count("steps", steps_);
}

tensor adamw::move(std::size_t k, const tensor& weights, const tensor& gradient, double rate) {
  const adapted made = weights.on().adapt(weights, gradient, means_[k], squares_[k],
                                          {.rate = rate,
                                           .first = moments_.first,
                                           .second = moments_.second,
                                           .epsilon = moments_.epsilon,
                                           .decay = decay_of(k, weight_decay_),
                                           .step = static_cast<double>(steps_)});
  means_[k] = made.mean, squares_[k] = made.square;
  return made.weights;
}

}  // namespace optimisers
}  // namespace mixcon_train
