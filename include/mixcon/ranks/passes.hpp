// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The two passes of a call over ranks: states of anchors merge as candidates pass by, and gradients go home.

#include <mixcon/engine/call/evaluation.hpp>
#include <mixcon/ranks/agreement.hpp>
#include <mixcon/ranks/parts.hpp>
#include <mixcon/ranks/trip.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The logits of this rank's anchors against the candidates of each rank. Biases of candidates, which each rank has for
/// its own, are gathered.
template <class Logits>
class logits_over_ranks {
 public:
  static_assert(
      requires { Logits::is_symmetric; },
      "mixcon: ranks do not know these logits; expected plain_logits, candidate_bias of a rank's own candidates, or "
      "pair_logits of its anchors with the candidates of all ranks");
  template <class Board>
  logits_over_ranks(const Board&, const shards&, const Logits& logits) : logits_(logits) {}
  const Logits& of(index_t) const { return logits_; }
  static void(check)(const Logits& logits, const shard& mine, const shards&) {
    check_logits(logits, mine.anchors, mine.candidates);
  }

 private:
  Logits logits_;
};
template <class E>
class logits_over_ranks<candidate_bias<E>> {
 public:
  template <class Board>
  logits_over_ranks(const Board& board, const shards& rows, const candidate_bias<E>& logits) : rows_(rows) {
    std::vector<std::remove_const_t<E>> mine;
    for (index_t c = 0; c < logits.bias.extent(0); ++c) mine.push_back(logits.bias[c]);
    biases_ = board.all_of(mine.data(), mine.size()).values;
  }
  shifted_logits<candidate_bias<E>> of(index_t rank) const {
    return {candidate_bias<E>(biases_), {0, rows_.first(rank).candidates}};
  }
  static void(check)(const candidate_bias<E>& logits, const shard& mine, const shards&) {
    check_logits(logits, mine.anchors, mine.candidates);
  }

 private:
  const shards& rows_;
  std::vector<std::remove_const_t<E>> biases_;
};
template <class E>
class logits_over_ranks<pair_logits<E>> {
 public:
  template <class Board>
  logits_over_ranks(const Board&, const shards& rows, const pair_logits<E>& logits) : rows_(rows), logits_(logits) {}
  shifted_logits<pair_logits<E>> of(index_t rank) const { return {logits_, {0, rows_.first(rank).candidates}}; }
  static void(check)(const pair_logits<E>& logits, const shard& mine, const shards& rows) {
    check_logits(logits, mine.anchors, rows.all().candidates);
  }

 private:
  const shards& rows_;
  pair_logits<E> logits_;
};

/// Which gradients any rank wants: then all send them home.
struct wanted_anywhere {
  bool anchors = false, candidates = false, own = false, sums = false, bias = false, candidate_bias = false;
  bool apart = false;  // those of anchors and of candidates, or those of pairs
};

/// What a pass adds up for this rank.
template <class T>
struct gradients_of_rank {
  using rows = std::remove_cvref_t<decltype(std::declval<packed_gradients<T>&>().anchors)>;
  rows anchors, candidates, own;     // by packed rows
  scratch<T> candidate_bias;         // of all candidates; then the sum over ranks
  double by_scale = 0, by_bias = 0;  // of this rank's anchors
};

/// The views of gradients by pair, of this rank's anchors with the candidates of all, for one block of these.
template <class T>
matrix_view<T> columns_of(const matrix_view<T>& all, index_t first, index_t count) {
  if (!all) return {};
  return {all.data() + first * all.stride(1), {all.extent(0), count}, {all.stride(0), all.stride(1)}};
}

/// The rules of two blocks' pairs, with anchors and candidates as they are or exchanged.
template <class T, class Objective, class Logits, class Rule>
auto rules_of_ranks(const Objective& objective, const Logits& logits, const Rule& rule, index_t own_count,
                    index_t first_shared) {
  using loss_type = std::remove_cvref_t<decltype(objective.loss)>;
  using similarity_type = std::remove_cvref_t<decltype(objective.similarity)>;
  return pair_rules<T, loss_type, similarity_type, Logits, Rule>{objective.loss,
                                                                 objective.loss.statistics(),
                                                                 objective.similarity,
                                                                 logits,
                                                                 rule,
                                                                 objective.template logit_scale_in<T>(),
                                                                 own_count,
                                                                 first_shared};
}

/// A targets' rule over the candidates of all ranks, where these lie in one matrix: for formulas that need an anchor's
/// whole row.
template <class Rule>
struct rule_of_all_blocks {
  vector_view<const Rule> of_rank;        // (ranks)
  vector_view<const index_t> first_rows;  // (ranks + 1): each rank's first candidate
  template <class F>
  void each_view(F&& f) {
    f(of_rank), f(first_rows);
  }
  template <class T>
  MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
    return role_by_lane<T>([&](int k) { return one(anchor, candidate + k); });
  }
  template <class T>
  MIXCON_HD role<T> own(index_t anchor, index_t j) const
  requires requires(const Rule& rule) { rule.template own<T>(anchor, j); }
  {
    return of_rank[0].template own<T>(anchor, j);
  }

 private:
  MIXCON_HD role<double> one(index_t anchor, index_t candidate) const {
    index_t rank = 0;
    while (candidate >= first_rows[rank + 1]) ++rank;
    return of_rank[rank].template at<double>(anchor, candidate - first_rows[rank]);
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
