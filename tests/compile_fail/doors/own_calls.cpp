// SPDX-License-Identifier: BSD-3-Clause
// Losses that are called without an objective.
#include "given.hpp"

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/alignment.hpp>
#include <mixcon/losses/decoupled_mixup.hpp>
#include <mixcon/losses/infinite_class_mixup.hpp>
#include <mixcon/losses/n_pairs.hpp>
#include <mixcon/losses/relational_distillation.hpp>
#include <mixcon/losses/soft_binary_cross_entropy.hpp>

inline const label_targets by_label{.labels = labels};
inline const pair_targets of_mix{};
inline std::vector<float> bias(4);
inline workspace left_memory;

// accepted
value_and_grad(serial{}, alignment{}, z, z, {.first = gradient});
forward(serial{}, alignment{}, z, z);
backward(serial{}, alignment{}, z, z, 1.0, {.first = gradient});
value_and_grad(serial{}, alignment{}, z, z, {.first = gradient}, left_memory);
value_and_grad(serial{}, alignment{}, z, z, aligned_gradients<float>{.first = gradient}, left_memory);
forward(serial{}, alignment{}, z, z, left_memory);
backward(serial{}, alignment{}, z, z, 1.0, {.first = gradient}, left_memory);
value_and_grad(serial{}, n_pairs{}, by_label, z, gradient);
value_and_grad(serial{}, relational_distillation{}, z, z, {.first = gradient});
value_and_grad(serial{}, soft_binary_cross_entropy{}, z, given_logits{z}, {.logits = gradient});
value_and_grad(serial{}, decoupled_mixup{}, of_mix, given_logits{z}, {.logits = gradient});
value_and_grad(serial{}, infinite_class_mixup{}, of_mix, z, z, bias, {.features = gradient});

// aligned rows
// refused: mixcon: the engine is missing
value_and_grad(alignment{}, z, z, {.first = gradient});
// refused: mixcon: the engine is missing
forward(alignment{}, z, z);
// refused: mixcon: the engine is missing
backward(alignment{}, z, z, 1.0, {.first = gradient});
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, alignment{}, elsewhere, z, {.first = gradient});
// refused: mixcon: an argument of this call is no tensor
forward(serial{}, alignment{}, z, elsewhere);
// refused: mixcon: an argument of this call is no tensor
backward(serial{}, alignment{}, z, elsewhere, 1.0, {.first = gradient});
// refused: mixcon: a loss of aligned rows is called as
value_and_grad(serial{}, alignment{}, flat, z, {.first = gradient});
// refused: mixcon: a loss of aligned rows is called as
forward(serial{}, alignment{}, z, flat);
// refused: mixcon: a loss of aligned rows is called as
value_and_grad(serial{}, alignment{}, z, z, {.first = z});
// refused: mixcon: a loss of aligned rows is called as
value_and_grad(serial{}, alignment{}, z, z, {.first = gradient_of_double});
// refused: mixcon: a loss of aligned rows is called as
value_and_grad(serial{}, alignment{}, z, z, {.first = elsewhere});
// refused: mixcon: a loss of aligned rows is called as
value_and_grad(serial{}, alignment{}, z, z, gradient);
// refused: mixcon: a loss of aligned rows is called as
value_and_grad(serial{}, alignment{}, z, z);
// refused: mixcon: the engine is missing
value_and_grad(alignment{}, serial{}, z, z, {.first = gradient});

// n_pairs
// refused: mixcon: the engine is missing
value_and_grad(n_pairs{}, by_label, z, gradient);
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, n_pairs{}, by_label, elsewhere, gradient);
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, n_pairs{}, by_label, z, elsewhere);
// refused: mixcon: n_pairs is called as
value_and_grad(serial{}, n_pairs{}, by_label, flat, gradient);
// refused: mixcon: n_pairs is called as
value_and_grad(serial{}, n_pairs{}, labels, z, gradient);
// refused: mixcon: n_pairs is called as
value_and_grad(serial{}, n_pairs{}, z, gradient);
// refused: mixcon: n_pairs is called as
value_and_grad(serial{}, n_pairs{}, by_label, z, z);
// refused: mixcon: n_pairs is called as
value_and_grad(serial{}, n_pairs{}, by_label, z, gradient_of_double);
// refused: mixcon: n_pairs is called as
value_and_grad(serial{}, n_pairs{}, by_label, z);

// relational_distillation
// refused: mixcon: the engine is missing
value_and_grad(relational_distillation{}, z, z, {.first = gradient});
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, relational_distillation{}, z, elsewhere, {.first = gradient});
// refused: mixcon: a loss of aligned rows is called as
value_and_grad(serial{}, relational_distillation{}, flat, z, {.first = gradient});
// refused: mixcon: a loss of aligned rows is called as
value_and_grad(serial{}, relational_distillation{}, z, z, {.first = z});
// refused: mixcon: a loss of aligned rows is called as
value_and_grad(serial{}, relational_distillation{}, z, z, gradient);

// classifiers
// refused: mixcon: the engine is missing
value_and_grad(soft_binary_cross_entropy{}, z, given_logits{z}, {.logits = gradient});
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, soft_binary_cross_entropy{}, elsewhere, given_logits{z}, {.logits = gradient});
// refused: mixcon: soft_binary_cross_entropy is called as
value_and_grad(serial{}, soft_binary_cross_entropy{}, flat, given_logits{z}, {.logits = gradient});
// refused: mixcon: soft_binary_cross_entropy is called as
value_and_grad(serial{}, soft_binary_cross_entropy{}, z, given_logits{z}, {.logits = z});
// refused: mixcon: soft_binary_cross_entropy is called as
value_and_grad(serial{}, soft_binary_cross_entropy{}, z, given_logits{z}, gradient);
// refused: mixcon: soft_binary_cross_entropy is called as
value_and_grad(serial{}, soft_binary_cross_entropy{}, z, z, {.logits = gradient});
// refused: mixcon: the engine is missing
value_and_grad(decoupled_mixup{}, of_mix, given_logits{z}, {.logits = gradient});
// refused: mixcon: decoupled_mixup is called as
value_and_grad(serial{}, decoupled_mixup{}, of_mix, given_logits{z}, {.logits = gradient_of_double});
// refused: mixcon: decoupled_mixup is called as
value_and_grad(serial{}, decoupled_mixup{}, labels, given_logits{z}, {.logits = gradient});
// refused: mixcon: decoupled_mixup is called as
value_and_grad(serial{}, decoupled_mixup{}, of_mix, z, {.logits = gradient});
// refused: mixcon: the engine is missing
value_and_grad(infinite_class_mixup{}, of_mix, z, z, bias, {.features = gradient});
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, infinite_class_mixup{}, of_mix, elsewhere, z, bias, {.features = gradient});
// refused: mixcon: infinite_class_mixup is called as
value_and_grad(serial{}, infinite_class_mixup{}, of_mix, flat, z, bias, {.features = gradient});
// refused: mixcon: infinite_class_mixup is called as
value_and_grad(serial{}, infinite_class_mixup{}, labels, z, z, bias, {.features = gradient});
// refused: mixcon: infinite_class_mixup is called as
value_and_grad(serial{}, infinite_class_mixup{}, of_mix, z, z, bias, {.features = z});
