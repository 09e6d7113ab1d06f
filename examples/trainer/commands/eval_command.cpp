// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/loaded_checkpoint.hpp"
#include "commands/named_data.hpp"
#include "data/sets/readers.hpp"
#include "files/file_error.hpp"
#include "options/nearest_name.hpp"
#include "report/run_report.hpp"
#include "run/training_run.hpp"

namespace mixcon_train {
inline namespace commands {

int evaluate(const eval_request& request, std::FILE* to) {
  const bool other = !request.data.empty();
  if (other) require_one_of("--data", request.data, named_data_sets());
  const checkpoint from = load_and_say(request.from);
  data_options asked = other ? data_options{.name = request.data} : from.chosen.data;
  if (other || !request.data_folder.empty()) asked.folder = request.data_folder;
  const train_and_test data = read_data(asked);
  if (!other && content_hash(data.train) != from.data_hash)
    refuse_file(request.from, ": it was trained on other images than ", data.train.name,
                ". Name the data set to judge it by with --data.");
  const loaded_run loaded = load_run(from, data.train, request.from);
  const judgement found = judge(loaded.judged(), *loaded.device, from.chosen, data, to);
  std::fprintf(to, "\n%s\n%s", data.test.title().c_str(), written_table(found.scores).c_str());
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
