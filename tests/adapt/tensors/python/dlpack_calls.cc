// SPDX-License-Identifier: BSD-3-Clause
// What check_dlpack.py calls: takes tensors of Python over, and hands some out; old and versioned.
#include "adapt/tensors/dlpack_structs.hpp"

#include <mixcon/adapt/tensors/dlpack.hpp>

#include <cstring>
#include <exception>
#include <utility>
#include <vector>

using mixcon_test::old_managed;
using mixcon_test::versioned_managed;

namespace {

/// The sum over (i, k) of (i + 1) * entry of a float matrix, which is taken over; the sentence of a refusal in `why`.
template <class E, class Managed>
double sum_of(Managed* tensor, char* why, int room) {
  try {
    const mixcon::dl_owner owner(tensor);
    const auto matrix = owner.template view<E, 2>();
    double sum = 0;
    for (mixcon::index_t i = 0; i < matrix.extent(0); ++i)
      for (mixcon::index_t k = 0; k < matrix.extent(1); ++k)
        sum += static_cast<double>(i + 1) * static_cast<double>(matrix(i, k));
    return sum;
  } catch (const std::exception& refusal) {
    std::strncpy(why, refusal.what(), static_cast<std::size_t>(room - 1));
    return 0;
  }
}
/// The numbers 0, 1, ..., 5 as (2, 3), column by column in memory; its consumer deletes it.
template <class E, class Managed>
Managed* six() {
  std::vector<double> numbers{0, 3, 1, 4, 2, 5};
  const mixcon::matrix_view<E> view{numbers.data(), {2, 3}, {1, 2}};
  return mixcon::export_dlpack<Managed>(view, std::move(numbers));
}

}  // namespace

extern "C" {
double weighted_sum(old_managed* tensor, char* why, int room) { return sum_of<const float>(tensor, why, room); }
double weighted_sum_versioned(versioned_managed* tensor, char* why, int room) {
  return sum_of<const float>(tensor, why, room);
}
double mutable_sum_versioned(versioned_managed* tensor, char* why, int room) { return sum_of<float>(tensor, why, room); }
old_managed* six_numbers() { return six<double, old_managed>(); }
versioned_managed* six_numbers_versioned() { return six<double, versioned_managed>(); }
versioned_managed* six_constants_versioned() { return six<const double, versioned_managed>(); }
}
