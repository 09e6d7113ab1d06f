// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Half a trip round the ring, where anchors are the candidates: which ranks meet, and which rows of theirs.

#include <mixcon/engine/call/packed_rows.hpp>
#include <mixcon/ranks/shards.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// How many other ranks' blocks come by where each two ranks meet once: those of ranks me + 1, me + 2, ...
inline index_t blocks_met(index_t ranks) { return ranks / 2; }

/// The rows of a meeting: this rank's, and those of the block that came, which are all of both. Only where ranks are
/// even in number, both ranks of the last meeting have the other's block: the lower one then takes the first half of
/// the upper one's rows, and the upper one the rest of its own.
struct met_rows {
  part_of_rows mine, theirs;
  met_rows(const shards& rows, index_t step, index_t rank)
      : mine{rows.me(), 0, rows.mine().candidates}, theirs{rank, 0, rows.of(rank).candidates} {
    if (2 * step != rows.ranks()) return;
    part_of_rows& upper = rows.me() < rank ? theirs : mine;
    const index_t half = (upper.count + 1) / 2;
    if (rows.me() < rank)
      upper.count = half;
    else
      upper.first = half, upper.count -= half;
  }
};

/// Packed rows of a part: where they lie, if it is the whole, or else a copy.
template <class T>
class packed_part {
 public:
  packed_part(const packed_rows<T>& all, const part_of_rows& part, workspace* memory) : all_(all) {
    is_whole_ = part.count == all.count();
    if (is_whole_) return;
    copy_ = packed_rows<T>(part.count, all.width(), memory);
    if (part.count > 0)
      std::memcpy(copy_.to_receive(), all.row(part.first),
                  static_cast<std::size_t>(part.count * all.pitch()) * sizeof(T));
    copy_.note_received();
  }
  packed_part(const packed_part&) = delete;
  packed_part& operator=(const packed_part&) = delete;
  const packed_rows<T>& rows() const { return is_whole_ ? all_ : copy_; }

 private:
  const packed_rows<T>& all_;
  bool is_whole_;
  packed_rows<T> copy_;
};

/// A meeting of this rank with the block of another: their rows, and each one's problem against the other.
template <class Call>
class meeting {
  using T = typename Call::T;

 public:
  met_rows met;
  meeting(const Call& of, index_t step, index_t rank, const packed_rows<T>& block)
      : met(of.rows, step, rank),
        of_(of),
        mine_(of.packed->anchors(), met.mine, of.memory),
        theirs_(block, met.theirs, of.memory) {}

  auto problem() const { return of_.problem_between(met.mine, mine_.rows(), met.theirs, theirs_.rows()); }
  auto problem_of_others() const { return of_.problem_between(met.theirs, theirs_.rows(), met.mine, mine_.rows()); }

 private:
  const Call& of_;
  packed_part<T> mine_, theirs_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
