// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/moment_call.hpp"

#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/uniformity.hpp>

using namespace mixcon_test;

namespace {

/// A loss of the test's own, of sums over targets and over candidates.
struct own_loss {
  double temperature = 0.5;
  static constexpr bool needs_positive = true;
  auto statistics() const {
    using namespace mixcon;
    return pack{log_sum_exp{over::targets, -2.0}, log_sum_exp{over::candidates}, sum_of{over::positives},
                count_of{over::candidates}};
  }
  template <class T>
  MIXCON_HD T value(T targets, T all, T attraction, T number) const {
    return targets + all - attraction / number;
  }
};

}  // namespace

TEST_CASE("Formulas of the batch, hard negatives and a loss of the test's own agree with serial on moments", "[gpu]") {
  const auto a = exact_rows(70, 20, 1);
  mixcon::objective apart{mixcon::uniformity{}, mixcon::cosine{}};
  check_moments("uniformity", apart, mixcon::other_rows{}, a);
  std::vector<int> labels;
  for (int i = 0; i < 70; ++i) labels.push_back(i % 3);
  const mixcon::label_targets targets{.labels = labels};
  check_moments("hard_negative", mixcon::objective{mixcon::hard_negative{.temperature = 0.5}, mixcon::cosine{}},
                mixcon::view_targets{.samples = 35}, a);
  check_moments("a loss of the test's own", mixcon::objective{own_loss{}, mixcon::cosine{}}, targets, a);
}
