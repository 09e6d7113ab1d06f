// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/log_mel.hpp"
#include "data/formats/resampler.hpp"
#include "data/formats/wav.hpp"

#include "trainer/data/formats/decoding.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

using namespace mixcon_train;
using mixcon_test::bytes;
using mixcon_test::damaged;
using mixcon_test::named;
using mixcon_test::refusal;
using mixcon_test::seed;

namespace {

constexpr double pi = std::numbers::pi;

void decode(const named_bytes& file) {
  const sound heard = decode_wav(file);
  REQUIRE_FALSE(heard.samples.empty());
}

/// The seed with the bytes at a place replaced.
bytes with(const char* name, std::size_t at, const bytes& put) {
  bytes file = seed(name);
  std::copy(put.begin(), put.end(), file.begin() + static_cast<long>(at));
  return file;
}

std::vector<float> tone(double hertz, int rate, std::size_t samples) {
  std::vector<float> heard;
  for (std::size_t k = 0; k < samples; ++k)
    heard.push_back(static_cast<float>(0.7 * std::sin(2 * pi * hertz * static_cast<double>(k) / rate + 0.3)));
  return heard;
}

/// The spectrogram by its definition: every sum written out.
std::vector<double> slow_log_mel(const std::vector<float>& heard) {
  const auto mel = [](double f) { return 2595 * std::log10(1 + f / 700); };
  const auto hertz = [](double m) { return 700 * (std::pow(10.0, m / 2595) - 1); };
  std::vector<double> values(40 * 101);
  for (int t = 0; t < 101; t += 10) {
    std::vector<double> power(257);
    for (int k = 0; k <= 256; ++k) {
      double re = 0, im = 0;
      for (int n = 0; n < 400; ++n) {
        const int at = 160 * t - 200 + n;
        if (at < 0 || at >= 16000) continue;
        const double x =
            static_cast<double>(heard[static_cast<std::size_t>(at)]) * (0.5 - 0.5 * std::cos(2 * pi * n / 400));
        re += x * std::cos(2 * pi * k * n / 512);
        im -= x * std::sin(2 * pi * k * n / 512);
      }
      power[static_cast<std::size_t>(k)] = re * re + im * im;
    }
    for (int band = 0; band < 40; ++band) {
      const auto corner = [&](int j) { return hertz(mel(20) + (mel(8000) - mel(20)) * (band + j) / 41); };
      double energy = 1e-6;
      for (int k = 0; k <= 256; ++k) {
        const double f = 31.25 * k;
        const double weight =
            f < corner(1) ? (f - corner(0)) / (corner(1) - corner(0)) : (corner(2) - f) / (corner(2) - corner(1));
        energy += std::max(0.0, weight) * power[static_cast<std::size_t>(k)];
      }
      values[static_cast<std::size_t>(band * 101 + t)] = std::log(energy);
    }
  }
  return values;
}

}  // namespace

TEST_CASE("WAV files give their samples, of stereo the mean", "[data]") {
  const bytes mono = seed("wav/mono.wav"), stereo = seed("wav/stereo.wav"), with_list = seed("wav/with_list.wav");
  const sound one = decode_wav(named(mono)), two = decode_wav(named(stereo)), third = decode_wav(named(with_list));
  CHECK(one.rate == 16000);
  CHECK(one.samples ==
        std::vector<float>{0, 1 / 32768.F, -1 / 32768.F, 32767 / 32768.F, -1, 1000 / 32768.F, -2000 / 32768.F});
  CHECK(two.rate == 22050);
  CHECK(two.samples == std::vector<float>{200 / 32768.F, -0.5F / 32768.F, 5.5F / 32768.F});
  CHECK(third.rate == 8000);
  CHECK(third.samples == std::vector<float>{7 / 32768.F, -7 / 32768.F});
}

TEST_CASE("WAV files of another kind, cut or damaged ones are refused with their place", "[data]") {
  CHECK_THAT(refusal(with("wav/mono.wav", 20, {3, 0}), decode),
             ContainsSubstring("byte 20: the format is 3 of 16 bits; expected 1 (PCM) of 16"));
  CHECK_THAT(refusal(with("wav/mono.wav", 34, {8, 0}), decode), ContainsSubstring("the format is 1 of 8 bits"));
  CHECK_THAT(refusal(with("wav/mono.wav", 22, {3, 0}), decode), ContainsSubstring("byte 22: the file has 3 channels"));
  CHECK_THAT(refusal(with("wav/mono.wav", 24, {1, 0, 0, 0}), decode), ContainsSubstring("byte 24: the rate is 1"));
  CHECK_THAT(refusal(with("wav/mono.wav", 40, {255, 255, 255, 127}), decode),
             ContainsSubstring("byte 40: the chunk \"data\" has 2147483647 bytes, and the file holds only 14"));
  CHECK_THAT(refusal(with("wav/mono.wav", 40, {13}), decode),
             ContainsSubstring("the samples take 13 bytes; expected a multiple of 2"));
  CHECK_THAT(refusal(with("wav/mono.wav", 40, {0}), decode), ContainsSubstring("the file has no samples"));
  CHECK_THAT(refusal(with("wav/mono.wav", 12, {'d', 'a', 't', 'a'}), decode),
             ContainsSubstring("comes before the format"));
  CHECK_THAT(refusal(with("wav/mono.wav", 36, {'D'}), decode),
             ContainsSubstring("the file ends here, before its chunk \"data\""));
  CHECK_THAT(refusal(with("wav/mono.wav", 8, {'A'}), decode),
             ContainsSubstring("byte 8: this is no WAV file; expected WAVE"));
  for (const char* name : {"wav/mono.wav", "wav/stereo.wav", "wav/with_list.wav"}) {
    const auto report = damaged(seed(name), decode);
    CHECK(report.cut_refused == report.cut);
    CHECK(report.flipped_refused > report.flipped / 4);
  }
}

TEST_CASE("Resampling keeps constants and tones, and drops what the lower rate cannot have", "[data]") {
  for (const int rate : {8000, 11025, 16000, 22050, 44100, 48000, 44101}) {
    CAPTURE(rate);
    const resampler bring(rate, 16000);
    const auto samples = static_cast<std::size_t>(rate);
    const std::vector<float> made = bring(tone(1000, rate, samples)), level = bring(std::vector<float>(samples, 0.25F));
    REQUIRE(made.size() == 16000);
    double worst = 0, worst_level = 0;
    for (std::size_t k = 100; k < 15900; ++k) {
      worst = std::max(worst, std::abs(0.7 * std::sin(2 * pi * 1000 * static_cast<double>(k) / 16000 + 0.3) -
                                       static_cast<double>(made[k])));
      worst_level = std::max(worst_level, std::abs(0.25 - static_cast<double>(level[k])));
    }
    CHECK(worst < 2e-3);
    CHECK(worst_level < 1e-6);
    if (rate <= 22050) continue;
    const std::vector<float> left = bring(tone(11000, rate, samples));  // but at the ends, where the tone breaks off
    CHECK(std::abs(*std::max_element(left.begin() + 100, left.end() - 100)) < 1e-3F);
  }
  CHECK(resampler(22050, 16000)(std::vector<float>(7, 0.5F)).size() == 6);  // 5.08
  CHECK_THROWS_WITH(resampler(999, 16000), ContainsSubstring("from 999 to 16000"));
}

TEST_CASE("A clip is the middle of a longer sound, or lies in the middle of silence", "[data]") {
  const std::vector<float> heard{1, 2, 3, 4, 5};
  CHECK(middle_of(heard, 3) == std::vector<float>{2, 3, 4});
  CHECK(middle_of(heard, 2) == std::vector<float>{2, 3});
  CHECK(middle_of(heard, 8) == std::vector<float>{0, 1, 2, 3, 4, 5, 0, 0});
  CHECK(middle_of(heard, 5) == heard);
}

TEST_CASE("The log-mel spectrogram agrees with its definition, every sum written out", "[data]") {
  std::vector<float> heard = tone(440, 16000, 16000);
  unsigned state = 1;
  for (std::size_t k = 0; k < heard.size(); ++k) {  // a tone that fades into noise
    state = state * 1664525 + 1013904223;
    const double noise = static_cast<double>(state >> 8) / (1 << 24) - 0.5, share = static_cast<double>(k) / 16000;
    heard[k] = static_cast<float>((1 - share) * static_cast<double>(heard[k]) + 0.1 * share * noise);
  }
  const std::vector<double> expected = slow_log_mel(heard);
  const std::vector<float> made = log_mel()(heard);
  REQUIRE(made.size() == expected.size());
  double worst = 0;
  for (std::size_t band = 0; band < 40; ++band)
    for (std::size_t t = 0; t < 101; t += 10)
      worst = std::max(worst, std::abs(expected[band * 101 + t] - static_cast<double>(made[band * 101 + t])));
  CHECK(worst < 1e-5);
  CHECK(log_mel()(std::vector<float>(16000))[1234] == Approx(std::log(1e-6)));
  CHECK_THROWS_WITH(log_mel()(std::vector<float>(15999)), ContainsSubstring("15999 samples"));
  for (const double low : mel_corners(40, 20, 8000)) CHECK(low >= 20 - 1e-9);
}

TEST_CASE("Every band of the spectrogram is loudest for a tone at its peak", "[data]") {
  const log_mel spectrogram;
  const std::vector<double> corners = mel_corners(40, 20, 8000);
  for (const std::size_t band : {3U, 10U, 20U, 39U}) {
    const std::vector<float> values = spectrogram(tone(corners[band + 1], 16000, 16000));
    std::size_t loudest = 0;
    for (std::size_t k = 0; k < 40; ++k)
      if (values[k * 101 + 50] > values[loudest * 101 + 50]) loudest = k;
    CHECK(loudest == band);
  }
}
