// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `torch_loss` over ranks: what one process refuses, all refuse, and where one wants gradients, all compute them.

#include <mixcon/ranks/aligned.hpp>
#include <mixcon/ranks/ranks.hpp>
#include <mixcon/torch/meeting.hpp>
#include <mixcon/torch/process_group.hpp>

#include <exception>
#include <stdexcept>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

template <class Comm, class Inner>
class torch_meeting<ranks<Comm, Inner>> {
 public:
  explicit torch_meeting(const ranks<Comm, Inner>& executor) : board_(executor.communicator) {}

  template <class Work>
  auto over(Work&& work) {
    try {
      return work();
    } catch (const std::invalid_argument& refused) {
      if (!has_met_) board_.refuse_together([&] { throw std::invalid_argument(refused.what()); });
      throw;
    } catch (const std::exception& ended) {
      if (!has_met_) board_.ranks().leave(ended.what());
      throw;
    }
  }
  bool settle(bool wants_gradients) {
    has_met_ = true;  // from here on the call itself tells the others
    bool any = false;
    telling_others(board_.ranks(), [&] {
      board_.refuse_together([] {});
      for (const char theirs : board_.each_of(static_cast<char>(wants_gradients))) any = any || theirs != 0;
    });
    return any;
  }

 private:
  rank_board<Comm> board_;
  bool has_met_ = false;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
