// SPDX-License-Identifier: BSD-3-Clause
// The gate of losses over rows on their own, and over anchors' own candidates: on the processor's vectors they must be
// faster than on those of the flags. Loops that became scalar would take as long on both.
#include "speed/timing.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/targets/first_own.hpp>
#include <mixcon/engine/tiled.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/contrastive_distillation.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/relational_distillation.hpp>

#include <cstdio>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr double slack = 0.8;  // fails below this share of a bar
constexpr index_t number = 512, width = 128, own_rows = 8;

/// The bars, as measured on Zen 4: how many times as long a call took on the flags' vectors. 0: no bar, where doubles
/// on AVX2 gain a sixth.
struct bars {
  double avx2, avx512;
};

template <class Call>
void check(const char* name, const bars& bar, const Call& call) {
  const instruction_set best = instruction_set_in_use();
  for (const instruction_set which : {instruction_set::avx2, instruction_set::avx512}) {
    const double expected = which == instruction_set::avx512 ? bar.avx512 : bar.avx2;
    if (best < which || expected == 0) continue;
    const auto on = [&](instruction_set set) {
      return [&, set] {
        use_instruction_set(set);
        call();
      };
    };
    const double ratio = ratio_of(on(instruction_set::as_compiled), on(which), slack * expected);
    std::printf("%s: the flags take %.2f times as long as %s; the bar is %.2f\n", name, ratio, name_of(which),
                expected);
    CHECK(ratio > slack * expected);
  }
  use_instruction_set(best);
}

}  // namespace

TEST_CASE("losses of rows use the processor's vectors", "[speed]") {
#if MIXCON_MAY_WIDEN
  random_numbers draw(1);
  const auto x = random_embeddings<float>(number, width, draw), y = random_embeddings<float>(number, width, draw),
             candidates_of_all = random_embeddings<float>(number * own_rows, width, draw);
  auto by_x = zeros_like(x);
  const tensor_view<const float, 3> teacher(candidates_of_all.data(), {number, own_rows, width});
  const tiled executor{.threads = 1};
  const aligned_gradients<float> wanted{.first = view(by_x)};
  check("BYOL", {0, 2.1}, [&] { (void)value_and_grad(executor, byol{}, x, y, wanted); });
  check("KD", {1.55, 2.8}, [&] { (void)value_and_grad(executor, knowledge_distillation{}, x, y, wanted); });
  const relational_distillation distances{.distance = 25, .angle = 0};
  check("RKD", {1.5, 1.6}, [&] { (void)value_and_grad(executor, distances, x, y, wanted); });
  const objective distilled{contrastive_distillation{.negatives = own_rows - 1, .samples = 1000}, cosine{}};
  check("CRD", {1.8, 1.8}, [&] {
    (void)value_and_grad(executor, distilled, first_own_targets{}, x, candidates(own(teacher)),
                         {.anchors = view(by_x)});
  });
#endif
}
