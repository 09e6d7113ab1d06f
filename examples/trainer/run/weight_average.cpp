// SPDX-License-Identifier: BSD-3-Clause
#include "run/weight_average.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace run {

weight_average::weight_average(const module& model) : parameters_(model.parameters()), state_(model.state()) {
  for (const parameter& p : parameters_) means_.push_back({p.name, p.value.on().dense(p.value.value())});
  for (const state_tensor& s : state_) means_.push_back({s.name, s.value->on().dense(*s.value)});
}

void weight_average::update(double decay, index_t step) {
  const double warm = (1 + static_cast<double>(step)) / (10 + static_cast<double>(step));
  const double kept = std::min(decay, warm);
  for (std::size_t k = 0; k < means_.size(); ++k) {
    const tensor& present =
        k < parameters_.size() ? parameters_[k].value.value() : *state_[k - parameters_.size()].value;
    means_[k].value = present.on().moved(means_[k].value, present, 1 - kept);
  }
}

void weight_average::swap() {
  for (std::size_t k = 0; k < means_.size(); ++k) {
    if (k < parameters_.size()) {
      const tensor present = parameters_[k].value.value();
      parameters_[k].value.set(means_[k].value);
      means_[k].value = present.on().dense(present);
    } else {
      std::swap(*state_[k - parameters_.size()].value, means_[k].value);
    }
  }
}

}  // namespace run
}  // namespace mixcon_train
