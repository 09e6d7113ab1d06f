// SPDX-License-Identifier: BSD-3-Clause
// Catch2 by one name: version 2 (Debian 12) has one header, version 3 several.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
namespace mixcon_test {
inline auto ContainsSubstring(const std::string& text) { return Catch::Matchers::Contains(text); }
}  // namespace mixcon_test
using mixcon_test::ContainsSubstring;
#endif
