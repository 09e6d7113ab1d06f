// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Keeps the k best of the keys shown so far; what `top_k` collects in.

#include <mixcon/core/workspace.hpp>
#include <mixcon/negatives/search/descending.hpp>
#include <mixcon/negatives/search/filter.hpp>

#include <limits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The k best of the keys shown so far. Better: a larger score, and of equal ones the lower position. Keys are shown in
/// ascending order, so that one whose score only equals the k-th best never enters.
///
/// What may be among the best is collected in the order shown, and cut down to the k best whenever it is half as much
/// again; from then on a score must exceed the k-th of them. That bound is found by bisection: a pass that counts is
/// faster than any that moves.
template <class T>
class best_keys {
 public:
  struct entry {
    T score;
    index_t key;
  };
  best_keys() = default;
  explicit best_keys(index_t k, workspace* memory = nullptr)
      : k_(k), most_(k + k / 2 + 32), memory_(memory), score_(memory), key_(memory) {}

  /// Forgets what was shown.
  void start() { size_ = 0, bounded_ = false; }
  /// Whether this score can still be among the best; NaN can.
  bool may_enter(const T& score) const { return !bounded_ || !(score <= bound_); }
  /// Takes a score that may enter; not NaN.
  void add(const T& score, index_t key) {
    make_room<T>(1);
    put(size_++, score, key);
  }
  /// Shows `count` keys at once: first, first + 1, ..., where numbers[j] is j. Those that may enter and for which
  /// keep(score, key) answers yes are taken. V is what scores are compared on: one number, or lanes.
  template <class V, class Keep>
  void show(const T* scores, const std::int32_t* numbers, index_t first, index_t count, Keep&& keep) {
    make_room<V>(count);
    index_t shown = 0;
    while (!bounded_ && shown < count) {  // until there is a bound all may enter
      const index_t missing = most_ + 1 - size_, left = count - shown;
      const index_t some = missing < left ? missing : left;
      for (index_t j = 0; j < some; ++j) put(size_ + j, scores[shown + j], first + shown + j);
      keep_of_next(some, keep);
      shown += some;
      if (size_ > most_) cut<V>();
    }
    keep_of_next(copy_scores<V, which_scores::not_at_most>(bound_, scores + shown, numbers + shown,
                                                           static_cast<std::int32_t>(first), count - shown,
                                                           score_.data() + size_, key_.data() + size_),
                 keep);
  }
  /// The best, in order. Ends the showing.
  template <class V = T>
  scratch<entry> ranked() {
    if (size_ > k_) cut<V>();
    auto order = scratch<entry>::unset(memory_, static_cast<std::size_t>(size_));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = {score_[i], key_[i]};
    sort_descending(order, memory_);
    return order;
  }

 private:
  void put(index_t at, const T& score, index_t key) {
    score_[static_cast<std::size_t>(at)] = score;
    key_[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(key);
  }
  /// Takes those of the next `count` entries, already in place, for which keep(score, key) answers yes.
  template <class Keep>
  void keep_of_next(index_t count, Keep& keep) {
    T* const score = score_.data() + size_;
    std::int32_t* const key = key_.data() + size_;
    index_t kept = 0;
    while (kept < count && keep(score[kept], static_cast<index_t>(key[kept]))) ++kept;  // mostly all
    for (index_t j = kept + 1; j < count; ++j) {
      score[kept] = score[j];
      key[kept] = key[j];
      kept += keep(score[kept], static_cast<index_t>(key[kept])) ? 1 : 0;
    }
    size_ += kept;
  }

  template <class V>
  void make_room(index_t count) {
    if (size_ > most_) cut<V>();
    const index_t needed = size_ + count + filter_margin, enough = most_ + 1 + count + filter_margin;
    if (needed > static_cast<index_t>(score_.size())) {
      // a workspace keeps the memory for calls that are shown more
      const auto room = static_cast<std::size_t>(memory_ == nullptr && 2 * needed < enough ? 2 * needed : enough);
      score_.resize(room), key_.resize(room);
    }
  }

  /// Keeps the k best of more.
  template <class V>
  void cut() {
    bound_ = bound_of_best<V>();
    bounded_ = true;
    T* const score = score_.data();
    std::int32_t* const key = key_.data();
    size_ = copy_scores<V, which_scores::at_least>(bound_, score, key, 0, size_, score, key);
    if (size_ > k_) drop_last_at_bound();
  }

  /// A score that k of those collected reach and, but for equal scores, no more.
  template <class V>
  T bound_of_best() const {
    const place_of<T> beyond = to_place(static_cast<T>(__builtin_huge_val())) + 1;
    place_of<T> low = to_place(bounded_ ? bound_ : minus_infinity<T>());  // reached by k or more
    place_of<T> high = beyond;                                            // by fewer
    place_of<T> step = place_of<T>{1} << (std::numeric_limits<T>::digits - 2);
    for (;;) {
      place_of<T> middle = (low & high) + ((low ^ high) >> 1);
      if (middle == low) return from_place<T>(low);
      if (bounded_ && high == beyond && step <= beyond / 2 && low < beyond - step) {
        middle = low + step;  // seldom far above the last bound
        step *= 2;
      }
      const T bound = from_place<T>(middle);
      const index_t reached = count_at_least<V>(bound, score_.data(), size_);
      if (reached == k_) return bound;
      (reached > k_ ? low : high) = middle;
    }
  }

  void drop_last_at_bound() {
    const index_t too_many = size_ - k_;
    index_t at_bound = 0, kept = 0;
    for (index_t i = 0; i < size_; ++i) at_bound += score_[static_cast<std::size_t>(i)] == bound_ ? 1 : 0;
    for (index_t i = 0, left = at_bound - too_many; i < size_; ++i) {
      const T score = score_[static_cast<std::size_t>(i)];
      if (score == bound_ && left-- <= 0) continue;
      put(kept++, score, key_[static_cast<std::size_t>(i)]);
    }
    size_ = kept;
  }

  index_t k_ = 0, most_ = 0, size_ = 0;
  bool bounded_ = false;
  T bound_{};
  workspace* memory_ = nullptr;
  scratch<T> score_;
  scratch<std::int32_t> key_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
