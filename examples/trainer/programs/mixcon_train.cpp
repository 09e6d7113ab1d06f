// SPDX-License-Identifier: BSD-3-Clause
// mixcon-train: docs/trainer/README.md
#include "commands/commands.hpp"

int main(int count, char** arguments) { return mixcon_train::run_command_line(count, arguments); }
