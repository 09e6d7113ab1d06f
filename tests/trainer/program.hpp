// SPDX-License-Identifier: BSD-3-Clause
// mixcon-train in a process of its own: the test program, started again with a hidden case.
#pragma once

#include "commands/commands.hpp"
#include "support/catch.hpp"

#include "trainer/scratch_folder.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace mixcon_test {

/// What the program printed and returned; -1: a signal ended it.
struct outcome {
  int status = -1;
  std::string text{};
};

/// Starts it, with what it prints going to a file, in a folder where that is given. No file: it has no input, no output
/// and no place for errors.
inline pid_t start(const std::vector<std::string>& arguments, const std::string& output,
                   const std::string& folder = {}) {
  std::string line;
  for (const std::string& argument : arguments) line += argument + '\n';
  const pid_t child = fork();
  if (child != 0) return child;
  const int to = output.empty() ? -1 : open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (to < 0) close(0), close(1), close(2);
  dup2(to, 1), dup2(to, 2);
  if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(127);
  setenv("MIXCON_TRAIN_ARGUMENTS", line.c_str(), 1);
  execl("/proc/self/exe", "mixcon-train", "[.program]", static_cast<char*>(nullptr));
  _exit(127);
}

inline outcome run_program(const std::vector<std::string>& arguments, const std::string& folder = {}) {
  const scratch_folder scratch;
  const std::string output = scratch / "output";
  int status = 0;
  waitpid(start(arguments, output, folder), &status, 0);
  std::string text;
  std::ifstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("Filters:")) text += line + '\n';  // which Catch says of itself
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

/// Waits until a file is there. False: the process that was to write it has ended without.
inline bool wait_for_file(const std::string& path, pid_t writer) {
  for (bool has_ended = false; !std::filesystem::exists(path);
       std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
    if (has_ended) return false;
    siginfo_t ended{};
    has_ended = waitid(P_PID, static_cast<id_t>(writer), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0;
  }
  return true;
}

}  // namespace mixcon_test

TEST_CASE("the program itself, in a process of its own", "[.program]") {
  std::vector<std::string> words{"mixcon-train"};
  std::istringstream given(getenv("MIXCON_TRAIN_ARGUMENTS"));
  for (std::string word; std::getline(given, word);) words.push_back(word);
  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  const int status = mixcon_train::run_command_line(static_cast<int>(pointers.size()), pointers.data());
  std::fflush(stdout);
  _exit(status);
}
