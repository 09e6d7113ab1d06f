// SPDX-License-Identifier: BSD-3-Clause
#include "two_units_sample.hpp"

two_units::answers two_units::second_answers() { return compute(); }
