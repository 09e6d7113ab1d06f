// SPDX-License-Identifier: BSD-3-Clause
#include "run/training_run.hpp"

#include "files/file_error.hpp"
#include "run/machine.hpp"
#include "run/stored_state.hpp"

#include <mixcon/core/require.hpp>

#include <dnnl.h>

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace run {

namespace {

std::unique_ptr<onednn_device> device_of(const settings& chosen) {
  return std::make_unique<onednn_device>(chosen.precision == "bf16" ? precision::bf16 : precision::fp32,
                                         chosen.threads);
}

augmentation augmentation_of(const settings& chosen) {
  augmentation made{.shift = chosen.shift, .flip = chosen.flip};
  made.erase.probability = chosen.erase;
  return made;
}

schedule schedule_of(const settings& chosen, index_t batches_per_epoch) {
  const index_t images_per_step = encoded_images_of(chosen) * chosen.batch;
  const index_t steps = chosen.steps > 0    ? chosen.steps
                        : chosen.epochs > 0 ? chosen.epochs * batches_per_epoch
                                            : std::max<index_t>(1, chosen.images / images_per_step);
  schedule made{.peak = chosen.learning_rate, .steps = steps};
  made.warm_up = static_cast<index_t>(std::llround(chosen.warm_up * static_cast<double>(steps)));
  made.form = chosen.schedule == "steps" ? schedule::shape::steps : schedule::shape::cosine;
  return made;
}

/// The names under which a checkpoint holds what is more than the model itself.
std::string velocity_name(const std::string& parameter) { return "momentum." + parameter; }
std::string mean_name(const std::string& parameter) { return "average." + parameter; }

tensor_file file_of(const checkpoint& from) { return {.tensors = from.tensors}; }

void restore(network& net, device& on, const tensor_file& file, const std::string& path,
             std::string (*name_in_file)(const std::string&)) {
  for (const parameter& p : net.parameters())
    p.value.set(restored(file, name_in_file(p.name), p.value.extents(), on, path));
  for (const state_tensor& s : net.state())
    *s.value = restored(file, name_in_file(s.name), s.value->extents(), on, path);
}

std::string same_name(const std::string& name) { return name; }

}  // namespace

settings resolved(settings chosen) {
  if (chosen.precision == "auto") {
    const dnnl_cpu_isa_t has = dnnl_get_effective_cpu_isa();
    chosen.precision = (has & dnnl_cpu_isa_avx512_core_amx) == dnnl_cpu_isa_avx512_core_amx ? "bf16" : "fp32";
  }
  if (chosen.threads == 0) chosen.threads = available_threads();
  return chosen;
}

training_run::training_run(const settings& chosen, const data_set& train)
    : chosen_(chosen),
      data_(train),
      data_hash_(content_hash(train)),
      statistics_(channel_statistics_of(train)),
      device_(device_of(chosen)),
      net_(std::make_unique<network>(*device_, chosen, train.shape.channels, train.classes())),
      optimiser_(std::make_unique<sgd>(net_->parameters(), chosen.momentum, chosen.weight_decay)) {
  if (chosen.average > 0) average_ = std::make_unique<weight_average>(*net_);
  start_loader({});
  schedule_ = schedule_of(chosen_, loader_->batches_per_epoch());
}

training_run::training_run(const checkpoint& from, const data_set& train, const std::string& path)
    : training_run(from.chosen, train) {
  if (from.data_hash != data_hash_)
    refuse_file(path, ": it was trained on other images than ", train.name, ". Go on with the data set ",
                from.chosen.data, " that it began with.");
  const tensor_file file = file_of(from);
  restore(*net_, *device_, file, path, same_name);
  std::vector<tensor> velocities;
  for (const parameter& p : net_->parameters())
    velocities.push_back(restored(file, velocity_name(p.name), p.value.extents(), *device_, path));
  optimiser_->set_velocities(std::move(velocities));
  if (average_)
    for (std::size_t k = 0; k < average_->means().size(); ++k) {
      const auto& [name, mean] = average_->means()[k];
      average_->set_mean(k, restored(file, mean_name(name), mean.extents(), *device_, path));
    }
  identity_ = from.run;
  done_ = from.step;
  start_loader(from.position);
}

void training_run::start_loader(const loader_position& start) {
  loader_ = std::make_unique<loader>(
      data_, augmentation_of(chosen_), statistics_,
      loader_options{.batch = chosen_.batch,
                     .views = views_of(chosen_),
                     .seed = chosen_.seed,
                     .at_least_two_classes = chosen_.recipe == "unicon" || chosen_.recipe == "unicon-negatives",
                     .start = start});
}

/// The end of the run counts as that of an epoch, unless the last one has only just ended.
bool training_run::ends_an_epoch(const loader_position& of_batch) const {
  const index_t batches = of_batch.batch + 1, whole = loader_->batches_per_epoch();
  return batches == whole || (done_ + 1 == steps() && (of_batch.epoch == 0 || 10 * batches >= whole));
}

step_report training_run::step() {
  const batch& next = loader_->next();
  const bool ends_epoch = ends_an_epoch(next.position);
  mixcon::image_shape of_view = data_.shape;
  of_view.samples = chosen_.batch;
  const recipe_loss made = loss_of(*net_, *device_, chosen_, {next, of_view, done_, ends_epoch});
  backward(made.loss);

  step_report report{.loss = made.loss.number(), .rate = schedule_.at(done_), .chance = made.chance};
  MIXCON_REQUIRE(std::isfinite(report.loss), "train: the loss of step ", done_, " is ", report.loss,
                 "; training has diverged. A smaller --lr or a larger --temperature may help.");
  optimiser_->step(report.rate);
  ++done_;
  if (average_) average_->update(chosen_.average, done_ - 1);
  report.epoch = static_cast<double>(next.position.epoch) +
                 static_cast<double>(next.position.batch + 1) / static_cast<double>(loader_->batches_per_epoch());
  if (ends_epoch) {
    const shape& extents = made.embeddings.extents();
    std::vector<float> rows(static_cast<std::size_t>(extents.size()));
    copy_numbers(made.embeddings.value(), rows.data());
    report.end = step_report::epoch_end{health_of(rows, extents[1], made.views), made.anchors, made.anchors_used};
  }
  return report;
}

checkpoint training_run::state() const {
  checkpoint now{
      .chosen = chosen_, .data_hash = data_hash_, .step = done_, .position = loader_->position(), .run = identity_};
  for (const parameter& p : net_->parameters()) now.tensors.push_back(stored(p.name, p.value.value()));
  for (const state_tensor& s : net_->state()) now.tensors.push_back(stored(s.name, *s.value));
  const std::vector<parameter>& trained = optimiser_->parameters();
  for (std::size_t k = 0; k < trained.size(); ++k)
    now.tensors.push_back(stored(velocity_name(trained[k].name), optimiser_->velocities()[k]));
  if (average_)
    for (const auto& [name, mean] : average_->means()) now.tensors.push_back(stored(mean_name(name), mean));
  return now;
}

loaded_network untrained_network(const settings& chosen, const data_set& data) {
  loaded_network made{chosen, device_of(chosen), nullptr};
  made.net = std::make_unique<network>(*made.device, chosen, data.shape.channels, data.classes());
  made.net->set_training(false);
  return made;
}

loaded_network load_network(const checkpoint& from, const data_set& data, const std::string& path) {
  loaded_network made = untrained_network(from.chosen, data);
  restore(*made.net, *made.device, file_of(from), path, from.chosen.average > 0 ? mean_name : same_name);
  return made;
}

}  // namespace run
}  // namespace mixcon_train
