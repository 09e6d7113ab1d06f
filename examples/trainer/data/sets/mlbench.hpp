// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "data/formats/rda.hpp"

#include <string>

namespace mixcon_train {
inline namespace data {

/// The sets of R's package mlbench that can be read, from UCI's repository:
///   letter     20000 rows of 16 numbers, 26 capital letters; the first 15000 train
///   satellite  6435 rows of 36, 6 kinds of soil; 4435 train, as published
///   shuttle    58000 rows of 9, 7 states; 43500 train, as published
///   dna        3186 rows of 180 bits, 3 kinds of splice junctions; 2000 train, as published
///   vowel      990 rows of 9, 11 vowels; the first 8 of 15 speakers train, as published (the speaker is no feature)
/// `folder` holds LetterRecognition.rda, Satellite.rda, ...; empty: where scripts/data mlbench, or else Debian's
/// package r-cran-mlbench, has put them. Throws file_error.
train_and_test read_mlbench(const std::string& set, const std::string& folder = {});

/// The rows of a table as floats: a number as it is, a factor of two levels as 0 or 1, one of more as a 0 or 1 for each
/// level. `label` is a factor, and names the classes; the column `left_out` is passed over. `file` starts the sentence
/// of a refusal.
data_set rows_of(const data_frame& frame, const std::string& label, const std::string& left_out,
                 const std::string& file);

}  // namespace data
}  // namespace mixcon_train
