// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/uniformity.hpp>

using namespace mixcon_test;

namespace {

/// A loss of the test's own: log(1 + sum over negatives of e^x), less the mean logit of positives.
struct own_loss {
  double temperature = 0.5;
  static constexpr bool needs_positive = true;
  auto statistics() const {
    using namespace mixcon;
    return pack{log_sum_exp{over::negatives}, sum_of{over::targets}, count_of{over::targets}};
  }
  template <class T>
  MIXCON_HD T value(T negatives, T attraction, T mass) const {
    return softplus(negatives) - attraction / mass;
  }
};

/// In both directions, on rows of their own and on others; as targets, labels in five classes.
template <class Loss>
void check(const char* title, const Loss& loss) {
  mixcon::objective criterion{loss, mixcon::cosine{}};
  criterion.direction = {0.75, 0.5};
  std::vector<int> labels, few{0, 1, 2, 3, 4, 4, 3};
  for (int i = 0; i < 67; ++i) labels.push_back(i * 7 % 5);
  const auto z = exact_rows(67, 20, 1), others = exact_rows(7, 20, 2);
  const auto own = any_targets::of("labels", mixcon::label_targets{.labels = labels});
  INFO(title);
  CHECK(tile_disagreement(by_tiles<float>(criterion, own, z), tiles_expected(criterion, own, z), 2e-5, 2e-5) == "");
  const auto two = any_targets::of("labels of both", mixcon::label_targets{.labels = labels, .candidate_labels = few});
  CHECK(tile_disagreement(by_tiles<float>(criterion, two, z, &others), tiles_expected(criterion, two, z, &others), 2e-5,
                          2e-5) == "");
}

}  // namespace

TEST_CASE("Losses of several statistics, of the batch and of the test's own run on tiles", "[gpu]") {
  check("multi_similarity", mixcon::multi_similarity{});
  check("uniformity", mixcon::uniformity{});
  check("hard_negative", mixcon::hard_negative{.temperature = 0.5, .concentration = 0.5, .positive_prior = 0.1});
  check("a loss of the test's own", own_loss{});
}
