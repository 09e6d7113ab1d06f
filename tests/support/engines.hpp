// SPDX-License-Identifier: BSD-3-Clause
// A loss by every engine that computes in a type, and how near it comes to a reference.
#pragma once

#include "support/agreement.hpp"
#include "support/catch.hpp"

#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>

namespace mixcon_test {

/// Calls visit(executor, name) for every engine of T.
template <class T, class Visit>
void for_each_engine(Visit&& visit) {
  visit(mixcon::serial{}, "serial");
  if constexpr (!std::is_same_v<T, long double>) visit(mixcon::tiled{.threads = 1}, "tiled");
}

template <class Executor, class Objective, class Targets, class Anchors, class Against>
auto value_of(const Executor& executor, const Objective& objective, const Targets& targets, const Anchors& anchors,
              const Against& candidates) {
  mixcon::saved_for<Objective, Anchors> saved;
  return mixcon::forward(executor, objective, targets, anchors, candidates, saved);
}
template <class Objective, class Targets, class Rows>
auto value_of(const Objective& objective, const Targets& targets, const Rows& z) {
  return value_of(mixcon::serial{}, objective, targets, z, z);
}

/// Checks values against references, and remembers how much of the allowed error was used.
template <class T>
class value_check {
 public:
  explicit value_check(const char* loss) : loss_(loss) {}

  /// `logit` is the largest one in size.
  template <class Objective, class Targets, class Anchors, class Against>
  void operator()(const Objective& objective, const Targets& targets, const Anchors& anchors, const Against& candidates,
                  index_t number, index_t width, long double logit, long double reference) {
    for_each_engine<T>([&](const auto& executor, const char* engine) {
      const T value = value_of(executor, objective, targets, anchors, candidates).value;
      const long double bound = value_bound<T>(number, width, logit, reference), error = error_of(value, reference);
      INFO(loss_ << ", " << engine << ": " << number << " candidates of width " << width << ", logits to " << logit
                 << ": value " << value << ", reference " << reference << ", bound " << bound);
      CHECK(error <= bound);
      used_ = std::max(used_, error / bound);
    });
  }

  /// A bound that nobody comes near would hide bugs; that of long double is the one of double.
  void bound_is_tight() const {
    if (std::is_same_v<T, long double>) return;
    INFO(loss_ << ": errors reach " << used_ << " of the bound");
    CHECK(used_ > 1e-4L);
  }

 private:
  const char* loss_;
  long double used_ = 0;
};

}  // namespace mixcon_test
