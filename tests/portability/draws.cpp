// SPDX-License-Identifier: BSD-3-Clause
// Prints the hash of the draws of every sampler; exit status 1 when it is not the frozen one.
#include "hash_of_draws.hpp"

#include <cinttypes>
#include <cstdio>

int main() {
  const std::uint64_t hash = mixcon_test::hash_of_draws();
  std::printf("%016" PRIx64 "\n", hash);
  return hash == mixcon_test::frozen_hash_of_draws ? 0 : 1;
}
