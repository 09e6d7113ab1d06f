// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `gpu::outcome`: what a call came to, as kernels leave it in device memory; `read` throws what the host would have.

#include <mixcon/contrast/result.hpp>
#include <mixcon/core/require.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// What one direction's sweep says of its rows. A row's number is -1 where there is none.
struct direction_outcome {
  double value = 0;  // of this direction, its weight included
  index_t anchors_used = 0;
  index_t first_without_positive = -1;
  index_t first_blind = -1;  // the first that sees no candidate though the loss takes the logarithm of their sum
  index_t first_counting = -1;
  bool refuses_without_positive = false;  // the objective's policy is no_positive::error
  bool batch_is_blind = false;            // the same of a formula for the batch
};

/// The first row that `check_finite` refuses: which it is, and why.
struct odd_outcome {
  enum kind_of : int { none, anchors, candidates, given_logits };
  int kind = none;
  index_t row = -1, column = -1;  // column -2: its length is not about 1
  double value = 0;
};

/// What a call came to: plain data, which kernels write at an address of the device. What depends on the data is
/// refused when it is read.
struct outcome {
  double value = 0;
  index_t anchors_used = 0;
  direction_outcome rows, columns;
  odd_outcome odd;
};

/// Refuses what one direction refuses.
inline void refuse_by(const char* function, const char* row, const direction_outcome& found) {
  MIXCON_REQUIRE(found.first_without_positive < 0 || !found.refuses_without_positive, function, ": ", row, " ",
                 found.first_without_positive,
                 " has no positive and the objective's policy is no_positive::error; add a view or a sample of its "
                 "class, or choose no_positive::zero or ::skip");
  MIXCON_REQUIRE(!found.batch_is_blind, function, ": no ", row,
                 " sees a candidate: all are hidden or have weight 0 or a logit of -infinity, and the loss takes a "
                 "mean over pairs; expected at least one visible pair, so at least two rows");
  MIXCON_REQUIRE(found.first_blind < 0, function, ": ", row, " ", found.first_blind,
                 " sees no candidate: all are hidden or have weight 0 or a logit of -infinity, and the loss "
                 "takes the logarithm of their sum; expected at least one visible candidate");
}

/// The value and the number of anchors used of an outcome that lies in host memory; throws what the host's engines
/// would have thrown (std::invalid_argument), in the same sentence.
template <class T>
loss_result<T> read(const outcome& found, const char* function = "gpu::read") {
  const odd_outcome& odd = found.odd;
  const char* name = odd.kind == odd_outcome::anchors        ? "anchors"
                     : odd.kind == odd_outcome::given_logits ? "given_logits"
                                                             : "candidates";
  MIXCON_REQUIRE(odd.kind == odd_outcome::none || odd.column == -2, function, ": ", name, " (", odd.row, ", ",
                 odd.column, ") is ", odd.value, "; expected finite numbers. Has training diverged?");
  MIXCON_REQUIRE(odd.kind == odd_outcome::none, function, ": row ", odd.row, " of the ", name, " has length ",
                 odd.value,
                 "; expected unit rows, of a length in [0.99, 1.01]. Divide rows by their length, let the similarity "
                 "do it (rows::unit), or say rows::as_given if any length is meant");
  refuse_by(function, "anchor", found.rows);
  refuse_by(function, "candidate", found.columns);
  return {static_cast<T>(found.value), found.anchors_used};
}

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
