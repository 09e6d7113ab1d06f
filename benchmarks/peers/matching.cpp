// SPDX-License-Identifier: BSD-3-Clause
// Time of the plans that solve a problem a pair: PuzzleMix's minimum cut and transport, AlignMix's optimal transport.
// One line a measurement: what, size, milliseconds a batch. matching.py runs it beside the published steps.
//
//   peers_matching [--rounds R]
#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/samplers.hpp>
#include <mixcon/mixes/alignmix.hpp>
#include <mixcon/mixes/puzzlemix.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

using namespace mixcon;

template <class F>
double median_milliseconds(int rounds, F&& f) {
  std::vector<double> all;
  for (int r = 0; r <= rounds; ++r) {
    const auto start = std::chrono::steady_clock::now();
    f();
    const double taken = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (r > 0) all.push_back(taken);
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}
std::vector<index_t> next_of(index_t samples) {
  std::vector<index_t> partner;
  for (index_t i = 0; i < samples; ++i) partner.push_back((i + 1) % samples);
  return partner;
}

/// Noisy images whose saliency is a bump somewhere near the middle.
void measure_puzzlemix(index_t samples, index_t side, index_t blocks, int rounds) {
  philox_stream bits(1, 0, 0, side);
  std::vector<float> pixels(static_cast<std::size_t>(samples * 3 * side * side)), salient;
  for (float& x : pixels) x = static_cast<float>(uniform(bits));
  for (index_t i = 0; i < samples; ++i) {
    const double row = static_cast<double>(side) * (0.25 + 0.5 * uniform(bits)),
                 column = static_cast<double>(side) * (0.25 + 0.5 * uniform(bits));
    for (index_t y = 0; y < side; ++y)
      for (index_t x = 0; x < side; ++x) {
        const double far = std::hypot(static_cast<double>(y) - row, static_cast<double>(x) - column);
        salient.push_back(static_cast<float>(std::exp(-8 * far / static_cast<double>(side)) * uniform(bits)));
      }
  }
  const tensor_view<const float, 4> images(pixels.data(), {samples, 3, side, side});
  const tensor_view<const float, 3> saliency(salient.data(), {samples, side, side});
  const puzzlemix<> policy;
  const double taken =
      median_milliseconds(rounds, [&] { (void)policy.plan_for(images, saliency, next_of(samples), 0.5, blocks); });
  std::printf("puzzlemix\t%lld %lld %lld\t%.4f\n", static_cast<long long>(samples), static_cast<long long>(side),
              static_cast<long long>(blocks), taken);
}

void measure_alignmix(index_t samples, index_t channels, index_t tokens, int rounds) {
  philox_stream bits(2, 0, 0, tokens);
  std::vector<float> values(static_cast<std::size_t>(samples * channels * tokens));
  for (float& x : values) x = static_cast<float>(0.05 * normal(bits));
  const tensor_view<const float, 3> maps(values.data(), {samples, channels, tokens});
  const double taken = median_milliseconds(rounds, [&] { (void)alignmix<>{}.matched(maps, next_of(samples)); });
  std::printf("alignmix\t%lld %lld %lld\t%.4f\n", static_cast<long long>(samples), static_cast<long long>(channels),
              static_cast<long long>(tokens), taken);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 3;
  for (int k = 1; k + 1 < argc; k += 2)
    if (std::strcmp(argv[k], "--rounds") == 0) rounds = std::atoi(argv[k + 1]);
  for (const index_t blocks : {index_t{4}, index_t{8}, index_t{16}}) {
    measure_puzzlemix(128, 32, blocks, rounds);
    measure_puzzlemix(128, 64, blocks, rounds);
    if (blocks < 16) measure_puzzlemix(32, 224, blocks, rounds);
  }
  for (const index_t tokens : {index_t{16}, index_t{49}}) measure_alignmix(128, 512, tokens, rounds);
}
