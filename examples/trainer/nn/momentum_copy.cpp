// SPDX-License-Identifier: BSD-3-Clause
#include "nn/momentum_copy.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace nn {

namespace {

/// Refuses lists whose entries have other names; `extents_of` gives an entry's shape.
template <class Entry, class ExtentsOf>
void require_alike(const char* function, const std::vector<Entry>& to, const std::vector<Entry>& from,
                   ExtentsOf&& extents_of) {
  MIXCON_REQUIRE(to.size() == from.size(), function, ": modules of ", to.size(), " and ", from.size(),
                 " entries; expected two that were made alike");
  for (std::size_t k = 0; k < to.size(); ++k)
    MIXCON_REQUIRE(to[k].name == from[k].name && extents_of(to[k]) == extents_of(from[k]), function, ": ", to[k].name,
                   " of shape ", to_string(extents_of(to[k])), " meets ", from[k].name, " of ",
                   to_string(extents_of(from[k])), "; expected two modules that were made alike");
}
const auto of_parameter = [](const parameter& p) { return p.value.extents(); };
const auto of_tensor = [](const state_tensor& s) { return s.value->extents(); };
const auto of_count = [](const state_count&) { return shape{1}; };

}  // namespace

void take_numbers(module& to, const module& from) {
  const auto parameters = to.parameters(), other_parameters = from.parameters();
  const auto state = to.state(), other_state = from.state();
  const auto counts = to.counts(), other_counts = from.counts();
  require_alike("take_numbers", parameters, other_parameters, of_parameter);
  require_alike("take_numbers", state, other_state, of_tensor);
  require_alike("take_numbers", counts, other_counts, of_count);
  for (std::size_t k = 0; k < parameters.size(); ++k) parameters[k].value.set(other_parameters[k].value.value());
  for (std::size_t k = 0; k < state.size(); ++k) *state[k].value = *other_state[k].value;
  for (std::size_t k = 0; k < counts.size(); ++k) *counts[k].value = *other_counts[k].value;
}

parameter_pairs parameters_of_both(const module& copy, const module& of) {
  const auto parameters = copy.parameters(), others = of.parameters();
  require_alike("follow", parameters, others, of_parameter);
  parameter_pairs pairs;
  for (std::size_t k = 0; k < parameters.size(); ++k) pairs.emplace_back(parameters[k].value, others[k].value);
  return pairs;
}

void follow(const parameter_pairs& copy_and_followed, double decay) {
  MIXCON_REQUIRE(decay >= 0 && decay <= 1, "follow: the decay is ", decay, "; expected a number in [0, 1]");
  for (const auto& [own, other] : copy_and_followed) own.set(own.on().moved(own.value(), other.value(), 1 - decay));
}
void follow(module& copy, const module& of, double decay) { follow(parameters_of_both(copy, of), decay); }

}  // namespace nn
}  // namespace mixcon_train
