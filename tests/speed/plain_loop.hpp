// SPDX-License-Identifier: BSD-3-Clause
// NT-Xent and SupCon as one writes them without a library, in vectors: what the gate measures the engine against.
#pragma once

#include <mixcon/core/number/lanes.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace mixcon_test {

using mixcon::index_t;

/// A softmax over all other rows, and positives of equal shares, for N unit rows of width D (both whole vectors). The
/// rows are also kept by columns, so that products go along whole vectors. It has the vectors of `For`, as the engine,
/// so that their ratio depends little on the processor; but each pair is formed for both of its orders, a logit is
/// stored, and four sums at a time are all that stays in registers.
template <class For>
class plain_loop {
  using lanes = typename For::template vector<float>;
  static constexpr index_t width_of_vector = mixcon::lane_count<lanes>();

 public:
  plain_loop(index_t rows, index_t width) : rows_(rows), width_(width), columns_(size()), logits_(as_size(rows)) {}

  /// The loss of `labels` (N) at a temperature, each anchor's positives being the other rows of its label; sets
  /// `gradient` (N, D), by the unit rows.
  double operator()(const std::vector<float>& z, const std::vector<int>& labels, float temperature,
                    std::vector<float>& gradient) {
    gradient.assign(size(), 0.0F);
    double loss = 0;
    mixcon::run_for<For>([&] {
      for (index_t i = 0; i < rows_; ++i)
        for (index_t k = 0; k < width_; ++k) columns_[as_size(k * rows_ + i)] = z[as_size(i * width_ + k)];
      for (index_t a = 0; a < rows_; ++a) {
        multiply(z.data() + a * width_, 1 / temperature);
        loss += weigh(a, labels) / static_cast<double>(rows_);
        add(a, z, 1 / (temperature * static_cast<float>(rows_)), gradient);
      }
    });
    return loss;
  }

 private:
  static std::size_t as_size(index_t n) { return static_cast<std::size_t>(n); }
  std::size_t size() const { return as_size(rows_ * width_); }
  static void load(lanes& to, const float* from) { __builtin_memcpy(&to.v, from, sizeof to.v); }
  static void store(float* to, const lanes& from) { __builtin_memcpy(to, &from.v, sizeof from.v); }

  /// The logits of a row.
  void multiply(const float* row, float factor) {
    constexpr index_t at_once = 4 * width_of_vector;
    for (index_t j = 0; j < rows_; j += at_once) {
      lanes sum[4];
      for (index_t k = 0; k < width_; ++k) {
        const lanes x(row[k] * factor);
        MIXCON_UNROLL
        for (int v = 0; v < 4; ++v) {
          lanes column;
          load(column, columns_.data() + k * rows_ + j + v * width_of_vector);
          sum[v].v += x.v * column.v;
        }
      }
      MIXCON_UNROLL
      for (int v = 0; v < 4; ++v) store(logits_.data() + j + v * width_of_vector, sum[v]);
    }
  }
  /// x becomes e^x, where that is normal.
  static void exponential(lanes& x) {
    typedef int integers __attribute__((vector_size(sizeof x.v)));
    lanes rounded, p;
    x.v = x.v * 1.442695041F;
    rounded.v = x.v + 12582912.0F;
    x.v = x.v - (rounded.v - 12582912.0F);
    p.v =
        ((((x.v * 1.3391345e-3F + 9.6181298e-3F) * x.v + 5.5503324e-2F) * x.v + 2.4022652e-1F) * x.v + 6.9314718e-1F) *
            x.v +
        1.0F;
    struct alignas(sizeof x.v) {
      integers v;
    } bits, exponent;
    __builtin_memcpy(&bits.v, &p.v, sizeof bits.v);
    __builtin_memcpy(&exponent.v, &rounded.v, sizeof exponent.v);
    bits.v += exponent.v << 23;
    __builtin_memcpy(&x.v, &bits.v, sizeof x.v);
  }
  /// The loss of an anchor; its logits become shares minus targets.
  double weigh(index_t a, const std::vector<int>& labels) {
    const int own = labels[as_size(a)];
    float top = logits_[0], attraction = 0;
    int positives = 0;
    for (index_t j = 0; j < rows_; ++j) {
      if (logits_[as_size(j)] > top) top = logits_[as_size(j)];
      if (j != a && labels[as_size(j)] == own) attraction += logits_[as_size(j)], ++positives;
    }
    lanes sum, x;
    for (index_t j = 0; j < rows_; j += width_of_vector) {
      load(x, logits_.data() + j);
      x.v = x.v - top;
      exponential(x);
      sum.v += x.v;
      store(logits_.data() + j, x);
    }
    float partition = -logits_[as_size(a)];
    for (int k = 0; k < width_of_vector; ++k) partition += sum[k];
    for (index_t j = 0; j < rows_; j += width_of_vector) {
      load(x, logits_.data() + j);
      x.v = x.v * (1 / partition);
      store(logits_.data() + j, x);
    }
    for (index_t j = 0; j < rows_; ++j)
      if (labels[as_size(j)] == own) logits_[as_size(j)] -= 1 / static_cast<float>(positives);
    logits_[as_size(a)] = 0;
    return std::log(static_cast<double>(partition)) +
           static_cast<double>(top - attraction / static_cast<float>(positives));
  }
  /// What an anchor's pairs add to its row and to the others.
  void add(index_t a, const std::vector<float>& z, float factor, std::vector<float>& gradient) {
    float* const own = gradient.data() + a * width_;
    const float* const row = z.data() + a * width_;
    for (index_t j = 0; j < rows_; ++j) {
      const lanes weight(logits_[as_size(j)] * factor);
      float* const other = gradient.data() + j * width_;
      for (index_t k = 0; k < width_; k += width_of_vector) {
        lanes x, y, to_own, to_other;
        load(x, row + k), load(y, z.data() + j * width_ + k), load(to_own, own + k), load(to_other, other + k);
        to_own.v += weight.v * y.v, to_other.v += weight.v * x.v;
        if (j == a) continue;
        store(own + k, to_own), store(other + k, to_other);
      }
    }
  }

  index_t rows_, width_;
  std::vector<float> columns_, logits_;
};

}  // namespace mixcon_test
