// SPDX-License-Identifier: BSD-3-Clause
// Every listed loss on gpu::stream, a part of the list a program: over every targets, in both types and directions.
#pragma once

#include "gpu/stream/call.hpp"

#include "support/listed_losses.hpp"

namespace mixcon_test {

/// The expected answer and what differs on the device, in float and in double.
template <class Objective>
std::string disagreements(const Objective& objective, const any_targets& targets, const call_rows& rows) {
  const call_answer expected = by_serial(objective, targets, rows);
  std::string text = disagreement(by_stream<double>(objective, targets, rows), expected, double_bound);
  if (!text.empty()) return "double: " + text;
  text = disagreement(by_stream<float>(objective, targets, rows), expected, float_bound);
  return text.empty() ? text : "float: " + text;
}

/// Whether a targets is beyond what a loss is for: ArcFace takes the sum of targets times cosines for a cosine, and
/// where it is not one, its slope depends on the type of the rows.
template <class Loss>
bool is_beyond(const std::string& title) {
  return std::is_same_v<Loss, mixcon::arcface> &&
         (title == "matrix" || title == "matrix with weights" || title == "own with shared positives" ||
          title == "segments of the diagonal and positives");
}

template <class Loss>
void check_over_targets(std::vector<std::string>& wrong, int& checks) {
  using namespace mixcon;
  const std::vector<double> numbers = exact_shares(1, 40, 4).data, weights = exact_shares(1, 40, 5).data;
  const std::vector<double> few_numbers(numbers.begin(), numbers.begin() + 20);
  for (const targets_case& of : every_targets()) {
    if (is_beyond<Loss>(of.targets.title)) continue;
    const bool has_40 = of.rows.anchors.count == 40;
    const objective plain{ready<Loss>(has_40 ? numbers : few_numbers), cosine{}};
    const auto check = [&](const auto& criterion, const char* how) {
      ++checks;
      const std::string text = disagreements(criterion, of.targets, of.rows);
      if (!text.empty()) wrong.push_back(std::string(name_of<Loss>()) + ", " + of.targets.title + how + ": " + text);
    };
    check(plain, "");
    if (of.targets.title != "labels" && of.targets.title != "mixed, labels") continue;
    auto both = plain;
    both.direction = {0.25, 0.75}, both.scale = 1.5;
    check(both, ", both directions");
    auto skips = plain;
    skips.without_positive = no_positive::skip, skips.direction = {0, 1};
    check(skips, ", columns, skip");
    if constexpr (loss_traits<Loss>::one_number) {
      auto sum = plain;
      sum.reduce = reduction::sum;
      check(sum, ", sum");
      if constexpr (loss_traits<Loss>::scope != each::batch) {
        auto weighted = plain;
        weighted.reduce = reduction::weighted, weighted.weights = view(weights);
        check(weighted, ", weighted");
      }
    }
  }
}

/// How many programs share the list out among them.
constexpr int loss_parts = 10;
/// What is wrong with the losses of one part, a line each; how many calls were compared.
template <int Part>
std::vector<std::string> wrong_losses(int& checks) {
  std::vector<std::string> wrong;
  for_each_listed_loss<Part, loss_parts>([&]<class Loss>(int) { check_over_targets<Loss>(wrong, checks); });
  return wrong;
}

}  // namespace mixcon_test
