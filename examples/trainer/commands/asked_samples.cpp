// SPDX-License-Identifier: BSD-3-Clause
#include "commands/asked_samples.hpp"

#include "commands/loaded_checkpoint.hpp"
#include "commands/named_data.hpp"
#include "files/file_error.hpp"
#include "options/nearest_name.hpp"
#include "run/open_run.hpp"

#include <mixcon/core/require.hpp>

#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

std::string size_of(const data_set& data) {
  std::string text;
  if (data.kind != sample_kind::row)
    for (const index_t extent : {data.shape.channels, data.shape.rows})
      text.append(std::to_string(extent)).append(" x ");
  text.append(std::to_string(data.shape.columns));
  return data.kind == sample_kind::row ? text.append(" numbers") : text;
}

void require_kind_of_run(const std::string& where, const std::string& name, sample_kind kind, sample_kind own,
                         const std::string& own_name) {
  MIXCON_REQUIRE(kind == own, where, ": the samples of ", name, " are ", to_string(kind),
                 "s, and the run was trained on ", to_string(own), "s, of ", own_name, ".");
}

void require_same_form(const std::string& where, const data_set& asked, const data_set& own) {
  MIXCON_REQUIRE(asked.shape.channels == own.shape.channels && asked.shape.rows == own.shape.rows &&
                     asked.shape.columns == own.shape.columns,
                 where, ": the ", to_string(asked.kind), "s of ", asked.name, " are of ", size_of(asked),
                 ", and the run was trained on ", size_of(own), ".");
  MIXCON_REQUIRE(asked.feature_names.empty() || own.feature_names.empty() || asked.feature_names == own.feature_names,
                 where, ": the columns of ", asked.name, " are not those that the run was trained on; expected ",
                 listed(own.feature_names), ", in this order.");
}

/// What pictures become, so that they are as those of the run.
picture_request pictures_for(const settings& chosen, const data_set& own) {
  if (chosen.data.name == "image-folder") return chosen.data.readers.pictures.request();
  MIXCON_REQUIRE(own.shape.rows == own.shape.columns, "--files: the run was trained on images of ", size_of(own),
                 "; expected squares, which pictures can be scaled to.");
  return {.size = own.shape.rows, .colour = own.shape.channels == 3};
}

loose_samples files_for(const run_and_samples& run, const std::string& path) {
  const settings& chosen = run.from.chosen;
  switch (run.own.train.kind) {
    case sample_kind::image:
      return read_loose_pictures(path, pictures_for(chosen, run.own.train));
    case sample_kind::row:
      return read_loose_rows(path, chosen.data.readers.table, run.own.train.width());
    default:
      return read_loose_clips(path);
  }
}

loose_samples part_asked(train_and_test& of, const std::string& part) {
  return loose_samples_of(std::move(part == "train" ? of.train : of.test));
}

}  // namespace

run_on_data load_run_on_other(const std::string& file_or_folder, const std::string& name, const std::string& folder) {
  require_one_of("--data", name, named_data_sets());
  run_on_data run{.from = load_and_say(file_or_folder)};
  const settings& chosen = run.from.chosen;
  const data_facts& own = run.from.data;
  if (own.classes == 0) refuse_file(file_or_folder, ": it does not say what it learned from; leave --data out.");
  require_kind_of_run("--data", name, kind_of_data(name), own.kind, chosen.data.name);
  run.data = read_data(other_data(chosen.data, name, folder));
  const data_set& other = run.data.train;
  if (own.kind == sample_kind::row) require_same_form("--data", other, read_data(chosen.data).train);
  MIXCON_REQUIRE(other.shape.channels == own.shape.channels, "--data: the ", to_string(other.kind), "s of ", other.name,
                 " have ", other.shape.channels, " channels, and the run was trained on ", own.shape.channels, ".");
  run.loaded = untrained_run(chosen, own, nullptr);
  restore(*run.loaded.made, *run.loaded.device, run.from, file_or_folder, chosen.training.average > 0);
  return run;
}

run_and_samples load_run_and_samples(const std::string& file_or_folder, const sample_request& request) {
  require_one_of("--part", request.part, {"train", "test"});
  MIXCON_REQUIRE(request.data.empty() || request.files.empty(),
                 "--data and --files each say what is looked at; give one of them.");
  MIXCON_REQUIRE(request.files.empty() || request.part == "test", "--part: files have no parts; leave it out.");
  if (!request.data.empty()) require_one_of("--data", request.data, named_data_sets());
  run_and_samples run{.from = load_and_say(file_or_folder)};
  data_options own = run.from.chosen.data;
  if (request.data.empty() && !request.data_folder.empty()) own.folder = request.data_folder;
  run.own = read_data(own);
  require_own_samples(run.from, run.own.train, file_or_folder);
  run.loaded = load_run(run.from, run.own.train, file_or_folder);
  run.where = request.files.empty() ? "--data" : "--files";
  if (!request.files.empty()) {
    run.asked = files_for(run, request.files);
  } else if (request.data.empty()) {
    train_and_test same = run.own;
    run.asked = part_asked(same, request.part);
  } else {
    require_kind_of_run("--data", request.data, kind_of_data(request.data), run.own.train.kind, run.own.train.name);
    train_and_test read = read_data(other_data(run.from.chosen.data, request.data, request.data_folder));
    run.asked = part_asked(read, request.part);
  }
  require_same_form(run.where, run.asked.samples, run.own.train);
  return run;
}

}  // namespace commands
}  // namespace mixcon_train
