// SPDX-License-Identifier: BSD-3-Clause
// Included by both units, so that each makes its own code of it.
#pragma once

#include <mixcon/mixcon.hpp>

#include "two_units.hpp"

namespace {

/// Loss and gradient of 40 rows of 19 numbers, one after another.
template <class T, class Executor>
void append_loss(std::vector<double>& to, const Executor& executor) {
  constexpr mixcon::index_t samples = 20, width = 19;
  mixcon::philox_draws draws{.seed = 5};
  std::vector<T> rows, gradient(2 * samples * width);
  for (mixcon::index_t i = 0; i < 2 * samples * width; ++i)
    rows.push_back(static_cast<T>(draws.uniform("row", i, -1, 1)));
  const mixcon::matrix_view<const T> z{rows.data(), {2 * samples, width}};
  const mixcon::matrix_view<T> by_z{gradient.data(), {2 * samples, width}};
  const mixcon::objective nt_xent{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  const auto loss = mixcon::value_and_grad(executor, nt_xent, mixcon::view_targets{.samples = samples}, z, by_z);
  to.push_back(static_cast<double>(loss.value));
  for (const T number : gradient) to.push_back(static_cast<double>(number));
}

two_units::answers compute() {
  two_units::answers answers;
  const auto plan = mixcon::mixup<>{}.plan(64, mixcon::philox_draws{.seed = 7, .step = 3});
  for (const mixcon::index_t partner : plan.partner) answers.plan.push_back(static_cast<double>(partner));
  answers.plan.insert(answers.plan.end(), plan.lambda.begin(), plan.lambda.end());
  append_loss<double>(answers.losses, mixcon::serial{});
  append_loss<float>(answers.losses, mixcon::serial{});
  append_loss<double>(answers.losses, mixcon::tiled{});
  append_loss<float>(answers.losses, mixcon::tiled{});
  answers.sizes = {sizeof(mixcon::matrix_view<float>), sizeof(mixcon::objective<mixcon::info_nce>),
                   sizeof(mixcon::loss_result<float>), sizeof(plan)};
  return answers;
}

}  // namespace
