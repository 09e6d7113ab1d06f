// SPDX-License-Identifier: BSD-3-Clause
// Time of mixing a batch of float images beside a copy of it in the same process, and of drawing a plan beside applying
// it. One line a measurement: what, batch, milliseconds, times a copy; for draws the share of the blend.
//
//   peers_mixing [--threads T] [--rounds R]
#include <mixcon/core/thread_pool.hpp>
#include <mixcon/mixes/all_mixes.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using namespace mixcon;

struct images {
  explicit images(const image_shape& of)
      : shape(of),
        extents{of.samples, of.channels, of.rows, of.columns},
        from(static_cast<std::size_t>(of.samples * of.channels * of.rows * of.columns)),
        to(from.size()) {
    for (std::size_t k = 0; k < from.size(); ++k) from[k] = static_cast<float>(k % 251);
  }
  image_shape shape;
  axes<4> extents;
  std::vector<float> from, to;
};

template <class F>
double milliseconds(F&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}
double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

/// Medians over rounds in which all take turns.
struct times {
  std::vector<double> copy, mix, draw;
};

/// A plan, from the shape alone or with labels; nothing for a policy that looks at pixels.
template <class Mix, class Use>
void with_plan(const Mix& mix, const image_shape& shape, const philox_draws& draws, Use&& use) {
  std::vector<int> labels;
  for (index_t i = 0; i < shape.samples; ++i) labels.push_back(static_cast<int>(i % 10));
  if constexpr (requires { mix.plan(shape, draws); })
    use([&](const philox_draws& d) { return mix.plan(shape, d); });
  else if constexpr (requires { mix.plan(shape, draws, labels); })
    use([&](const philox_draws& d) { return mix.plan(shape, d, labels); });
}

template <class Mix>
void measure(const char* name, const Mix& mix, images& batch, thread_pool& pool, int rounds, bool of_draw) {
  with_plan(mix, batch.shape, {.seed = 1}, [&](auto&& plan_by) {
    const tensor_view<const float, 4> from(batch.from.data(), batch.extents);
    const tensor_view<float, 4> to(batch.to.data(), batch.extents);
    times found;
    for (int r = 0; r <= rounds; ++r) {
      const philox_draws draws{.seed = 1, .step = static_cast<std::uint64_t>(r)};
      decltype(plan_by(draws)) plan;
      const double draw = milliseconds([&] { plan = plan_by(draws); });
      const double copy = milliseconds([&] {
        std::memcpy(batch.to.data(), batch.from.data(), batch.from.size() * sizeof(float));
        asm volatile("" ::"r"(batch.to.data()) : "memory");
      });
      const double mixed = milliseconds([&] { blend(pool, plan, from, to); });
      if (r == 0) continue;  // warms up
      found.copy.push_back(copy), found.mix.push_back(mixed), found.draw.push_back(draw);
    }
    const double mixed = median(found.mix);
    if (of_draw)
      std::printf("draw\t%s\t%.4f\t%.4f\n", name, median(found.draw), median(found.draw) / mixed);
    else
      std::printf("mix\t%s\t%lldx%lldx%lldx%lld\t%.4f\t%.4f\n", name, static_cast<long long>(batch.extents[0]),
                  static_cast<long long>(batch.extents[1]), static_cast<long long>(batch.extents[2]),
                  static_cast<long long>(batch.extents[3]), mixed, mixed / median(found.copy));
    std::fflush(stdout);
  });
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 1, rounds = 9;
  for (int k = 1; k + 1 < argc; k += 2) {
    if (std::strcmp(argv[k], "--threads") == 0) threads = std::atoi(argv[k + 1]);
    if (std::strcmp(argv[k], "--rounds") == 0) rounds = std::atoi(argv[k + 1]);
  }
  thread_pool pool(threads);
  for (const image_shape& shape : {image_shape{256, 3, 224, 224}, image_shape{256, 3, 32, 32}}) {
    images batch(shape);
    const int turns = shape.rows > 100 ? rounds : 20 * rounds;
    measure("mixup", mixup<>{}, batch, pool, turns, false);
    measure("cutmix", cutmix<>{}, batch, pool, turns, false);
    measure("fmix", fmix<>{}, batch, pool, turns, false);
  }
  images batch({256, 3, 224, 224});
  all_mixes::for_each_of<mix_shape::policy>([&](const auto& listed) {
    auto mix = listed.made;
    if constexpr (requires { mix.chains; }) mix.chains = 1;  // its copies are the batch itself here
    measure(std::string(listed.name).c_str(), mix, batch, pool, 3, true);
  });
}
