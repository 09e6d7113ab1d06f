// SPDX-License-Identifier: BSD-3-Clause
// Refusals of all ranks at once: none waits for one that has ended, and one sentence is printed.
#pragma once

#include "ranks/rank_group.hpp"

#include <exception>
#include <stdexcept>
#include <string>

namespace mixcon_train {
inline namespace ranks {

/// What every rank throws because one refused.
class refused_together : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Throws refused_together on every rank where one has a sentence: that of the lowest one. An empty sentence: nothing
/// is wrong here.
void refuse_together(const rank_group& group, const std::string& why);

/// Calls work(); where it throws on one rank, all refuse. Every rank comes here at the same time. With no group, work()
/// alone.
template <class Work>
void together(const rank_group* group, Work&& work) {
  if (group == nullptr) return work();
  std::string why;
  try {
    work();
  } catch (const std::exception& thrown) {
    why = thrown.what();
    if (why.empty()) why = "an error without words";
  }
  refuse_together(*group, why);
}

/// The same where all ranks compute the same: nothing has to be exchanged.
template <class Work>
void together_alike(const rank_group* group, Work&& work) {
  if (group == nullptr) return work();
  try {
    work();
  } catch (const std::invalid_argument& refused) {
    throw refused_together(refused.what());
  }
}

/// Refuses, with a sentence that names both, where ranks differ in what identifies `what`.
void require_same(const rank_group& group, const char* what, const std::string& mine);

}  // namespace ranks
}  // namespace mixcon_train
