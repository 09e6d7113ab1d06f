// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/speech.hpp"

#include "data/sets/clip_maker.hpp"
#include "data/sets/folder_walk.hpp"
#include "data/sets/on_threads.hpp"
#include "files/file_error.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace data {

namespace {

const char* const advice = "Expected ROOT/WORD/SPEAKER_nohash_0.wav for each word (--data-dir ROOT).";
constexpr std::size_t width = log_mel::bands * log_mel::frames;
constexpr std::size_t most_clips = (std::size_t{8} << 30) / (width * sizeof(float));

/// "word/file.wav" of each line.
std::set<std::string> list_in(const folder_walk& walk, const char* name) {
  std::set<std::string> names;
  if (!walk.has_file(name)) return names;
  const whole_file file(walk.place(name), advice, std::size_t{64} << 20);
  const auto bytes = file.named().bytes;
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::size_t at = 0;
  for (std::string line; std::getline(lines, line); at += line.size() + 1) {
    std::string clip = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
    if (clip.empty()) continue;
    if (!walk.has_file(clip)) file.named().refuse_at(at, "there is no clip " + shown(clip));
    names.insert(std::move(clip));
  }
  if (names.empty()) file.named().refuse_at(0, "the list is empty");
  return names;
}

/// Of "word/speaker_nohash_0.wav".
std::string speaker_of(const std::string& clip) {
  const std::string name = clip.substr(clip.find('/') + 1);
  return name.substr(0, std::min(name.find("_nohash_"), name.rfind('.')));
}

/// The clips of a share of all speakers.
std::set<std::string> clips_of_some(const std::vector<std::string>& clips, const split_options& split,
                                    const std::string& root) {
  std::set<std::string> speakers;
  for (const std::string& clip : clips) speakers.insert(speaker_of(clip));
  const auto count = static_cast<index_t>(speakers.size());
  if (count < 2)
    refuse_file(root, ": all clips are of one speaker; expected two or more, to train and to test. ", advice);
  std::vector<index_t> order(speakers.size());
  const mixcon::philox_draws draws{.seed = split.seed, .step = 0};
  draws.within("speakers").permutation("order", {order.data(), {count}});
  const auto wanted = static_cast<index_t>(std::lround(split.test_share * static_cast<double>(count)));
  const index_t held_out = std::clamp<index_t>(wanted, 1, count - 1);
  const std::vector<std::string> all(speakers.begin(), speakers.end());
  std::set<std::string> chosen;
  for (index_t k = 0; k < held_out; ++k)
    chosen.insert(all[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])]);
  std::set<std::string> found;
  for (const std::string& clip : clips)
    if (chosen.contains(speaker_of(clip))) found.insert(clip);
  return found;
}

}  // namespace

train_and_test read_speech(const std::string& root, const split_options& split) {
  if (root.empty()) refuse_file("speech has no usual place. ", advice);
  const folder_walk walk(root, advice);
  std::vector<std::string> clips, words;
  std::vector<int> labels;
  for (const std::string& word : walk.folders_in("")) {
    if (word.starts_with('_')) continue;
    const std::vector<std::string> files = walk.files_in(word, {".wav"});
    if (files.empty()) refuse_file(walk.place(word), ": the word has no clips (.wav). ", advice);
    labels.insert(labels.end(), files.size(), static_cast<int>(words.size()));
    clips.insert(clips.end(), files.begin(), files.end());
    words.push_back(word);
  }
  if (clips.empty()) refuse_file(root, ": there are no folders with clips in it. ", advice);
  if (clips.size() > most_clips)
    refuse_file(root, ": ", clips.size(), " clips would take more than 8 GiB; expected at most ", most_clips, ".");

  const std::set<std::string> validating = list_in(walk, "validation_list.txt");
  std::set<std::string> testing = list_in(walk, "testing_list.txt");
  if (testing.empty()) testing = clips_of_some(clips, split, root);
  data_set whole{.name = "speech",
                 .kind = sample_kind::clip,
                 .shape = {std::ssize(clips), 1, log_mel::bands, log_mel::frames},
                 .labels = labels,
                 .class_names = words};
  std::vector<index_t> of_train, of_validation, of_test;
  for (index_t k = 0; k < whole.samples(); ++k) {
    const std::string& clip = clips[static_cast<std::size_t>(k)];
    (testing.contains(clip) ? of_test : validating.contains(clip) ? of_validation : of_train).push_back(k);
  }
  if (of_train.empty()) refuse_file(root, ": the lists leave no clip to train with. ", advice);
  whole.values.resize(clips.size() * width);
  clip_maker make;
  each_on_threads(whole.samples(), [&](index_t k) {
    const whole_file file(walk.place(clips[static_cast<std::size_t>(k)]), "Replace the file, or remove it.",
                          std::size_t{256} << 20);
    const std::vector<float> values = make(file.named());
    std::copy(values.begin(), values.end(), whole.values.begin() + k * static_cast<index_t>(width));
  });
  train_and_test data{taken(whole, of_train), taken(whole, of_test), taken(whole, of_validation)};
  data.train.name = "speech train";
  data.test.name = "speech test";
  data.validation.name = "speech validation";
  return data;
}

}  // namespace data
}  // namespace mixcon_train
