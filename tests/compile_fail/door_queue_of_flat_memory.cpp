// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this tensor has another rank than the one asked for
// at most: 40 lines
#include <mixcon/negatives/memory/memory_queue.hpp>

int main() {
  mixcon::memory_queue<float> queue(4, 2);
  queue.enqueue(std::vector<float>(4));
}
