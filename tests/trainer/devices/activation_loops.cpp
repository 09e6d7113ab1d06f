// SPDX-License-Identifier: BSD-3-Clause
// The loops of each instruction set against sums in double, in each layout.
#include "devices/activation_loops.hpp"
#include "support/catch.hpp"

#include <mixcon/core/storage.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace mixcon_train;

namespace {

/// Numbers as float or bfloat16 lie in memory, and as they are read.
struct stored {
  bool bf16;
  std::vector<char> bytes;

  stored(bool in_bf16, std::size_t size) : bf16(in_bf16), bytes(size * (in_bf16 ? 2 : 4)) {}
  stored(bool in_bf16, std::size_t size, std::uint64_t seed) : stored(in_bf16, size) {
    for (std::size_t k = 0; k < size; ++k)
      set(k, static_cast<float>(mixcon::philox_draws{.seed = seed}.normal("numbers", static_cast<mixcon::index_t>(k))));
  }
  void set(std::size_t k, float x) {
    const mixcon::bfloat16 half(x);
    std::memcpy(bytes.data() + k * (bf16 ? 2 : 4), bf16 ? static_cast<const void*>(&half) : &x, bf16 ? 2 : 4);
  }
  double operator[](std::size_t k) const {
    float single = 0;
    mixcon::bfloat16 half(0.0F);
    if (!bf16) return std::memcpy(&single, bytes.data() + k * 4, 4), static_cast<double>(single);
    return std::memcpy(&half, bytes.data() + k * 2, 2), static_cast<double>(static_cast<float>(half));
  }
  const char* data() const { return bytes.data(); }
};

struct isa {
  std::string name;
  const activation_loops* loops;
};
std::vector<isa> usable() {
  std::vector<isa> found{{"plain", plain_loops}};
#if defined(__x86_64__)
  const bool wide =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back({"avx2", avx2_loops});
  if (wide) found.push_back({"avx512", avx512_loops});
  if (wide && __builtin_cpu_supports("avx512bf16")) found.push_back({"avx512_bf16", avx512_bf16_loops});
#endif
  return found;
}

std::size_t channel_of(const activation_extents& e, std::size_t k) {
  return k / (e.lanes * e.pixels) % e.blocks * e.lanes + k % e.lanes;
}

void check(const activation_loops& loops, bool bf16, const activation_extents& e) {
  const std::size_t size = e.size(), channels = e.channels();
  const double close = bf16 ? 0.01 : 1e-5, count = static_cast<double>(e.images * e.pixels);
  const stored x(bf16, size, 1), u(bf16, size, 2), v(bf16, size, 3), mask(bf16, size, 4);
  stored out(bf16, size);
  const auto near = [&](double found, double expected) {
    return std::abs(found - expected) <= close * (1 + std::abs(expected));
  };
  const auto all_near = [&](auto expected) {
    std::size_t wrong = 0;
    for (std::size_t k = 0; k < size; ++k) wrong += near(out[k], expected(k)) ? 0U : 1U;
    return wrong == 0;
  };

  std::vector<float> mean(channels), squares(channels), sums(channels), products(channels);
  std::vector<double> true_mean(channels), true_squares(channels), true_sums(channels), true_products(channels);
  for (std::size_t k = 0; k < size; ++k) true_mean[channel_of(e, k)] += x[k] / count;
  for (std::size_t k = 0; k < size; ++k)
    true_squares[channel_of(e, k)] += std::pow(x[k] - true_mean[channel_of(e, k)], 2);
  loops.moments(e, x.data(), mean.data(), squares.data());
  for (std::size_t c = 0; c < channels; ++c) {
    CHECK(std::abs(static_cast<double>(mean[c]) - true_mean[c]) < 1e-5);
    CHECK(std::abs(static_cast<double>(squares[c]) - true_squares[c]) < 1e-4 * (1 + true_squares[c]));
  }

  std::vector<float> factor(channels), shift(channels), average(channels), slope(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    factor[c] = 0.5F + 0.01F * static_cast<float>(c), shift[c] = 0.1F * static_cast<float>(c % 7);
    average[c] = 0.02F * static_cast<float>(c % 5), slope[c] = 0.3F - 0.01F * static_cast<float>(c);
  }
  const channel_affine affine{mean.data(), factor.data(), shift.data()};
  const auto number = [](float of) { return static_cast<double>(of); };
  const auto y = [&](const stored& of, std::size_t k) {
    const std::size_t c = channel_of(e, k);
    return (of[k] - number(mean[c])) * number(factor[c]) + number(shift[c]);
  };
  for (const bool rectify : {false, true}) {
    const auto end = [&](double at) { return rectify && at < 0 ? 0 : at; };
    loops.normalise(e, x.data(), affine, nullptr, nullptr, rectify, out.bytes.data());
    CHECK(all_near([&](std::size_t k) { return end(y(x, k)); }));
    loops.normalise(e, x.data(), affine, u.data(), nullptr, rectify, out.bytes.data());
    CHECK(all_near([&](std::size_t k) { return end(y(x, k) + u[k]); }));
    loops.normalise(e, x.data(), affine, u.data(), &affine, rectify, out.bytes.data());
    CHECK(all_near([&](std::size_t k) { return end(y(x, k) + y(u, k)); }));
    loops.sum(size, x.data(), u.data(), rectify, out.bytes.data());
    CHECK(all_near([&](std::size_t k) { return end(x[k] + u[k]); }));
    loops.norm_gradient(e, u.data(), x.data(), affine, rectify, average.data(), slope.data(), out.bytes.data());
    CHECK(all_near([&](std::size_t k) {
      const std::size_t c = channel_of(e, k);
      return number(factor[c]) *
             ((rectify && y(x, k) <= 0 ? 0 : u[k]) - number(average[c]) - (x[k] - number(mean[c])) * number(slope[c]));
    }));

    for (const arriving_gradient& from :
         {arriving_gradient{u.data(), nullptr, nullptr}, arriving_gradient{u.data(), nullptr, mask.data()},
          arriving_gradient{u.data(), v.data(), mask.data()}}) {
      const auto arrives = [&](std::size_t k) {
        return from.mask != nullptr && mask[k] <= 0 ? 0 : u[k] + (from.v != nullptr ? v[k] : 0);
      };
      loops.gather(size, from, out.bytes.data());
      CHECK(all_near(arrives));
      out = stored(bf16, size);
      loops.gradient_sums(e, from, x.data(), affine, rectify, from.mask != nullptr ? out.bytes.data() : nullptr,
                          sums.data(), products.data());
      if (from.mask != nullptr) CHECK(all_near(arrives));
      std::fill(true_sums.begin(), true_sums.end(), 0), std::fill(true_products.begin(), true_products.end(), 0);
      for (std::size_t k = 0; k < size; ++k) {
        const double g = rectify && y(x, k) <= 0 ? 0 : from.mask != nullptr ? out[k] : u[k];
        true_sums[channel_of(e, k)] += g;
        true_products[channel_of(e, k)] += g * (x[k] - number(mean[channel_of(e, k)]));
      }
      for (std::size_t c = 0; c < channels; ++c) {
        CHECK(std::abs(number(sums[c]) - true_sums[c]) < 1e-4);
        CHECK(std::abs(number(products[c]) - true_products[c]) < 1e-4);
      }
    }
  }

  std::vector<float> means(e.images * channels);
  loops.pixel_means(e, x.data(), means.data());
  std::vector<double> true_means(means.size());
  const auto image_and_channel = [&](std::size_t k) { return k / (size / e.images) * channels + channel_of(e, k); };
  for (std::size_t k = 0; k < size; ++k) true_means[image_and_channel(k)] += x[k] / static_cast<double>(e.pixels);
  for (std::size_t k = 0; k < means.size(); ++k) CHECK(std::abs(number(means[k]) - true_means[k]) < 1e-5);
  loops.spread(e, means.data(), 0.5F, out.bytes.data());
  CHECK(all_near([&](std::size_t k) { return 0.5 * number(means[image_and_channel(k)]); }));
}

}  // namespace

TEST_CASE("loops over activations compute what they say", "[devices]") {
  for (const auto& [name, loops] : usable())
    for (const bool bf16 : {false, true})
      for (const activation_extents& e :
           {activation_extents{3, 2, 7, 16}, activation_extents{2, 3, 4, 8}, activation_extents{3, 1, 5, 32},
            activation_extents{2, 3, 5, 1}, activation_extents{4, 1, 1, 5}}) {
        INFO(name << (bf16 ? ", bf16, " : ", fp32, ") << e.lanes << " lanes");
        check(loops[bf16 ? 1 : 0], bf16, e);
      }
}

TEST_CASE("loops keep NaN, and round bfloat16 to nearest, ties to even", "[devices]") {
  for (const auto& [name, loops] : usable()) {
    INFO(name);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> x{nan, 1, -1, nan, 5}, zero(5), out(5);
    loops[0].sum(5, x.data(), zero.data(), true, out.data());
    CHECK(std::isnan(out[0]));
    CHECK(out[1] == 1);
    CHECK(out[2] == 0);

    const std::size_t size = 4000;  // sums of two bfloat16, which lie anywhere between two others
    const stored a(true, size, 5), b(true, size, 6);
    stored sum(true, size);
    loops[1].sum(size, a.data(), b.data(), false, sum.bytes.data());
    std::size_t wrong = 0;
    for (std::size_t k = 0; k < size; ++k) {
      const double nearest = static_cast<double>(static_cast<float>(mixcon::bfloat16(static_cast<float>(a[k] + b[k]))));
      wrong += sum[k] == nearest ? 0U : 1U;
    }
    CHECK(wrong == 0);
  }
}
