// SPDX-License-Identifier: BSD-3-Clause
// CMake makes the precompiled header that all tests share with this file: it needs one source that does not define
// main.
#include "support/catch.hpp"
