// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What all ranks of a call do together: gather lists of different lengths, add up in a fixed order, refuse as one.

#include <mixcon/core/communicator.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Lists of all ranks in their order: those of rank r are [first[r], first[r + 1]).
template <class T>
struct lists_of_ranks {
  std::vector<T> values;
  std::vector<index_t> first;

  index_t count(index_t rank) const {
    return first[static_cast<std::size_t>(rank) + 1] - first[static_cast<std::size_t>(rank)];
  }
  const T* of(index_t rank) const { return values.data() + first[static_cast<std::size_t>(rank)]; }
};

/// A refusal that every rank throws, so that none waits for another.
class agreed_refusal : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// The sentence with which a call refuses; empty where it does not. Without exceptions a refusal ends the process, and
/// the communicator tells the others.
template <class Ask>
std::string refusal_of(Ask&& ask) {
#if defined(__cpp_exceptions)
  try {
    ask();
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
#else
  ask();
#endif
  return {};
}
[[noreturn]] inline void refuse_as_agreed(const std::string& why) {
#if defined(__cpp_exceptions)
  throw agreed_refusal(why);
#else
  refuse(why);
#endif
}

/// A communicator, and what calls ask of it.
template <class Comm>
class rank_board {
 public:
  explicit rank_board(const Comm& ranks) : ranks_(ranks), me_(ranks.rank()), size_(ranks.size()) {}

  index_t me() const { return me_; }
  index_t size() const { return size_; }
  const Comm& ranks() const { return ranks_; }
  /// Blocks travel to the rank before this one, and come from the one behind it.
  index_t before() const { return (me_ + size_ - 1) % size_; }
  index_t behind() const { return (me_ + 1) % size_; }

  /// One thing of every rank.
  template <class T>
  std::vector<T> each_of(const T& mine) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> all(static_cast<std::size_t>(size_));
    ranks_.all_gather(&mine, sizeof(T), all.data());
    return all;
  }
  /// Lists of all ranks, of whatever lengths.
  template <class T>
  lists_of_ranks<T> all_of(const T* mine, std::size_t count) const {
    const auto counts = each_of(static_cast<index_t>(count));
    std::size_t longest = 0;
    lists_of_ranks<T> found;
    found.first.push_back(0);
    for (const index_t of_rank : counts) {
      longest = static_cast<std::size_t>(of_rank) > longest ? static_cast<std::size_t>(of_rank) : longest;
      found.first.push_back(found.first.back() + of_rank);
    }
    if (longest == 0) return found;
    std::vector<T> padded(longest), all(longest * static_cast<std::size_t>(size_));
    if (count > 0) std::memcpy(static_cast<void*>(padded.data()), mine, count * sizeof(T));
    ranks_.all_gather(padded.data(), longest * sizeof(T), all.data());
    found.values.reserve(static_cast<std::size_t>(found.first.back()));
    for (std::size_t r = 0; r < counts.size(); ++r)
      for (std::size_t k = 0; k < static_cast<std::size_t>(counts[r]); ++k)
        found.values.push_back(all[r * longest + k]);
    return found;
  }
  /// Puts the sums over all ranks in the place of this rank's numbers: added in the ranks' order, some thousand at a
  /// time, so that the memory does not grow with their number.
  template <class Number>
  void add_up(Number* numbers, index_t count) const {
    constexpr index_t at_once = 4096;
    if (size_ == 1) return;
    const index_t most = count < at_once ? count : at_once;
    std::vector<Number> all(static_cast<std::size_t>(most * size_));
    for (index_t first = 0; first < count; first += at_once) {
      const index_t some = count - first < at_once ? count - first : at_once;
      ranks_.all_gather(numbers + first, static_cast<std::size_t>(some) * sizeof(Number), all.data());
      for (index_t k = 0; k < some; ++k) {
        Number sum = 0;
        for (index_t r = 0; r < size_; ++r) sum += all[static_cast<std::size_t>(r * some + k)];
        numbers[first + k] = sum;
      }
    }
  }
  /// Calls ask(), which may refuse; where it does on one rank, all throw its sentence, and which rank it was.
  template <class Ask>
  void refuse_together(Ask&& ask) const {
    const std::string why = refusal_of(ask);
    const auto lengths = each_of(static_cast<index_t>(why.size()));
    for (std::size_t r = 0; r < lengths.size(); ++r) {
      if (lengths[r] == 0) continue;
      const auto all = all_of(why.data(), why.size());
      const auto rank = static_cast<index_t>(r);
      std::string sentence(all.of(rank), static_cast<std::size_t>(all.count(rank)));
      refuse_as_agreed(sentence.append(detail::sentence(" (rank ", rank, " of ", size_, ")")));
    }
  }

 private:
  Comm ranks_;
  index_t me_, size_;
};

/// Calls work(); what ends it on this rank alone, the others are told, and do not wait for this one.
template <class Comm, class Work>
decltype(auto) telling_others(const Comm& ranks, Work&& work) {
#if defined(__cpp_exceptions)
  try {
    return work();
  } catch (const agreed_refusal&) {
    throw;
  } catch (const std::exception& ended) {
    ranks.leave(ended.what());
    throw;
  } catch (...) {
    ranks.leave("an exception of another type");
    throw;
  }
#else
  return work();
#endif
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
