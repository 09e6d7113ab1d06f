// SPDX-License-Identifier: BSD-3-Clause
// A row for each training sample, and the rows that a list of negatives names.
#pragma once

#include "devices/lent.hpp"
#include "evaluation/evaluation.hpp"
#include "nn/module.hpp"

#include <mixcon/negatives/negative_list.hpp>

#include <span>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// A row (D) for each of M training samples: what a teacher says of it, or a bank of the trained network's embeddings.
/// Wu et al. 2018, arXiv:1805.01978. It is state, "rows".
class sample_table final : public module {
 public:
  sample_table(device& on, index_t samples, index_t width);

  /// All rows, (M, D).
  void set(const tensor& rows) { rows_ = rows; }
  const tensor& all() const { return rows_; }
  /// Those of some samples, as constants.
  variable rows(std::span<const index_t> samples) const;
  /// unit(momentum row + (1 - momentum) embedding) for the samples of a batch, each once; `mixcon::instance_bank`.
  /// Where the host reaches the table, it is changed in place: a step costs what the batch does. A device with kernels
  /// for it copies the table where it lies; there a row of zeros, which the host refuses, stays one.
  void move(const std::vector<index_t>& samples, const tensor& embeddings, double momentum);

 private:
  tensor rows_;
};

/// A list over training samples, rewritten for a table of the samples that it names, each once. The first of them comes
/// again behind the others until they are a power of 2: so that tables have few sizes, of which kernels and memory are
/// kept.
struct named_samples {
  kept_list<index_t> samples{};
  lent<mixcon::negative_list> list{};
};
named_samples named_by(lent<mixcon::negative_list> over_all_samples);

}  // namespace recipes
}  // namespace mixcon_train
