// SPDX-License-Identifier: BSD-3-Clause
// mixcon-train: docs/trainer/README.md
#include "commands/commands.hpp"
#include "programs/mpi_session.hpp"

int main(int count, char** arguments) {
  const mixcon_train::mpi_session mpi(count, arguments);
  return mixcon_train::run_command_line(count, arguments, mpi.ranks());
}
