// SPDX-License-Identifier: BSD-3-Clause
// What a recipe is: a tree of networks and what belongs to them, which makes a loss of a batch.
#pragma once

#include "data/loader.hpp"
#include "nn/encoder.hpp"
#include "optimisers/optimiser_options.hpp"
#include "recipes/learned_policy.hpp"
#include "recipes/network.hpp"
#include "recipes/policies.hpp"

#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// What a recipe knows of the samples that it will learn from.
struct data_facts {
  sample_kind kind = sample_kind::image;
  image_shape shape{};  ///< of all training samples: (N, C, H, W)
  index_t classes = 0;
  std::vector<index_t> class_counts{};     ///< (classes): how many training samples each has
  std::vector<std::string> class_names{};  ///< (classes)
  channel_statistics statistics{};         ///< by which samples are normalised
  friend bool operator==(const data_facts&, const data_facts&) = default;
};
data_facts facts_of(const data_set& train);

struct frozen_run;

/// What a recipe is made from.
struct recipe_world {
  device& on;
  data_facts data{};       ///< what it learns from
  std::uint64_t seed = 0;  ///< of weights, and of all that a step draws
  /// A new encoder of the chosen architecture; equal seeds give equal weights.
  std::function<std::unique_ptr<encoder>(std::uint64_t seed)> new_encoder{};
  index_t batch = 0;  ///< samples in a step of the run; 0: not known
  /// The training samples, which outlive the recipe; null where it is made for evaluation alone.
  const data_set* train = nullptr;
  /// Opens the run of a folder or checkpoint, see `run`. Empty where the recipe is made for evaluation alone: a student
  /// is judged without its teacher.
  std::function<frozen_run(const std::string& flag, const std::string& folder)> open_run{};

  /// Whether the recipe is going to train: only then has it samples, and other runs.
  bool trains() const { return train != nullptr && open_run; }
  /// The networks of another run as constants (recipes/frozen_run.hpp). `flag` names it in refusals: "--teacher".
  /// Refuses a damaged run (file_error), and one that learnt from another kind, size or number of classes.
  frozen_run run(const std::string& flag, const std::string& folder) const;
};

/// What a recipe wants for a step.
struct recipe_wish {
  index_t views = 1;                  ///< of each sample
  index_t encoded = 1;                ///< samples that go forward and backward, for each one of the batch
  bool at_least_two_classes = false;  ///< in every batch
  bool mixes = false;                 ///< it looks at the images of all samples of a batch, also on one of many ranks
};

/// A batch, and what else a recipe needs to know of the run.
struct recipe_step {
  const batch& from;
  mixcon::image_shape shape{};   ///< of one view of the batch: (N, C, H, W)
  mixcon::philox_draws draws{};  ///< keyed with seed and step
  index_t step = 0, steps = 0;   ///< this one, counted from 0, and all of them
  /// What this rank encodes: the networks see its samples alone. Labels, draws and plans are of the whole batch; images
  /// too, where the recipe says that it mixes them.
  batch_share share{};

  index_t own_samples() const { return share.samples(shape.samples); }
  mixcon::vector_view<const int> own_labels() const {
    return {from.labels.data() + share.first(shape.samples), {own_samples()}};
  }
};

/// What a recipe made of a batch.
struct recipe_loss {
  variable loss{};
  variable embeddings{};     ///< (V * N, D) of this rank's views that are no mixtures, view by view
  index_t views = 1;         ///< V
  double chance = 0;         ///< the loss of embeddings or scores that know nothing
  index_t anchors = 0;       ///< rows that the loss is a mean over, of all ranks
  index_t anchors_used = 0;  ///< those among them that had a positive
};

/// A part of a recipe that is trained by an optimiser of its own.
struct trained_part {
  std::string name{};
  const module* part = nullptr;
  double rate = 1;                               ///< its learning rate as a multiple of the run's
  std::optional<optimiser_options> optimiser{};  ///< the run's, unless another one is asked for
  std::string schedule{};                        ///< the form of its learning rate; empty: the run's
  std::optional<double> floor{};                 ///< below which that does not fall, as a share of its peak
};

/// What a report shows of how a recipe mixes: a policy of the table, and its options; or one that was learned.
struct shown_mix {
  std::string policy{};
  policy_options options{};
  learned_policy* learned = nullptr;  ///< instead; it lives as long as the recipe
};

/// A number of a recipe's own for the line and the record of an epoch.
struct health_number {
  std::string name{};  ///< "mask_minus_lambda", as in the record; the line has spaces
  double value = 0;
};

/// A run whose networks a recipe uses as constants. They are not in its checkpoint, but this is, so that a run which
/// goes on notices other ones.
struct used_run {
  std::string flag{};      ///< of the option that names it: "--teacher"
  std::string folder{};    ///< as it was given
  std::string identity{};  ///< run, step and a hash of its weights
};

/// A recipe. What it registers, as parts, state or counts, is in the checkpoint: networks, momentum copies, queues,
/// banks, tables. Nothing outside of its file knows its name but the list in all_recipes.cpp.
class recipe : public module {
 public:
  virtual recipe_wish wants() const { return {}; }
  /// An epoch begins, with this first step: time to look at all training samples. It computes as one process does, also
  /// on each of several ranks, and `loss` is asked for afterwards.
  virtual void begin_epoch(const recipe_step& /*step*/) {}
  virtual recipe_loss loss(const recipe_step& step) = 0;
  /// After the optimisers' step `step` of `steps`: momentum copies, queues, banks.
  virtual void after_step(index_t /*step*/, index_t /*steps*/) {}
  /// After the weights of another run were taken, at the beginning: momentum copies begin from these too.
  virtual void begin_from_taken() {}
  /// What the last step of an epoch shows beyond its loss, asked for after `loss` and before the optimisers' step. It
  /// may compute with the networks, and must leave everything that is registered as it is.
  virtual std::vector<health_number> health(const recipe_step& /*step*/) { return {}; }
  virtual std::vector<trained_part> trained() const { return {{"network", this}}; }
  /// What is evaluated, embedded, asked for neighbours.
  virtual network& judged() = 0;
  virtual std::optional<shown_mix> shown() const { return {}; }
  /// The policy that it learns to mix by, for other recipes; null: none.
  virtual learned_policy* policy() { return nullptr; }

  /// The runs that it was made with; whoever makes a recipe says so.
  const std::vector<used_run>& used_runs() const { return used_runs_; }
  void set_used_runs(std::vector<used_run> runs) { used_runs_ = std::move(runs); }

 private:
  std::vector<used_run> used_runs_{};
};

}  // namespace recipes
}  // namespace mixcon_train
