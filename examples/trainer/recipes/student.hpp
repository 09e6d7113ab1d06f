// SPDX-License-Identifier: BSD-3-Clause
// What recipes share that learn from labels, from a teacher, and by contrast.
#pragma once

#include "recipes/frozen_run.hpp"
#include "recipes/recipe_parts.hpp"
#include "recipes/sample_table.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// How much each term counts: r cross entropy + a T^2 KL(teacher || student) + b contrast.
struct student_options {
  std::string teacher{};
  double ce_weight = 0, kd_weight = 0, kd_temperature = 4;
  void declare(option_list& to);
};
struct contrast_options : student_options {
  double contrast_weight = 1, temperature = 0.1;
  index_t embedding = 128, negatives = 16;
  double bank_momentum = 0.5;
  void declare(option_list& to);
};

/// The same options. Refuses them without a teacher, naming the recipe.
const student_options& require_teacher(const student_options& chosen, const char* recipe);
/// These values, and the training of the CRD benchmark's code on CIFAR-100 (Tian et al. 2020, arXiv:1910.10699), which
/// stands in where a paper's own is not known.
std::vector<preferred_value> distillation_benchmark(std::vector<preferred_value> values);

/// A network that learns from labels (cross entropy), from a teacher's scores (Hinton et al. 2015, arXiv:1503.02531),
/// and by a contrastive term of embeddings: its features through a linear map, as unit rows. It has a classifier where
/// a term asks for one; otherwise the map to embeddings is its head. With a teacher, an embedding's own key is that of
/// the same view by the teacher, through a linear map that is trained; without, that of the sample's other view.
class student_recipe : public recipe {
 public:
  recipe_wish wants() const override { return has_two_views_ ? recipe_wish{.views = 2, .encoded = 2} : recipe_wish{}; }
  recipe_loss loss(const recipe_step& step) final;
  network& judged() override { return *net_; }

 protected:
  /// Without contrast. Refuses weights that are all 0, and a teacher that is missing or gives no scores where they
  /// count.
  student_recipe(const recipe_world& world, const student_options& chosen, const contrast_options* contrasts = nullptr);

  /// The contrastive term of the embeddings (N, D) of a batch, `keys` being their own; both unit rows.
  virtual variable contrast(recipe_loss& made, const recipe_step& step, const variable& embeddings,
                            const variable& keys);

  device& on() { return on_; }
  /// Null: no teacher, or made for evaluation.
  const frozen_run* teacher() const { return teacher_ ? &*teacher_ : nullptr; }
  const data_set& train() const { return *train_; }
  /// What the trained network says of all training samples: in evaluation mode, but at the first step in training. And
  /// what the teacher says.
  encoded seen_by_student(const recipe_step& step);
  encoded seen_by_teacher();
  /// Features (N, F) to embeddings (N, D).
  variable embedded(const variable& features);
  variable embedded_by_teacher(const variable& features);

 private:
  /// Weighted terms of class scores; an empty variable where none counts.
  variable score_terms(const recipe_step& step, const variable& features, const variable& taught);

  device& on_;
  student_options chosen_;
  double contrast_weight_ = 0;
  bool has_two_views_;
  const data_set* train_;
  channel_statistics statistics_;
  std::optional<frozen_run> teacher_{};
  std::unique_ptr<network> net_;
  std::unique_ptr<mlp> to_embedding_{}, teacher_to_embedding_{};
};

}  // namespace recipes
}  // namespace mixcon_train
