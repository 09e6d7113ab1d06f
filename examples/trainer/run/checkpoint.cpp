// SPDX-License-Identifier: BSD-3-Clause
#include "run/checkpoint.hpp"

#include "files/atomic_file.hpp"
#include "files/checksum.hpp"
#include "files/file_error.hpp"
#include "run/data_facts_json.hpp"
#include "run/run_identity.hpp"

#include <bit>
#include <charconv>
#include <filesystem>
#include <sstream>

namespace mixcon_train {
inline namespace run {

namespace {

constexpr const char* format_name = "mixcon-train 3";

std::uint64_t hash_of(const tensor_file& file) {
  std::string text;
  for (const auto& [key, value] : file.metadata)
    if (key != "checksum") text += key + '\0' + value + '\0';
  return checksum(text + hexadecimal(hash_of(file.tensors)));
}

const std::string& sentence_of(const tensor_file& file, const char* key, const std::string& path) {
  const auto at = file.metadata.find(key);
  if (at == file.metadata.end())
    refuse_file(path, ": its metadata lacks ", key, ". This is no checkpoint of mixcon-train.");
  return at->second;
}

template <class Number>
Number number_of(const tensor_file& file, const char* key, const std::string& path, int base = 10) {
  const std::string& text = sentence_of(file, key, path);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size() || number < Number{})
    refuse_file(path, ": its ", key, " is \"", text, "\"; expected a whole number >= 0.");
  return number;
}

/// What a file of this format need not have; empty: it has not.
std::string optional_sentence(const tensor_file& file, const char* key) {
  const auto at = file.metadata.find(key);
  return at == file.metadata.end() ? std::string() : at->second;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream from(text);
  for (std::string line; std::getline(from, line);) lines.push_back(line);
  return lines;
}

checkpoint read_checkpoint(const std::string& path) {
  tensor_file file = unpacked(read_whole_file(path), path);
  if (const std::string& format = sentence_of(file, "format", path); format != format_name)
    refuse_file(path, ": its format is \"", format, "\"; expected \"", format_name,
                "\". Was it written by another version?");
  if (sentence_of(file, "checksum", path) != hexadecimal(hash_of(file)))
    refuse_file(path, ": its checksum does not fit what it holds. The file is damaged; use another checkpoint.");
  checkpoint state;
  state.chosen = settings_from_json(sentence_of(file, "settings", path), path);
  state.data_hash = number_of<std::uint64_t>(file, "data_hash", path, 16);
  state.step = number_of<index_t>(file, "step", path);
  state.position.epoch = number_of<std::uint64_t>(file, "epoch", path);
  state.position.batch = number_of<index_t>(file, "batch", path);
  state.run = sentence_of(file, "run", path);
  state.parent = optional_sentence(file, "parent");
  if (const std::string data = optional_sentence(file, "data"); !data.empty())
    state.data = data_facts_from_json(data, path);
  state.used_runs = lines_of(optional_sentence(file, "used_runs"));
  if (!optional_sentence(file, "loss_count").empty()) {
    state.loss.count = number_of<index_t>(file, "loss_count", path);
    state.loss.sum = std::bit_cast<double>(number_of<std::uint64_t>(file, "loss_sum", path, 16));
  }
  state.tensors = std::move(file.tensors);
  return state;
}

std::string without_end(const std::string& sentence) {
  return sentence.ends_with(".") ? sentence.substr(0, sentence.size() - 1) : sentence;
}

/// Refuses a checkpoint that is not of the run that the rest of its folder is of; `why` no newer one can be read.
void require_same_run(const checkpoint& previous, const std::string& path, const std::string& folder,
                      const std::string& why) {
  bool told = previous.run.empty();
  for (const char* name : {checkpoint_name, metrics_name}) {
    const auto run = run_of(folder + "/" + name);
    if (!run) continue;
    if (*run != previous.run)
      refuse_file(without_end(why), ". The checkpoint before it, ", path, ", is of another run, ", previous.run,
                  "; by ", name, " this is ", *run, ". Name that file itself to use it.");
    told = true;
  }
  if (!told)
    refuse_file(without_end(why), ". Nothing in the folder tells whether the checkpoint before it, ", path,
                ", is of the same run. Name that file itself to use it.");
}

}  // namespace

std::uint64_t hash_of(const std::vector<stored_tensor>& tensors) {
  std::string text;
  for (const stored_tensor& tensor : tensors) {
    text += tensor.name + '\0' + name_of(tensor.kind);
    for (const index_t extent : tensor.extents) text += ' ' + std::to_string(extent);
    text += ' ' + hexadecimal(checksum(tensor.bytes)) + '\n';
  }
  return checksum(text);
}

void save_checkpoint(const std::string& folder, const checkpoint& state, bool keeps_previous) {
  tensor_file file{.tensors = state.tensors};
  file.metadata = {{"format", format_name},
                   {"run", state.run},
                   {"settings", to_json(state.chosen)},
                   {"data_hash", hexadecimal(state.data_hash)},
                   {"step", std::to_string(state.step)},
                   {"epoch", std::to_string(state.position.epoch)},
                   {"batch", std::to_string(state.position.batch)}};
  if (!state.parent.empty()) file.metadata["parent"] = state.parent;
  if (state.data.classes > 0) file.metadata["data"] = to_json(state.data);
  for (const std::string& each : state.used_runs) file.metadata["used_runs"] += each + '\n';
  if (state.loss.count > 0) {
    file.metadata["loss_count"] = std::to_string(state.loss.count);
    file.metadata["loss_sum"] = hexadecimal(std::bit_cast<std::uint64_t>(state.loss.sum));  // to the last bit
  }
  file.metadata["checksum"] = hexadecimal(hash_of(file));
  make_folder(folder);
  write_atomically(folder + "/" + checkpoint_name, packed(file),
                   keeps_previous ? folder + "/" + previous_checkpoint_name : std::string());
}

checkpoint load_checkpoint(const std::string& file_or_folder, std::string* passed_over) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(file_or_folder, ignored)) return read_checkpoint(file_or_folder);
  const std::string newest = file_or_folder + "/" + checkpoint_name;
  const std::string previous = file_or_folder + "/" + previous_checkpoint_name;
  std::string why;
  try {
    return read_checkpoint(newest);
  } catch (const file_error& error) {
    if (!std::filesystem::exists(previous, ignored)) throw;
    why = error.what();
  }
  checkpoint found;
  try {
    found = read_checkpoint(previous);
  } catch (const file_error& error) {
    refuse_file(without_end(why), ". Nor can the one before it be read: ", error.what());
  }
  require_same_run(found, previous, file_or_folder, why);
  if (passed_over != nullptr) *passed_over = why;
  return found;
}

}  // namespace run
}  // namespace mixcon_train
