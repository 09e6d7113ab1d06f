// SPDX-License-Identifier: BSD-3-Clause
#include "data/loader.hpp"

#include "data/epoch_order.hpp"
#include "data/views/image_views.hpp"

#include <mixcon/core/require.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace mixcon_train {
inline namespace data {

// Batches are numbered from 0 on, from where the loader starts. Batch k is prepared in place k modulo the size of the
// ring, once the batch that was there before was given back.
class loader::workshop {
 public:
  workshop(const view_maker& views, const loader_options& options, std::unique_ptr<const view_maker> own);
  ~workshop() { stop(); }

  const batch& next();
  loader_position position() const { return given_; }
  index_t batches_per_epoch() const { return data_.samples() / options_.batch; }
  loader_waits waits() const { return waits_; }

 private:
  void stop();
  void work(view_room& room);
  bool take_ticket(index_t& number);  // false: the loader is going down
  void choose_samples(batch& into);
  void fill(batch& into, view_room& room) const;
  loader_position after(loader_position at) const;
  std::size_t place_of(index_t number) const { return static_cast<std::size_t>(number) % ring_.size(); }

  const std::unique_ptr<const view_maker> own_;  // where nobody else keeps it
  const view_maker& views_;
  const data_set& data_;
  const loader_options options_;

  // of the thread that has the tickets
  std::mutex tickets_;
  index_t ticket_ = 0;
  loader_position planned_;
  std::vector<index_t> order_;  // of the epoch `ordered_`
  std::uint64_t ordered_ = 0;

  // of the caller
  loader_position given_;
  loader_waits waits_;

  // of everyone, under `state_`
  std::mutex state_;
  std::condition_variable came_back_, ready_;
  std::vector<batch> ring_;     // a batch is its preparer's, then the caller's
  std::vector<char> prepared_;  // by place
  index_t returned_ = 0;        // batches that the caller is done with
  bool stopping_ = false;
  std::exception_ptr error_;
  std::vector<std::thread> workers_;
};

loader::workshop::workshop(const view_maker& views, const loader_options& options,
                           std::unique_ptr<const view_maker> own)
    : own_(std::move(own)),
      views_(views),
      data_(views.data()),
      options_(options),
      planned_(options.start),
      given_(options.start) {
  const data_set& data = data_;
  MIXCON_REQUIRE(1 <= options.batch && options.batch <= data.samples(), "loader: batches of ", options.batch, " from ",
                 data.samples(), " samples; expected at least one sample a batch, and one whole batch an epoch.");
  MIXCON_REQUIRE(options.share.parts >= 1 && 0 <= options.share.part && options.share.part < options.share.parts &&
                     options.batch % options.share.parts == 0,
                 "loader: part ", options.share.part, " of ", options.share.parts, " of batches of ", options.batch,
                 "; expected equal parts, and one of them.");
  MIXCON_REQUIRE(options.views >= 1 && options.threads >= 1 && options.ahead >= 1, "loader: ", options.views,
                 " views, ", options.threads, " threads and ", options.ahead,
                 " batches ahead; expected at least one of each.");
  MIXCON_REQUIRE(!options.at_least_two_classes || every_batch_can_mix_classes(data.labels, options.batch),
                 "loader: batches of ", options.batch, " from ", data.name,
                 " cannot all hold two classes, which UniCon needs to mix each sample with one of another class. Take "
                 "larger batches, or data with more classes.");
  MIXCON_REQUIRE(0 <= options.start.batch && options.start.batch < batches_per_epoch(), "loader: start at batch ",
                 options.start.batch, " of an epoch of ", batches_per_epoch(),
                 ". Was the position saved with another batch size?");
  order_.resize(static_cast<std::size_t>(data.samples()));
  ring_.resize(static_cast<std::size_t>(options.ahead + 1));  // one is with the caller
  prepared_.resize(ring_.size(), 0);
  for (batch& each : ring_) {
    each.views = options.views, each.width = data.width();
    each.samples.resize(static_cast<std::size_t>(options.batch));
    each.labels.resize(each.samples.size());
    each.images.resize(each.samples.size() * static_cast<std::size_t>(options.views * data.width()));
  }
  try {
    for (int worker = 0; worker < options.threads; ++worker)
      workers_.emplace_back([this, room = views.new_room()]() mutable { work(room); });
  } catch (...) {  // the system has no more threads
    stop();
    throw;
  }
}

void loader::workshop::stop() {
  {
    const std::lock_guard lock(state_);
    stopping_ = true;
  }
  came_back_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

const batch& loader::workshop::next() {
  std::unique_lock lock(state_);
  const index_t number = waits_.batches++;
  if (number > 0) {
    prepared_[place_of(number - 1)] = 0;
    ++returned_;
    came_back_.notify_one();  // who waits for it holds the tickets, and is alone
  }
  const auto is_ready = [&] { return prepared_[place_of(number)] != 0 || error_ != nullptr; };
  if (!is_ready()) {
    const auto began = std::chrono::steady_clock::now();
    ready_.wait(lock, is_ready);
    ++waits_.waited;
    waits_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  }
  if (error_) std::rethrow_exception(error_);
  given_ = after(given_);
  return ring_[place_of(number)];
}

loader_position loader::workshop::after(loader_position at) const {
  if (++at.batch == batches_per_epoch()) at = {at.epoch + 1, 0};
  return at;
}

void loader::workshop::work(view_room& room) {
  std::exception_ptr error;
  try {
    for (index_t number = 0; take_ticket(number);) {
      fill(ring_[place_of(number)], room);
      const std::lock_guard lock(state_);
      prepared_[place_of(number)] = 1;
      ready_.notify_one();
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) return;
  // handed over whole: when the caller sees the exception this thread has let go of it, and the caller destroys it
  const std::lock_guard lock(state_);
  error_ = std::move(error);
  ready_.notify_one();
}

bool loader::workshop::take_ticket(index_t& number) {
  const std::lock_guard tickets(tickets_);
  number = ticket_;
  {
    std::unique_lock lock(state_);
    came_back_.wait(lock, [&] { return stopping_ || number < returned_ + std::ssize(ring_); });
    if (stopping_) return false;
  }
  ++ticket_;
  choose_samples(ring_[place_of(number)]);
  return true;
}

void loader::workshop::choose_samples(batch& into) {
  if (ticket_ == 1 || planned_.epoch != ordered_) {
    draw_epoch_order(options_.seed, planned_.epoch, order_);
    if (options_.at_least_two_classes) mix_classes(data_.labels, options_.batch, order_);
    ordered_ = planned_.epoch;
  }
  into.position = planned_;
  for (std::size_t i = 0; i < into.samples.size(); ++i) {
    into.samples[i] = order_[static_cast<std::size_t>(planned_.batch * options_.batch) + i];
    into.labels[i] = data_.label(into.samples[i]);
  }
  planned_ = after(planned_);
}

void loader::workshop::fill(batch& into, view_room& room) const {
  const index_t first = options_.share.first(options_.batch), end = first + options_.share.samples(options_.batch);
  for (index_t v = 0; v < into.views; ++v)
    for (index_t i = first; i < end; ++i)
      views_.view({.seed = options_.seed,
                   .epoch = into.position.epoch,
                   .sample = into.samples[static_cast<std::size_t>(i)],
                   .view = v},
                  into.images.data() + (v * options_.batch + i) * into.width, room);
}

loader::loader(const view_maker& views, const loader_options& options)
    : workshop_(std::make_unique<workshop>(views, options, nullptr)) {}
loader::loader(const data_set& data, const augmentation& settings, const channel_statistics& statistics,
               const loader_options& options) {
  auto own = std::make_unique<image_views>(data, statistics, settings);
  const view_maker& views = *own;
  workshop_ = std::make_unique<workshop>(views, options, std::move(own));
}
loader::~loader() = default;
const batch& loader::next() { return workshop_->next(); }
loader_position loader::position() const { return workshop_->position(); }
index_t loader::batches_per_epoch() const { return workshop_->batches_per_epoch(); }
loader_waits loader::waits() const { return workshop_->waits(); }

}  // namespace data
}  // namespace mixcon_train
