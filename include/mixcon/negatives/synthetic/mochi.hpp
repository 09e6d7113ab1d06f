// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// MoCHi: mixes each query's hardest keys, with each other and with the query, into harder negatives.

#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/synthetic/mixed_negatives.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Where MoCHi's mixtures come from, for each of N queries: positions in its list of hardest keys, and shares. Plain
/// data; `mochi::plan` draws one.
struct mochi_plan {
  std::vector<index_t> first{}, second{};  // (N, s1) pairs of keys
  std::vector<double> alpha{};             // (N, s1) share of `first`
  std::vector<index_t> key{};              // (N, s2) keys mixed with the query
  std::vector<double> beta{};              // (N, s2) share of the query
};

/// Hard negative mixing: of each query's `hardest` keys, `mixed` negatives between two of them and `query_mixed`
/// between the query and one,
///   h = unit(alpha n_i + (1 - alpha) n_j), alpha in (0, 1);   h' = unit(beta q + (1 - beta) n_j), beta in (0,
///   beta_most)
/// that join the queue in the denominator. Kalantidis et al. 2020, arXiv:2010.01028. The paper's ranges; its lists of
/// 1024 keys are for queues of 16384 and more.
struct mochi {
  index_t hardest = 1024, mixed = 1024, query_mixed = 128;
  double beta_most = 0.5;  // in [0, 1/2]: a mixture stays nearer to the key than to the query

  /// Draws pairs and shares for N queries; each number depends on (seed, step, query, slot) alone.
  template <Draws D>
  mochi_plan plan(index_t queries, const D& draws) const {
    mochi_plan drawn;
    plan_again(drawn, queries, draws);
    return drawn;
  }
  /// The same into a plan of before: nothing is allocated for as many queries.
  template <Draws D>
  void plan_again(mochi_plan& drawn, index_t queries, const D& draws) const {
    (check)();
    MIXCON_REQUIRE(hardest >= 2 || mixed == 0, "mochi: ", mixed,
                   " mixtures of pairs from a list of 1 key; expected hardest >= 2, or mixed = 0");
    drawn.first.resize(0), drawn.second.resize(0), drawn.alpha.resize(0), drawn.key.resize(0), drawn.beta.resize(0);
    const D own = draws.within("mochi");
    for (index_t i = 0; i < queries; ++i) {
      for (index_t s = 0; s < mixed; ++s) {
        const index_t a = own.integer(field("first").on_try(s), i, 0, hardest);
        const index_t b = own.integer(field("second").on_try(s), i, 0, hardest - 1);
        drawn.first.push_back(a);
        drawn.second.push_back(b < a ? b : b + 1);  // another one
        drawn.alpha.push_back(own.uniform(field("alpha").on_try(s), i, 0, 1));
      }
      for (index_t s = 0; s < query_mixed; ++s) {
        drawn.key.push_back(own.integer(field("key").on_try(s), i, 0, hardest));
        drawn.beta.push_back(own.uniform(field("beta").on_try(s), i, 0, beta_most));
      }
    }
  }

  /// The mixtures of a plan, s1 + s2 for each query, from the list of its hardest keys (`top_k`).
  mixture_list mixtures(const negative_list& hardest_keys, const mochi_plan& drawn) const {
    mixture_list all;
    mixtures_again(all, hardest_keys, drawn);
    return all;
  }
  /// The same into mixtures of before: nothing is allocated for as many.
  void mixtures_again(mixture_list& all, const negative_list& hardest_keys, const mochi_plan& drawn) const {
    const index_t queries = hardest_keys.anchors;
    check_fits(drawn, queries);
    all.empty_all(queries, mixed + query_mixed);
    auto named = [&](index_t query, index_t position) {
      MIXCON_REQUIRE(position >= 0 && position < hardest_keys.slots, "mochi: position ", position, " in a list of ",
                     hardest_keys.slots, " hardest keys; expected 0 to one less");
      return hardest_keys.key_of(query, position);
    };
    for (index_t i = 0; i < queries; ++i) {
      for (index_t s = 0; s < mixed; ++s) {
        const auto n = static_cast<std::size_t>(i * mixed + s);
        all.put(i, s, {named(i, drawn.first[n]), named(i, drawn.second[n]), drawn.alpha[n]});
      }
      for (index_t s = 0; s < query_mixed; ++s) {
        const auto n = static_cast<std::size_t>(i * query_mixed + s);
        all.put(i, mixed + s, {mixture::anchor, named(i, drawn.key[n]), drawn.beta[n]});
      }
    }
  }

 private:
  void(check)() const {
    MIXCON_REQUIRE(hardest >= 1 && mixed >= 0 && query_mixed >= 0, "mochi: hardest is ", hardest, ", mixed ", mixed,
                   ", query_mixed ", query_mixed, "; expected at least 1, 0 and 0");
    MIXCON_REQUIRE(beta_most >= 0 && beta_most <= 0.5, "mochi: beta_most is ", beta_most,
                   "; expected 0 to 1/2, since a larger share of the query would pass the key");
  }
  void check_fits(const mochi_plan& drawn, index_t queries) const {
    (check)();
    const auto pairs = static_cast<std::size_t>(queries * mixed),
               singles = static_cast<std::size_t>(queries * query_mixed);
    MIXCON_REQUIRE(drawn.first.size() == pairs && drawn.second.size() == pairs && drawn.alpha.size() == pairs &&
                       drawn.key.size() == singles && drawn.beta.size() == singles,
                   "mochi: a plan of ", drawn.alpha.size(), " pairs and ", drawn.beta.size(),
                   " mixtures with a query for ", queries, " queries x (", mixed, ", ", query_mixed,
                   "); expected as many of each");
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
