// SPDX-License-Identifier: BSD-3-Clause
#include "run/run_folder.hpp"

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "run/metrics_log.hpp"
#include "run/run_identity.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace run {

namespace {

namespace fs = std::filesystem;

constexpr const char* names_of_run[] = {previous_checkpoint_name, metrics_name, report_name, config_name,
                                        checkpoint_name};

bool is_there(const std::string& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

/// "runs/default" of "runs/default-002", and of itself.
std::string without_number(const std::string& name) {
  const std::size_t dash = name.find_last_not_of("0123456789");
  const bool numbered = dash != std::string::npos && dash > 0 && name[dash] == '-' && name.size() - dash > 3;
  return numbered ? name.substr(0, dash) : name;
}

std::string numbered(const std::string& base, index_t number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "-%03lld", static_cast<long long>(number));
  return base + digits;
}

/// The numbers behind `base` that anything in its folder has, in order.
std::vector<index_t> numbers_behind(const std::string& base) {
  const fs::path path(base);
  const std::string prefix = path.filename().string() + "-";
  std::vector<index_t> numbers;
  std::error_code error;
  for (fs::directory_iterator each(path.has_parent_path() ? path.parent_path() : ".", error), end;
       !error && each != end; each.increment(error)) {
    const std::string name = each->path().filename().string();
    if (!name.starts_with(prefix) || name.size() == prefix.size() || name.size() > prefix.size() + 15) continue;
    const std::string digits = name.substr(prefix.size());
    if (digits.find_first_not_of("0123456789") == std::string::npos) numbers.push_back(std::stoll(digits));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

/// The largest of them; 0: none.
index_t largest_number(const std::string& base) {
  const std::vector<index_t> numbers = numbers_behind(base);
  return numbers.empty() ? 0 : numbers.back();
}

/// Without slashes at its end, and by its own name where it was given as a dot or two.
std::string plain_name(std::string folder) {
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  std::error_code error;
  const fs::path name = fs::path(folder).filename();
  const fs::path full = name == "." || name == ".." ? fs::canonical(folder, error) : fs::path(folder);
  return error ? folder : full.string();
}

/// Gives a file the name FILE.kept, or FILE.kept-2 and so on where that is taken; the new name.
std::string kept_aside(const std::string& path, bool and_stays) {
  std::string kept = path + ".kept";
  for (int k = 2; is_there(kept); ++k) kept = path + ".kept-" + std::to_string(k);
  const bool done = and_stays ? ::link(path.c_str(), kept.c_str()) == 0 : ::rename(path.c_str(), kept.c_str()) == 0;
  if (!done) refuse_file(path, ": cannot become ", kept, " (", std::strerror(errno), "). May you write there?");
  return kept;
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    refuse_file(path, ": cannot be taken away (", std::strerror(errno), "). May you write there?");
}

/// What a checkpoint can tell of its run, in brackets.
std::string description_of(const std::string& folder) {
  try {
    const checkpoint found = load_checkpoint(folder);
    return " (" + found.chosen.recipe + " on " + found.chosen.data.name + ", step " + std::to_string(found.step) + ")";
  } catch (const file_error&) {
    return "";  // damaged
  }
}

bool is_whole(const std::string& checkpoint_path) {
  try {
    load_checkpoint(checkpoint_path);
    return true;
  } catch (const file_error&) {
    return false;
  }
}

}  // namespace

folder_lock::folder_lock(const std::string& folder)
    : number_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (number_ < 0) refuse_file(folder, ": the folder cannot be opened (", std::strerror(errno), "). May you read it?");
  if (::flock(number_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {  // other errors: a system without locks
    ::close(number_);
    refuse_file(folder,
                ": another process trains in this folder now. Wait for its end, stop it, or take another "
                "folder, such as --out ",
                next_free_name(folder), ".");
  }
}

folder_lock::folder_lock(folder_lock&& from) noexcept : number_(std::exchange(from.number_, -1)) {}

folder_lock::~folder_lock() {
  if (number_ >= 0) ::close(number_);
}

std::string next_free_name(const std::string& folder) {
  const std::string name = plain_name(folder), base = without_number(name);
  const index_t first = base == name && is_there(base) ? 2 : 1;
  return numbered(base, std::max(first, largest_number(base) + 1));
}

std::string folder_base(const settings& chosen) { return "runs/" + chosen.recipe + "-" + chosen.data.name; }

std::vector<std::string> numbered_folders(const std::string& base) {
  std::vector<std::string> folders;
  for (const index_t number : numbers_behind(base)) folders.push_back(numbered(base, number));
  return folders;
}

folder_lock make_next_folder(std::string& name) {
  const std::string base = name, parent = fs::path(base).parent_path().string();
  if (!parent.empty()) make_folder(parent);
  for (index_t number = largest_number(base) + 1;; ++number) {
    name = numbered(base, number);
    if (::mkdir(name.c_str(), 0777) == 0) return folder_lock(name);
    if (errno != EEXIST)  // somebody else was faster
      refuse_file(name, ": the folder cannot be made (", std::strerror(errno), "). May you write there?");
  }
}

void make_room_for_run(const std::string& folder, bool overwrites) {
  std::vector<std::string> known, unknown;
  for (const char* name : names_of_run) {
    const std::string path = folder + "/" + name;
    if (is_there(path)) (run_of(path) ? known : unknown).push_back(path);
  }
  const std::string other_folder = "take another folder, such as --out " + next_free_name(folder) + ".";
  if (!overwrites && !known.empty())
    refuse_file(folder, ": it holds a run", description_of(folder), ". Go on with it by --resume ", folder,
                ", replace it by --overwrite, or ", other_folder);
  if (!overwrites && !unknown.empty())
    refuse_file(unknown.front(), ": this file is in the way, and damaged or not of mixcon-train. Move it, or ",
                other_folder);
  for (const std::string& path : unknown)
    std::fprintf(stderr, "%s is damaged or not of mixcon-train; it stays as %s.\n", path.c_str(),
                 kept_aside(path, false).c_str());
  for (const std::string& path : known)
    if (!path.ends_with(std::string("/") + checkpoint_name)) remove_file(path);
  for (const char* name : names_of_run) {
    remove_file(folder + "/" + name + ".part");  // of a process that was killed
  }
}

void check_files_of_run(const std::string& folder, const std::string& run) {
  for (const char* name : names_of_run) {
    const std::string path = folder + "/" + name;
    if (!is_there(path)) {
      if (path.ends_with(".jsonl")) std::fprintf(stderr, "%s is missing; its records begin anew.\n", path.c_str());
      continue;
    }
    const bool is_checkpoint = path.ends_with(".safetensors");
    const auto of = run_of(path);
    const bool whole = of && (!is_checkpoint || is_whole(path));
    if (whole && *of != run)
      refuse_file(path, ": it is of another run, ", of->empty() ? "of an older version" : *of,
                  "; the one to go on with is ", run, ". Move the files of one of them into another folder.");
    index_t left_out = 0;
    if (whole && path.ends_with(".jsonl")) read_metrics_of(run, path, &left_out);
    if (left_out > 0)
      std::fprintf(stderr,
                   "%s: lines that are damaged or of another run: %lld. They are left out; the file as it was is %s.\n",
                   path.c_str(), static_cast<long long>(left_out), kept_aside(path, true).c_str());
    else if (!whole)
      std::fprintf(stderr, "%s is damaged or not of mixcon-train; it stays as %s.\n", path.c_str(),
                   kept_aside(path, false).c_str());
  }
}

}  // namespace run
}  // namespace mixcon_train
