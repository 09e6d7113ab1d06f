// SPDX-License-Identifier: BSD-3-Clause
// An executor that divides a call as ranks would: each rank is a thread that holds some of the anchors and some of the
// candidates, and learns of the others through bytes alone. It brings its own evaluation.
#pragma once

#include <mixcon/engine/call/shifted.hpp>
#include <mixcon/engine/executor.hpp>

#include <barrier>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace mixcon_test {

using mixcon::index_t;

/// Where ranks put bytes for all others.
class exchange {
 public:
  using bytes = std::vector<unsigned char>;
  explicit exchange(index_t ranks) : slots_(static_cast<std::size_t>(ranks)), everybody_(ranks) {}

  index_t ranks() const { return static_cast<index_t>(slots_.size()); }
  /// What every rank put, in their order.
  std::vector<bytes> all(index_t rank, bytes mine) {
    slots_[static_cast<std::size_t>(rank)] = std::move(mine);
    everybody_.arrive_and_wait();
    std::vector<bytes> found = slots_;
    everybody_.arrive_and_wait();
    return found;
  }
  template <class T>
  std::vector<std::vector<T>> all_of(index_t rank, const T* mine, std::size_t count) {
    bytes sent(count * sizeof(T));
    if (count > 0) std::memcpy(sent.data(), mine, sent.size());
    std::vector<std::vector<T>> found;
    for (const bytes& one : all(rank, std::move(sent))) {
      found.emplace_back(one.size() / sizeof(T));
      if (!one.empty()) std::memcpy(static_cast<void*>(found.back().data()), one.data(), one.size());
    }
    return found;
  }

 private:
  std::vector<bytes> slots_;
  std::barrier<> everybody_;
};

/// The hooks of loss_of_states, for one rank.
template <class Problem, class Rank>
struct part_of_ranks {
  static constexpr bool is_whole = false;
  const Rank& rank;
  index_t first_anchor;

  template <class Visit>
  void each_block(Visit&& visit) const {
    for (index_t b = 0; b < rank.blocks(); ++b) visit(rank.problem(rank.me, b));
  }
  template <class Number>
  void add_up(Number* numbers, index_t count) const {
    const auto all = rank.board.all_of(rank.me, numbers, static_cast<std::size_t>(count));
    for (index_t n = 0; n < count; ++n) {
      numbers[n] = 0;
      for (const auto& one : all) numbers[n] += one[static_cast<std::size_t>(n)];
    }
  }
  template <class Check>
  void refuse_together(Check&& check) const {
    std::string why;
    try {
      check();
    } catch (const std::invalid_argument& refused) {
      why = refused.what();
    }
    for (const auto& one : rank.board.all_of(rank.me, why.data(), why.size()))
      if (!one.empty()) throw std::invalid_argument(std::string(one.begin(), one.end()));
  }
  bool is_first(bool yes) const {
    const char mine = yes ? 1 : 0;
    const auto all = rank.board.all_of(rank.me, &mine, 1);
    for (index_t r = 0; r < rank.me; ++r)
      if (all[static_cast<std::size_t>(r)][0] != 0) return false;
    return yes;
  }
  template <class State>
  void merge(State& batch) const {
    using layout = mixcon::detail::state_bytes<State>;
    exchange::bytes mine(layout::size);
    layout::write(batch, mine.data());
    batch = State{};
    for (const auto& one : rank.board.all(rank.me, mine)) batch.merge(rank.statistics(), layout::read(one.data()));
  }
  template <class Readings>
  void share_readings(const mixcon::scratch<Readings>& mine, mixcon::scratch<Readings>& all) const {
    for (const auto& one : rank.board.all_of(rank.me, mine.data(), mine.size()))
      for (const auto& reading : one) all.push_back(reading);
  }
  template <class Number>
  void add_to_owners(const mixcon::scratch<Number>& by_candidate, mixcon::scratch<Number>& mine) const {
    const std::size_t first = static_cast<std::size_t>(first_anchor * Problem::count);
    for (const auto& one : rank.board.all_of(rank.me, by_candidate.data(), by_candidate.size()))
      for (std::size_t k = 0; k < mine.size(); ++k) mine[k] += one[first + k];
  }
  index_t all_candidates() const { return rank.shared.count(); }
};

/// One rank of a call. It packs rows of others where a real rank would be sent them.
template <class Engine, class Objective, class Rule, class E>
struct rank_of_call {
  using T = mixcon::accumulate_t<E>;
  using packed = mixcon::detail::packed_rows<T>;
  using rules = decltype(mixcon::detail::rules_of_block<T>(std::declval<const Objective&>(),
                                                           std::declval<const Rule&>(), {}, index_t{}));
  using problem_type = mixcon::detail::problem<rules>;
  using states = typename problem_type::row_states;
  using saved_type = mixcon::detail::saved_rows<typename rules::loss_type, T>;

  const Engine& engine;
  Objective objective;
  const Rule& rule;
  const packed& anchors;
  const packed& shared;
  const packed& own;
  const std::vector<char>& skipped;  // (N)
  exchange& board;
  index_t me;

  struct piece {
    packed anchors, candidates, own;
    std::vector<char> skipped;
  };
  std::vector<std::unique_ptr<piece>> pieces{};  // by anchors' part and candidates' block

  index_t blocks() const { return board.ranks(); }
  index_t first(index_t count, index_t part) const { return count * part / blocks(); }
  auto statistics() const { return objective.loss.statistics(); }
  index_t own_count() const { return own.count() / anchors.count(); }

  static packed rows_between(const packed& all, index_t first, index_t last) {
    packed some(last - first, all.width());
    std::vector<T> row(static_cast<std::size_t>(all.width()));
    for (index_t i = first; i < last; ++i) {
      for (index_t k = 0; k < all.width(); ++k) row[static_cast<std::size_t>(k)] = all.row(i)[k] * all.times(i);
      some.pack(i - first, mixcon::vector_view<const T>{row.data(), {all.width()}}, mixcon::rows::as_given);
    }
    return some;
  }
  void make_pieces() {
    for (index_t a = 0; a < blocks(); ++a)
      for (index_t b = 0; b < blocks(); ++b) {
        const index_t from = first(anchors.count(), a), to = first(anchors.count(), a + 1), k = own_count();
        auto made = std::make_unique<piece>();
        made->anchors = rows_between(anchors, from, to);
        made->candidates = rows_between(shared, first(shared.count(), b), first(shared.count(), b + 1));
        if (b == 0) made->own = rows_between(own, from * k, to * k);
        if (!skipped.empty()) made->skipped.assign(skipped.begin() + from, skipped.begin() + to);
        pieces.push_back(std::move(made));
      }
  }
  /// The anchors of a rank against the candidates of another.
  problem_type problem(index_t of_anchors, index_t of_candidates) const {
    const piece& p = *pieces[static_cast<std::size_t>(of_anchors * blocks() + of_candidates)];
    const mixcon::detail::block_origin from{first(anchors.count(), of_anchors), first(shared.count(), of_candidates)};
    return problem_type{mixcon::detail::rules_of_block<T>(objective, rule, from, own_count()),
                        p.anchors,
                        p.candidates,
                        p.own,
                        false,
                        mixcon::view(p.skipped),
                        nullptr};
  }

  /// Every rank gathers what all anchors see of its own candidates, and sends it to the anchors' rank as bytes.
  mixcon::loss_result<T> forward(saved_type& saved) {
    using layout = mixcon::detail::state_bytes<typename rules::template state<T>>;
    exchange::bytes seen;
    for (index_t a = 0; a < blocks(); ++a) {
      const problem_type p = problem(a, me);
      states found = p.fresh_states();
      engine.gather(p, found);
      for (const auto& state : found) {
        seen.resize(seen.size() + layout::size);
        layout::write(state, seen.data() + seen.size() - layout::size);
      }
    }
    const problem_type mine = problem(me, 0);
    states whole = mine.fresh_states();
    const index_t first_anchor = first(anchors.count(), me);
    for (const auto& of_rank : board.all(me, seen))
      for (std::size_t a = 0; a < whole.size(); ++a)
        whole[a].merge(mine.statistics,
                       layout::read(of_rank.data() + (static_cast<std::size_t>(first_anchor) + a) * layout::size));
    const part_of_ranks<problem_type, rank_of_call> parts{*this, first_anchor};
    return mixcon::detail::loss_of_states(engine, {"in_parts", "anchor"}, objective, mine, parts, whole, 1, saved);
  }

  /// Anchors keep their gradients; those of candidates go to the rank that owns the rows.
  struct gradients_of_rank {
    mixcon::detail::gradient_rows<T> anchors, candidates, own;
    double by_scale = 0;
  };
  gradients_of_rank scatter(const saved_type& saved) {
    gradients_of_rank found;
    const auto zeros = [](const packed& of) {
      return mixcon::scratch<T>(nullptr, static_cast<std::size_t>(of.count() * of.pitch()));
    };
    mixcon::detail::packed_gradients<T> to;
    std::vector<T> returned;
    for (index_t b = 0; b < blocks(); ++b) {
      const problem_type p = problem(me, b);
      if (b == 0) {
        to.anchors = zeros(p.anchors), to.own = zeros(p.own);
        to.wants_scale = true;
        to.scale = to.bias = mixcon::scratch<T>(nullptr, static_cast<std::size_t>(p.anchors.count()));
      }
      to.candidates = zeros(p.candidates);
      engine.scatter(p, saved.view(), to);
      returned.insert(returned.end(), to.candidates.begin(), to.candidates.end());
    }
    found.anchors = to.anchors, found.own = to.own;
    found.candidates = zeros(pieces[static_cast<std::size_t>(me)]->candidates);
    const auto from = static_cast<std::size_t>(first(shared.count(), me) * shared.pitch());
    for (const auto& of_rank : board.all_of(me, returned.data(), returned.size()))
      for (std::size_t k = 0; k < found.candidates.size(); ++k) found.candidates[k] += of_rank[from + k];
    for (const T x : to.scale) found.by_scale += static_cast<double>(x);
    found.by_scale += saved.scale_adjoint;
    return found;
  }
};

/// `Engine` does each rank's work.
template <class Engine>
struct in_parts {
  static constexpr bool brings_evaluation = true;
  index_t ranks = 3;
  Engine engine{};

  template <class Objective, class Targets, class E>
  class evaluation {
    using T = mixcon::accumulate_t<E>;
    using Bound = decltype(std::declval<const Targets&>().bind(std::declval<const mixcon::pair_space&>()));
    using Rule = decltype(std::declval<const Bound&>().rule());
    using rank = rank_of_call<Engine, Objective, Rule, E>;

   public:
    evaluation(const in_parts& executor, const Objective& objective, const Targets& targets,
               const mixcon::detail::arguments<E>& call)
        : executor_(executor),
          objective_(objective),
          call_(call),
          bound_(checked(targets)),
          rule_(bound_.rule()),
          rows_(call_, objective_, nullptr) {
      for (index_t a = 0; a < rows_.anchors().count(); ++a)
        skipped_.push_back(mixcon::detail::skips_anchor(bound_, a) ? 1 : 0);
    }
    evaluation(const evaluation&) = delete;

    /// What each rank keeps.
    using saved_type = std::vector<typename rank::saved_type>;
    saved_type fresh_saved() const { return saved_type(static_cast<std::size_t>(executor_.ranks)); }
    void check_gradients(const mixcon::gradients<T>& wanted) const { call_.check_gradients(wanted); }

    mixcon::loss_result<T> forward(saved_type& saved) const {
      saved.resize(static_cast<std::size_t>(executor_.ranks));
      std::vector<mixcon::loss_result<T>> results(saved.size());
      on_ranks([&](rank& one) {
        results[static_cast<std::size_t>(one.me)] = one.forward(saved[static_cast<std::size_t>(one.me)]);
      });
      for (const auto& result : results)
        MIXCON_REQUIRE(result.value == results[0].value && result.anchors_used == results[0].anchors_used,
                       "in_parts: ranks differ about the loss");
      return results[0];
    }
    void differentiate(const saved_type& saved, const mixcon::gradients<T>& wanted) const {
      (mixcon::detail::clear)(wanted);
      backward(saved, 1, wanted);
    }
    void backward(const saved_type& saved, double upstream, const mixcon::gradients<T>& wanted) const {
      mixcon::scratch<T> by_anchors, by_shared, by_own;
      double by_scale = 0;
      std::vector<typename rank::gradients_of_rank> found(saved.size());
      on_ranks([&](rank& one) {
        found[static_cast<std::size_t>(one.me)] = one.scatter(saved[static_cast<std::size_t>(one.me)]);
      });
      const auto append = [&](mixcon::scratch<T>& to, mixcon::detail::gradient_rows<T>& part) {
        for (const T x : part) to.push_back(x * static_cast<T>(upstream));
      };
      for (auto& part : found) {
        append(by_anchors, part.anchors), append(by_shared, part.candidates), append(by_own, part.own);
        by_scale += part.by_scale * upstream;
      }
      mixcon::detail::gradient_rows<T> anchors(std::move(by_anchors)), shared(std::move(by_shared)),
          own(std::move(by_own));
      rows_.unpack(anchors, shared, own, wanted);
      const double temperature = mixcon::temperature_of(objective_.loss);
      if (wanted.temperature) *wanted.temperature -= by_scale * objective_.scale / (temperature * temperature);
    }

   private:
    Bound checked(const Targets& targets) const {
      call_.check_shapes(objective_);
      MIXCON_REQUIRE(objective_.direction.columns == 0, "in_parts: a column direction; expected rows alone");
      return targets.bind(call_.space());
    }
    template <class Work>
    void on_ranks(Work&& work) const {
      exchange board(executor_.ranks);
      std::vector<std::thread> threads;
      std::vector<std::string> refusals(static_cast<std::size_t>(executor_.ranks));
      for (index_t r = 0; r < executor_.ranks; ++r)
        threads.emplace_back([&, r] {
          rank one{executor_.engine, objective_, rule_, rows_.anchors(), rows_.shared(), rows_.own(),
                   skipped_,         board,      r};
          const index_t first = one.first(one.anchors.count(), r);
          if (objective_.weights)
            one.objective.weights = {objective_.weights.data() + first, {one.anchors.count() - first}};
          one.make_pieces();
          try {
            work(one);
          } catch (const std::invalid_argument& refused) {
            refusals[static_cast<std::size_t>(r)] = refused.what();
          }
        });
      for (auto& thread : threads) thread.join();
      for (const std::string& why : refusals) MIXCON_REQUIRE(why.empty(), why);
    }

    const in_parts& executor_;
    const Objective& objective_;
    mixcon::detail::arguments<E> call_;
    Bound bound_;
    Rule rule_;
    mixcon::detail::operands<E> rows_;
    std::vector<char> skipped_;
  };

  template <class Objective, class Targets, class Anchors, class Against>
  auto evaluate(const char* function, mixcon::workspace*, const Objective& objective, const Targets& targets,
                const Anchors& anchors, const Against& candidates) const {
    using E = mixcon::element_t<const Anchors>;
    return evaluation<Objective, Targets, E>(
        *this, objective, targets,
        mixcon::detail::arguments<E>{function, mixcon::matrix_view<const E>(mixcon::view<2>(anchors)),
                                     mixcon::detail::as_segments(candidates)});
  }
};

}  // namespace mixcon_test
