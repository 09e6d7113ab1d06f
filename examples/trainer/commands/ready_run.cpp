// SPDX-License-Identifier: BSD-3-Clause
#include "commands/ready_run.hpp"

#include "commands/enough_samples.hpp"
#include "commands/loaded_checkpoint.hpp"
#include "commands/named_data.hpp"
#include "commands/resumed_settings.hpp"
#include "data/sets/readers.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "ranks/together.hpp"
#include "run/over_ranks.hpp"
#include "run/run_identity.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <filesystem>

namespace mixcon_train {
inline namespace commands {

namespace {

/// The name of the data set as it was given: `auto` says so where it takes the digits.
std::string data_asked_for(const train_request& request) {
  std::string name = data_options().name;
  for (const given_value& each : request.given)
    if (each.name == "data") name = each.text;
  return name;
}

/// Gives a new run its identity and its folder, where nothing of another run is left but a checkpoint to replace.
folder_lock begun(training_run& run, bool overwrites) {
  const std::string identity = new_run_identity(run.chosen());
  std::string folder = run.chosen().run.out;
  if (folder.empty()) {
    folder = folder_base(run.chosen());
    folder_lock lock = make_next_folder(folder);
    run.name(identity, folder);
    return lock;
  }
  make_folder(folder);
  folder_lock lock(folder);
  make_room_for_run(folder, overwrites);
  run.name(identity, folder);
  return lock;
}

/// Refuses to replace a run by one that learns from it.
void require_other_folder(const std::vector<used_run>& used, const std::string& out) {
  for (const used_run& each : used)
    MIXCON_REQUIRE(out.empty() || full_path(folder_of(each.folder)) != full_path(out), each.flag, ": ", each.folder,
                   " lies in --out, where this run would replace it; give it another --out.");
}

checkpoint load_on(const rank_group* ranks, const std::string& path) {
  return leads(ranks) ? load_and_say(path) : load_checkpoint(path);
}

void resume(ready_run& ready, const train_request& request, index_t threads, const rank_group* ranks) {
  MIXCON_REQUIRE(!request.overwrites, "--overwrite: a run that goes on (--resume) replaces none; give one of them.");
  MIXCON_REQUIRE(request.from.empty(), "--from: a run that goes on (--resume) has its weights; give one of them.");
  std::error_code error;
  if (!std::filesystem::exists(request.resume, error))
    refuse_file(request.resume, ": there is no such file. Is the path right?");
  // locked first, so that nobody moves on what is read here
  if (leads(ranks)) ready.lock = std::make_unique<folder_lock>(folder_of(request.resume));
  checkpoint from = load_on(ranks, request.resume);
  from.chosen = settings_to_resume(from, request);
  if (threads > 0) from.chosen.run.threads = threads;
  ready.data = read_data(from.chosen.data);
  require_enough_samples(from.chosen, ready.data, request.evaluates);
  ready.run = std::make_unique<training_run>(from, ready.data.train, request.resume, ranks);
  ready.loss = from.loss;
}

/// Readies the folder of a run that goes on.
void go_on_in_folder(const ready_run& ready) {
  const std::string& folder = ready.run->chosen().run.out;
  check_files_of_run(folder, ready.run->identity());
  if (!std::filesystem::exists(folder + "/" + checkpoint_name)) save_with(*ready.run, ready.loss);
}

void begin(ready_run& ready, const train_request& request, settings asked, std::FILE* to, const rank_group* ranks) {
  MIXCON_REQUIRE(!request.overwrites || !asked.run.out.empty(),
                 "--overwrite: it needs --out, the folder of the run to replace; without --out each run gets a new "
                 "folder.");
  std::optional<checkpoint> parent;
  if (!request.from.empty()) parent = load_on(ranks, request.from);
  if (data_asked_for(request) == "auto" && asked.data.name == "digits")
    std::fprintf(to, "Fashion-MNIST is not installed (package dataset-fashion-mnist); taking the shipped digits\n");
  ready.data = read_data(asked.data);
  require_enough_samples(asked, ready.data, request.evaluates);
  if (!asked.data.folder.empty()) asked.data.folder = full_path(asked.data.folder);
  const option_list options = asked.list();
  for (const option& each : options.all())
    if (each.names_run()) set_option(each, full_path(text_of(each)), each.flag());
  ready.run = std::make_unique<training_run>(resolved(asked), ready.data.train, ranks);
  require_other_folder(ready.run->trained().used_runs(), asked.run.out);
  if (parent) {
    const index_t taken = ready.run->begin_from(*parent, request.from);
    std::fprintf(to, "begins with %lld tensors of %s (run %s, step %lld)\n", static_cast<long long>(taken),
                 request.from.c_str(), parent->run.c_str(), static_cast<long long>(parent->step));
  }
}

/// Gives it its folder, and writes its first checkpoint there.
void begin_in_folder(ready_run& ready, bool overwrites) {
  ready.lock = std::make_unique<folder_lock>(begun(*ready.run, overwrites));
  save_checkpoint(ready.run->chosen().run.out, ready.run->state(), false);
}

}  // namespace

void save_with(const training_run& run, const running_mean& loss) {
  checkpoint now = run.state();
  now.loss = loss;
  save_checkpoint(run.chosen().run.out, now);
}

void make_ready(ready_run& ready, train_request& asked, const std::optional<settings>& wanted, std::FILE* to,
                const rank_group* ranks) {
  const bool given = std::any_of(asked.given.begin(), asked.given.end(),
                                 [](const given_value& each) { return each.name == "threads" && each.text != "0"; });
  const index_t share = ranks == nullptr ? 0 : threads_of_rank(*ranks);  // of a machine that ranks share
  const index_t threads = given ? 0 : share;
  together(ranks, [&] {
    if (asked.resume == "auto") {
      asked.resume = run_to_resume(resolved(*wanted), asked.from.empty() ? "" : load_checkpoint(asked.from).run);
      if (!asked.resume.empty()) asked.from.clear();  // its weights have gone on since
    }
    if (!asked.resume.empty()) {
      resume(ready, asked, threads, ranks);
      return;
    }
    settings chosen = *wanted;
    if (threads > 0) chosen.run.threads = threads;
    begin(ready, asked, chosen, to, ranks);
  });
  if (ranks != nullptr) require_same(*ranks, "settings, data and steps of the sum", ready.run->sum_of_all());
  together(ranks, [&] {
    if (!leads(ranks)) return;
    if (asked.resume.empty())
      begin_in_folder(ready, asked.overwrites);
    else
      go_on_in_folder(ready);
  });
}

}  // namespace commands
}  // namespace mixcon_train
