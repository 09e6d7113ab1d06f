// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"

namespace mixcon_test {

std::vector<loss_case>& loss_cases() {
  static std::vector<loss_case> all;
  return all;
}

}  // namespace mixcon_test
