// SPDX-License-Identifier: BSD-3-Clause
// What the emulator throws when a kernel breaks a rule, and where in the kernel's source.
#pragma once

#include <stdexcept>
#include <string>

namespace mixcon::gpu::emulated {

/// A line of a kernel. As the default value of a last parameter, `place::here()` is the caller's.
struct place {
  const char* file = "";
  unsigned line = 0;
  static constexpr place here(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {file, line};
  }
  std::string text() const {
    std::string name = file;
    name.erase(0, name.rfind('/') + 1);
    name += ':';
    name += std::to_string(line);
    return name;
  }
};

/// A rule was broken: the rule, the thread, and file:line.
struct failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mixcon::gpu::emulated
