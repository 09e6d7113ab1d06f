// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A weighted sum of several samples of any strides, rounded once when it is stored.

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>

#include <cstddef>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A sample that is a sum of several, kept in the type that values are mixed in and rounded once, when it is stored.
template <class T, int Rank>
class sample_sum {
 public:
  using number = mixing_number<T>;

  explicit sample_sum(const axes<Rank>& extents)
      : numbers_(static_cast<std::size_t>(tensor_view<char, Rank>(nullptr, extents).size()), number{0}),
        sum_(numbers_.data(), extents) {}

  /// Adds weight * sample; a weight of 0 adds nothing, whatever stands in the sample.
  void add(double weight, const tensor_view<const T, Rank>& sample) {
    const number factor = static_cast<number>(weight);
    if (factor == 0) return;
    for_each_run(
        [=](index_t length, run<const T> x, run<number> sum) {
          for_each_element(
              length, [=](const T& value, number& total) { total += factor * static_cast<number>(value); }, x, sum);
        },
        sample, sum_);
  }
  /// Adds share * sample place by place; a share of 0 adds nothing.
  void add(const tensor_view<const double, Rank>& shares, const tensor_view<const T, Rank>& sample) {
    for_each_run(
        [](index_t length, run<const double> m, run<const T> x, run<number> sum) {
          for_each_element(
              length,
              [](const double& share, const T& value, number& total) {
                const number factor = static_cast<number>(share);
                total = factor == 0 ? total : total + factor * static_cast<number>(value);
              },
              m, x, sum);
        },
        shares, sample, sum_);
  }
  void store(const tensor_view<T, Rank>& to) const {
    for_each_run(
        [](index_t length, run<const number> sum, run<T> y) {
          for_each_element(
              length, [](const number& total, T& out) { out = stored<T>(total); }, sum, y);
        },
        tensor_view<const number, Rank>(sum_), to);
  }

 private:
  std::vector<number> numbers_;
  tensor_view<number, Rank> sum_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
