// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/moment_call.hpp"

#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/supcon_inside.hpp>
#include <mixcon/losses/weighted_softmax.hpp>

using namespace mixcon_test;

namespace {

/// In both directions; labels in classes of one row, of few and of many.
template <class Loss>
void check(const char* title, const Loss& loss) {
  mixcon::objective criterion{loss, mixcon::cosine{}};
  criterion.direction = {0.75, 0.5}, criterion.logits.bias = 0.25;
  criterion.without_positive = mixcon::no_positive::skip;
  std::vector<int> labels;
  for (int i = 0; i < 67; ++i) labels.push_back(i < 30 ? 0 : i < 60 ? i / 2 : i);
  check_moments(title, criterion, mixcon::label_targets{.labels = labels}, exact_rows(67, 20, 1));
}

}  // namespace

TEST_CASE("Losses of one or two sums of exponentials agree with serial on moments", "[gpu]") {
  check("decoupled", mixcon::decoupled{.temperature = 0.5});
  check("supcon_inside", mixcon::supcon_inside{.temperature = 0.5});
  check("multi_similarity", mixcon::multi_similarity{});
  const std::vector<double> kappa(67, 0.5);
  check("weighted_softmax", mixcon::weighted_softmax{.kappa = mixcon::view(kappa), .temperature = 0.5});
}
