// SPDX-License-Identifier: BSD-3-Clause
// A run of a moment, which saves at each third step.
#pragma once

#include <string>
#include <vector>

namespace mixcon_test {

/// Its arguments. No evaluation: the last of them says so.
inline std::vector<std::string> small_job(const std::string& out, const std::string& steps) {
  return {"train", "--data",         "digits", "--recipe",    "ce",   "--width",
          "4",     "--batch",        "16",     "--precision", "fp32", "--threads",
          "1",     "--steps",        steps,    "--out",       out,    "--checkpoint-every",
          "3",     "--no-evaluation"};
}

}  // namespace mixcon_test
