// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace mixcon_train {
inline namespace run {

/// What a record of a run says about where it ran.
struct machine_facts {
  std::string processor{};  ///< "Intel(R) Xeon(R) ..., 2 threads"
  std::string compiler{};   ///< "g++ 12.2.0"
  std::string version{};    ///< of mixcon: "0.1.0", with the git commit where it was known: "0.1.0 (0123abc)"
};
machine_facts facts_of_this_machine();

/// Processors that this program may use.
int available_threads();
/// "1 thread", "2 threads".
std::string number_of_threads(long long threads);

}  // namespace run
}  // namespace mixcon_train
