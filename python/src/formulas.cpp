// SPDX-License-Identifier: BSD-3-Clause
#include "formula_list.hpp"
#include "runners.hpp"

#include <mixcon/losses/all_losses.hpp>

namespace mixcon_python {

namespace {

template <int... k>
runner at(int position, bool of_products, std::integer_sequence<int, k...>) {
  runner found = nullptr;
  ((position == k ? static_cast<void>(found = of_products ? runner_of_products<k>() : runner_of_distances<k>())
                  : static_cast<void>(0)),
   ...);
  return found;
}
template <class... Loss>
int position_of(std::string_view type, const pack<Loss...>*) {
  int position = 0, found = -1;
  ((found = name_of<Loss>() == type ? position : found, ++position), ...);
  return found;
}

}  // namespace

runner runner_of_formula(std::string_view type, likeness similarity) {
  const int position = position_of(type, static_cast<const all_losses::formulas<>*>(nullptr));
  return at(position, similarity == likeness::dot_product, std::make_integer_sequence<int, most_formulas>{});
}

}  // namespace mixcon_python
