// SPDX-License-Identifier: BSD-3-Clause
// The gate of losses over rows on their own, and over anchors' own candidates: with AVX-512 they must be faster than on
// the vectors of the flags. Loops that became scalar would take as long on both.
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

/// How many times as long a call must take on the flags' vectors. Zen 4 has 1.6 (RKD) to 3.2 (KD). AVX2 has no bar:
/// where a processor adds its halves one after the other, it gains little.
constexpr double least = 1.25;
constexpr index_t number = 256, width = 128, own_rows = 4;

template <class Call>
void check(const char* name, const Call& call) {
  const auto on = [&](instruction_set set) {
    return [&, set] {
      use_instruction_set(set);
      call();
    };
  };
  const double ratio = ratio_of(on(instruction_set::as_compiled), on(instruction_set::avx512), least);
  std::printf("%s: the flags take %.2f times as long as AVX-512; the bar is %.2f\n", name, ratio, least);
  CHECK(ratio > least);
}

}  // namespace

TEST_CASE("losses of rows use the processor's vectors", "[speed]") {
#if MIXCON_MAY_WIDEN
  const instruction_set best = instruction_set_in_use();
  if (best < instruction_set::avx512) {
    std::printf("this processor has no AVX-512: nothing is compared\n");
    return;
  }
  random_numbers draw(1);
  const auto x = random_embeddings<float>(number, width, draw), y = random_embeddings<float>(number, width, draw),
             candidates_of_all = random_embeddings<float>(number * own_rows, width, draw);
  auto by_x = zeros_like(x);
  const tensor_view<const float, 3> teacher(candidates_of_all.data(), {number, own_rows, width});
  const tiled executor{.threads = 1};
  const aligned_gradients<float> wanted{.first = view(by_x)};
  check("BYOL", [&] { (void)value_and_grad(executor, byol{}, x, y, wanted); });
  check("KD", [&] { (void)value_and_grad(executor, knowledge_distillation{}, x, y, wanted); });
  const relational_distillation distances{.distance = 25, .angle = 0};
  check("RKD", [&] { (void)value_and_grad(executor, distances, x, y, wanted); });
  const objective distilled{contrastive_distillation{.negatives = own_rows - 1, .samples = 1000}, cosine{}};
  check("CRD", [&] {
    (void)value_and_grad(executor, distilled, first_own_targets{}, x, candidates(own(teacher)),
                         {.anchors = view(by_x)});
  });
  use_instruction_set(best);
#endif
}
