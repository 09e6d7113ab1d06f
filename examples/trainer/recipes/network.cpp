// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/network.hpp"

#include "recipes/classes_to_learn.hpp"

#include <utility>

namespace mixcon_train {
inline namespace recipes {

namespace {

std::vector<index_t> widths_of_head(index_t features, const std::vector<index_t>& widths) {
  std::vector<index_t> all{features};
  all.insert(all.end(), widths.begin(), widths.end());
  return all;
}

}  // namespace

network::network(device& on, std::unique_ptr<encoder> backbone, head_kind kind, const std::vector<index_t>& widths,
                 std::uint64_t seed, mlp::end last)
    : backbone_(std::move(backbone)),
      kind_(kind),
      head_width_(widths.back()),
      head_(on, widths_of_head(backbone_->features(), widths), seed, last) {
  if (kind == head_kind::classifier) require_classes_to_learn(head_width_);
  register_part("backbone", *backbone_);
  register_part("head", head_);
}

}  // namespace recipes
}  // namespace mixcon_train
