// SPDX-License-Identifier: BSD-3-Clause
// `tiled` on a pool of another library: the same bits as on its own.
#include "support/engines.hpp"

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/core/pool_ref.hpp>
#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <atomic>
#include <thread>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Threads that are made for each region and take tasks from the last to the first.
class backward_pool {
 public:
  explicit backward_pool(int threads) : threads_(threads) {}
  int threads() const { return threads_; }
  template <class Task>
  void parallel_for(index_t tasks, const Task& task) {
    ++regions;
    std::atomic<index_t> left = tasks;
    const auto work = [&] {
      for (index_t i = --left; i >= 0; i = --left) task(i);
    };
    std::vector<std::thread> others;
    for (int k = 1; k < threads_; ++k) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
  }
  int regions = 0;

 private:
  int threads_;
};
static_assert(Pool<backward_pool> && Pool<thread_pool> && !Pool<std::vector<int>>);

struct outcome {
  float value;
  std::vector<float> gradient;
  bool operator==(const outcome&) const = default;
};

constexpr index_t count = 500, width = 9;

std::vector<float> embeddings() {
  random_numbers draw(3);
  const auto rows = random_embeddings<float>(count, width, draw);
  std::vector<float> z;
  for (index_t i = 0; i < count; ++i)
    for (index_t k = 0; k < width; ++k) z.push_back(rows(i, k));
  return z;
}
outcome supcon_on(const tiled& engine) {
  const std::vector<float> z = embeddings();
  std::vector<int> labels;
  for (int i = 0; i < count; ++i) labels.push_back(i % 7);
  outcome found{0, std::vector<float>(z.size())};
  found.value = value_and_grad(engine, objective{info_nce{}}, label_targets{.labels = view(labels)},
                               matrix_view<const float>{z.data(), {count, width}},
                               matrix_view<float>{found.gradient.data(), {count, width}})
                    .value;
  return found;
}
outcome barlow_on(const tiled& engine) {
  const std::vector<float> z = embeddings();
  outcome found{0, std::vector<float>(z.size())};
  const matrix_view<const float> first{z.data(), {count / 2, width}},
      second{z.data() + count / 2 * width, {count / 2, width}};
  const matrix_view<float> by_first{found.gradient.data(), {count / 2, width}},
      by_second{found.gradient.data() + count / 2 * width, {count / 2, width}};
  found.value = value_and_grad(engine, barlow_twins{}, first, second, {.first = by_first, .second = by_second}).value;
  return found;
}

}  // namespace

TEST_CASE("a pool of another type gives the same bits", "[engine]") {
  const outcome pairs = supcon_on(tiled{.threads = 1}), twins = barlow_on(tiled{.threads = 1});
  for (const int threads : {1, 2, 3}) {
    backward_pool pool(threads);
    CHECK(supcon_on(tiled{.pool = &pool}) == pairs);
    CHECK(pool.regions > 0);
    CHECK(barlow_on(tiled{.pool = &pool}) == twins);
    CHECK(tiled{.pool = &pool}.workers() == threads);
  }
}

TEST_CASE("every task of a referred pool is called once", "[engine]") {
  backward_pool pool(3);
  const pool_ref by_reference(&pool);
  CHECK(by_reference);
  CHECK_FALSE(pool_ref());
  CHECK_FALSE(pool_ref(nullptr));
  std::vector<int> calls(100);
  by_reference.parallel_for(100, [&](index_t i) { ++calls[static_cast<std::size_t>(i)]; });
  CHECK(calls == std::vector<int>(100, 1));
  CHECK(by_reference.threads() == 3);
}
