// SPDX-License-Identifier: BSD-3-Clause
// Samples that belong to no data set: the files of a folder, or the rows of a table. Classes are optional.
#pragma once

#include "data/data_set.hpp"
#include "data/formats/picture_file.hpp"
#include "data/sets/csv_set.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// Samples with a name each, and the name of its class where one is known.
struct loose_samples {
  data_set samples{};                  ///< numbers and shape; labels mean nothing before `label` has set them
  std::vector<std::string> names{};    ///< (N): a file's path from the folder, "row 7" of a table, "test 7" of a set
  std::vector<std::string> classes{};  ///< (N): empty where it is not known
};

/// Pictures (.png, .jpg, .jpeg) of a folder, or one picture. The class of a picture is the first folder below `path`
/// that it lies in; pictures in `path` itself have none. Throws file_error as `read_image_folder`.
loose_samples read_loose_pictures(const std::string& path, const picture_request& wanted);

/// Clips (.wav) of a folder, or one; classes as those of pictures. Throws file_error as `read_speech`.
loose_samples read_loose_clips(const std::string& path);

/// Rows of a CSV file of `features` columns, or of one more, which is the label as `table` says. Throws file_error for
/// another number of columns, and as `decode_csv`.
loose_samples read_loose_rows(const std::string& path, const table_options& table, index_t features);

/// All samples of a data set, with their classes; a set of one class has none.
loose_samples loose_samples_of(data_set data);

/// Numbers the classes by `known`, a run's class names, which the samples get. Refuses a class that is not known with
/// the nearest, and samples without a class where `must_have` asks for it (std::invalid_argument); `where` starts the
/// sentence. Samples whose class is not known get label 0.
void label(loose_samples& of, const std::vector<std::string>& known, bool must_have, const std::string& where);

}  // namespace data
}  // namespace mixcon_train
