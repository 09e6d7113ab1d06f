// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/loss_inputs.hpp"
#include "recipes/negative_choice.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/negatives/drawn/class_conditioned.hpp>

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace recipes {

void near_class_options::declare(option_list& to) {
  to.add("similarity", similarity, {"prototypes", "confusion", "random"},
         "of classes: cosine of mean features, mean predictions, or none, as a control");
  to.add("classes-near", classes_near, {0, 1e6}, "nearest classes that negatives come from (0: 5, or all others)");
  to.add("classes-near-first", classes_near_first, {0, 1e6}, "the same at the first step (0: no change)");
  to.add("draw", draw, {"uniform", "proportional", "softmax"}, "how one of the near classes is drawn");
  to.add("draw-temperature", draw_temperature, {1e-3, 1e3}, "of --draw softmax");
  if (draw != "softmax") to.idle("draw-temperature", "--draw " + draw + " has none");
  to.add("correct", correct, "weigh negatives such that their sum estimates that over the near classes");
}

class_choice::class_choice(const recipe_world& world, index_t negatives, const near_class_options& chosen,
                           negative_pool from)
    : negatives_(slots_for(world, negatives, from)),
      from_(from),
      chosen_(chosen),
      train_(world.train),
      seed_(world.seed),
      classes_(world.data.classes),
      similarity_(filled(world.on, {world.data.classes, world.data.classes}, 0)) {
  const index_t others = classes_ - 1;
  MIXCON_REQUIRE(from == negative_pool::bank || !chosen.correct,
                 "--correct: negatives of the batch are not drawn with known probabilities; expected --pool bank.");
  MIXCON_REQUIRE(others >= 1, "--data: one class; expected at least two, since negatives come from other classes.");
  for (const auto& [flag, near] :
       {std::pair{"--classes-near", chosen.classes_near}, std::pair{"--classes-near-first", chosen.classes_near_first}})
    MIXCON_REQUIRE(near <= others, flag, ": ", near, " of ", classes_, " classes; expected at most ", others,
                   ", since an anchor's own class is no negative.");
  if (chosen_.classes_near == 0) chosen_.classes_near = std::min<index_t>(5, others);
  if (chosen_.classes_near_first == 0) chosen_.classes_near_first = chosen_.classes_near;
  register_state("similarity", similarity_);
}

void class_choice::look_at(const encoded& all) {
  std::vector<double> found;
  if (chosen_.similarity == "prototypes") found = similarity_by_prototypes(all.backbone, classes_);
  if (chosen_.similarity == "confusion") found = similarity_by_confusion(all.head, classes_);
  if (chosen_.similarity == "random") found = random_similarity(classes_, seed_);
  similarity_ = tensor_of(similarity_.on(), similarity_.extents(), found.data());
}

index_t class_choice::nearest_at(const recipe_step& step) const {
  const double first = static_cast<double>(chosen_.classes_near_first),
               last = static_cast<double>(chosen_.classes_near);
  const double passed = step.steps > 1 ? static_cast<double>(step.step) / static_cast<double>(step.steps - 1) : 1;
  return static_cast<index_t>(std::lround(first + (last - first) * passed));
}

lent<mixcon::negative_list> class_choice::choose(const recipe_step& step) const {
  using mixcon::neighbour_draw, mixcon::sampling_correction;
  kept_list<double> similarity;
  similarity.reserve(static_cast<std::size_t>(classes_ * classes_));
  const numbers_kept& read = read_.of(similarity_);
  for (index_t k = 0; k < classes_ * classes_; ++k) similarity.push_back(read[k]);
  const mixcon::class_neighbourhood around{.nearest = nearest_at(step),
                                           .draw = chosen_.draw == "softmax"        ? neighbour_draw::softmax
                                                   : chosen_.draw == "proportional" ? neighbour_draw::proportional
                                                                                    : neighbour_draw::uniform,
                                           .temperature = chosen_.draw_temperature};
  mixcon::workspace& memory = autograd::detail::memory_of_losses();
  const lent<mixcon::class_neighbours> near;
  around.from_similarities_again(*near, mixcon::matrix_view<const double>{similarity.data(), {classes_, classes_}},
                                 memory);
  const mixcon::class_conditioned draw{
      .draws_of_each = negatives_,
      .correction = chosen_.correct ? sampling_correction::inverse_probability : sampling_correction::none};
  lent<mixcon::negative_list> list;
  if (from_ == negative_pool::batch)
    draw.in_batch_again(*list, *near, step.from.labels, step.from.samples, step.from.labels, {}, step.draws, memory);
  else
    draw.draw_again(*list, *near, step.from.labels, step.from.samples, train_->labels, step.draws, memory);
  return list;
}

std::vector<double> similarity_by_prototypes(const features& rows, index_t classes) {
  const std::vector<double> prototypes = mixcon::class_prototypes(
      mixcon::matrix_view<const float>{rows.rows.data(), {rows.samples(), rows.width}}, rows.labels, classes);
  std::vector<double> cosines;
  for (index_t a = 0; a < classes; ++a)
    for (index_t b = 0; b < classes; ++b) {
      double sum = 0;
      for (index_t k = 0; k < rows.width; ++k)
        sum += prototypes[static_cast<std::size_t>(a * rows.width + k)] *
               prototypes[static_cast<std::size_t>(b * rows.width + k)];
      cosines.push_back(sum);
    }
  return cosines;
}

std::vector<double> similarity_by_confusion(const features& scores, index_t classes) {
  MIXCON_REQUIRE(scores.width == classes, "similarity_by_confusion: ", scores.width, " scores of a sample for ",
                 classes, " classes; expected one each.");
  std::vector<double> sums(static_cast<std::size_t>(classes * classes));
  std::vector<double> members(static_cast<std::size_t>(classes));
  for (index_t i = 0; i < scores.samples(); ++i) {
    const float* const row = scores.row(i);
    const double largest = static_cast<double>(*std::max_element(row, row + classes));
    const auto weight = [&](index_t c) { return std::exp(static_cast<double>(row[c]) - largest); };
    double all = 0;
    for (index_t c = 0; c < classes; ++c) all += weight(c);
    for (index_t c = 0; c < classes; ++c)
      sums[static_cast<std::size_t>(scores.label(i) * classes + c)] += weight(c) / all;
    ++members[static_cast<std::size_t>(scores.label(i))];
  }
  for (std::size_t k = 0; k < sums.size(); ++k) sums[k] /= members[k / static_cast<std::size_t>(classes)];
  return sums;
}

std::vector<double> random_similarity(index_t classes, std::uint64_t seed) {
  const mixcon::philox_draws draws = mixcon::philox_draws{.seed = seed}.within("random_similarity");
  std::vector<double> drawn;
  for (index_t a = 0; a < classes; ++a)
    for (index_t b = 0; b < classes; ++b)
      drawn.push_back(draws.uniform("pair", std::min(a, b) * classes + std::max(a, b), 0, 1));
  return drawn;
}

}  // namespace recipes
}  // namespace mixcon_train
