// SPDX-License-Identifier: BSD-3-Clause
// The main of every test program.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"

int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
