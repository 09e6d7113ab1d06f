// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace autograd {

/// The running statistics of a batch normalisation, (C) each; `momentum` is the share of a new batch in them.
struct running_statistics {
  tensor mean, variance;
  double momentum = 0.1;
};
/// Normalises each channel of x (N, C, H, W), or each feature of x (N, F), by the batch and updates the running
/// statistics (unbiased variance); when not `training`, by the running statistics, which are constants then. With
/// `rectify` max(0, .) follows, at no cost. Whose statistics the batch has, `device::split` says: those of its rows, of
/// each group of samples, or of the rows of all ranks.
variable batch_norm(const variable& x, const variable& scale, const variable& shift, running_statistics& running,
                    bool training, bool rectify = false);

/// Each row of x (N, F) divided by its length, or by 1e-12 if that is longer.
variable unit_rows(const variable& x);

}  // namespace autograd
}  // namespace mixcon_train
