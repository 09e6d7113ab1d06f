// SPDX-License-Identifier: BSD-3-Clause
// What the kinds of samix_mixblock.json share: the trainer's networks on its plain device, in the type of the samples.
#pragma once

#include "golden/mixing_kinds.hpp"

#include "autograd/variable.hpp"
#include "nn/mask_loss.hpp"
#include "nn/mix_block.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mixcon_golden {

/// Values: of each value, at least 1. Gradients: of the largest entry.
template <class T>
inline constexpr double of_values = sizeof(T) == 8 ? 1e-10 : 1e-5;
template <class T>
inline constexpr double of_gradients = sizeof(T) == 8 ? 1e-9 : 1e-5;

mixcon_train::tensor tensor_of(mixcon_train::device& on, const array& listed);
std::vector<double> numbers_of(const mixcon_train::tensor& x);

/// Gives a network the numbers of `inputs.state`, whose names are those of the public implementation. Fails where
/// either side has a name that the other lacks.
void set_state(golden_case& of, mixcon_train::module& network);
/// Compares `outputs.grad_params` with the gradients, and `outputs.buffers_after` with the running statistics.
void expect_gradients(golden_case& of, const mixcon_train::module& network, double tolerance);
void expect_buffers(golden_case& of, const mixcon_train::module& network, double tolerance);

/// The options of a block by the names of the public implementation, from `params` and the shapes of `inputs.state`.
mixcon_train::mix_block_options block_options(golden_case& of);
mixcon_train::upsampling upsampling_of(const json& name);
/// No loss: the mode "none".
std::optional<mixcon_train::mask_loss_options> loss_options(golden_case& of);

/// Where the public implementation drew one of several and its draw was not recorded, every one of these is tried:
/// `check(of, options)` must agree for one of them.
template <class Options, class Check>
void check_any(golden_case& of, const std::vector<Options>& all, Check&& check) {
  for (std::size_t k = 0; k < all.size(); ++k) {
    golden_case attempt = of;
    check(attempt, all[k]);
    if (!attempt.agrees() && k + 1 < all.size()) continue;
    of = attempt;
    return;
  }
}
/// Options with one power and one upsampling each.
std::vector<mixcon_train::mix_block_options> each_draw(const mixcon_train::mix_block_options& options);

}  // namespace mixcon_golden
