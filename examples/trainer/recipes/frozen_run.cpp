// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/frozen_run.hpp"

#include "autograd/operators.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace recipes {

namespace {

std::string size_of_samples(const data_facts& data) {
  const image_shape& shape = data.shape;
  const std::string width = std::to_string(shape.columns);
  if (data.kind == sample_kind::row) return width + " features";
  return std::to_string(shape.channels) + " x " + std::to_string(shape.rows) + " x " + width;
}

/// "images of 1 x 28 x 28 in 10 classes".
std::string described(const data_facts& data) {
  std::string text = to_string(data.kind);
  text += "s of ";
  text += size_of_samples(data);
  text += " in ";
  text += std::to_string(data.classes);
  return text + " classes";
}

/// One number a band, in the shape that repeats it over a batch of samples.
shape extents_of_bands(sample_kind kind, index_t bands) {
  if (kind == sample_kind::row) return {1, 1, 1, bands};
  return kind == sample_kind::clip ? shape{1, 1, bands, 1} : shape{1, bands, 1, 1};
}

}  // namespace

variable frozen_run::as_it_saw(const variable& samples) const { return factor ? samples * factor + offset : samples; }

void require_same_data(const frozen_run& other, const data_facts& data) {
  const data_facts& its = other.data;
  MIXCON_REQUIRE(its.kind == data.kind && size_of_samples(its) == size_of_samples(data) && its.classes == data.classes,
                 other.flag, ": ", other.folder, " learnt from ", described(its), ", this run learns from ",
                 described(data), "; expected a run on samples of the same kind, size and number of classes.");
  for (std::size_t c = 0; c < its.class_names.size() && c < data.class_names.size(); ++c)
    MIXCON_REQUIRE(its.class_names[c] == data.class_names[c], other.flag, ": class ", c, " of ", other.folder, " is ",
                   its.class_names[c], ", that of this run ", data.class_names[c],
                   "; expected a run on the same classes in the same order.");
}

frozen_run recipe_world::run(const std::string& flag, const std::string& folder) const {
  MIXCON_REQUIRE(open_run, flag, ": a recipe that is made for evaluation alone opens no other run.");
  frozen_run opened = open_run(flag, folder);
  require_same_data(opened, data);
  const channel_statistics &its = opened.data.statistics, &own = data.statistics;
  if (its == own || its.mean.size() != own.mean.size()) return opened;
  std::vector<double> factors, offsets;
  for (std::size_t band = 0; band < own.mean.size(); ++band) {
    factors.push_back(own.deviation[band] / its.deviation[band]);
    offsets.push_back((own.mean[band] - its.mean[band]) / its.deviation[band]);
  }
  const shape extents = extents_of_bands(data.kind, std::ssize(own.mean));
  opened.factor = variable(tensor_of(on, extents, factors.data()));
  opened.offset = variable(tensor_of(on, extents, offsets.data()));
  return opened;
}

}  // namespace recipes
}  // namespace mixcon_train
