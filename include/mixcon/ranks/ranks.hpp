// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The executor over ranks: the exact loss of the global batch, whose rows lie in several processes.

#include <mixcon/contrast/doors.hpp>

#include <mixcon/engine/call/evaluate_on.hpp>
#include <mixcon/ranks/evaluation.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The loss of all ranks' rows. Every rank makes the same call at the same time with its own anchors, candidates and
/// targets, and gets the value of the whole batch and the gradients by its own rows; gradients by temperature, scale
/// and bias are the whole batch's, on every rank. Rows are numbered in the ranks' order. A rank may have no rows, of
/// the others' width: (0, D).
///
/// Candidates travel round a ring while the states of anchors merge, and once more with their gradients, which come
/// home: memory O(N D / ranks). Where anchors are the candidates and targets are labels or views, they go half way, and
/// each two ranks meet once. With `exchange_form::gathered` each rank keeps what came by: memory O(N D), and rows
/// travel once.
///
/// Results do not depend on threads or time, to the last bit, but on how many ranks there are and on which rows each
/// has: sums are formed in another order. What one rank refuses, or where ranks differ in loss, parameters, types or
/// versions, all refuse in one sentence (std::invalid_argument). Where a rank leaves in the middle, the others throw
/// `rank_failure`.
template <Communicator Comm, class Engine>
struct ranks {
  using communicator_type = Comm;
  using inner_type = Engine;
  Comm communicator;
  Engine inner{};
  exchange_form form = exchange_form::ring;

  static constexpr bool brings_evaluation = true;
  static constexpr bool is_divided = true;  // no loop over rows of one process stands for all

  template <class Objective, class Targets, class Anchors, class Against>
  auto evaluate(const char* function, workspace* memory, const Objective& objective, const Targets& targets,
                const Anchors& anchors, const Against& candidates) const {
    static_assert(
        !requires { targets_over_ranks<Targets>::is_unknown; },
        "mixcon: ranks do not know how these targets of one rank's rows go on to the rows of others; pass "
        "of_all_ranks(targets) with the targets of all rows on every rank, or specialise targets_over_ranks");
    using E = element_t<const Anchors>;
    using T = accumulate_t<E>;
    return detail::telling_others(communicator, [&] {
      const detail::rank_board<Comm> board(communicator);
      detail::arguments<E> call{function, {}, {}};
      board.refuse_together([&] {
        call.anchors = matrix_view<const E>(detail::view_given<2>(function, "the anchors' rows", anchors));
        call.candidates = detail::as_segments(candidates);
        call.check_rows(objective, true);
      });
      detail::require_agreement(function, board, description<T>(function, objective, targets, call).text());
      return detail::rank_evaluation<ranks, Objective, Targets, E>(*this, board, objective, targets, call, memory);
    });
  }
  template <class Objective, class Targets, class E>
  auto evaluate(const char* function, workspace* memory, const Objective& objective, const Targets&,
                const given_logits<E>&) const {
    static_assert(detail::never<E>,
                  "mixcon: ranks compute logits of rows; given_logits are a rank's own, so call its engine, and add up "
                  "the values and anchors of all ranks");
    return detail::evaluate_on_host(inner, function, memory, objective, every_negative{}, given_logits<E>{});
  }

 private:
  template <class T, class Objective, class Targets, class Call>
  static detail::call_description description(const char* function, const Objective& objective, const Targets& targets,
                                              const Call& call) {
    using statistics = typename loss_traits<std::remove_cvref_t<decltype(objective.loss)>>::statistics;
    detail::call_description said;
    said.say("version", static_cast<index_t>(MIXCON_VERSION));
    said.say("call", std::string(function));
    said.say("width", call.anchors.extent(1));
    said.say("bytes of a number", static_cast<index_t>(sizeof(T)));
    said.say_of("loss", objective.loss);
    said.say_of("similarity", objective.similarity);
    said.say_of("logits", objective.logits);
    said.say("scale", objective.scale);
    said.say("reduction", std::string(enumerator_name(objective.reduce)));
    said.say("without_positive", std::string(enumerator_name(objective.without_positive)));
    said.say("direction.rows", objective.direction.rows);
    said.say("direction.columns", objective.direction.columns);
    said.say("segments of candidates", static_cast<index_t>(call.candidates.each.size()));
    said.say_of("targets", targets);
    said.say("states", detail::layout_of_states<detail::row_state<statistics, T>>());
    return said;
  }
};
template <class Comm, class Engine>
ranks(Comm, Engine) -> ranks<Comm, Engine>;
template <class Comm, class Engine>
ranks(Comm, Engine, exchange_form) -> ranks<Comm, Engine>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
