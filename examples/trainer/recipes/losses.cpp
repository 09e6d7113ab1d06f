// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/losses.hpp"

#include "options/nearest_name.hpp"
#include "recipes/losses/entries.hpp"

namespace mixcon_train {
inline namespace recipes {

const std::vector<loss_entry>& comparing_losses() {
  static const std::vector<loss_entry> all = [] {
    std::vector<loss_entry> joined;
    for (const auto part : {softmax_losses, cosine_losses, distance_losses, aligned_losses})
      for (const loss_entry& each : part()) joined.push_back(each);
    return joined;
  }();
  return all;
}

std::vector<std::string> comparing_loss_names(bool with_labels) {
  std::vector<std::string> names;
  for (const loss_entry& each : comparing_losses())
    if (each.has_groups || !with_labels) names.emplace_back(each.name);
  return names;
}

bool comparing_options::has_temperature(const std::string& name) { return comparing_loss_called(name).has_temperature; }

const loss_entry& comparing_loss_called(const std::string& name) {
  require_one_of("--loss", name, comparing_loss_names(false));
  for (const loss_entry& each : comparing_losses())
    if (name == each.name) return each;
  return comparing_losses().front();
}

}  // namespace recipes
}  // namespace mixcon_train
