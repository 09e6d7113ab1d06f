// SPDX-License-Identifier: BSD-3-Clause
#include "data/readers.hpp"
#include "image/png.hpp"
#include "train/commands.hpp"

namespace mixcon_train {

int inspect(const inspect_request& request, std::FILE* to) {
  policy_called(request.policy);
  const train_and_test data = read_data(request.data, request.data_folder);
  write_png(request.out, policy_sheet(data.train, request.policy, request.options));
  std::fprintf(to, "%s on %s: %s\n", request.policy.c_str(), data.train.name.c_str(), request.out.c_str());
  return exit_done;
}

}  // namespace mixcon_train
