// SPDX-License-Identifier: BSD-3-Clause
#include "optimisers/schedule_options.hpp"

#include <charconv>
#include <sstream>

namespace mixcon_train {
inline namespace optimisers {

namespace {

/// "0.25,0.5" as numbers; each is a share of the steps.
std::vector<double> shares_of(const std::string& text) {
  std::vector<double> shares;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    double share = -1;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), share);
    MIXCON_REQUIRE(error == std::errc{} && end == part.data() + part.size() && share >= 0 && share <= 1,
                   "--milestones: ", text,
                   "; expected shares of the steps with commas between them, such as 0.5,0.75.");
    shares.push_back(share);
  }
  return shares;
}

}  // namespace

void schedule_options::declare(option_list& to) {
  to.add("lr", learning_rate, {0, 1e3}, "learning rate at its peak");
  to.add("schedule", form, {"cosine", "steps", "constant"}, "how the learning rate falls");
  to.add("milestones", milestones, "steps: at which shares of all steps it is multiplied");
  to.add("factor", factor, {0, 1}, "steps: by what it is multiplied there");
  to.add("floor", floor, {0, 1e3}, "learning rate below which it does not fall");
  to.add("warm-up", warm_up, {0, 1}, "share of the steps in which it grows");
}

schedule schedule_options::over(index_t steps, double rate) const {
  MIXCON_REQUIRE(floor <= learning_rate, "--floor: ", floor, " is above --lr ", learning_rate,
                 "; expected no more than that.");
  schedule made{.peak = rate * learning_rate, .steps = steps, .milestones = shares_of(milestones), .factor = factor};
  made.floor = rate * floor;
  made.warm_up = static_cast<index_t>(std::llround(warm_up * static_cast<double>(steps)));
  made.form = form == "steps"      ? schedule::shape::steps
              : form == "constant" ? schedule::shape::constant
                                   : schedule::shape::cosine;
  return made;
}

}  // namespace optimisers
}  // namespace mixcon_train
