// SPDX-License-Identifier: BSD-3-Clause
// info_nce over view_targets against the definition of NT-Xent.
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEMPLATE_TEST_CASE("info_nce of two views is NT-Xent written out", "[contrast]", float, double, long double) {
  value_check<TestType> agrees("nt_xent");
  random_numbers draw(1);
  for (int i = 0; i < 60; ++i) {
    const index_t samples = draw.between(1, 24), width = draw.between(1, 33);
    const double temperature = std::exp(draw.uniform(std::log(0.05), std::log(2.0)));
    const auto z = random_embeddings<TestType>(2 * samples, width, draw);
    const long double expected = reference::nt_xent(converted<long double>(z), temperature);
    agrees(objective{info_nce{.temperature = temperature}, cosine{}}, view_targets{.samples = samples}, z, z,
           2 * samples, width, 1 / reference::wide(temperature), expected);
  }
  agrees.bound_is_tight();
}

TEST_CASE("sample-major rows have the loss of the same rows in view-major order", "[contrast]") {
  const index_t samples = 7, views = 3, width = 5;
  const auto z = random_embeddings<double>(samples * views, width, 2);
  auto other = zeros_like(z);
  for (index_t i = 0; i < samples; ++i)
    for (index_t v = 0; v < views; ++v)
      for (index_t k = 0; k < width; ++k) other(i * views + v, k) = z(v * samples + i, k);
  const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
  const double expected = value_of(criterion, view_targets{.samples = samples, .views = views}, z);
  const double value =
      value_of(criterion, view_targets{.samples = samples, .views = views, .order = view_order::sample_major}, other);
  CHECK(value == Approx(expected).epsilon(1e-13));
}

TEST_CASE("three views are the mean over both positives of each row", "[contrast]") {
  const index_t samples = 5, rows = 15;
  const auto z = random_embeddings<double>(rows, 6, 3);
  const auto s =
      reference::products(reference::unit(converted<long double>(z)), reference::unit(converted<long double>(z)));
  long double expected = 0;
  for (index_t i = 0; i < rows; ++i) {
    long double partition = 0, positives = 0;
    for (index_t k = 0; k < rows; ++k) {
      if (k != i) partition += std::exp(s(i, k) / 0.25L);
      if (k != i && k % samples == i % samples) positives += s(i, k) / 0.25L;
    }
    expected += (std::log(partition) - positives / 2) / static_cast<long double>(rows);
  }
  const double value =
      value_of(objective{info_nce{.temperature = 0.25}, cosine{}}, view_targets{.samples = samples, .views = 3}, z);
  CHECK(error_of(value, expected) < 1e-13L);
}

TEST_CASE("anchors may be the first view alone", "[contrast]") {
  const index_t samples = 6;
  const auto z = random_embeddings<double>(2 * samples, 4, 4);
  const auto first = rows_of(z, 0, samples);
  const auto s =
      reference::products(reference::unit(converted<long double>(first)), reference::unit(converted<long double>(z)));
  const long double expected = reference::supcon_out(s, reference::same_label({0, 1, 2, 3, 4, 5}), 0.5);
  const objective criterion{info_nce{.temperature = 0.5}, cosine{}};
  CHECK(error_of(value_of(serial{}, criterion, view_targets{.samples = samples}, first, z).value, expected) < 1e-13L);
}
