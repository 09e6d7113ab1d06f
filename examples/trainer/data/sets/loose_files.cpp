// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/loose_files.hpp"

#include "data/sets/clip_maker.hpp"
#include "data/sets/folder_walk.hpp"
#include "data/sets/on_threads.hpp"
#include "files/file_error.hpp"
#include "options/nearest_name.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_bytes = std::uint64_t{8} << 30;
const char* const replace_it = "Replace the file, or remove it.";

/// Files of some endings below a folder, or the one file that a path names.
struct listed_files {
  std::vector<std::string> places{}, names{}, classes{};
};

listed_files files_of(const std::string& path, const std::vector<std::string>& endings,
                      const std::vector<std::string>& unread, const char* advice) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return {{path}, {fs::path(path).filename().string()}, {""}};
  const folder_walk walk(path, advice);
  listed_files found;
  found.names = walk.files_below("", endings, unread);
  if (found.names.empty()) refuse_file(path, ": there are no files of that kind in it. ", advice);
  for (const std::string& name : found.names) {
    found.places.push_back(walk.place(name));
    const std::size_t slash = name.find('/');
    found.classes.push_back(slash == std::string::npos ? "" : name.substr(0, slash));
  }
  return found;
}

/// Samples of a shape without their numbers.
loose_samples empty_samples(listed_files& files, const std::string& path, sample_kind kind, image_shape shape,
                            std::uint64_t bytes_each) {
  const auto count = static_cast<std::uint64_t>(files.names.size());
  if (count > most_bytes / bytes_each)
    refuse_file(path, ": ", count, " files would take more than 8 GiB; expected at most ", most_bytes / bytes_each,
                ". Take a part of the folder.");
  shape.samples = static_cast<index_t>(count);
  loose_samples made;
  made.samples = {.name = path,
                  .kind = kind,
                  .shape = shape,
                  .labels = std::vector<int>(files.names.size()),
                  .class_names = {"unknown"}};
  made.names = std::move(files.names), made.classes = std::move(files.classes);
  return made;
}

}  // namespace

loose_samples read_loose_pictures(const std::string& path, const picture_request& wanted) {
  listed_files files = files_of(path, {".png", ".jpg", ".jpeg"}, unread_pictures,
                                "Expected a folder with pictures (.png, .jpg), in folders named after their classes "
                                "or not; or one picture.");
  const index_t width = wanted.width();
  loose_samples made = empty_samples(files, path, sample_kind::image, {0, wanted.channels(), wanted.size, wanted.size},
                                     static_cast<std::uint64_t>(width));
  made.samples.images.resize(files.places.size() * static_cast<std::size_t>(width));
  each_on_threads(made.samples.samples(), [&](index_t k) {
    const whole_file file(files.places[static_cast<std::size_t>(k)], replace_it, std::size_t{256} << 20);
    const std::vector<std::uint8_t> pixels = scaled_picture(file.named(), wanted);
    std::copy(pixels.begin(), pixels.end(), made.samples.images.begin() + k * width);
  });
  return made;
}

loose_samples read_loose_clips(const std::string& path) {
  listed_files files = files_of(path, {".wav"}, unread_sounds,
                                "Expected a folder with clips (.wav), in folders named after their words or not; or "
                                "one clip.");
  constexpr auto width = static_cast<index_t>(log_mel::bands * log_mel::frames);
  loose_samples made = empty_samples(files, path, sample_kind::clip, {0, 1, log_mel::bands, log_mel::frames},
                                     static_cast<std::uint64_t>(width) * sizeof(float));
  made.samples.values.resize(files.places.size() * static_cast<std::size_t>(width));
  clip_maker make;
  each_on_threads(made.samples.samples(), [&](index_t k) {
    const whole_file file(files.places[static_cast<std::size_t>(k)], replace_it, std::size_t{256} << 20);
    const std::vector<float> values = make(file.named());
    std::copy(values.begin(), values.end(), made.samples.values.begin() + k * width);
  });
  return made;
}

loose_samples read_loose_rows(const std::string& path, const table_options& table, index_t features) {
  const whole_file file(path, "Expected a CSV file of numbers, with a label in each row or without.");
  csv_layout layout = table.layout();
  const index_t columns = columns_of_csv(file.named(), layout);
  if (columns != features && columns != features + 1)
    refuse_file(path, ": it has ", columns, columns == 1 ? " column" : " columns", "; expected the ", features,
                " numbers that the run was trained on, with a label or without. Is the separator another?");
  layout.labelled = columns == features + 1;
  csv_table read = decode_csv(file.named(), layout);
  loose_samples made;
  made.samples = {.name = path,
                  .kind = sample_kind::row,
                  .shape = {read.rows, 1, 1, features},
                  .values = std::move(read.values),
                  .labels = std::vector<int>(static_cast<std::size_t>(read.rows)),
                  .class_names = {"unknown"},
                  .feature_names = std::move(read.feature_names)};
  for (index_t i = 0; i < read.rows; ++i) {
    made.names.push_back("row " + std::to_string(i + 1));
    made.classes.push_back(
        layout.labelled ? read.label_names[static_cast<std::size_t>(read.labels[static_cast<std::size_t>(i)])] : "");
  }
  return made;
}

loose_samples loose_samples_of(data_set data) {
  loose_samples made;
  const std::string part = data.name.substr(data.name.rfind(' ') + 1);
  for (index_t i = 0; i < data.samples(); ++i) {
    made.names.push_back(part + " " + std::to_string(i));
    made.classes.push_back(data.classes() == 1 ? "" : data.class_names[static_cast<std::size_t>(data.label(i))]);
  }
  made.samples = std::move(data);
  return made;
}

void label(loose_samples& of, const std::vector<std::string>& known, bool must_have, const std::string& where) {
  of.samples.class_names = known;
  for (std::size_t i = 0; i < of.names.size(); ++i) {
    const std::string& name = of.classes[i];
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      MIXCON_REQUIRE(!must_have || !name.empty(), where, ": ", of.names[i],
                     " has no class; expected files in folders named after their classes, or a column of labels. "
                     "predict does without.");
      const std::string nearest = nearest_name(name, known);
      MIXCON_REQUIRE(!must_have, where, ": ", of.names[i], " is of the class ", name,
                     ", which the run was not trained on", nearest.empty() ? "" : "; did you mean ", nearest,
                     nearest.empty() ? "; it knows " : "? It knows ", known.size(), " classes",
                     known.size() <= 20 ? ": " + listed(known) : std::string(), ".");
    }
    of.samples.labels[i] = found == known.end() ? 0 : static_cast<int>(found - known.begin());
    if (found == known.end()) of.classes[i].clear();
  }
}

}  // namespace data
}  // namespace mixcon_train
