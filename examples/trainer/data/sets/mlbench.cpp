// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/mlbench.hpp"

#include "data/data_folder.hpp"
#include "data/formats/named_bytes.hpp"
#include "data/sets/data_cache.hpp"
#include "files/file_error.hpp"

#include <mixcon/core/require.hpp>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

const char* const debian_mlbench = "/usr/lib/R/site-library/mlbench/data";
const char* const advice =
    "scripts/data mlbench fetches the files (1 MB); or name the folder that has them (--data-dir).";

struct known_set {
  const char* name;
  const char* file;
  const char* label;
  const char* left_out;
  index_t rows, train;
};
constexpr known_set known_sets[] = {{"letter", "LetterRecognition.rda", "lettr", "", 20000, 15000},
                                    {"satellite", "Satellite.rda", "classes", "", 6435, 4435},
                                    {"shuttle", "Shuttle.rda", "Class", "", 58000, 43500},
                                    {"dna", "DNA.rda", "Class", "", 3186, 2000},
                                    {"vowel", "Vowel.rda", "Class", "V1", 990, 528}};

std::string usual_folder() {
  const std::string fetched = (std::filesystem::path(data_cache()) / "mlbench").string();
  std::error_code error;
  return !std::filesystem::exists(fetched, error) && std::filesystem::exists(debian_mlbench, error) ? debian_mlbench
                                                                                                    : fetched;
}

/// Numbers that a column becomes.
std::size_t width_of(const frame_column& column) { return column.levels.size() > 2 ? column.levels.size() : 1; }

}  // namespace

data_set rows_of(const data_frame& frame, const std::string& label, const std::string& left_out,
                 const std::string& file) {
  const frame_column* classes = frame.find(label);
  if (classes == nullptr || !classes->is_factor())
    refuse_file(file, ": the table ", frame.name, " has no factor ", label, " for its label. Is it the file you mean?");
  data_set data{.kind = sample_kind::row, .labels = classes->codes, .class_names = classes->levels};
  std::vector<const frame_column*> used;
  for (const frame_column& column : frame.columns) {
    if (&column == classes || column.name == left_out) continue;
    used.push_back(&column);
    for (std::size_t k = 0; k < width_of(column); ++k)
      data.feature_names.push_back(width_of(column) == 1 ? column.name : column.name + " = " + column.levels[k]);
  }
  data.shape = {frame.rows, 1, 1, std::ssize(data.feature_names)};
  if (data.width() == 0) refuse_file(file, ": the table ", frame.name, " has no column besides its label.");
  data.values.reserve(static_cast<std::size_t>(frame.rows) * data.feature_names.size());
  for (std::size_t i = 0; i < static_cast<std::size_t>(frame.rows); ++i)
    for (const frame_column* column : used) {
      if (!column->is_factor()) {
        data.values.push_back(static_cast<float>(column->numbers[i]));
        if (!std::isfinite(data.values.back()))
          refuse_file(file, ": row ", i + 1, " of ", column->name, " is too large for a float.");
      } else if (width_of(*column) == 1) {
        data.values.push_back(static_cast<float>(column->codes[i]));
      } else {
        for (std::size_t level = 0; level < column->levels.size(); ++level)
          data.values.push_back(static_cast<std::size_t>(column->codes[i]) == level ? 1.0F : 0.0F);
      }
    }
  return data;
}

train_and_test read_mlbench(const std::string& set, const std::string& folder) {
  const known_set* known = nullptr;
  for (const known_set& each : known_sets)
    if (set == each.name) known = &each;
  MIXCON_REQUIRE(known != nullptr, "read_mlbench: there is no set called ", set,
                 "; expected letter, satellite, shuttle, dna or vowel.");
  const std::string in = folder.empty() ? usual_folder() : folder;
  require_files_in(in, {known->file}, false, advice);
  const std::string path = (std::filesystem::path(in) / known->file).string();
  data_set whole = rows_of(decode_rda(whole_file(path, advice).named()), known->label, known->left_out, path);
  if (whole.samples() != known->rows)
    refuse_file(path, ": the table has ", whole.samples(), " rows; expected ", known->rows, ". ", advice);
  whole.name = set;
  train_and_test data{part_of(whole, 0, known->train), part_of(whole, known->train, known->rows)};
  data.train.name = set + " train";
  data.test.name = set + " test";
  return data;
}

}  // namespace data
}  // namespace mixcon_train
