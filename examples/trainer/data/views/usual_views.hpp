// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "options/any_options.hpp"

namespace mixcon_train {
inline namespace data {

/// The options of the views of a kind of samples, with their usual values.
any_options usual_views(sample_kind kind);

}  // namespace data
}  // namespace mixcon_train
