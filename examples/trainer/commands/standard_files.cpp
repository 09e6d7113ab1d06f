// SPDX-License-Identifier: BSD-3-Clause
#include "commands/standard_files.hpp"

#include "commands/commands.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace mixcon_train {
inline namespace commands {

void hold_standard_files() {
  for (int file = 0; file <= 2; ++file)
    if (::fcntl(file, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) != file) return;
}

void say_refused(std::string sentence) {
  for (char& c : sentence)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
  std::fprintf(stderr, "mixcon-train: %s\n", sentence.c_str());
}

int status_of_printing(int status) {
  std::cout.flush();
  errno = 0;
  const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (is_written || status != exit_done) return status;
  say_refused(std::string("what it prints could not be written (") +
              (errno == 0 ? "output error" : std::strerror(errno)) + "). Is there room where it goes?");
  return exit_refused;
}

}  // namespace commands
}  // namespace mixcon_train
