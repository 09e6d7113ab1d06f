// SPDX-License-Identifier: BSD-3-Clause
// The kinds of cases in mixing files, and how a source makes one known.
#pragma once

#include "golden/golden.hpp"

#include <map>
#include <stdexcept>
#include <string>

namespace mixcon_golden {

using mixing_check = void (*)(golden_case&);
/// The checks of every kind with samples of T, by name.
template <class T>
std::map<std::string, mixing_check>& mixing_checks() {
  static std::map<std::string, mixing_check> by_kind;
  return by_kind;
}
/// Makes a kind known, when it stands at namespace scope:
/// `const known_mixing mixup{"mixup", check_mixup<double>, check_mixup<float>};`
struct known_mixing {
  known_mixing(const char* kind, mixing_check in_double, mixing_check in_float) {
    mixing_checks<double>()[kind] = in_double;
    mixing_checks<float>()[kind] = in_float;
  }
  /// A rule that is computed in double whatever the samples are.
  known_mixing(const char* kind, mixing_check check) : known_mixing(kind, check, check) {}
};

inline constexpr double in_double = 1e-10;

[[noreturn]] inline void unknown(const std::string& what) { throw std::runtime_error("unknown " + what); }

}  // namespace mixcon_golden
