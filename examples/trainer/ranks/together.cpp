// SPDX-License-Identifier: BSD-3-Clause
#include "ranks/together.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/ranks/together.hpp>

#include <utility>

namespace mixcon_train {
inline namespace ranks {

void refuse_together(const rank_group& group, const std::string& why) {
  const mixcon::detail::rank_board<group_handle> board({&group});
  const auto all = board.all_of(why.data(), why.size());
  for (index_t r = 0; r < group.size(); ++r)
    if (all.count(r) > 0) throw refused_together(std::string(all.of(r), static_cast<std::size_t>(all.count(r))));
}

void require_same(const rank_group& group, const char* what, const std::string& mine) {
  const mixcon::detail::rank_board<group_handle> board({&group});
  const auto all = board.all_of(mine.data(), mine.size());
  const auto said = [&](index_t r) { return std::string(all.of(r), static_cast<std::size_t>(all.count(r))); };
  for (index_t r = 1; r < group.size(); ++r)
    if (said(r) != said(0))
      throw refused_together(mixcon::detail::sentence("rank ", r, " of ", group.size(), " has ", what, " ", said(r),
                                                      ", and rank 0 ", said(0),
                                                      "; expected the same. Start all ranks with one command line, on "
                                                      "the same files."));
}

}  // namespace ranks
}  // namespace mixcon_train
