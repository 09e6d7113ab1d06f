// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/call.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/all_losses.hpp>

using namespace mixcon_test;

namespace {

/// d loss / d logit by a gpu::stream, or by serial in double.
template <class T, class Side, class Objective>
call_answer with_given(Side& side, const Objective& criterion, const any_targets& targets,
                       const numbers_by_row& logits) {
  call_answer found;
  const mixcon::axes<2> shape{logits.count, logits.width};
  T* const data = side.place(logits.data);
  T* const slopes = side.place(std::vector<double>(logits.data.size(), std::nan("")));
  const auto tensor = Side::tensor(data, shape);
  const mixcon::given_logits given{tensor};
  if constexpr (requires { side.give_workspace(0); })
    side.give_workspace(mixcon::gpu::workspace_bytes(side.on(), criterion, targets, given));
  mixcon::gradients<T> wanted;
  wanted.logits = {slopes, shape};
  wanted.temperature = &found.temperature, wanted.scale = &found.scale;
  const auto result = value_and_grad(side.on(), criterion, targets, given, wanted);
  found.value = static_cast<double>(result.value), found.anchors_used = result.anchors_used;
  found.pair_scale = side.fetch(slopes, logits.data.size());
  return found;
}

template <class Loss>
void check(const char* title, const Loss& loss) {
  numbers_by_row logits = exact_rows(40, 40, 21);
  for (index_t a = 0; a < 40; ++a) logits.view()(a, (a + 7) % 40) = -INFINITY;  // hidden, or no positive
  mixcon::objective criterion{loss, mixcon::cosine{}};
  for (const std::size_t k : {2U, 6U}) {
    INFO(title << ", " << every_targets()[k].targets.title);
    criterion.direction = {0.5, 0.25};
    const any_targets& targets = every_targets()[k].targets;
    host_side<double> host;
    device_side<double> in_double;
    device_side<float> in_float;
    const call_answer expected = with_given<double>(host, criterion, targets, logits);
    CHECK(disagreement(with_given<double>(in_double, criterion, targets, logits), expected, double_bound) == "");
    CHECK(disagreement(with_given<float>(in_float, criterion, targets, logits), expected, float_bound) == "");
  }
}

}  // namespace

TEST_CASE("Given logits in emulated device memory agree with serial", "[gpu]") {
  check("info_nce", mixcon::info_nce{.temperature = 0.5});
  check("nt_xent_per_pair", mixcon::nt_xent_per_pair{.temperature = 0.5});
  check("triplet_margin", mixcon::triplet_margin{});
}

TEST_CASE("Given logits of the device are refused by a host's executor", "[gpu]") {
  device_side<double> side;
  const auto tensor = device_side<double>::tensor(side.place({1, 2, 3, 4}), mixcon::axes<2>{2, 2});
  const mixcon::given_logits given{tensor};
  const mixcon::objective criterion{mixcon::info_nce{}, mixcon::cosine{}};
  CHECK_THROWS_WITH(value_and_grad(mixcon::serial{}, criterion, mixcon::diagonal_targets{}, given, {}),
                    ContainsSubstring("value_and_grad: the given logits lie in a device's memory"));
}
