// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/splits.hpp"

#include <string>

namespace mixcon_train {
inline namespace data {

/// Spoken words in the layout of Speech Commands: ROOT/WORD/SPEAKER_nohash_0.wav; folders that begin with _ (background
/// noise) are passed over. A clip is the middle second of the file, at 16 kHz, as its log-mel spectrogram (40 x 101).
/// validation_list.txt and testing_list.txt name the clips of these parts; without them a share of the speakers is held
/// out for the test, so that no voice is on both sides. Throws file_error. Warden 2018, arXiv:1804.03209.
train_and_test read_speech(const std::string& root, const split_options& split);

}  // namespace data
}  // namespace mixcon_train
