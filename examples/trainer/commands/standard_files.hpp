// SPDX-License-Identifier: BSD-3-Clause
// Standard output and the place of errors, whatever became of them.
#pragma once

#include <string>

namespace mixcon_train {
inline namespace commands {

/// Puts /dev/null where a parent closed input, output or the place of errors: the next file of a run would get that
/// number otherwise, and all that is printed.
void hold_standard_files();

/// Says why something is refused, in one line, whatever a file or a folder is called.
void say_refused(std::string sentence);

/// The status of a command that has ended: `exit_refused`, with a sentence, instead of `exit_done` where what it
/// printed could not be written.
int status_of_printing(int status);

}  // namespace commands
}  // namespace mixcon_train
