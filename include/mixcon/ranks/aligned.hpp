// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Losses of aligned rows over ranks: means over rows, Barlow Twins and VICReg, whose products of features add up.

#include <mixcon/losses/alignment.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/ranks/feature_products.hpp>
#include <mixcon/ranks/ranks.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
namespace detail {

/// How an aligned loss is computed over ranks; losses that no specialisation knows are refused.
template <class Loss>
struct aligned_over_ranks {
  static constexpr bool is_unknown = true;
  template <class... More>
  static loss_result<double> evaluate(const More&...) {
    static_assert(
        never<Loss>,
        "mixcon: this loss of aligned rows cannot be divided among ranks, such as mmcl, whose solve takes all "
        "rows at once. Call it with each rank's own engine, or gather all rows first");
    return {};
  }
};

/// What `aligned_over_ranks` is given: this rank's rows, and all that ranks share.
template <class Ranks, class E>
struct aligned_call {
  const Ranks& executor;
  const rank_board<typename Ranks::communicator_type>& board;
  const aligned_rows<E>* mine;  // null on a rank that has none
  index_t rows, width;          // of all ranks
  double upstream;
};

/// The mean over rows: each rank's by its share of the rows.
struct mean_over_ranks {
  template <class Loss, class Ranks, class E, class T>
  static loss_result<T> evaluate(const Loss& loss, const aligned_call<Ranks, E>& call,
                                 const aligned_gradients<T>& wanted) {
    wide_t<T> value = 0;
    call.board.refuse_together([&] {
      if (call.mine == nullptr) return;
      const double share = static_cast<double>(call.mine->count()) / static_cast<double>(call.rows);
      const loss_result<T> own = loss.evaluate(call.executor.inner, *call.mine, call.upstream * share, wanted);
      value = static_cast<wide_t<T>>(own.value) * static_cast<wide_t<T>>(share);
    });
    call.board.add_up(&value, 1);
    return {static_cast<T>(value), call.rows};
  }
};
template <>
struct aligned_over_ranks<alignment> : mean_over_ranks {};
template <>
struct aligned_over_ranks<byol> : mean_over_ranks {};
template <>
struct aligned_over_ranks<knowledge_distillation> : mean_over_ranks {};

template <>
struct aligned_over_ranks<barlow_twins> {
  template <class Ranks, class E, class T>
  static loss_result<T> evaluate(const barlow_twins& loss, const aligned_call<Ranks, E>& call,
                                 const aligned_gradients<T>& wanted) {
    return barlow_twins_over_ranks(loss, call, wanted);
  }
};
template <>
struct aligned_over_ranks<vicreg> {
  template <class Ranks, class E, class T>
  static loss_result<T> evaluate(const vicreg& loss, const aligned_call<Ranks, E>& call,
                                 const aligned_gradients<T>& wanted) {
    return vicreg_over_ranks(loss, call, wanted);
  }
};

/// Rows checked on every rank; `set` clears the gradients first.
template <class Ranks, class Loss, class First, class Second, class E = std::remove_const_t<element_t<const First>>,
          class T = accumulate_t<E>>
auto evaluate_aligned(const char* function, const Ranks& executor, const Loss& loss, const First& x, const Second& y,
                      double upstream, const aligned_gradients<T>& wanted, bool sets, const in_workspace& memory) {
  return telling_others(executor.communicator, [&] {
    const rank_board<typename Ranks::communicator_type> board(executor.communicator);
    std::optional<aligned_rows<E>> mine;
    index_t count = 0, width = 0;
    board.refuse_together([&] {
      const auto rows = view_given<2>(function, Loss::name, x);
      count = rows.extent(0), width = rows.extent(1);
      if (count == 0) return (loss.check)();
      mine.emplace(checked_rows<E>(function, loss, x, y, memory));
      mine->check_gradients(wanted, holds_second_constant<Loss>);
    });
    call_description said;
    said.say("call", std::string(function));
    said.say_of("loss", loss);
    said.say("width", width);
    said.say("bytes of a number", static_cast<index_t>(sizeof(T)));
    said.say("upstream", upstream);
    require_agreement(function, board, said.text());
    index_t all = count;
    board.add_up(&all, 1);
    board.refuse_together(
        [&] { MIXCON_REQUIRE(all > 0, function, ": ", Loss::name, " of no rows on any rank; expected at least one"); });
    if (sets) (clear)(wanted);
    const aligned_call<Ranks, E> call{executor, board, mine ? &*mine : nullptr, all, width, upstream};
    return aligned_over_ranks<Loss>::evaluate(loss, call, wanted);
  });
}

}  // namespace detail

/// The loss of the rows of all ranks, row i of one matrix with row i of the other: (N, D) each, which may be (0, D).
template <Communicator Comm, class Engine, AlignedLoss Loss, Viewable<2> First, Viewable<2> Second>
auto forward(const ranks<Comm, Engine>& executor, const Loss& loss, const First& x, const Second& y,
             const in_workspace& memory = in_workspace::none()) {
  return detail::evaluate_aligned("forward", executor, loss, x, y, 0,
                                  aligned_gradients<accumulate_t<element_t<const First>>>{}, false, memory);
}
/// Adds `upstream` times the gradients that are wanted by this rank's rows.
template <Communicator Comm, class Engine, AlignedLoss Loss, Viewable<2> First, Viewable<2> Second>
void backward(const ranks<Comm, Engine>& executor, const Loss& loss, const First& x, const Second& y, double upstream,
              const aligned_gradients<accumulate_t<element_t<const First>>>& wanted,
              const in_workspace& memory = in_workspace::none()) {
  detail::evaluate_aligned("backward", executor, loss, x, y, upstream, wanted, false, memory);
}
/// The loss, and its gradients by this rank's rows that are wanted: sets them.
template <Communicator Comm, class Engine, AlignedLoss Loss, Viewable<2> First, Viewable<2> Second>
auto value_and_grad(const ranks<Comm, Engine>& executor, const Loss& loss, const First& x, const Second& y,
                    const aligned_gradients<accumulate_t<element_t<const First>>>& wanted,
                    const in_workspace& memory = in_workspace::none()) {
  return detail::evaluate_aligned("value_and_grad", executor, loss, x, y, 1, wanted, true, memory);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
