// SPDX-License-Identifier: BSD-3-Clause
// Which samples are learnt from, and which are kept back. What is drawn depends on the seed, the labels and the share
// alone, with the same result on every machine; parts keep the order of their samples.
#pragma once

#include "data/data_set.hpp"

#include <cstdint>
#include <vector>

namespace mixcon_train {
inline namespace options {
class option_list;
}
inline namespace data {

/// Which samples there are to test, and what is left of the training samples. First some are held out for validation,
/// then each class is cut down.
struct split_options {
  index_t per_class = 0;    ///< samples that each class keeps; 0: all
  double tail = 1;          ///< the largest class has so many times the samples of the last one, in [1, 1e6]; 1: off
  double validation = 0;    ///< share of every class that is held out, in [0, 0.9]
  std::uint64_t seed = 0;   ///< of all splits, that of a set without test samples too
  double test_share = 0.3;  ///< of every class, of a set without test samples, in [0.01, 0.99]

  void declare(option_list& to);
  /// What is said of a set without test samples only.
  void declare_test_share(option_list& to);
};

/// Training samples cut down, and a part of them held out, as the options say; test samples stay as they are. A class
/// with fewer samples than `per_class` is refused by name. With a tail as well, the head has `per_class` samples.
train_and_test split(train_and_test data, const split_options& chosen);

/// How many samples each class keeps (C): class k, in the order of the classes, the whole part of
/// head * ratio^(-k / (C - 1)), at least 1, and not more than it has. `head` is the largest of `counts`. Cui et al.
/// 2019, arXiv:1901.05555.
std::vector<index_t> exponential_tail(const std::vector<index_t>& counts, double ratio);

/// How many samples of each class there are (C).
std::vector<index_t> class_counts(const data_set& data);

/// So many samples of each class (C), drawn at random: their numbers, rising. Those of a smaller count are among those
/// of a larger one. Refuses, by name, a class that has fewer.
std::vector<index_t> some_of_each_class(const data_set& data, const std::vector<index_t>& counts, std::uint64_t seed);

/// The numbers of all samples in two parts, both rising.
struct two_parts {
  std::vector<index_t> kept{}, held_out{};
};

/// Holds a share of every class out: to the nearest whole number, but of two samples or more at least one goes to
/// either part. Refuses a share outside of [0, 1].
two_parts hold_out(const data_set& data, double share, std::uint64_t seed);

/// A data set without test samples: 30 % of every class become them, by seed. The names get " train" and " test".
train_and_test train_and_test_of(const data_set& whole, std::uint64_t seed, double test_share = 0.3);

}  // namespace data
}  // namespace mixcon_train
