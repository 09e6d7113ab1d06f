// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/run_on_data.hpp"
#include "report/run_report.hpp"

namespace mixcon_train {
inline namespace commands {

int evaluate(const eval_request& request, std::FILE* to) {
  const run_on_data run = load_run_on(request.from, request.data, request.data_folder);
  const judgement found = judge(run.loaded.judged(), *run.loaded.device, run.from.chosen, run.data, to);
  std::fprintf(to, "\n%s\n%s", run.data.test.title().c_str(), written_table(found.scores).c_str());
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
