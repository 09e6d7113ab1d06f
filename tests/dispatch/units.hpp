// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// How many numbers a unit writes at most: the first half in float, the other in double, if compiled WITH_DOUBLE.
inline constexpr int numbers_of_unit = 24;
