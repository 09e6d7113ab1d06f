// SPDX-License-Identifier: BSD-3-Clause
// expect: an objective is made of a loss, a similarity and a logit rule
#include <mixcon/losses/nt_xent.hpp>

int main() {
  const mixcon::objective wrong{mixcon::nt_xent(0.1).loss, mixcon::cosine{}, 0.1};
  return wrong.scale > 1 ? 1 : 0;
}
