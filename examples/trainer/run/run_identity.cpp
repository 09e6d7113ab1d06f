// SPDX-License-Identifier: BSD-3-Clause
#include "run/run_identity.hpp"

#include "files/checksum.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>

namespace mixcon_train {
inline namespace run {

namespace {

using json = nlohmann::json;

constexpr std::uint64_t largest_header = 16 << 20;

/// The first bytes of a file, as many as there are.
std::string beginning_of(std::ifstream& file, std::uint64_t bytes) {
  std::string text(static_cast<std::size_t>(bytes), '\0');
  file.read(text.data(), static_cast<std::streamsize>(bytes));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::optional<std::string> text_in(const json& object, const char* name) {
  const auto at = object.is_object() ? object.find(name) : object.end();
  if (!object.is_object() || at == object.end() || !at->is_string()) return std::nullopt;
  return at->get<std::string>();
}

std::optional<std::string> run_of_checkpoint(std::ifstream& file) {
  std::uint64_t size = 0;
  const std::string length = beginning_of(file, 8);
  for (std::size_t k = length.size(); k-- > 0;) size = size << 8 | static_cast<unsigned char>(length[k]);
  if (length.size() < 8 || size > largest_header) return std::nullopt;
  const std::string text = beginning_of(file, size);
  if (text.size() < size) return std::nullopt;
  const json header = json::parse(text, nullptr, false);
  if (!header.is_object() || !header.contains("__metadata__")) return std::nullopt;
  const json& metadata = header["__metadata__"];
  const auto format = text_in(metadata, "format");
  if (!format || !format->starts_with("mixcon-train ")) return std::nullopt;
  return text_in(metadata, "run").value_or("");
}

/// By the first line that says so: each names the run.
std::optional<std::string> run_of_metrics(std::ifstream& file) {
  for (std::string line; std::getline(file, line);) {
    const json record = json::parse(line, nullptr, false);
    if (const auto run = text_in(record, "run")) return run;
    if (text_in(record, "mixcon")) return "";
  }
  return std::nullopt;
}

/// By the first line of a config.toml.
std::optional<std::string> run_of_config(std::ifstream& file) {
  std::string line;
  std::getline(file, line);
  if (!line.starts_with(identity_in_config)) return std::nullopt;
  return line.substr(std::string(identity_in_config).size());
}

std::optional<std::string> run_of_page(std::ifstream& file) {
  const std::string text = beginning_of(file, 4096), begin = identity_in_page;
  const std::size_t at = text.find(begin);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t first = at + begin.size(), end = text.find(after_identity_in_page, first);
  if (end == std::string::npos) return std::nullopt;
  return text.substr(first, end - first);
}

}  // namespace

std::string new_run_identity(const settings& chosen) {
  settings same = chosen;
  same.run.out.clear(), same.data.folder.clear(), same.run.checkpoint_every = 1;
  std::random_device entropy;
  const std::uint64_t drawn = std::uint64_t{entropy()} << 32 | entropy();
  return hexadecimal(drawn) + "-" + hexadecimal(checksum(to_json(same))).substr(8);
}

std::optional<std::string> run_of(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  const std::string kind = std::filesystem::path(path).extension().string();
  if (kind == ".safetensors") return run_of_checkpoint(file);
  if (kind == ".toml") return run_of_config(file);
  return kind == ".jsonl" ? run_of_metrics(file) : run_of_page(file);
}

}  // namespace run
}  // namespace mixcon_train
