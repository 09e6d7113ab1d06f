// SPDX-License-Identifier: BSD-3-Clause
// Batch normalisation over ranks, and by groups of samples: against one process, and against each group alone.
#include "autograd/operators.hpp"
#include "ranks/sums.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <mixcon/ranks/thread_ranks.hpp>

#include <algorithm>
#include <vector>

using namespace mixcon_train;

namespace {

using numbers = std::vector<double>;
constexpr index_t samples = 6, blocks = 2, channels = 3, width = 4;  // blocks of samples, as views are

/// What a normalisation makes of rows, and the gradients that arrive at its inputs.
struct pass {
  numbers out, by_x, by_scale, by_shift, mean, variance;
};

/// Of rows (M, C, 2, 2), with an upstream of any numbers.
pass normalised(device& on, const numbers& rows, const numbers& upstream) {
  const index_t count = static_cast<index_t>(rows.size()) / (channels * width);
  const shape extents{count, channels, 2, 2};
  const variable x(tensor_of(on, extents, rows.data()), true);
  const numbers scales{1.5, 0.5, -1}, shifts{0.1, -0.2, 0.3};
  const variable scale(tensor_of(on, {channels}, scales.data()), true),
      shift(tensor_of(on, {channels}, shifts.data()), true);
  running_statistics running{filled(on, {channels}, 0), filled(on, {channels}, 1)};
  const variable y = batch_norm(x, scale, shift, running, true, true);
  backward(sum(multiply(y, variable(tensor_of(on, extents, upstream.data())))));
  pass made;
  const auto read = [](const tensor& from, numbers& to) {
    to.resize(static_cast<std::size_t>(from.extents().size()));
    copy_numbers(from, to.data());
  };
  read(y.value(), made.out), read(x.gradient(), made.by_x), read(scale.gradient(), made.by_scale);
  read(shift.gradient(), made.by_shift), read(running.mean, made.mean), read(running.variance, made.variance);
  return made;
}

numbers drawn(std::uint64_t seed) {
  const mixcon::philox_draws draws{.seed = seed};
  numbers made;
  for (index_t k = 0; k < blocks * samples * channels * width; ++k)
    made.push_back(draws.normal("x", k) + static_cast<double>(k % 7));
  return made;
}

/// The rows of part `part` of `parts` of every block.
numbers part_of(const numbers& rows, index_t part, index_t parts) {
  const index_t row = channels * width, own = samples / parts;
  numbers made;
  for (index_t block = 0; block < blocks; ++block) {
    const auto first = rows.begin() + (block * samples + part * own) * row;
    made.insert(made.end(), first, first + own * row);
  }
  return made;
}

void check_near(const numbers& found, const numbers& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t k = 0; k < found.size(); ++k) CHECK(found[k] == Approx(expected[k]).margin(1e-12));
}

/// Threads as ranks of a group.
auto group_with(const mixcon::thread_ranks::communicator& me) {
  const auto never = [](int /*status*/) {};
  return group_of<mixcon::thread_ranks::communicator, decltype(never)>(me, never);
}

}  // namespace

TEST_CASE("batch normalisation over ranks is that of all rows in one process, with its gradients", "[autograd]") {
  const numbers rows = drawn(1), upstream = drawn(2);
  reference_device alone;
  const pass whole = normalised(alone, rows, upstream);
  for (const index_t ranks : {2, 3}) {
    std::vector<pass> made(static_cast<std::size_t>(ranks));
    mixcon::thread_ranks(ranks).run([&](const auto& me) {
      const auto group = group_with(me);
      reference_device on;
      on.set_split({.samples = samples / ranks, .ranks = &group, .shares_statistics = true});
      made[static_cast<std::size_t>(me.rank())] =
          normalised(on, part_of(rows, me.rank(), ranks), part_of(upstream, me.rank(), ranks));
    });
    numbers by_scale(channels, 0), by_shift(channels, 0);
    for (index_t r = 0; r < ranks; ++r) {
      const pass& mine = made[static_cast<std::size_t>(r)];
      check_near(mine.out, part_of(whole.out, r, ranks));
      check_near(mine.by_x, part_of(whole.by_x, r, ranks));
      check_near(mine.mean, whole.mean), check_near(mine.variance, whole.variance);
      for (std::size_t c = 0; c < channels; ++c) by_scale[c] += mine.by_scale[c], by_shift[c] += mine.by_shift[c];
    }
    check_near(by_scale, whole.by_scale), check_near(by_shift, whole.by_shift);
  }
}

TEST_CASE("groups of samples are normalised as each alone, and running statistics follow their mean", "[autograd]") {
  const numbers rows = drawn(3), upstream = drawn(4);
  reference_device on;
  numbers mean(channels, 0), variance(channels, 0), by_scale(channels, 0);
  std::vector<pass> alone;
  for (index_t group = 0; group < 3; ++group) {
    alone.push_back(normalised(on, part_of(rows, group, 3), part_of(upstream, group, 3)));
    for (std::size_t c = 0; c < channels; ++c) {
      mean[c] += alone.back().mean[c] / 3, variance[c] += alone.back().variance[c] / 3;
      by_scale[c] += alone.back().by_scale[c];
    }
  }
  on.set_split({.samples = samples, .groups = 3});
  const pass grouped = normalised(on, rows, upstream);
  for (index_t group = 0; group < 3; ++group) {
    check_near(part_of(grouped.out, group, 3), alone[static_cast<std::size_t>(group)].out);
    check_near(part_of(grouped.by_x, group, 3), alone[static_cast<std::size_t>(group)].by_x);
  }
  check_near(grouped.mean, mean), check_near(grouped.variance, variance), check_near(grouped.by_scale, by_scale);
  on.set_split({.samples = 5, .groups = 5});
  CHECK_THROWS_WITH(normalised(on, rows, upstream),
                    "batch_norm: 5 groups of 5 samples for 12 rows; expected groups of equal size, and whole batches "
                    "of samples");
}

TEST_CASE("ranks add up numbers in their order, and join moments, to the same bits everywhere", "[ranks]") {
  for (const index_t ranks : {1, 2, 4})
    for (const index_t count : {1, 5, 1000}) {
      std::vector<std::vector<float>> found(static_cast<std::size_t>(ranks));
      mixcon::thread_ranks(ranks).run([&](const auto& me) {
        const auto group = group_with(me);
        std::vector<float> mine;
        for (index_t k = 0; k < count; ++k) mine.push_back(1.0F / static_cast<float>(1 + k + 100 * me.rank()));
        add_over(group, mine);
        found[static_cast<std::size_t>(me.rank())] = mine;
      });
      for (index_t k = 0; k < count; ++k) {
        double sum = 0;
        for (index_t r = 0; r < ranks; ++r) sum += static_cast<double>(1.0F / static_cast<float>(1 + k + 100 * r));
        for (const auto& each : found) CHECK(each[static_cast<std::size_t>(k)] == static_cast<float>(sum));
      }
    }
  const moments both = joined({2, 1.5, 0.5}, {2, 3.5, 0.5});  // 1, 2 and 3, 4
  CHECK(both.count == 4);
  CHECK(both.mean == 2.5);
  CHECK(both.squares == 5);
  CHECK(joined({}, {}).count == 0);
}
