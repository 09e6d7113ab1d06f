// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/require.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

namespace {

int evaluations = 0;
const char* counted(const char* text) {
  ++evaluations;
  return text;
}

void check_widths(mixcon::axes<2> anchors, mixcon::axes<2> candidates) {
  MIXCON_REQUIRE(anchors[1] == candidates[1], "forward: anchors are ", anchors, ", candidates ", candidates,
                 "; widths must match.");
}

}  // namespace

TEST_CASE("A failed requirement throws std::invalid_argument with the sentence put together", "[core]") {
  CHECK_THROWS_AS(check_widths({256, 2048}, {4096, 128}), std::invalid_argument);
  CHECK_THROWS_WITH(check_widths({256, 2048}, {4096, 128}),
                    "forward: anchors are (256, 2048), candidates (4096, 128); widths must match.");
}

TEST_CASE("A requirement that holds costs no message", "[core]") {
  evaluations = 0;
  MIXCON_REQUIRE(1 + 1 == 2, counted("never read"));
  CHECK(evaluations == 0);
  CHECK_THROWS_AS([] { MIXCON_REQUIRE(false, counted("read once")); }(), std::invalid_argument);
  CHECK(evaluations == 1);
}

TEST_CASE("Parts of a message are written as a reader expects them", "[core]") {
  using mixcon::detail::sentence;
  CHECK(sentence("temperature is ", 0.07f, ", expected > ", 0.0) == "temperature is 0.07, expected > 0");
  CHECK(sentence(-1, " and ", std::uint64_t{1} << 63) == "-1 and 9223372036854775808");
  CHECK(sentence(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(sentence(std::numeric_limits<float>::infinity(), " ", 1e-12) == "inf 1e-12");
  CHECK(sentence(mixcon::axes<1>{5}, " ", mixcon::axes<3>{2, 0, 4}) == "(5,) (2, 0, 4)");
  CHECK(sentence(std::string("row "), std::numeric_limits<std::int64_t>::min()) == "row -9223372036854775808");
}

TEST_CASE("The macro is one statement, in a branch without braces too", "[core]") {
  const bool positive = true;
  if (positive)
    MIXCON_REQUIRE(true, "fine");
  else
    FAIL("the else belonged to the macro");
  SUCCEED();
}
