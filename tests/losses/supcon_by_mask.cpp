// SPDX-License-Identifier: BSD-3-Clause
// SupCon whose positives a mask over samples says, against the definition.
#include "losses/supcon_case.hpp"
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/targets/mask.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEMPLATE_TEST_CASE("info_nce over a mask is SupCon with weighted and asymmetric positives", "[contrast]", float,
                   double) {
  value_check<TestType> agrees("supcon_out by mask");
  random_numbers draw(7);
  for (int i = 0; i < 40; ++i) {
    const supcon_case c(draw);
    const auto z = random_embeddings<TestType>(c.rows(), c.width, draw);
    matrix<double> mask(c.samples, c.samples);
    for (double& m : mask.entries()) m = draw.chance(0.4) ? draw.uniform(0.1, 3) : 0;
    const auto wide = reference::unit(converted<long double>(z));
    const long double expected = reference::supcon_out(reference::products(rows_of(wide, 0, c.anchors()), wide),
                                                       converted<long double>(mask), c.temperature);
    agrees(objective{info_nce{.temperature = c.temperature}, cosine{}}, mask_targets(mask, c.views),
           rows_of(z, 0, c.anchors()), z, c.rows(), c.width, 1 / reference::wide(c.temperature), expected);
  }
  agrees.bound_is_tight();
}

TEST_CASE("scaling a row of the mask changes nothing", "[contrast]") {
  random_numbers draw(8);
  matrix<double> mask(5, 5);
  for (double& m : mask.entries()) m = draw.uniform(0.1, 1);
  auto scaled = mask;
  for (index_t j = 0; j < 5; ++j) scaled(2, j) *= 37;
  const auto z = random_embeddings<double>(10, 4, 9);
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  CHECK(value_of(criterion, mask_targets(scaled, 2), z).value ==
        Approx(value_of(criterion, mask_targets(mask, 2), z).value).epsilon(1e-13));
}
