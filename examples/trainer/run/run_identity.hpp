// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "run/settings.hpp"

#include <optional>
#include <string>

namespace mixcon_train {
inline namespace run {

/// The name under which all files of a run know each other: 16 digits that are drawn anew at the beginning of every
/// run, and 8 of its settings, but for where it writes, where it reads and how often it saves. It decides nothing that
/// a run computes.
std::string new_run_identity(const settings& chosen);

/// The identity of the run that a checkpoint, metrics.jsonl, config.toml or report.html is of, by its header, whether
/// the rest is whole or not. Empty: a file of mixcon-train which tells none. None: not to be told that it is one, or
/// not there.
std::optional<std::string> run_of(const std::string& path);

/// What stands in front of the identity in report.html, and behind it.
inline constexpr const char *identity_in_page = "<meta name=\"mixcon-run\" content=\"", *after_identity_in_page = "\">";

/// With what the first line of a run's config.toml begins, in front of the identity.
inline constexpr const char* identity_in_config = "# mixcon-train run ";

}  // namespace run
}  // namespace mixcon_train
