// SPDX-License-Identifier: BSD-3-Clause
#include "run/open_run.hpp"

#include "files/checksum.hpp"
#include "files/file_error.hpp"
#include "run/stored_state.hpp"

#include <filesystem>
#include <utility>

namespace mixcon_train {
inline namespace run {

namespace {

std::string identity_of(const checkpoint& from) {
  std::string text = from.run;
  text += " step ";
  text += std::to_string(from.step);
  text += ' ';
  return text + hexadecimal(hash_of(from.tensors));
}

}  // namespace

void restore(recipe& made, device& on, const checkpoint& from, const std::string& path, bool averaged) {
  const tensor_file file{.tensors = from.tensors};
  const auto kept = [&](const std::string& name) { return averaged ? mean_name(name) : name; };
  for (const parameter& p : made.parameters()) p.value.set(restored(file, kept(p.name), p.value.extents(), on, path));
  for (const state_tensor& s : made.state()) *s.value = restored(file, kept(s.name), s.value->extents(), on, path);
  for (const state_count& c : made.counts()) *c.value = restored_count(file, c.name, path);
}

frozen_run open_run(const std::string& flag, const std::string& folder, device& on) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) refuse_file(flag, ": there is no run ", folder, ". Is the path right?");
  const std::string path = flag + ": " + folder;
  checkpoint from;
  std::string damage;
  try {
    from = load_checkpoint(folder, &damage);
  } catch (const file_error& why) {
    damage = why.what();
  }
  if (!damage.empty()) refuse_file(flag, ": ", damage);
  if (from.data.classes == 0)
    refuse_file(path, ": it does not say what it learnt from. Was it written by an older version of mixcon-train?");
  frozen_run opened{.flag = flag, .folder = folder, .identity = identity_of(from), .recipe_name = from.chosen.recipe};
  opened.data = from.data;
  opened.made = new_recipe(from.chosen, on, from.data);
  restore(*opened.made, on, from, path, from.chosen.training.average > 0);
  opened.made->freeze();
  opened.made->set_training(false);
  return opened;
}

}  // namespace run
}  // namespace mixcon_train
