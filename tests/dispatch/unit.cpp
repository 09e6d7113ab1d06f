// SPDX-License-Identifier: BSD-3-Clause
// One of several objects of one program, each compiled by another compiler or with other flags: UNIT names its
// function, which evaluates a few losses with the instruction set in use.
#include "dispatch/units.hpp"

#include <mixcon/engine/given_logits.hpp>
#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/batch_hard_triplet.hpp>
#include <mixcon/losses/nt_xent.hpp>
#include <mixcon/losses/siglip.hpp>

namespace {

using namespace mixcon;

/// A statistic of a user: no attribute, and never inlined. sum of weight max(x, 0)^2 over all pairs.
struct opaque {
  template <class T>
  struct state {
    T sum{};
    template <int Parts>
    auto part(int k) const {
      return opaque::state<decltype(mixcon::part<Parts>(sum, k))>{mixcon::part<Parts>(sum, k)};
    }
  };
  template <class T>
  using reading = detail::plain_reading<T>;

  template <class T>
  [[gnu::noinline]] static T above(T x) {
    return choose(x > T(0), x, T(0));
  }
  template <class T>
  [[gnu::noinline]] void observe(state<T>& s, const logit_pair<T>& p) const {
    s.sum += p.weight * above(p.x) * above(p.x);
  }
  template <class T>
  [[gnu::noinline]] void merge(state<T>& s, state<T> other) const {
    s.sum += other.sum;
  }
  template <class T>
  [[gnu::noinline]] reading<T> read(state<T> s) const {
    return {s.sum};
  }
  template <class T>
  [[gnu::noinline]] T slope(reading<T>, logit_pair<T> p) const {
    return p.weight * above(p.x) * T(2);
  }
  template <class T>
  T target_slope(const reading<T>&, const logit_pair<T>&) const {
    return T(0);
  }
};
struct opaque_loss {
  auto statistics() const { return pack{opaque{}}; }
  template <class T>
  T value(T sum) const {
    return log1p(sum);
  }
};

/// Adds the value and some sums of gradients.
class noted {
 public:
  explicit noted(double* to) : to_(to) {}
  template <class T>
  void add(T value, const T* gradient, index_t count) {
    double sum = 0, sizes = 0;
    for (index_t k = 0; k < count; ++k) {
      sum += static_cast<double>(gradient[k]) * static_cast<double>(k % 17);
      sizes += gradient[k] < T(0) ? -static_cast<double>(gradient[k]) : static_cast<double>(gradient[k]);
    }
    *to_++ = static_cast<double>(value), *to_++ = sum, *to_++ = sizes;
  }

 private:
  double* to_;
};

template <class T>
void evaluate(noted& results) {
  constexpr index_t rows = 2 * 197, width = 21;  // more than one tile; columns and features that fill no vectors
  static T z[rows * width], gradient[rows * width];
  std::uint32_t drawn = 1;  // no two distances are as good as equal
  for (T& x : z) {
    drawn = drawn * 1664525U + 1013904223U;
    x = static_cast<T>(static_cast<double>(drawn) / 2147483648.0 - 1);
  }
  const matrix_view<const T> on{z, {rows, width}};
  const matrix_view<T> by{gradient, {rows, width}};
  const tiled engine{.threads = 1};
  const view_targets views{.samples = rows / 2};
  const auto add = [&](const auto& criterion, const auto& targets) {
    results.add(value_and_grad(engine, criterion, targets, on, by).value, gradient, rows * width);
  };
  add(nt_xent(0.5), views);
  add(objective{opaque_loss{}, cosine{}}, targets_of([](index_t a, index_t c) {
        return a == c ? hidden_pair() : (a + c) % 5 == 0 ? positive_pair(0.5, 1.5) : negative_pair(0.75);
      }));
  add(objective{batch_hard_triplet{}, negative_distance{}}, views);

  const matrix_view<const T> logits{z, {rows / 2, 2 * width - 5}, {2 * width, 1}};
  static T by_logits[rows / 2 * (2 * width - 5)];
  const matrix_view<T> by_logit{by_logits, {rows / 2, 2 * width - 5}};
  const auto mixed = targets_of([](index_t a, index_t c) { return a % 37 == c ? positive_pair() : negative_pair(); });
  const auto given =
      value_and_grad(engine, objective{siglip{}, cosine{}}, mixed, given_logits{logits}, {.logits = by_logit});
  results.add(given.value, by_logits, rows / 2 * (2 * width - 5));
}

}  // namespace

void UNIT(double* results) {
  noted to(results);
  evaluate<float>(to);
#if defined(WITH_DOUBLE)
  evaluate<double>(to);
#endif
}
