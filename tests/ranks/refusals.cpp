// SPDX-License-Identifier: BSD-3-Clause
// What ranks refuse, and how a rank that leaves ends the others; ranks are threads (thread_ranks).
#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

using softmax = objective<info_nce, cosine>;

/// What one rank is called with.
struct argument {
  double temperature = 0.2;
  index_t width = 4;
  std::vector<int> labels{0, 1, 0, 1, 2, 2};
  no_positive without_positive = no_positive::zero;
  double upstream = 1;
  bool fails = false;       // its engine throws in the middle
  bool is_absent = false;   // it makes no call
  bool wants_part = false;  // asks for the anchors' part of the gradient alone
};
struct failing : serial {
  bool fails = false;
  template <class Problem>
  void gather(const Problem& p, typename Problem::row_states& states) const {
    if (fails) throw std::runtime_error("out of rows");
    serial::gather(p, states);
  }
};

/// What each of three ranks throws, the second one being called otherwise.
std::vector<std::string> thrown(const std::function<void(argument&)>& spoil) {
  std::vector<std::string> words(3, "nothing");
  thread_ranks all(3);
  all.run([&](const thread_rank& me) {
    argument given;
    if (me.rank() == 1) spoil(given);
    if (given.is_absent) return;
    random_numbers draw(4);
    const auto z = random_embeddings<double>(6, given.width, draw);
    auto by_z = zeros_like(z);
    softmax criterion{info_nce{.temperature = given.temperature}, cosine{}};
    criterion.without_positive = given.without_positive;
    failing engine;
    engine.fails = given.fails;
    const ranks executor{me, engine};
    const label_targets targets{.labels = given.labels};
    try {
      saved_for<softmax, matrix<double>> saved;
      forward(executor, criterion, targets, z, saved);
      if (given.wants_part)
        backward(executor, criterion, targets, z, z, saved, given.upstream, {.anchors = by_z});
      else
        backward(executor, criterion, targets, z, saved, given.upstream, by_z);
    } catch (const std::exception& refused) {
      words[static_cast<std::size_t>(me.rank())] = refused.what();
    }
  });
  return words;
}
void check_all_say(const std::vector<std::string>& words, const std::string& part) {
  for (const std::string& said : words) CHECK_THAT(said, ContainsSubstring(part));
}

}  // namespace

TEST_CASE("Ranks that differ are refused on every rank, which name the one that differs", "[ranks]") {
  check_all_say(thrown([](argument& given) { given.temperature = 0.1; }),
                "forward: rank 1 of 3 says temperature = 0.1, rank 0 says temperature = "
                "0.2; expected the same call on every rank");
  check_all_say(thrown([](argument& given) { given.width = 5; }), "rank 1 of 3 says width = 5, rank 0 says width = 4");
  check_all_say(thrown([](argument& given) { given.without_positive = no_positive::skip; }),
                "rank 1 of 3 says without_positive = skip");
  check_all_say(thrown([](argument& given) { given.upstream = 2; }), "backward: rank 1 of 3 says upstream = 2");
}

TEST_CASE("What one rank refuses, all refuse, before any waits for another", "[ranks]") {
  check_all_say(thrown([](argument& given) { (given.labels.clear)(); }), "views for 6 anchors");
  check_all_say(thrown([](argument& given) { given.labels.pop_back(); }), "(rank 1 of 3)");
  check_all_say(thrown([](argument& given) { given.wants_part = true; }),
                "a gradient is asked for by the anchors alone");
  const auto words = thrown([](argument&) {});
  for (const auto& said : words) CHECK(said == "nothing");
}

TEST_CASE("A rank that refuses an anchor names its own number and itself", "[ranks]") {
  std::vector<std::string> words(2);
  thread_ranks all(2);
  all.run([&](const thread_rank& me) {
    random_numbers draw(4);
    const auto z = random_embeddings<double>(3, 4, draw);
    auto by_z = zeros_like(z);
    softmax criterion;
    criterion.without_positive = no_positive::error;
    const std::vector<int> labels{0, 0, me.rank() == 1 ? 7 : 0};
    try {
      value_and_grad(ranks{me, serial{}}, criterion, label_targets{.labels = labels}, z, by_z);
    } catch (const std::invalid_argument& refused) {
      words[static_cast<std::size_t>(me.rank())] = refused.what();
    }
  });
  check_all_say(words, "anchor 2 has no positive");
  check_all_say(words, "(rank 1 of 2)");
}

TEST_CASE("A rank that leaves in the middle, or never comes, ends the others", "[ranks]") {
  const auto words = thrown([](argument& given) { given.fails = true; });
  CHECK(words[1] == "out of rows");
  CHECK_THAT(words[0], ContainsSubstring("rank 1 left: out of rows"));
  CHECK_THAT(words[2], ContainsSubstring("left"));
  const auto absent = thrown([](argument& given) { given.is_absent = true; });
  CHECK(absent[1] == "nothing");
  CHECK_THAT(absent[0], ContainsSubstring("rank 1 has ended"));
  CHECK_THAT(absent[2], ContainsSubstring("rank 1 has ended"));
}

TEST_CASE("run throws what the rank threw that ended the call, not what it made others throw", "[ranks]") {
  CHECK_THROWS_WITH(thread_ranks(3).run([](const thread_rank& me) {
    if (me.rank() == 2) throw std::logic_error("mine");
    double mine = 1, all[3];
    me.all_gather(&mine, sizeof mine, all);
  }),
                    "mine");
  CHECK_THROWS_WITH(thread_ranks(0), ContainsSubstring("0 ranks; expected at least 1"));
}

TEST_CASE("All ranks empty, and a column direction of pairs, are refused", "[ranks]") {
  const matrix<double> none(0, 4);
  const std::vector<int> no_labels;
  CHECK_THROWS_WITH(value_and_grad(ranks{alone{}, serial{}}, softmax{}, label_targets{.labels = no_labels}, none,
                                   gradients<double>{}.anchors),
                    ContainsSubstring("all ranks have 0 anchors and 0 candidates"));
}
