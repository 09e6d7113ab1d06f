// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/mix/cutmix.hpp>
#include <mixcon/mix/mixup.hpp>
#include <mixcon/mix/universum.hpp>

namespace mixcon {

template <class... Mixes>
struct mix_list {
  /// Calls f with every policy, as made by default.
  template <class F>
  static void for_each(F&& f) {
    (f(Mixes{}), ...);
  }
};

/// Every public policy, in its default form. Shared tests and benchmarks iterate over this list; a test fails when a
/// policy is missing.
using all_mixes = mix_list<mixup<>, cutmix<>, universum<lerp>, universum<pasted_boxes>>;

}  // namespace mixcon
