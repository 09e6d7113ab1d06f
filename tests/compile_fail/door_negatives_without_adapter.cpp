// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this type is no tensor yet; include its adapter (mixcon/adapt/...)
// at most: 40 lines
#include <mixcon/engine/serial.hpp>
#include <mixcon/negatives/search/top_k.hpp>

struct tensor_of_elsewhere {};

int main() {
  const tensor_of_elsewhere z{}, keys{};
  return mixcon::top_k{.k = 1}(mixcon::serial{}, mixcon::cosine{}, z, keys).list.slots > 0;
}
