// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;
namespace gpu = mixcon::gpu;

namespace {

/// The gradients by rows and by the biases of candidates, of which one cannot be seen.
struct biased_answer {
  std::vector<double> anchors, candidates, bias;
};
template <class Executor, class T>
void fill(const Executor& on, const mixcon::directions& shares, const auto& a, const auto& c, auto& bias,
          const mixcon::gradients<T>& wanted) {
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.3}, mixcon::cosine{}, mixcon::candidate_bias{bias}};
  criterion.direction = shares;
  value_and_grad(on, criterion, mixcon::diagonal_targets{}, a, c, wanted);
}

void check(const mixcon::directions& shares, bool by_rows) {
  const index_t n = 66, m = 70, width = 9;
  const auto a = exact_rows(n, width, 1), c = exact_rows(m, width, 2);
  std::vector<double> bias;
  for (index_t k = 0; k < m; ++k) bias.push_back(k == 69 ? -HUGE_VAL : 0.25 * static_cast<double>(k % 7) - 0.5);
  biased_answer expected{std::vector<double>(a.data.size()), std::vector<double>(c.data.size()),
                         std::vector<double>(70)};
  mixcon::gradients<double> wanted{.candidate_bias = {expected.bias.data(), {m}}};
  if (by_rows) {
    wanted.anchors = {expected.anchors.data(), {n, width}};
    wanted.candidates = {mixcon::matrix_view<double>{expected.candidates.data(), {m, width}}};
  }
  fill(mixcon::serial{}, shares, a.view(), c.view(), bias, wanted);

  const auto floats = [](const std::vector<double>& from) { return std::vector<float>(from.begin(), from.end()); };
  const device_array<float> z(floats(a.data)), k(floats(c.data));
  device_array<float> by_z(std::vector<float>(a.data.size(), 0.0F)), by_k(std::vector<float>(c.data.size(), 0.0F)),
      by_bias(std::size_t{70});
  mixcon::gradients<float> there{.candidate_bias = {by_bias.data(), {m}}};
  if (by_rows) {
    there.anchors = {by_z.data(), {n, width}};
    there.candidates = {mixcon::matrix_view<float>{by_k.data(), {m, width}}};
  }
  const auto on_device = gpu::device_matrix(z.data(), n, width), others = gpu::device_matrix(k.data(), m, width);
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.3}, mixcon::cosine{}, mixcon::candidate_bias{bias}};
  criterion.direction = shares;
  gpu::basic_stream<gpu::tier::tiles> on;
  const gpu::device_memory workspace(
      gpu::workspace_bytes(on, criterion, mixcon::diagonal_targets{}, on_device, others));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  gpu::emulated::the_counts() = {};
  fill(on, shares, on_device, others, bias, there);
  // forward, and two passes backward, on tensor cores
  CHECK(gpu::emulated::the_counts().products > 0);
  const auto wide = [](const std::vector<float>& from) { return std::vector<double>(from.begin(), from.end()); };
  CHECK(frobenius_apart(wide(by_bias.host()), expected.bias, 1e-2) < 2e-5);
  CHECK(frobenius_apart(wide(by_z.host()), expected.anchors, 1e-2) < 2e-5);
  CHECK(frobenius_apart(wide(by_k.host()), expected.candidates, 1e-2) < 2e-5);
}

}  // namespace

TEST_CASE("Gradients by the candidates' biases are sums over columns, by tiles", "[gpu]") {
  check({1, 0}, true);
  check({1, 0}, false);
  check({0.75, 0.5}, true);
}
