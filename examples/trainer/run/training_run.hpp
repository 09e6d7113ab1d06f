// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/loader.hpp"
#include "data/views/views.hpp"
#include "devices/device.hpp"
#include "devices/ranks/rank_losses.hpp"
#include "evaluation/health.hpp"
#include "optimisers/optimiser_options.hpp"
#include "optimisers/schedule.hpp"
#include "recipes/recipe.hpp"
#include "run/checkpoint.hpp"
#include "run/settings.hpp"
#include "run/thread_chooser.hpp"
#include "run/weight_average.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// Settings with everything decided that depends on the machine: precision `auto`, the number of threads.
settings resolved(settings chosen);

/// What a step did.
struct step_report {
  double loss = 0, rate = 0;
  double chance = 0;   ///< the loss of embeddings that know nothing
  double epoch = 0;    ///< epochs that are done, with the part of the present one
  double fell_by = 0;  ///< how many times slower than the run's best, once, when it is 5 or more
  /// Of the embeddings of the batch, at the end of an epoch and of the run.
  struct epoch_end {
    health measured{};
    double gradient = 0;  ///< length of the gradient by all parameters
    index_t anchors = 0, anchors_used = 0;
    std::vector<health_number> more{};  ///< of the recipe's own
  };
  std::optional<epoch_end> end{};
};

/// A recipe in training. Its numbers depend on settings and data alone, not on when it was stopped and resumed; on how
/// many ranks train it, by rounding. The data outlives it.
class training_run {
 public:
  /// Begins. Settings must be resolved. Refuses data that the settings do not fit (std::invalid_argument). One of
  /// several `ranks`, which outlive it, computes an equal part of each batch; all make it and step at the same time,
  /// with the same settings and data. Refuses what they cannot train together.
  training_run(const settings& chosen, const data_set& train, const rank_group* ranks = nullptr);
  /// Goes on from a checkpoint, which `path` names, of any number of ranks. Refuses other data or another model
  /// (file_error).
  training_run(const checkpoint& from, const data_set& train, const std::string& path,
               const rank_group* ranks = nullptr);

  /// Takes what another run's checkpoint, named by `path`, holds under names and shapes that this one's recipe has too:
  /// how many tensors. Optimisers begin anew. Refuses one that has nothing in common (file_error).
  index_t begin_from(const checkpoint& parent, const std::string& path);

  /// Whether there are steps left; and one step.
  bool is_done() const { return done_ >= steps(); }
  step_report step();
  /// Those of the next step: as many as are fastest now, and at most what the settings say.
  int threads() const { return chooser_.threads(); }

  /// What it takes to go on from here.
  checkpoint state() const;

  /// Names a run that begins, and where its files lie. Nothing that it computes depends on either.
  void name(const std::string& identity, const std::string& folder) { identity_ = identity, chosen_.run.out = folder; }
  const std::string& identity() const { return identity_; }
  /// Of the run whose tensors this one began with; empty: it began anew.
  const std::string& parent() const { return parent_; }

  /// Of settings, data and steps that are done: equal on ranks that train together.
  std::string sum_of_all() const;

  const settings& chosen() const { return chosen_; }
  index_t steps() const { return steps_; }
  index_t done() const { return done_; }
  index_t images_per_step() const { return recipe_->wants().encoded * chosen_.training.batch; }
  loader_waits waits() const { return loader_->waits(); }
  device& on() { return *device_; }
  const recipe& trained() const { return *recipe_; }
  /// Calls f with the network as it is evaluated: with averaged weights where the settings ask for them.
  template <class F>
  void with_evaluated_network(const F& f) {
    if (average_) average_->swap();
    recipe_->set_training(false);
    f(recipe_->judged());
    recipe_->set_training(true);
    if (average_) average_->swap();
  }

 private:
  step_report timed_step();
  const batch& next_batch();
  step_report::epoch_end epoch_end_of(const recipe_loss& made, double gradient,
                                      const std::vector<health_number>& more) const;
  void start_loader(const loader_position& start);
  void restore_optimisers(const tensor_file& file, const std::string& path);
  bool ends_an_epoch(const loader_position& of_batch) const;

  settings chosen_;
  std::string identity_{}, parent_{};
  const data_set& data_;
  std::uint64_t data_hash_;
  channel_statistics statistics_;
  std::unique_ptr<view_maker> views_;
  std::unique_ptr<device> device_;
  thread_chooser chooser_;
  data_facts facts_;
  std::unique_ptr<recipe> recipe_;
  struct optimised_part {
    std::string name{};
    schedule rate{};
    std::unique_ptr<optimiser> by{};
  };
  std::vector<optimised_part> parts_{};
  std::unique_ptr<weight_average> average_{};
  std::unique_ptr<loader> loader_{};
  index_t steps_ = 0;
  index_t done_ = 0;
  const rank_group* ranks_ = nullptr;  // null: this process alone
  std::unique_ptr<rank_losses> losses_{};
  batch whole_{};  // a batch with the images of all ranks
};

/// A recipe that has the weights of a checkpoint, averaged ones where it holds them, for evaluation: on the CPU,
/// wherever it was trained.
struct loaded_run {
  settings chosen{};
  std::unique_ptr<mixcon_train::device> device{};
  std::unique_ptr<recipe> made{};

  network& judged() const { return made->judged(); }
};
loaded_run load_run(const checkpoint& from, const data_set& data, const std::string& path);
/// The same with the weights that it began with. With `train`, as a run that is going to train makes it: where it uses
/// other runs, they are opened, and refused.
loaded_run untrained_run(const settings& chosen, const data_set& data);
loaded_run untrained_run(const settings& chosen, const data_facts& data, const data_set* train);

}  // namespace run
}  // namespace mixcon_train
