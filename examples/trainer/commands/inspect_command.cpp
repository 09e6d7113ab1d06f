// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/named_data.hpp"
#include "pictures/png.hpp"

namespace mixcon_train {
inline namespace commands {

int inspect(const inspect_request& request, std::FILE* to) {
  const train_and_test data = read_data_and_say(request.data, request.data_folder, to);
  write_png(request.out, policy_sheet(data.train, request.policy, request.options));
  std::fprintf(to, "%s on %s: %s\n", request.policy.c_str(), data.train.name.c_str(), request.out.c_str());
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
