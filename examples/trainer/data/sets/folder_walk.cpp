// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/folder_walk.hpp"

#include "data/data_folder.hpp"
#include "data/formats/named_bytes.hpp"
#include "files/file_error.hpp"
#include "options/nearest_name.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

namespace fs = std::filesystem;

constexpr int deepest = 8;

bool ends_in(const std::string& name, const std::vector<std::string>& endings) {
  std::string lower = name;
  for (char& letter : lower) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  return std::any_of(endings.begin(), endings.end(), [&](const std::string& each) { return lower.ends_with(each); });
}

/// Whether `path` lies in `root`; both without links and dots.
bool lies_in(const std::string& path, const std::string& root) {
  return path == root || root == "/" || (path.starts_with(root) && path[root.size()] == '/');
}

}  // namespace

const std::vector<std::string> unread_pictures{".gif", ".bmp", ".webp", ".tif", ".tiff", ".avif", ".heic"},
    unread_sounds{".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aiff"};

folder_walk::folder_walk(const std::string& root, std::string advice) : root_(root), advice_(std::move(advice)) {
  require_files_in(root, {}, false, advice_);
  std::error_code error;
  true_root_ = fs::canonical(root, error).string();
  if (error) refuse_file(root, ": cannot be found (", error.message(), "). ", advice_);
}

std::string folder_walk::place(const std::string& name) const {
  return name.empty() ? root_ : (fs::path(root_) / name).string();
}

std::vector<folder_walk::entry> folder_walk::entries_of(const std::string& folder) const {
  std::error_code error;
  std::vector<entry> found;
  for (fs::directory_iterator each(place(folder), error), end; !error && each != end; each.increment(error)) {
    const std::string name = each->path().filename().string();
    if (name.starts_with('.')) continue;
    const std::string path = each->path().string();
    if (!is_plain_text(name))
      refuse_file(place(folder), ": the name \"", shown(name),
                  "\" in it is no plain UTF-8; expected a name that can be shown. Rename it.");
    std::error_code trouble;
    if (each->is_symlink(trouble)) {
      const std::string target = fs::canonical(each->path(), trouble).string();
      if (trouble) refuse_file(path, ": the link leads nowhere; expected a file or folder. Remove it.");
      if (!lies_in(target, true_root_))
        refuse_file(path, ": the link leads out of ", root_, ", to ", target,
                    "; expected files of this folder only. Copy what it leads to.");
    }
    const fs::file_status status = fs::status(each->path(), trouble);
    if (fs::is_directory(status) || fs::is_regular_file(status))
      found.push_back({folder.empty() ? name : folder + "/" + name, fs::is_directory(status)});
  }
  if (error) refuse_file(place(folder), ": cannot be listed (", error.message(), "). May you read it?");
  std::sort(found.begin(), found.end(), [](const entry& a, const entry& b) { return a.name < b.name; });
  return found;
}

std::vector<std::string> folder_walk::folders_in(const std::string& folder) const {
  std::vector<std::string> names;
  for (const entry& each : entries_of(folder))
    if (each.is_folder) names.push_back(fs::path(each.name).filename().string());
  return names;
}

std::vector<std::string> folder_walk::files_in(const std::string& folder,
                                               const std::vector<std::string>& endings) const {
  std::vector<std::string> names;
  for (const entry& each : entries_of(folder))
    if (!each.is_folder && ends_in(each.name, endings)) names.push_back(each.name);
  return names;
}

void folder_walk::add_files(const std::string& folder, const std::vector<std::string>& endings,
                            const std::vector<std::string>& unread, int depth, std::vector<std::string>& to) const {
  if (depth > deepest)
    refuse_file(place(folder), ": folders lie in folders more than ", deepest, " deep. Do links form a circle?");
  for (const entry& each : entries_of(folder)) {
    if (each.is_folder)
      add_files(each.name, endings, unread, depth + 1, to);
    else if (ends_in(each.name, endings))
      to.push_back(each.name);
    else if (ends_in(each.name, unread))
      refuse_file(place(each.name), ": files of this kind are not read; expected ", listed(endings),
                  ". Convert it, or remove it.");
  }
}

std::vector<std::string> folder_walk::files_below(const std::string& folder, const std::vector<std::string>& endings,
                                                  const std::vector<std::string>& unread) const {
  std::vector<std::string> names;
  add_files(folder, endings, unread, 0, names);
  return names;
}

bool folder_walk::has_folder(const std::string& folder) const {
  std::error_code error;
  return fs::is_directory(place(folder), error);
}

bool folder_walk::has_file(const std::string& file) const {
  std::error_code error;
  return fs::is_regular_file(place(file), error);
}

}  // namespace data
}  // namespace mixcon_train
