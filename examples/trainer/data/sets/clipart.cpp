// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/clipart.hpp"

#include "data/formats/named_bytes.hpp"
#include "data/formats/picture_file.hpp"
#include "data/sets/data_cache.hpp"
#include "data/sets/folder_walk.hpp"
#include "data/sets/on_threads.hpp"
#include "files/checksum.hpp"
#include "files/file_error.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr index_t size = 32;
const char* const recorded_clipart = "b0b3bffbf461d465";
const char* const recorded_words = "373faee97fdbad80";

/// A file of the built set: in the cache, or where it was said.
built_set built(const std::string& name, const std::string& folder, const char* recorded) {
  const std::string advice = "scripts/data " + name + " builds it once.";
  std::error_code error;
  const bool is_file = std::filesystem::is_regular_file(folder, error);
  const std::string path =
      is_file ? folder
              : (std::filesystem::path(folder.empty() ? data_cache() : folder) / (name + ".safetensors")).string();
  if (!std::filesystem::exists(path, error)) refuse_file(path, ": there is no such file. ", advice);
  built_set set = read_built_set(path, advice);
  for (auto& [part, data] : set.parts) {
    data.name = name + " " + part;
    if (set.checksum != recorded)
      data.note += (data.note.empty() ? "" : ", ") + std::string("numbers that are not the recorded ones, made of ") +
                   set.source;
  }
  return set;
}

data_set part_of_set(built_set& set, const std::string& path, const char* name) {
  const auto found = set.parts.find(name);
  if (found == set.parts.end())
    refuse_file(path, ": the built set has no part ", name, ". Build it again by scripts/data.");
  return std::move(found->second);
}

/// The class whose folder is the longest around a file; -1: none.
int class_of(const std::vector<clipart_class>& table, const std::string& file) {
  int best = -1;
  std::size_t longest = 0;
  for (std::size_t c = 0; c < table.size(); ++c)
    if (file.starts_with(table[c].folder + "/") && table[c].folder.size() > longest) {
      best = static_cast<int>(c);
      longest = table[c].folder.size();
    }
  return best;
}

}  // namespace

std::vector<clipart_class> read_clipart_table(const std::string& path) {
  const whole_file file(path, "It is part of this repository.", std::size_t{1} << 20);
  const auto bytes = file.named().bytes;
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::vector<clipart_class> table;
  std::size_t at = 0;
  for (std::string line; std::getline(lines, line); at += line.size() + 1) {
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream words(line);
    clipart_class each;
    std::string more;
    if (!(words >> each.name >> each.folder >> each.group) || words >> more)
      file.named().refuse_at(at, "expected class, folder and group");
    table.push_back(each);
  }
  if (table.empty()) file.named().refuse_at(0, "the table has no classes");
  return table;
}

data_set make_clipart(const std::vector<clipart_class>& table, const std::string& folder, std::string& report) {
  const folder_walk walk(folder, "Expected the folder png of the unpacked package openclipart-png.");
  const std::filesystem::path root = std::filesystem::canonical(folder);
  std::map<std::string, int> classes;  // of each picture, by the file that links lead to
  for (const std::string& file : walk.files_below("", {".png"})) {
    const int one = class_of(table, file);
    if (one < 0) continue;
    const auto [known, is_new] =
        classes.try_emplace(std::filesystem::canonical(root / file).lexically_relative(root).string(), one);
    if (!is_new) known->second = std::min(known->second, one);
  }
  std::vector<std::pair<std::uint64_t, std::string>> files;  // in the order of their hashes
  for (const auto& [file, number] : classes) files.emplace_back(files::checksum(file), file);
  std::sort(files.begin(), files.end());

  const picture_request wanted{.size = size, .fit = picture_fit::pad};
  std::vector<std::vector<std::uint8_t>> pictures(files.size());
  std::vector<std::string> refused(files.size());
  each_on_threads(std::ssize(files), [&](index_t k) {
    const auto at = static_cast<std::size_t>(k);
    try {
      pictures[at] = scaled_picture(whole_file(walk.place(files[at].second)).named(), wanted);
    } catch (const file_error& error) {
      refused[at] = error.what();
    }
  });

  data_set made{.name = "clipart", .shape = {0, 3, size, size}};
  for (const clipart_class& each : table) made.class_names.push_back(each.name);
  std::set<std::string> seen;
  index_t repeated = 0;
  for (std::size_t k = 0; k < files.size(); ++k) {
    if (!refused[k].empty()) {
      report += "left out: " + refused[k] + "\n";
      continue;
    }
    std::string coarse;
    for (const std::uint8_t value : pictures[k]) coarse += static_cast<char>(value >> 5);
    if (!seen.insert(std::move(coarse)).second) {
      ++repeated;
      continue;
    }
    made.images.insert(made.images.end(), pictures[k].begin(), pictures[k].end());
    made.labels.push_back(classes.at(files[k].second));
    ++made.shape.samples;
  }
  report += std::to_string(made.samples()) + " pictures of " + std::to_string(files.size()) + "; " +
            std::to_string(repeated) + " were seen before\n";
  return made;
}

train_and_test read_clipart(const std::string& folder, const clipart_options& options, const split_options& split) {
  built_set set = built("clipart", folder, recorded_clipart);
  data_set whole = part_of_set(set, folder, "all");
  whole.name = "clipart";
  std::vector<index_t> counts(whole.class_names.size(), 0), chosen;
  for (index_t i = 0; i < whole.samples(); ++i)
    if (index_t& count = counts[static_cast<std::size_t>(whole.label(i))];
        options.per_class == 0 || count < options.per_class) {
      ++count;
      chosen.push_back(i);
    }
  return train_and_test_of(taken(whole, chosen), split.seed, split.test_share);
}

train_and_test read_words(const std::string& folder) {
  built_set set = built("words", folder, recorded_words);
  return {part_of_set(set, folder, "train"), part_of_set(set, folder, "test"), part_of_set(set, folder, "validation")};
}

}  // namespace data
}  // namespace mixcon_train
