// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/unset_array.hpp>

#include "support/catch.hpp"

#include <type_traits>
#include <utility>

using mixcon::detail::unset_array;

TEST_CASE("An unset array holds what is written, and hands it on when it moves", "[core]") {
  static_assert(!std::is_copy_constructible_v<unset_array<int>> && !std::is_copy_assignable_v<unset_array<int>>);
  unset_array<int> nothing;
  CHECK(nothing.data() == nullptr);
  unset_array<int> first(3);
  for (int i = 0; i < 3; ++i) first[i] = 10 * i;
  int* const memory = first.data();
  unset_array<int> second(std::move(first));
  CHECK(second.data() == memory);
  nothing = std::move(second);
  CHECK(nothing.data() == memory);
  CHECK(nothing[2] == 20);
}
