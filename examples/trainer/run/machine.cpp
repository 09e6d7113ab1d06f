// SPDX-License-Identifier: BSD-3-Clause
#include "run/machine.hpp"

#include <mixcon/core/config.hpp>

#include <sched.h>

#include <fstream>
#include <thread>

namespace mixcon_train {
inline namespace run {

int available_threads() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0) return CPU_COUNT(&allowed);
  const unsigned threads = std::thread::hardware_concurrency();
  return threads > 0 ? static_cast<int>(threads) : 1;
}

std::string number_of_threads(long long threads) {
  return std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

machine_facts facts_of_this_machine() {
  machine_facts facts{.processor = "unknown processor"};
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name") && line.find(": ") != std::string::npos) {
      facts.processor = line.substr(line.find(": ") + 2);
      break;
    }
  facts.processor += ", " + number_of_threads(available_threads());
#if defined(__clang__)
  facts.compiler = "clang " __clang_version__;
#else
  facts.compiler = "g++ " __VERSION__;
#endif
  facts.version = std::to_string(MIXCON_VERSION_MAJOR) + "." + std::to_string(MIXCON_VERSION_MINOR) + "." +
                  std::to_string(MIXCON_VERSION_PATCH);
#if defined(MIXCON_GIT_COMMIT)
  facts.version += " (" MIXCON_GIT_COMMIT ")";
#endif
  return facts;
}

}  // namespace run
}  // namespace mixcon_train
