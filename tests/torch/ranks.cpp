// SPDX-License-Identifier: BSD-3-Clause
// Losses over the processes of a gloo group, which here are threads, and one that dies a process: against one process.
#define USE_C10D_GLOO 1
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/HashStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "torch/catch_beside_torch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/supcon.hpp>
#include <mixcon/torch/aligned.hpp>
#include <mixcon/torch/loss.hpp>
#include <mixcon/torch/ranks.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

using namespace mixcon;

namespace {

using gloo_ranks = torch_ranks<c10d::ProcessGroupGloo>;
using seconds = std::chrono::duration<double>;

c10::intrusive_ptr<c10d::ProcessGroupGloo::Options> on_this_machine() {
  const auto options = c10d::ProcessGroupGloo::Options::create(std::chrono::seconds(60));
  options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1"));
  return options;
}

/// What one of the ranks has done: its answer, or why it has none.
struct outcome {
  double value = 0;
  at::Tensor by_first{}, by_second{}, by_number{};
  std::string refused{}, failed{};
};
/// Calls work(me) on ranks that are threads of a group of gloo's.
template <class Work>
std::vector<outcome> on_gloo(int size, const Work& work) {
  const auto store = c10::make_intrusive<c10d::HashStore>();
  std::vector<outcome> all(static_cast<std::size_t>(size));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank)
    threads.emplace_back([&, rank] {
      outcome& mine = all[static_cast<std::size_t>(rank)];
      try {
        const auto options = on_this_machine();
        auto group = c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
        const torch_ranks me(std::move(group));
        mine = work(me);
      } catch (const std::invalid_argument& refused) {
        mine.refused = refused.what();
      } catch (const std::exception& failed) {
        mine.failed = failed.what();
      }
    });
  for (std::thread& each : threads) each.join();
  return all;
}

at::Tensor random_rows(std::int64_t count, std::uint64_t seed = 11) {
  return at::randn({count, 5}, at::detail::createCPUGenerator(seed), at::kDouble);
}
at::Tensor wanting(const at::Tensor& x) { return x.detach().clone().requires_grad_(); }
double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}

/// How many rows each rank has of twelve: alike, other numbers, and none in the middle.
std::vector<std::vector<std::int64_t>> sharings(int size) {
  if (size == 1) return {{12}};
  if (size == 2) return {{6, 6}, {2, 10}, {0, 12}};
  if (size == 3) return {{4, 4, 4}, {2, 6, 4}, {8, 0, 4}};
  return {{4, 2, 2, 4}, {2, 4, 0, 6}};
}
struct own_rows {
  std::int64_t first, count;
  at::Tensor of(const at::Tensor& rows) const { return rows.narrow(0, first, count); }
};
own_rows rows_of(const std::vector<std::int64_t>& sizes, index_t rank) {
  return {std::accumulate(sizes.begin(), sizes.begin() + rank, std::int64_t{0}), sizes[static_cast<std::size_t>(rank)]};
}

constexpr double near = 1e-12;
const std::vector<int> pairs{0, 1, 0, 1};  // labels

/// The same loss in one process, by the plain calls.
struct whole_batch {
  double value = 0, by_temperature = 0;
  at::Tensor by_first{}, by_second{};
};
whole_batch whole(double temperature, const std::vector<int>& labels, const at::Tensor& anchors,
                  const at::Tensor& candidates) {
  whole_batch all{.by_first = at::empty_like(anchors), .by_second = at::empty_like(candidates)};
  all.value = value_and_grad(serial{}, supcon(temperature), label_targets{.labels = labels},
                             as_view<const double, 2>(anchors), as_view<const double, 2>(candidates),
                             gradients<double>{.anchors = as_view<double, 2>(all.by_first),
                                               .candidates = {as_view<double, 2>(all.by_second)},
                                               .temperature = &all.by_temperature})
                  .value;
  return all;
}

}  // namespace

TEST_CASE("Labelled rows of a gloo group have the loss and the gradients of one process", "[torch]") {
  const at::Tensor rows = random_rows(12);
  const std::vector<int> labels{0, 1, 0, 2, 1, 2, 0, 0, 1, 2, 2, 1};
  const auto criterion = supcon(0.1);
  const whole_batch expected = whole(0.1, labels, rows, rows);
  for (const int size : {1, 2, 3, 4})
    for (const std::vector<std::int64_t>& sizes : sharings(size))
      for (const exchange_form form : {exchange_form::ring, exchange_form::gathered}) {
        CAPTURE(sizes, form);
        const auto call = [&](const gloo_ranks& me) {
          const own_rows mine = rows_of(sizes, me.rank());
          const std::vector<int> own(labels.begin() + mine.first, labels.begin() + mine.first + mine.count);
          const at::Tensor z = wanting(mine.of(rows));
          const at::Tensor loss =
              torch_loss(ranks{me, tiled{.threads = 1}, form}, criterion, label_targets{.labels = own}, z, z);
          (loss * 3).backward();
          return outcome{.value = loss.item<double>(), .by_first = z.grad()};
        };
        const std::vector<outcome> all = on_gloo(size, call), again = on_gloo(size, call);
        for (index_t rank = 0; rank < size; ++rank) {
          const outcome& found = all[static_cast<std::size_t>(rank)];
          CAPTURE(rank, found.refused, found.failed);
          REQUIRE((found.refused + found.failed).empty());
          const own_rows mine = rows_of(sizes, rank);
          CHECK(std::abs(found.value - expected.value) < near);
          CHECK(found.by_first.size(0) == mine.count);
          if (mine.count > 0)
            CHECK(difference(found.by_first, 3 * mine.of(expected.by_first + expected.by_second)) < near);
          CHECK(found.value == again[static_cast<std::size_t>(rank)].value);
          CHECK(at::equal(found.by_first, again[static_cast<std::size_t>(rank)].by_first));
        }
      }
}

TEST_CASE("Two towers over a gloo group, and the gradient by a learned temperature, which is the whole batch's",
          "[torch]") {
  const at::Tensor images = random_rows(12, 1), texts = random_rows(12, 2);
  const std::vector<int> labels{0, 1, 0, 2, 1, 2, 0, 0, 1, 2, 2, 1};
  const whole_batch expected = whole(0.2, labels, images, texts);
  for (const std::vector<std::int64_t>& sizes : sharings(3)) {
    const std::vector<outcome> all = on_gloo(3, [&](const gloo_ranks& me) {
      const own_rows mine = rows_of(sizes, me.rank());
      const std::vector<int> own(labels.begin() + mine.first, labels.begin() + mine.first + mine.count);
      const at::Tensor i = wanting(mine.of(images)), t = wanting(mine.of(texts));
      const at::Tensor temperature = wanting(at::full({}, 0.2, at::kDouble));
      const at::Tensor loss = torch_loss(ranks{me, tiled{.threads = 1}}, supcon(1), label_targets{.labels = own}, i, t,
                                         {.temperature = temperature});
      loss.backward();
      return outcome{
          .value = loss.item<double>(), .by_first = i.grad(), .by_second = t.grad(), .by_number = temperature.grad()};
    });
    for (index_t rank = 0; rank < 3; ++rank) {
      const outcome& found = all[static_cast<std::size_t>(rank)];
      CAPTURE(sizes, rank, found.refused, found.failed);
      REQUIRE((found.refused + found.failed).empty());
      const own_rows mine = rows_of(sizes, rank);
      CHECK(std::abs(found.value - expected.value) < near);
      CHECK(std::abs(found.by_number.item<double>() - expected.by_temperature) < near * 10);  // about 10 itself
      if (mine.count == 0) continue;
      CHECK(difference(found.by_first, mine.of(expected.by_first)) < near);
      CHECK(difference(found.by_second, mine.of(expected.by_second)) < near);
    }
  }
}

TEST_CASE("Aligned rows of a gloo group: sums of features over all, and means", "[torch]") {
  const at::Tensor first = random_rows(12, 3), second = random_rows(12, 4);
  const auto compare = [&](const auto& loss, bool second_is_learned) {
    whole_batch expected{.by_first = at::empty_like(first), .by_second = at::empty_like(second)};
    aligned_gradients<double> wanted{.first = as_view<double, 2>(expected.by_first)};
    if (second_is_learned) wanted.second = as_view<double, 2>(expected.by_second);
    expected.value =
        value_and_grad(serial{}, loss, as_view<const double, 2>(first), as_view<const double, 2>(second), wanted).value;
    const std::vector<std::int64_t> sizes{4, 2, 6};
    const std::vector<outcome> all = on_gloo(3, [&](const gloo_ranks& me) {
      const own_rows mine = rows_of(sizes, me.rank());
      const at::Tensor a = wanting(mine.of(first)), b = wanting(mine.of(second));
      const at::Tensor found = torch_loss(ranks{me, tiled{.threads = 1}}, loss, a, b);
      found.backward();
      return outcome{.value = found.item<double>(), .by_first = a.grad(), .by_second = b.grad()};
    });
    for (index_t rank = 0; rank < 3; ++rank) {
      const outcome& found = all[static_cast<std::size_t>(rank)];
      CAPTURE(rank, found.refused, found.failed);
      REQUIRE((found.refused + found.failed).empty());
      CHECK(std::abs(found.value - expected.value) < near);
      CHECK(difference(found.by_first, rows_of(sizes, rank).of(expected.by_first)) < near);
      CHECK(found.by_second.defined() == second_is_learned);
      if (second_is_learned) CHECK(difference(found.by_second, rows_of(sizes, rank).of(expected.by_second)) < near);
    }
  };
  compare(barlow_twins{}, true);
  compare(byol{}, false);
}

TEST_CASE("What one process refuses, all refuse, and the group goes on", "[torch]") {
  const std::vector<outcome> all = on_gloo(3, [&](const gloo_ranks& me) {
    const ranks on{me, tiled{.threads = 1}};
    const auto refusal = [&](const at::Tensor& z, double temperature) {
      try {
        torch_loss(on, supcon(temperature), label_targets{.labels = pairs}, z, z);
      } catch (const std::invalid_argument& refused) {
        return std::string(refused.what());
      }
      return std::string("nothing was refused");
    };
    const at::Tensor z = wanting(random_rows(4));
    outcome mine;
    // A type that is none of rows, rows that are none, another parameter: each on one rank, before and after they meet.
    mine.refused = refusal(me.rank() == 1 ? z.to(at::kLong) : z, 0.5) + "\n" +
                   refusal(me.rank() == 2 ? z.detach().reshape({2, 2, 5}) : z, 0.5) + "\n" +
                   refusal(z, me.rank() == 0 ? 0.5 : 0.25);
    mine.value = torch_loss(on, supcon(0.5), label_targets{.labels = pairs}, z, z).item<double>();
    return mine;
  });
  for (const outcome& each : all) {
    CAPTURE(each.refused, each.failed);
    CHECK(each.failed.empty());
    CHECK(each.refused == all.front().refused);
    CHECK(each.refused.find("anchors is of type Long; expected one of Float") != std::string::npos);
    CHECK(each.refused.find("(rank 1 of 3)\n") != std::string::npos);
    CHECK(each.refused.find("has 3 axes; expected 2 (rank 2 of 3)\n") != std::string::npos);
    CHECK(each.refused.find("rank 0 of 3 says temperature = 0.5, rank 1 says temperature = 0.25") != std::string::npos);
    CHECK(each.value == all.front().value);
    CHECK(each.value > 0);
  }
}

TEST_CASE("Where one process wants gradients, all make the same call", "[torch]") {
  const at::Tensor rows = random_rows(8);
  const std::vector<int> labels{0, 1, 0, 1, 0, 1, 0, 1};
  const whole_batch expected = whole(0.5, labels, rows, rows);
  const std::vector<outcome> all = on_gloo(2, [&](const gloo_ranks& me) {
    const at::Tensor own = rows.narrow(0, 4 * me.rank(), 4), z = me.rank() == 0 ? wanting(own) : own;
    const at::Tensor loss =
        torch_loss(ranks{me, tiled{.threads = 1}}, supcon(0.5), label_targets{.labels = pairs}, z, z);
    if (me.rank() == 0) loss.backward();
    return outcome{.value = loss.item<double>(), .by_first = z.grad()};
  });
  CAPTURE(all[0].refused, all[0].failed, all[1].refused, all[1].failed);
  REQUIRE(all[0].by_first.defined());
  CHECK_FALSE(all[1].by_first.defined());
  CHECK(all[0].value == all[1].value);
  CHECK(difference(all[0].by_first, (expected.by_first + expected.by_second).narrow(0, 0, 4)) < near);
}

TEST_CASE("A process that leaves ends the others' call at once, and their ranks say so ever after", "[torch]") {
  const auto began = std::chrono::steady_clock::now();
  const std::vector<outcome> all = on_gloo(3, [&](const gloo_ranks& me) {
    const at::Tensor z = wanting(random_rows(4));
    const ranks on{me, tiled{.threads = 1}};
    const auto call = [&] { torch_loss(on, supcon(0.5), label_targets{.labels = pairs}, z, z); };
    call();
    if (me.rank() == 1) {
      me.leave("no more batches");
    } else {
      try {
        call();
      } catch (const rank_failure& failed) {
        outcome first{.refused = failed.what()};
        try {
          call();
        } catch (const rank_failure& later) {
          first.failed = later.what();
        }
        return first;
      }
    }
    return outcome{};
  });
  CHECK(seconds(std::chrono::steady_clock::now() - began).count() < 10);
  for (const std::size_t rank : {std::size_t{0}, std::size_t{2}}) {
    CAPTURE(all[rank].refused, all[rank].failed);
    CHECK(all[rank].refused.find("which has left, died, or never made this call") != std::string::npos);
    CHECK(all[rank].failed.find("have failed before") != std::string::npos);
  }
}

TEST_CASE("A process that is killed is noticed at once", "[torch]") {
  std::array<char, 32> name{"/tmp/mixcon_torch_XXXXXX"};
  const int made = mkstemp(name.data());
  REQUIRE(made >= 0);
  const std::string path = name.data();
  const pid_t victim = fork();
  REQUIRE(victim >= 0);
  const auto begin = [&](int rank) {
    const auto store = c10::make_intrusive<c10d::FileStore>(path, 2);
    return torch_ranks(c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, 2, on_this_machine()));
  };
  if (victim == 0) {  // sends one message of two, and is gone
    const gloo_ranks me = begin(1);
    int mine = 1;
    std::array<int, 2> all{};
    me.all_gather(&mine, sizeof mine, all.data());
    auto under_way = me.start_exchange(0, &mine, sizeof mine, 0, all.data(), sizeof mine);
    under_way.wait();
    _exit(all[0] == 0 ? 0 : 1);
  }
  const gloo_ranks me = begin(0);
  int mine = 0;
  std::array<int, 2> all{7, 7};
  me.all_gather(&mine, sizeof mine, all.data());
  CHECK(all == std::array{0, 1});
  auto under_way = me.start_exchange(1, &mine, sizeof mine, 1, all.data(), sizeof mine);
  under_way.wait();
  CHECK(all[0] == 1);
  int status = -1;
  waitpid(victim, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  const auto began = std::chrono::steady_clock::now();
  const auto next_message = [&] { me.start_exchange(1, &mine, sizeof mine, 1, all.data(), sizeof mine).wait(); };
  CHECK_THROWS_AS(next_message(), rank_failure);
  CHECK(seconds(std::chrono::steady_clock::now() - began).count() < 10);
  close(made), std::remove(path.c_str());
}

TEST_CASE("A connection that another closed does not end the program, and its own handler stays", "[torch]") {
  const auto make_ranks = [] { on_gloo(1, [](const gloo_ranks&) { return outcome{}; }); };
  const auto before = std::signal(SIGPIPE, SIG_DFL);
  make_ranks();
  CHECK(std::raise(SIGPIPE) == 0);
  static volatile std::sig_atomic_t heard = 0;
  std::signal(SIGPIPE, [](int) { heard = 1; });
  make_ranks();
  std::raise(SIGPIPE);
  CHECK(heard == 1);
  std::signal(SIGPIPE, before);
}

TEST_CASE("Ranks need a group of their own", "[torch]") {
  CHECK_THROWS_WITH(gloo_ranks(c10::intrusive_ptr<c10d::ProcessGroupGloo>()),
                    "torch_ranks: the process group is null; expected one of this process");
  const auto store = c10::make_intrusive<c10d::HashStore>();
  const auto group = c10::make_intrusive<c10d::ProcessGroupGloo>(store, 0, 1, on_this_machine());
  CHECK_THROWS_WITH(gloo_ranks(group), ContainsSubstring("the process group is held 2 times; expected one for these "));
}
