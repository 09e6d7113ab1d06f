// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: own(...) takes keys (N, D), one for each anchor, or (N, k, D)
#include <mixcon/mixcon.hpp>

using namespace mixcon;

int main() {
  std::vector<float> keys(4);
  return own(keys).is_own;
}
