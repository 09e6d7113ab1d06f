// SPDX-License-Identifier: BSD-3-Clause
#include "run/training_run.hpp"

#include "devices/cuda/new_cuda_device.hpp"
#include "devices/onednn_device.hpp"
#include "evaluation/gradient_norm.hpp"
#include "files/checksum.hpp"
#include "files/file_error.hpp"
#include "ranks/together.hpp"
#include "recipes/all_recipes.hpp"
#include "run/groups_and_ranks.hpp"
#include "run/machine.hpp"
#include "run/open_run.hpp"
#include "run/over_ranks.hpp"
#include "run/stored_state.hpp"

#include <mixcon/core/require.hpp>

#include <dnnl.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace mixcon_train {
inline namespace run {

namespace {

std::unique_ptr<device> device_of(const settings& chosen) {
  if (chosen.run.device == "cuda") return new_cuda_device();
  return std::make_unique<onednn_device>(chosen.run.precision == "bf16" ? precision::bf16 : precision::fp32,
                                         static_cast<int>(chosen.run.threads));
}

settings on_the_cpu(settings chosen) {
  if (chosen.run.device == "cpu") return chosen;
  chosen.run.device = "cpu";
  return resolved(chosen);
}

index_t steps_of(const training_options& chosen, index_t images_per_step, index_t batches_per_epoch) {
  if (chosen.steps > 0) return chosen.steps;
  if (chosen.epochs > 0) return chosen.epochs * batches_per_epoch;
  return std::max<index_t>(1, chosen.images / images_per_step);
}

/// The names under which a checkpoint holds what is more than the recipe itself.
std::string optimiser_name(const std::string& part, const std::string& state) {
  return "optimiser." + part + "." + state;
}

tensor_file file_of(const checkpoint& from) { return {.tensors = from.tensors}; }

/// Refuses other runs, where a recipe uses any, than those that it was trained with.
void require_same_runs(const recipe& made, const std::vector<std::string>& before, const std::string& path) {
  const std::vector<used_run>& now = made.used_runs();
  if (now.size() != before.size())
    refuse_file(path, ": it was trained with ", before.size(), " other runs, not ", now.size(),
                ". Was it written by another version?");
  for (std::size_t k = 0; k < now.size(); ++k)
    if (now[k].identity != before[k])
      refuse_file(path, ": it was trained with the run ", before[k], ", but ", now[k].folder, " is now ",
                  now[k].identity, ". Name that run by ", now[k].flag, ".");
}

std::vector<parameter> wanted_of(const module& part) {
  std::vector<parameter> wanted;
  for (const parameter& p : part.parameters())
    if (p.value.wants_gradient()) wanted.push_back(p);
  return wanted;
}

/// How the learning rate of a part runs.
schedule_options schedule_of(schedule_options chosen, const trained_part& part) {
  if (!part.schedule.empty()) chosen.form = part.schedule;
  if (part.floor) chosen.floor = *part.floor * chosen.learning_rate;
  return chosen;
}

/// Says how a device's samples lie for the time of a step: what is computed between steps is of this process alone.
class split_for_step {
 public:
  split_for_step(device& on, const step_split& split) : on_(on) { on_.set_split(split); }
  ~split_for_step() { on_.set_split({}); }
  split_for_step(const split_for_step&) = delete;
  split_for_step& operator=(const split_for_step&) = delete;

 private:
  device& on_;
};

batch_share share_of(const rank_group* ranks) {
  return ranks == nullptr ? batch_share() : batch_share{ranks->rank(), ranks->size()};
}

}  // namespace

settings resolved(settings chosen) {
  if (chosen.run.device == "cuda") return chosen;
  if (chosen.run.precision == "auto") {
    const dnnl_cpu_isa_t has = dnnl_get_effective_cpu_isa();
    chosen.run.precision = (has & dnnl_cpu_isa_avx512_core_amx) == dnnl_cpu_isa_avx512_core_amx ? "bf16" : "fp32";
  }
  MIXCON_REQUIRE(chosen.run.precision != "bf16" || onednn_device::has(precision::bf16),
                 "--precision: bf16 on a processor without AVX-512; expected fp32 or auto.");
  if (chosen.run.threads == 0) chosen.run.threads = available_threads();
  return chosen;
}

training_run::training_run(const settings& chosen, const data_set& train, const rank_group* ranks)
    : chosen_(chosen),
      data_(train),
      data_hash_(content_hash(train)),
      statistics_(channel_statistics_of(train)),
      views_(new_views(train, statistics_, chosen.views)),
      device_(device_of(chosen)),
      chooser_(device_->threads()),
      facts_(facts_of(train)),
      recipe_(new_recipe(chosen, *device_, facts_, &train)),
      ranks_(ranks) {
  require_groups(chosen);
  if (ranks_ != nullptr) {
    require_trainable_over(*ranks_, chosen);
    losses_ = std::make_unique<rank_losses>(*ranks_);
  }
  if (chosen.training.average > 0) average_ = std::make_unique<weight_average>(*recipe_);
  start_loader({});
  steps_ = steps_of(chosen_.training, images_per_step(), loader_->batches_per_epoch());
  for (const trained_part& each : recipe_->trained())
    parts_.push_back({each.name, schedule_of(chosen_.training.schedule, each).over(steps_, each.rate),
                      new_optimiser(each.optimiser.value_or(chosen_.training.optimiser), wanted_of(*each.part))});
}

training_run::training_run(const checkpoint& from, const data_set& train, const std::string& path,
                           const rank_group* ranks)
    : training_run(from.chosen, train, ranks) {
  if (from.data_hash != data_hash_)
    refuse_file(path, ": it was trained on other ", to_string(train.kind), "s than those of ", train.name,
                " now. Where are these? Name their folder with --data-dir.");
  const tensor_file file = file_of(from);
  require_same_runs(*recipe_, from.used_runs, path);
  restore(*recipe_, *device_, from, path, false);
  restore_optimisers(file, path);
  identity_ = from.run, parent_ = from.parent;
  done_ = from.step;
  start_loader(from.position);
}

void training_run::restore_optimisers(const tensor_file& file, const std::string& path) {
  for (const optimised_part& each : parts_) {
    for (const state_tensor& s : each.by->state())
      *s.value = restored(file, optimiser_name(each.name, s.name), s.value->extents(), *device_, path);
    for (const state_count& c : each.by->counts())
      *c.value = restored_count(file, optimiser_name(each.name, c.name), path);
  }
  if (!average_) return;
  for (std::size_t k = 0; k < average_->means().size(); ++k) {
    const auto& [name, mean] = average_->means()[k];
    average_->set_mean(k, restored(file, mean_name(name), mean.extents(), *device_, path));
  }
}

index_t training_run::begin_from(const checkpoint& parent, const std::string& path) {
  const tensor_file file = file_of(parent);
  const bool averaged = parent.chosen.training.average > 0;  // as it was evaluated
  index_t taken = 0, weights = 0;
  const auto take = [&](const std::string& name, const shape& extents, auto&& set) {
    const std::string kept = averaged ? mean_name(name) : name;
    if (!fits(file, kept, extents, *device_)) return;
    set(restored(file, kept, extents, *device_, path)), ++taken;
  };
  for (const parameter& p : recipe_->parameters())
    take(p.name, p.value.extents(), [&](const tensor& value) { p.value.set(value), weights += p.decays ? 1 : 0; });
  for (const state_tensor& s : recipe_->state())
    take(s.name, s.value->extents(), [&](const tensor& value) { *s.value = value; });
  if (weights == 0)
    refuse_file(path, ": none of its weights has the name and shape of a weight of the recipe ", chosen_.recipe,
                " with ", chosen_.architecture, ". Choose its --recipe, --arch and --width.");
  recipe_->begin_from_taken();
  if (chosen_.training.average > 0) average_ = std::make_unique<weight_average>(*recipe_);
  parent_ = parent.run;
  return taken;
}

void training_run::start_loader(const loader_position& start) {
  const recipe_wish wish = recipe_->wants();
  loader_ = std::make_unique<loader>(*views_, loader_options{.batch = chosen_.training.batch,
                                                             .views = wish.views,
                                                             .seed = chosen_.run.seed,
                                                             .at_least_two_classes = wish.at_least_two_classes,
                                                             .share = share_of(ranks_),
                                                             .start = start});
}

/// The end of the run counts as that of an epoch, unless the last one has only just ended.
bool training_run::ends_an_epoch(const loader_position& of_batch) const {
  const index_t batches = of_batch.batch + 1, whole = loader_->batches_per_epoch();
  return batches == whole || (done_ + 1 == steps() && (of_batch.epoch == 0 || 10 * batches >= whole));
}

step_report training_run::step() {
  const auto start = std::chrono::steady_clock::now();
  device_->set_threads(chooser_.threads());
  step_report report = timed_step();
  chooser_.step(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  report.fell_by = chooser_.fell_by();
  return report;
}

const batch& training_run::next_batch() {
  const batch& next = loader_->next();
  if (ranks_ == nullptr || !recipe_->wants().mixes) return next;
  whole_ = next;
  gather_images(*ranks_, whole_);
  return whole_;
}

step_report training_run::timed_step() {
  const batch& next = next_batch();
  const bool ends_epoch = ends_an_epoch(next.position);
  mixcon::image_shape of_view = data_.shape;
  of_view.samples = chosen_.training.batch;
  const recipe_step of_recipe{.from = next,
                              .shape = of_view,
                              .draws = {.seed = chosen_.run.seed, .step = static_cast<std::uint64_t>(done_)},
                              .step = done_,
                              .steps = steps(),
                              .share = share_of(ranks_)};
  if (next.position.batch == 0) together(ranks_, [&] { recipe_->begin_epoch(of_recipe); });
  const index_t ranks = size_of(ranks_), groups = chosen_.training.norm_groups;
  const split_for_step split(*device_, {.samples = chosen_.training.batch / ranks,
                                        .groups = groups == 1 ? 1 : groups / ranks,
                                        .ranks = ranks_,
                                        .shares_statistics = groups == 1,
                                        .losses = losses_.get()});
  const bool follows_groups = ranks_ != nullptr && groups > 1;  // running statistics are of this rank's groups
  const state_values before = follows_groups ? state_values(recipe_->state()) : state_values();
  const recipe_loss made = recipe_->loss(of_recipe);
  backward(made.loss);
  if (ranks_ != nullptr) add_up_gradients(*ranks_, recipe_->parameters());
  if (follows_groups) average_over(*ranks_, before.changed_in(recipe_->state()));

  step_report report{.loss = made.loss.number(), .rate = parts_.front().rate.at(done_), .chance = made.chance};
  together_alike(ranks_, [&] {  // it is that of all ranks
    MIXCON_REQUIRE(std::isfinite(report.loss), "train: the loss of step ", done_, " is ", report.loss,
                   "; training has diverged. A smaller --lr or a larger --temperature may help.");
  });
  const double gradient = ends_epoch ? gradient_norm(recipe_->parameters()) : 0;
  const std::vector<health_number> more = ends_epoch ? recipe_->health(of_recipe) : std::vector<health_number>();
  for (const optimised_part& each : parts_) each.by->step(each.rate.at(done_));
  recipe_->after_step(done_, steps());
  ++done_;
  if (average_) average_->update(chosen_.training.average, done_ - 1);
  report.epoch = static_cast<double>(next.position.epoch) +
                 static_cast<double>(next.position.batch + 1) / static_cast<double>(loader_->batches_per_epoch());
  if (ends_epoch) report.end = epoch_end_of(made, gradient, more);
  return report;
}

step_report::epoch_end training_run::epoch_end_of(const recipe_loss& made, double gradient,
                                                  const std::vector<health_number>& more) const {
  const shape& extents = made.embeddings.extents();
  std::vector<float> rows(static_cast<std::size_t>(extents.size()));
  copy_numbers(made.embeddings.value(), rows.data());
  if (ranks_ != nullptr) rows = rows_of_batch(*ranks_, rows, extents[1], made.views);
  return {health_of(rows, extents[1], made.views), gradient, made.anchors, made.anchors_used, more};
}

checkpoint training_run::state() const {
  checkpoint now{.chosen = chosen_,
                 .data_hash = data_hash_,
                 .data = facts_,
                 .step = done_,
                 .position = loader_->position(),
                 .run = identity_,
                 .parent = parent_};
  for (const used_run& each : recipe_->used_runs()) now.used_runs.push_back(each.identity);
  for (const parameter& p : recipe_->parameters()) now.tensors.push_back(stored(p.name, p.value.value()));
  for (const state_tensor& s : recipe_->state()) now.tensors.push_back(stored(s.name, *s.value));
  for (const state_count& c : recipe_->counts()) now.tensors.push_back(stored_count(c.name, *c.value));
  for (const optimised_part& each : parts_) {
    for (const state_tensor& s : each.by->state())
      now.tensors.push_back(stored(optimiser_name(each.name, s.name), *s.value));
    for (const state_count& c : each.by->counts())
      now.tensors.push_back(stored_count(optimiser_name(each.name, c.name), *c.value));
  }
  if (average_)
    for (const auto& [name, mean] : average_->means()) now.tensors.push_back(stored(mean_name(name), mean));
  return now;
}

std::string training_run::sum_of_all() const {
  settings same = chosen_;
  same.run.out.clear(), same.data.folder.clear(), same.run.threads = 1;
  return std::to_string(checksum(to_json(same))) + "-" + std::to_string(data_hash_) + "-" + std::to_string(done_);
}

loaded_run untrained_run(const settings& chosen, const data_set& data) {
  return untrained_run(chosen, facts_of(data), nullptr);
}

loaded_run untrained_run(const settings& chosen, const data_facts& data, const data_set* train) {
  loaded_run loaded{on_the_cpu(chosen), nullptr, nullptr};
  loaded.device = device_of(loaded.chosen);
  loaded.made = new_recipe(chosen, *loaded.device, data, train);
  loaded.made->set_training(false);
  return loaded;
}

loaded_run load_run(const checkpoint& from, const data_set& data, const std::string& path) {
  loaded_run loaded = untrained_run(from.chosen, data);
  restore(*loaded.made, *loaded.device, from, path, from.chosen.training.average > 0);
  return loaded;
}

}  // namespace run
}  // namespace mixcon_train
