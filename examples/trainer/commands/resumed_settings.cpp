// SPDX-License-Identifier: BSD-3-Clause
#include "commands/resumed_settings.hpp"

#include "data/sets/readers.hpp"
#include "files/file_error.hpp"
#include "run/run_folder.hpp"
#include "run/run_identity.hpp"
#include "run/training_run.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace mixcon_train {
inline namespace commands {

namespace {

// Of a teacher the place, not the run: its identity is in the checkpoint.
constexpr const char* free_to_change[] = {"out", "data-dir", "checkpoint-every", "threads", "teacher"};

bool may_change(const std::string& name) {
  for (const char* each : free_to_change)
    if (name == each) return true;
  return false;
}

/// Whether both values are run folders: as with a teacher, the run that is meant may have moved.
bool name_runs(const option& a, const option& b) { return a.names_run() && b.names_run(); }

/// Whether a folder or checkpoint holds a run that is among those used, by its identity.
bool holds_one_of(const std::string& path, const std::vector<std::string>& used) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  const std::string run = run_of(is_folder ? path + "/" + checkpoint_name : path).value_or("") + ' ';
  return run.size() > 1 &&
         std::any_of(used.begin(), used.end(), [&](const auto& each) { return each.starts_with(run); });
}

/// The first option in which the two differ and must not; none: they compute the same. Of a run that is used by the
/// first, named by a path, the second may know another place.
std::optional<std::string> first_difference(settings a, settings b, const std::vector<std::string>& used = {}) {
  const option_list values = a.list(), others = b.list();
  for (const option& each : values.all()) {
    const option* const other = others.find(each.name);
    if (!each.idle.empty() || may_change(each.name)) continue;
    if (other == nullptr || !other->idle.empty()) return each.name;
    const std::string value = text_of(each), asked = text_of(*other);
    if (name_runs(each, *other) ? full_path(value) != full_path(asked) && !holds_one_of(asked, used) : value != asked)
      return each.name;
  }
  return std::nullopt;
}

/// Training samples that are read, once, where a run's own lie elsewhere.
class asked_data {
 public:
  explicit asked_data(const data_options& asked) : asked_(asked) {}
  bool are_of(const checkpoint& run) {
    if (full_path(run.chosen.data.folder) == full_path(asked_.folder)) return true;
    if (!hash_) hash_ = content_hash(read_data(asked_).train);
    return *hash_ == run.data_hash;
  }

 private:
  data_options asked_;
  std::optional<std::uint64_t> hash_{};
};

}  // namespace

std::string folder_of(const std::string& checkpoint_path) {
  std::error_code error;
  if (std::filesystem::is_directory(checkpoint_path, error)) return checkpoint_path;
  const std::string folder = std::filesystem::path(checkpoint_path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string full_path(const std::string& path) {
  std::error_code error;
  const auto full = std::filesystem::weakly_canonical(path, error).lexically_normal();
  const std::string text = (error ? std::filesystem::path(path) : full).string();
  return text.size() > 1 && text.back() == '/' ? text.substr(0, text.size() - 1) : text;
}

settings settings_to_resume(const checkpoint& from, const train_request& request) {
  settings chosen = from.chosen, asked = from.chosen;
  chosen.run.out = folder_of(request.resume);
  const option_list options = asked.list(), kept = chosen.list();
  const auto found = [&](const given_value& value) -> const option* {
    return value.name == "data" && meant_data_set(value.text) == chosen.data.name ? nullptr : options.find(value.name);
  };
  const auto require_same = [&](const given_value& value) {
    const option* const which = found(value);
    if (which == nullptr || may_change(value.name) || name_runs(*which, *kept.find(value.name))) return;
    if (value.name == "device") return;                // weights go on anywhere
    if (!kept.find(value.name)->idle.empty()) return;  // and so it had no value
    const std::string before = text_of(*kept.find(value.name)), now = text_of(*which);
    if (now != before)
      refuse_file(request.resume, ": it was trained with --", value.name, " ", before, ", not ", now,
                  value.implied ? " " + value.where.substr(value.where.find('(')) : "",
                  "; leave that option out, or begin a new run.");
  };
  for (const given_value& value : request.given) {
    if (options.find(value.name) == nullptr && !value.implied) refuse_option(value, chosen);
    if (const option* const which = found(value)) set_option(*which, value.text, value.where);
    if (value.name == "recipe" || value.name == "arch") require_same(value);
  }
  asked.run = resolved(asked).run;
  if (full_path(asked.run.out) != full_path(from.chosen.run.out) &&
      full_path(asked.run.out) != full_path(chosen.run.out))
    refuse_file("--out: ", asked.run.out, "; a run that goes on stays in its folder, ", chosen.run.out,
                ". Leave that option out.");
  for (const given_value& value : request.given) require_same(value);
  const option_list after = asked.list();
  for (const given_value& value : request.given)
    if (const option* const which = after.find(value.name); which != nullptr && !value.implied)
      MIXCON_REQUIRE(which->idle.empty(), value.where, ": ", which->idle, "; leave it out.");
  chosen.run.checkpoint_every = asked.run.checkpoint_every;
  chosen.run.threads = asked.run.threads;
  if (chosen.run.device != asked.run.device) {
    chosen.run.device = asked.run.device;
    chosen.run.precision = asked.run.precision;
  }
  if (asked.data.folder != from.chosen.data.folder) chosen.data.folder = full_path(asked.data.folder);
  if (const option* const teacher = kept.find("teacher"); teacher != nullptr && !text_of(*teacher).empty())
    set_option(*teacher, text_of(*options.find("teacher")), teacher->flag());
  for (const option& each : kept.all())
    if (const option* const other = options.find(each.name); other != nullptr && name_runs(each, *other))
      set_option(each, full_path(text_of(*other)), each.flag());
  return chosen;
}

std::string run_to_resume(const settings& asked, const std::string& parent) {
  const std::string& out = asked.run.out;
  if (!out.empty()) {
    std::error_code error;
    if (!std::filesystem::exists(out + "/" + checkpoint_name, error) &&
        !std::filesystem::exists(out + "/" + previous_checkpoint_name, error))
      return "";
    const checkpoint found = load_checkpoint(out);
    if (const auto name = first_difference(found.chosen, asked, found.used_runs))
      refuse_file(out, ": --resume auto goes on with a run of the same settings; this one differs in --", *name,
                  ". Take another folder by --out, or move this one.");
    if (!parent.empty() && found.parent != parent)
      refuse_file(out,
                  ": --resume auto goes on with a run that began with the weights of --from; this one did not. "
                  "Take another folder by --out, or move this one.");
    return out;
  }
  std::string newest;
  asked_data samples(asked.data);
  for (const std::string& folder : numbered_folders(folder_base(asked))) try {
      const checkpoint found = load_checkpoint(folder);
      const bool is_child = parent.empty() || found.parent == parent;
      if (is_child && !first_difference(found.chosen, asked, found.used_runs) && samples.are_of(found)) newest = folder;
    } catch (const file_error&) {
      continue;  // a damaged run is none to go on with without being asked
    }
  return newest;
}

}  // namespace commands
}  // namespace mixcon_train
