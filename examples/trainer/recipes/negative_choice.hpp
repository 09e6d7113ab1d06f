// SPDX-License-Identifier: BSD-3-Clause
// How the negatives of a batch are chosen among all training samples: O'Neill & Bollegala 2021, arXiv:2102.06603.
#pragma once

#include "devices/lent.hpp"
#include "devices/numbers_kept.hpp"
#include "evaluation/evaluation.hpp"
#include "nn/module.hpp"
#include "recipes/recipe.hpp"

#include <mixcon/negatives/negative_list.hpp>
#include <mixcon/negatives/search/top_k.hpp>

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// Where negatives are chosen from.
enum class negative_pool {
  bank,  ///< all training samples: lists name these
  batch  ///< the samples of the batch, of which each is chosen once at most: lists name their places in it
};

/// Chooses negatives of other classes for each sample of a batch. What it finds out about samples is state.
class negative_choice : public module {
 public:
  /// What a network says of all training samples: of a teacher once, of the trained one at each epoch.
  virtual void look_at(const encoded& /*all*/) {}
  virtual bool looks() const { return true; }
  virtual lent<mixcon::negative_list> choose(const recipe_step& step) const = 0;
};

/// The slots of a list for so many negatives of each anchor: of a batch, no more than it has samples. Refuses more
/// negatives than there are samples of other classes, for any class.
index_t slots_for(const recipe_world& world, index_t negatives, negative_pool from);

/// Uniformly among the samples of other classes.
class uniform_choice final : public negative_choice {
 public:
  /// Refuses more negatives than there are samples of other classes, for any class.
  uniform_choice(const recipe_world& world, index_t negatives, negative_pool from = negative_pool::bank);
  bool looks() const override { return false; }
  lent<mixcon::negative_list> choose(const recipe_step& step) const override;

 private:
  index_t negatives_;
  negative_pool from_;
  const data_set* train_;
};

/// Options of negatives from the classes nearest to the anchor's.
struct near_class_options {
  std::string similarity = "prototypes";  ///< of classes
  index_t classes_near = 0, classes_near_first = 0;
  std::string draw = "uniform";
  double draw_temperature = 0.1;
  bool correct = false;
  void declare(option_list& to);
};

/// A class among the nearest k, then one of its samples; of a batch those of near classes first, then others;
/// `mixcon::class_conditioned`. The similarity of classes, (C, C), is state, "similarity".
class class_choice final : public negative_choice {
 public:
  /// Refuses k beyond C - 1, and more negatives than `uniform_choice` takes.
  class_choice(const recipe_world& world, index_t negatives, const near_class_options& chosen,
               negative_pool from = negative_pool::bank);
  void look_at(const encoded& all) override;
  lent<mixcon::negative_list> choose(const recipe_step& step) const override;

 private:
  index_t nearest_at(const recipe_step& step) const;

  index_t negatives_;
  negative_pool from_;
  near_class_options chosen_;
  const data_set* train_;
  std::uint64_t seed_;
  index_t classes_;
  tensor similarity_;
  mutable numbers_kept read_{};
};

/// Options of negatives from the samples nearest to the anchor.
struct near_sample_options {
  index_t list = 0;
  std::string draw = "uniform";
  double draw_temperature = 0.1;
  void declare(option_list& to);
};

/// Some of the samples of other classes that lie nearest by the cosine of features; `mixcon::top_k` once a look, then
/// `mixcon::sample_conditioned`. Lists and cosines, (M, k) each, are state, "list" and "cosine"; for negatives of the
/// batch, which are searched step by step, the features (M, F), "features".
class sample_choice final : public negative_choice {
 public:
  /// Refuses a list that is shorter than the negatives or longer than there are samples of other classes.
  sample_choice(const recipe_world& world, index_t negatives, const near_sample_options& chosen,
                negative_pool from = negative_pool::bank, index_t width = 0);
  void look_at(const encoded& all) override;
  lent<mixcon::negative_list> choose(const recipe_step& step) const override;

 private:
  lent<mixcon::ranked_list<double>> lists_of(const recipe_step& step) const;

  index_t negatives_;
  negative_pool from_;
  near_sample_options chosen_;
  const data_set* train_;
  tensor list_{}, cosine_{}, features_{};
  mutable numbers_kept keys_read_{}, cosines_read_{}, features_read_{};
};

/// The cosines of class prototypes, the mean directions of features (M, F) of each class: (C, C).
std::vector<double> similarity_by_prototypes(const features& rows, index_t classes);
/// Row c: the mean probabilities, the softmax of scores (M, C), of the samples of class c.
std::vector<double> similarity_by_confusion(const features& scores, index_t classes);
/// A control: symmetric, uniform in [0, 1), by seed.
std::vector<double> random_similarity(index_t classes, std::uint64_t seed);

}  // namespace recipes
}  // namespace mixcon_train
