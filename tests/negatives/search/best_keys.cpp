// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/negatives/search/best_keys.hpp>
#include <mixcon/negatives/search/top_k.hpp>

#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/mixcon.hpp>

#include <algorithm>
#include <limits>
#include <string>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Scores in one of the orders that are hard on whoever keeps the best of them.
template <class T>
std::vector<T> scores_of(const std::string& kind, index_t count) {
  philox_stream bits(3, 0, 0, 0);
  std::vector<T> all;
  for (index_t i = 0; i < count; ++i) {
    const T random = static_cast<T>(uniform(bits)) - T(0.5);
    if (kind == "random") all.push_back(random);
    if (kind == "few values") all.push_back(static_cast<T>(uniform_integer(bits, 4)));
    if (kind == "equal") all.push_back(T(-2));
    if (kind == "ascending") all.push_back(static_cast<T>(i) - T(100));
    if (kind == "descending") all.push_back(-static_cast<T>(i));
    if (kind == "two zeros") all.push_back(random < 0 ? -T(0) : T(0));
    if (kind == "denormal")
      all.push_back(static_cast<T>(static_cast<int>(uniform_integer(bits, 9)) - 4) *
                    std::numeric_limits<T>::denorm_min());
    if (kind == "infinite")
      all.push_back(uniform_integer(bits, 3) == 0 ? random * std::numeric_limits<T>::infinity() : random);
    if (kind == "all magnitudes")
      all.push_back(random * std::pow(T(2), static_cast<T>(uniform_integer(bits, 200)) - 100));
  }
  return all;
}

/// All keys sorted whole, those that keep(key) refuses left out.
template <class T, class Keep>
std::vector<index_t> sorted_whole(const std::vector<T>& scores, index_t k, Keep keep) {
  std::vector<index_t> order;
  for (index_t i = 0; i < static_cast<index_t>(scores.size()); ++i)
    if (keep(i)) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](index_t a, index_t b) {
    return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
  });
  if (k < static_cast<index_t>(order.size())) order.resize(static_cast<std::size_t>(k));
  return order;
}

template <class V, class T, class Keep>
std::vector<index_t> shown_in_tiles(const std::vector<T>& scores, index_t k, index_t tile, Keep keep) {
  std::vector<std::int32_t> numbers;
  for (index_t j = 0; j < tile; ++j) numbers.push_back(static_cast<std::int32_t>(j));
  detail::best_keys<T> best(k);
  const auto count = static_cast<index_t>(scores.size());
  for (index_t from = 0; from < count; from += tile)
    best.template show<V>(scores.data() + from, numbers.data(), from, std::min(tile, count - from),
                          [&](const T& score, index_t key) {
                            REQUIRE(score == scores[static_cast<std::size_t>(key)]);
                            return keep(key);
                          });
  std::vector<index_t> keys;
  for (const auto& entry : best.template ranked<V>()) keys.push_back(entry.key);
  return keys;
}

template <class T>
std::vector<index_t> shown_singly(const std::vector<T>& scores, index_t k) {
  detail::best_keys<T> best(k);
  for (index_t i = 0; i < static_cast<index_t>(scores.size()); ++i)
    if (const T score = scores[static_cast<std::size_t>(i)]; best.may_enter(score)) best.add(score, i);
  std::vector<index_t> keys;
  for (const auto& entry : best.ranked()) keys.push_back(entry.key);
  return keys;
}

}  // namespace

TEMPLATE_TEST_CASE("best_keys are the first of all keys sorted whole, however they are shown", "[negatives]", float,
                   double) {
  for (const char* kind : {"random", "few values", "equal", "ascending", "descending", "two zeros", "denormal",
                           "infinite", "all magnitudes"})
    for (const index_t count : {1, 15, 192, 1000, 5003}) {
      const auto scores = scores_of<TestType>(kind, count);
      for (const index_t k : {1, 2, 10, 63, 64, 65, 700}) {
        INFO(kind << ", the " << k << " best of " << count);
        const auto all = [](index_t) { return true; };
        const auto expected = sorted_whole(scores, k, all);
        CHECK(shown_singly(scores, k) == expected);
        for (const index_t tile : {1, 50, 192}) {
          CHECK(shown_in_tiles<TestType>(scores, k, tile, all) == expected);
          CHECK(shown_in_tiles<native_lanes<TestType>>(scores, k, tile, all) == expected);
        }
        for (const index_t refused : {2, 3}) {
          const auto keep = [=](index_t key) { return (key / 7) % refused != 0; };
          CHECK(shown_in_tiles<native_lanes<TestType>>(scores, k, 192, keep) == sorted_whole(scores, k, keep));
        }
      }
    }
}

TEMPLATE_TEST_CASE("A filter copies what it says, in place too, and lets NaN through", "[negatives]", float, double) {
  using T = TestType;
  using V = native_lanes<T>;
  using detail::which_scores;
  for (const index_t count : {0, 1, 16, 63, 64, 200}) {
    auto scores = scores_of<T>("few values", count);
    const auto reached = std::count_if(scores.begin(), scores.end(), [](T s) { return s >= T(2); });
    std::vector<T> room = scores;
    room.resize(static_cast<std::size_t>(count + detail::filter_margin), T(3));  // counted by none
    CHECK(detail::count_at_least<V>(T(2), room.data(), count) == reached);
    std::vector<std::int32_t> keys;
    for (index_t j = 0; j < count + detail::filter_margin; ++j) keys.push_back(static_cast<std::int32_t>(2 * j));

    auto in_place = room;
    auto its_keys = keys;
    CHECK(detail::copy_scores<V, which_scores::at_least>(T(2), in_place.data(), its_keys.data(), 0, count,
                                                         in_place.data(), its_keys.data()) == reached);
    for (index_t j = 0, next = 0; j < count; ++j)
      if (scores[static_cast<std::size_t>(j)] >= T(2)) {
        CHECK(in_place[static_cast<std::size_t>(next)] == scores[static_cast<std::size_t>(j)]);
        CHECK(its_keys[static_cast<std::size_t>(next++)] == 2 * j);
      }

    if (count == 0) continue;
    room[static_cast<std::size_t>(count - 1)] = std::numeric_limits<T>::quiet_NaN();
    std::vector<T> above(room.size());
    std::vector<std::int32_t> keys_above(room.size());
    const index_t some = detail::copy_scores<V, which_scores::not_at_most>(T(3), room.data(), keys.data(), 100, count,
                                                                           above.data(), keys_above.data());
    REQUIRE(some == 1);
    CHECK(above[0] != above[0]);
    CHECK(keys_above[0] == 100 + 2 * (count - 1));
  }
}

TEMPLATE_TEST_CASE("The place of a number grows with it and leads back to it", "[negatives]", float, double) {
  using T = TestType;
  const T infinity = std::numeric_limits<T>::infinity(), least = std::numeric_limits<T>::denorm_min();
  const std::vector<T> ascending = {-infinity, std::numeric_limits<T>::lowest(), T(-1),   -least, T(0), least,
                                    T(1),      std::numeric_limits<T>::max(),    infinity};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    CHECK(detail::from_place<T>(detail::to_place(ascending[i])) == ascending[i]);
    if (i > 0) CHECK(detail::to_place(ascending[i - 1]) < detail::to_place(ascending[i]));
  }
  CHECK(detail::to_place(-T(0)) == detail::to_place(T(0)));
  CHECK(detail::to_place(least) == 1);
}
