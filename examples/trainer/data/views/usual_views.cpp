// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/usual_views.hpp"

#include "data/views/augmentation.hpp"

namespace mixcon_train {
inline namespace data {

any_options usual_views(sample_kind /*kind*/) { return any_options::of(small_image_augmentation()); }

}  // namespace data
}  // namespace mixcon_train
