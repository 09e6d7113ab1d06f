// SPDX-License-Identifier: BSD-3-Clause
// Data sets of every kind: parts, statistics, hashes, and what is refused.
#include "trainer/data/samples.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <vector>

using namespace mixcon_train;
using mixcon_test::noise_of;

namespace {

const sample_kind kinds[] = {sample_kind::image, sample_kind::row, sample_kind::clip};

double number_of(const data_set& data, index_t sample, index_t k) {
  return data.kind == sample_kind::image ? data.image(sample)[k] / 255.0 : static_cast<double>(data.numbers(sample)[k]);
}

/// Which band a number of a sample belongs to.
index_t band_of(const data_set& data, index_t k) {
  if (data.kind == sample_kind::image) return k / (data.shape.rows * data.shape.columns);
  return data.kind == sample_kind::row ? k : k / data.shape.columns;
}

}  // namespace

TEST_CASE("Statistics are those of a channel, a feature, a mel band", "[data]") {
  for (const sample_kind kind : kinds) {
    const data_set data = noise_of(kind, 40);
    const channel_statistics found = channel_statistics_of(data);
    const index_t bands = kind == sample_kind::image ? 3 : kind == sample_kind::row ? 7 : 5;
    REQUIRE((std::ssize(found.mean) == bands && std::ssize(found.deviation) == bands));
    std::vector<double> sums(found.mean.size()), squares(sums), counts(sums);
    for (index_t i = 0; i < data.samples(); ++i)
      for (index_t k = 0; k < data.width(); ++k) {
        const auto band = static_cast<std::size_t>(band_of(data, k));
        const double number = number_of(data, i, k);
        sums[band] += number, squares[band] += number * number, counts[band] += 1;
      }
    for (std::size_t b = 0; b < sums.size(); ++b) {
      const double mean = sums[b] / counts[b];
      CHECK(found.mean[b] == Approx(mean).epsilon(1e-9));
      CHECK(found.deviation[b] == Approx(std::sqrt(squares[b] / counts[b] - mean * mean)).epsilon(1e-9));
    }
    std::vector<float> rows(static_cast<std::size_t>(2 * data.width()));
    normalised_rows(data, found, {7, 3}, rows.data());
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const index_t place = static_cast<index_t>(k) % data.width(),
                    sample = static_cast<index_t>(k) < data.width() ? 7 : 3;
      const auto band = static_cast<std::size_t>(band_of(data, place));
      CHECK(rows[k] == static_cast<float>((number_of(data, sample, place) - found.mean[band]) / found.deviation[band]));
    }
  }
}

TEST_CASE("A feature far from 0 keeps its deviation, and a constant one gets 1", "[data]") {
  data_set data{.name = "far", .kind = sample_kind::row, .shape = {1000, 1, 1, 2}, .class_names = {"a"}};
  for (int i = 0; i < 1000; ++i) {
    data.values.push_back(1e6F + static_cast<float>(i % 2));
    data.values.push_back(0.1F);
    data.labels.push_back(0);
  }
  const channel_statistics found = channel_statistics_of(data);
  CHECK(found.deviation[0] == Approx(0.5).epsilon(1e-12));
  CHECK((found.mean[1] == static_cast<double>(0.1F) && found.deviation[1] == 1));
}

TEST_CASE("A part has the listed samples, in their order", "[data]") {
  for (const sample_kind kind : kinds) {
    const data_set data = noise_of(kind, 30);
    const std::vector<index_t> wanted{4, 29, 0, 4};
    const data_set part = taken(data, wanted);
    check_data_set(part, "test");
    CHECK((part.samples() == 4 && part.kind == kind && part.class_names == data.class_names &&
           part.feature_names == data.feature_names));
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(part.label(static_cast<index_t>(i)) == data.label(wanted[i]));
      for (index_t k = 0; k < data.width(); ++k)
        CHECK(number_of(part, static_cast<index_t>(i), k) == number_of(data, wanted[i], k));
    }
    CHECK(content_hash(part_of(data, 3, 6)) == content_hash(taken(data, {3, 4, 5})));
    CHECK_THROWS_WITH(taken(data, {30}), ContainsSubstring("taken: sample 30 of noise; it has 30."));
    CHECK_THROWS_WITH(part_of(data, 2, 31), ContainsSubstring("part_of: samples 2 to 31 of noise"));
  }
}

TEST_CASE("The hash sees every number, label and name of every kind", "[data]") {
  std::multiset<std::uint64_t> hashes;
  for (const sample_kind kind : kinds) {
    const data_set data = noise_of(kind, 10);
    CHECK(content_hash(data) == content_hash(noise_of(kind, 10)));
    hashes.insert(content_hash(data));
    const auto with = [&](const std::function<void(data_set&)>& change) {
      data_set other = data;
      change(other);
      hashes.insert(content_hash(other));
    };
    if (kind == sample_kind::image)
      with([](data_set& other) { ++other.images.back(); });
    else
      with([](data_set& other) { other.values.back() = std::nextafter(other.values.back(), 9.0F); });
    with([](data_set& other) { other.labels[2] = 1 - other.labels[2]; });
    with([](data_set& other) { other.class_names[0] = "z"; });
    if (kind == sample_kind::row) with([](data_set& other) { other.feature_names[0] = "z"; });
  }
  data_set renamed = noise_of(sample_kind::row, 10);
  renamed.kind = sample_kind::clip;
  hashes.insert(content_hash(renamed));
  CHECK(std::set<std::uint64_t>(hashes.begin(), hashes.end()).size() == hashes.size());
}

TEST_CASE("A data set that contradicts itself is refused in one sentence", "[data]") {
  for (const sample_kind kind : kinds) check_data_set(noise_of(kind, 4), "test");
  const auto refusal = [](sample_kind kind, const std::function<void(data_set&)>& change) {
    data_set other = noise_of(kind, 4);
    change(other);
    try {
      check_data_set(other, "reader");
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(refusal(sample_kind::row, [&](data_set& other) { other.values[9] = nan; }) ==
        "reader: value 2 of sample 1 of noise is nan; expected a finite number.");
  CHECK(refusal(sample_kind::row, [](data_set& other) { other.values.pop_back(); }) ==
        "reader: noise has 0 pixels and 27 values; expected 28 values for 4 samples of 7, and nothing else.");
  CHECK(refusal(sample_kind::image, [](data_set& other) {
          other.values.push_back(0);
        }).find("1 values; expected 360") != std::string::npos);
  CHECK(refusal(sample_kind::clip, [](data_set& other) { other.labels[3] = 3; }) ==
        "reader: sample 3 of noise has the label 3; expected 0 to 2.");
  CHECK(refusal(sample_kind::clip, [](data_set& other) { other.labels.push_back(0); }) ==
        "reader: noise has 5 labels for 4 samples; expected one each.");
  CHECK(refusal(sample_kind::row, [](data_set& other) { other.feature_names.pop_back(); }) ==
        "reader: noise names 6 features and has 7; expected a name for each, or none.");
  CHECK(refusal(sample_kind::row, [](data_set& other) {
          other.shape = {4, 1, 7, 1};
        }) == "reader: noise has rows of 1 x 7 x 1 numbers; expected 1 x 1 x features.");
  CHECK(refusal(sample_kind::image, [](data_set& other) {
          other.shape.samples = 0;
        }).find("has the shape (0, 3, 5, 6)") != std::string::npos);
  std::vector<float> row(7);
  CHECK_THROWS_WITH(normalised_rows(noise_of(sample_kind::row, 4), {.mean = {0}, .deviation = {1}}, {0}, row.data()),
                    ContainsSubstring("normalised_rows: statistics of 1 features for noise, which has 7"));
}
