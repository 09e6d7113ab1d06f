// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "cases/loss_case.hpp"

namespace mixcon_test {

/// Labelled embeddings, at least three, among them a pair of one class and a row of another: every row is part of a
/// triplet.
inline loss_arguments draw_two_classes(const case_sizes& sizes, random_numbers& draw) {
  loss_arguments given = draw_labelled(sizes, draw);
  given.labels[1] = given.labels[0];
  given.labels[2] = given.labels[0] + 1;
  return given;
}

}  // namespace mixcon_test
