// SPDX-License-Identifier: BSD-3-Clause
// Who mixes: blend and unblend by engines, pools and executors of one's own.
#include "mix/batches.hpp"
#include "support/catch.hpp"

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Calls rows from the last to the first, and does not say how many at once.
struct backwards {
  int* calls;
  template <class Row>
  void rows(index_t number, Row&& row) const {
    for (index_t i = number; i-- > 0; ++*calls) row(i, *this);
  }
};

/// Keeps what it is told in place of mixing.
struct recording_device {
  std::string told;
  template <class Region, class T, int Rank>
  void blend(const mix_plan<Region>& plan, const tensor_view<const T, Rank>& samples,
             const tensor_view<const T, Rank>& partners, const tensor_view<T, Rank>& mixed) {
    told += "blend " + std::to_string(plan.samples()) + " of " + std::to_string(partners.extent(0)) + "; ";
    std::fill_n(mixed.data(), mixed.size(), samples.data()[0]);
  }
  template <class Region, class T, int Rank>
  void unblend(const mix_plan<Region>& plan, const tensor_view<const T, Rank>&, const tensor_view<T, Rank>& gradient,
               unblend_part part) {
    const char* names[] = {"own", "partners", "both"};
    told += "unblend " + std::to_string(plan.samples()) + " into " + std::to_string(gradient.extent(0)) + " " +
            names[static_cast<int>(part)] + "; ";
  }
};

}  // namespace

TEST_CASE("every executor mixes and unmixes to the same bits as the calling thread", "[mix]") {
  const auto x = random_batch<float>(four_samples<4>(), 71), g = random_batch<float>(four_samples<4>(), 72);
  thread_pool pool(3);
  for_each_plan<4>([&](const auto& plan) {
    INFO(to_string(plan));
    const auto blended = [&](auto&&... executor) {
      std::vector<float> mixed(x.storage.size());
      blend(executor..., plan, x.of, tensor_view<float, 4>(mixed.data(), x.of.extents()));
      return mixed;
    };
    const auto unblended = [&](auto&&... executor) {
      std::vector<float> gradient(x.storage.size(), 0.5f);
      unblend(executor..., plan, g.of, tensor_view<float, 4>(gradient.data(), x.of.extents()));
      return gradient;
    };
    const auto check = [&](auto&& executor) {
      CHECK(blended(executor) == blended());
      CHECK(unblended(executor) == unblended());
    };
    check(serial{});
    check(tiled{});
    check(tiled{.threads = 1});
    check(tiled{.threads = 3});
    check(tiled{.pool = &pool});
    check(pool);
    const serial constant;
    check(constant);
  });
}

TEST_CASE("batches that are large enough are shared out, small ones are not", "[mix]") {
  const mix_plan<interpolated> plan{{1, 2, 3, 4, 5, 0}, {0.25}, {}};
  thread_pool pool(3);
  for (const index_t width : {100, 1 << 18}) {  // 2 kB, and 6 MB
    std::vector<float> x(static_cast<std::size_t>(6 * width)), mixed(x.size()), expected(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 977);
    const axes<2> extents{6, width};
    const matrix_view<const float> from(x.data(), extents);
    blend(plan, from, matrix_view<float>(expected.data(), extents));
    int calls = 0;
    const auto check = [&](auto&& executor) {
      std::fill(mixed.begin(), mixed.end(), -1.0f);
      blend(executor, plan, from, matrix_view<float>(mixed.data(), extents));
      CHECK(mixed == expected);
      unblend(executor, plan, from, matrix_view<float>(mixed.data(), extents));
    };
    check(serial{});
    check(tiled{.threads = 3});
    check(tiled{.pool = &pool});
    check(pool);
    check(backwards{&calls});
    CHECK(calls == (width > 100 ? 12 : 0));  // each sample once, forward and back
  }
}

TEST_CASE("the partners' batch may be another one, whoever mixes", "[mix]") {
  const std::vector<float> x{1, 2, 3, 4}, queue{10, 20, 30, 40, 50, 60};
  const matrix_view<const float> samples(x.data(), {2, 2}), others(queue.data(), {3, 2});
  const mix_plan<interpolated> plan{{2, 0}, {0.5}, {}};
  std::vector<float> mixed(4), own(4), partners(6);
  blend(tiled{.threads = 2}, plan, samples, others, matrix_view<float>(mixed.data(), {2, 2}));
  CHECK(mixed == std::vector<float>{25.5f, 31, 6.5f, 12});
  unblend(tiled{.threads = 2}, plan, samples, matrix_view<float>(own.data(), {2, 2}),
          matrix_view<float>(partners.data(), {3, 2}));
  CHECK(own == std::vector<float>{0.5f, 1, 1.5f, 2});
  CHECK(partners == std::vector<float>{1.5f, 2, 0, 0, 0.5f, 1});
}

TEST_CASE("an executor that brings its own mixing gets what is checked, and nothing else", "[mix]") {
  std::vector<float> x{1, 2, 3, 4}, queue(6), mixed(4);
  const matrix_view<float> samples(x.data(), {2, 2}), others(queue.data(), {3, 2}), to(mixed.data(), {2, 2});
  const mix_plan<interpolated> plan{{1, 0}, {0.5}, {}};
  recording_device device;
  blend(device, plan, samples, to);
  blend(device, plan, samples, others, to);
  CHECK(mixed == std::vector<float>(4, 1));
  unblend(device, plan, samples, to);
  unblend(device, plan, samples, to, others);
  CHECK(device.told ==
        "blend 2 of 2; blend 2 of 3; unblend 2 into 2 both; unblend 2 into 2 own; "
        "unblend 2 into 3 partners; ");
  device.told.clear();
  CHECK_THROWS_WITH(blend(device, plan, others, others), ContainsSubstring("the plan has 2 partners for 3 samples"));
  CHECK_THROWS_WITH(blend(device, plan, samples, samples), ContainsSubstring("overlaps its input"));
  CHECK_THROWS_WITH(unblend(device, plan, samples, others), ContainsSubstring("expected the same shape"));
  CHECK(device.told.empty());
}
