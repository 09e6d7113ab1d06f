// SPDX-License-Identifier: BSD-3-Clause
// Own candidates, queues and segments over ranks; mixtures of SupMix.
#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supmix.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

const objective criterion{info_nce{.temperature = 0.2}, cosine{}};

template <class T>
void put(matrix<T>& to, const matrix<T>& rows, index_t first) {
  for (index_t i = 0; i < rows.rows(); ++i)
    for (index_t k = 0; k < rows.width(); ++k) to(first + i, k) = rows(i, k);
}

}  // namespace

TEST_CASE("Each rank's keys are its own and its queue is every rank's; forward and backward apart", "[ranks]") {
  const index_t width = GENERATE(index_t{5}, index_t{16});  // of 16 the keys stand where they are
  random_numbers draw(5);
  const auto q = random_embeddings<double>(11, width, draw), key = random_embeddings<double>(11, width, draw),
             queue = random_embeddings<double>(17, width, draw);
  auto dq = zeros_like(q), dk = zeros_like(key), du = zeros_like(queue);
  const auto one = value_and_grad(serial{}, criterion, queue_targets{}, q, candidates(own(key), queue),
                                  {.anchors = dq, .candidates = {dk, du}});
  for (const index_t ranks : {1, 2, 3, 4})
    for (const auto how : {sharing::uneven, sharing::one_empty}) {
      const auto anchors = shares_of(11, ranks, how), theirs = shares_of(17, ranks, how);
      const auto first = firsts_of(anchors), first_queue = firsts_of(theirs);
      auto got_q = q, got_k = q, got_u = queue;
      thread_ranks all(ranks);
      all.run([&](const thread_rank& me) {
        const auto r = static_cast<std::size_t>(me.rank());
        const auto a = rows_of(q, first[r], anchors[r]), k = rows_of(key, first[r], anchors[r]),
                   u = rows_of(queue, first_queue[r], theirs[r]);
        auto by_a = zeros_like(a), by_k = zeros_like(k), by_u = zeros_like(u);
        const mixcon::ranks executor{me, serial{}};
        saved_for<decltype(criterion), matrix<double>> saved;
        const auto against = candidates(own(k), u);
        const auto result = forward(executor, criterion, queue_targets{}, a, against, saved);
        {
          const std::lock_guard held(checking);
          CHECK(result.value == Catch::Detail::Approx(one.value).epsilon(1e-13));
        }
        backward(executor, criterion, queue_targets{}, a, against, saved, 2,
                 {.anchors = by_a, .candidates = {by_k, by_u}});
        put(got_q, by_a, first[r]), put(got_k, by_k, first[r]), put(got_u, by_u, first_queue[r]);
      });
      for (auto* m : {&got_q, &got_k, &got_u})
        for (double& x : m->entries()) x /= 2;
      INFO(ranks << " ranks, " << name_of_sharing(how));
      CHECK(largest_difference(got_q, dq) < 1e-13L);
      CHECK(largest_difference(got_k, dk) < 1e-13L);
      CHECK(largest_difference(got_u, du) < 1e-13L);
    }
}

TEST_CASE("Segments of all ranks meet, each with its own targets", "[ranks]") {
  random_numbers draw(6);
  const index_t width = 4, number = 10, others = 13;
  const auto z = random_embeddings<double>(number, width, draw), u = random_embeddings<double>(others, width, draw);
  std::vector<int> labels;
  for (index_t i = 0; i < number; ++i) labels.push_back(static_cast<int>(i % 3));
  auto dz = zeros_like(z), du = zeros_like(u), dc = zeros_like(z);
  const auto copy = z;
  const auto one = value_and_grad(serial{}, criterion, segments(label_targets{.labels = labels}, every_negative{}), z,
                                  candidates(copy, u), {.anchors = dz, .candidates = {dc, du}});
  for (const index_t ranks : {2, 3}) {
    const auto mine = shares_of(number, ranks, sharing::uneven), theirs = shares_of(others, ranks, sharing::one_empty);
    const auto first = firsts_of(mine), first_other = firsts_of(theirs);
    auto got_z = z, got_c = z, got_u = u;
    thread_ranks all(ranks);
    all.run([&](const thread_rank& me) {
      const auto r = static_cast<std::size_t>(me.rank());
      const auto a = rows_of(z, first[r], mine[r]), c = a, more = rows_of(u, first_other[r], theirs[r]);
      const auto own_labels = part_of(labels, first[r], mine[r]);
      auto by_a = zeros_like(a), by_c = a, by_more = zeros_like(more);
      const auto result = value_and_grad(mixcon::ranks{me, serial{}}, criterion,
                                         segments(label_targets{.labels = own_labels}, every_negative{}), a,
                                         candidates(c, more), {.anchors = by_a, .candidates = {by_c, by_more}});
      put(got_z, by_a, first[r]), put(got_c, by_c, first[r]), put(got_u, by_more, first_other[r]);
      const std::lock_guard held(checking);
      CHECK(result.value == Catch::Detail::Approx(one.value).epsilon(1e-13));
    });
    CHECK(largest_difference(got_z, dz) < 1e-13L);
    CHECK(largest_difference(got_c, dc) < 1e-13L);
    CHECK(largest_difference(got_u, du) < 1e-13L);
  }
}

TEST_CASE("Mixtures of each rank's images share the classes of all", "[ranks]") {
  random_numbers draw(7);
  const index_t width = 4;
  const std::vector<index_t> images{3, 0, 4};  // by rank; rows are twice as many
  const std::vector<int> labels{0, 1, 0, 1, 0, 2, 1};
  const auto z = random_embeddings<double>(14, width, draw);
  // the images of row i of all, and whether it is a mixture
  const auto images_of = [](index_t row) {
    const index_t first = row < 6 ? 0 : 3, count = row < 6 ? 3 : 4, at = row < 6 ? row : row - 6;
    return at < count ? std::pair{first + at, first + at} : std::pair{first + at - count, first + 2 * count - 1 - at};
  };
  const auto naive = targets_of([&](index_t a, index_t c) -> role<double> {
    if (a == c) return hidden_pair();
    double mass = 0;
    for (const bool second : {false, true}) {
      const auto label = [&](index_t row) {
        const auto [one, two] = images_of(row);
        return labels[static_cast<std::size_t>(second ? two : one)];
      };
      index_t members = 0;
      for (index_t k = 0; k < 14; ++k) members += k != a && label(k) == label(a) ? 1 : 0;
      if (label(a) == label(c)) mass += (second ? 0.4 : 0.6) / static_cast<double>(members);
    }
    return mass > 0 ? positive_pair(mass) : negative_pair();
  });
  auto expected = zeros_like(z);
  const auto one = value_and_grad(serial{}, supmix(0.2), naive, z, expected);
  const auto got =
      on_ranks<double>({6, 0, 8}, z, [&](const auto& me, index_t first, const auto& mine, auto& by, double&) {
        const auto own_labels = part_of(labels, first / 2, mine.rows() / 2);
        return value_and_grad(mixcon::ranks{me, serial{}}, supmix(0.2),
                              supmix_targets{.labels = own_labels, .lambda = 0.6}, mine, by);
      });
  CHECK(got.values[0] == Catch::Detail::Approx(one.value).epsilon(1e-13));
  CHECK(largest_difference(got.by_rows, expected) < 1e-12L);
}
