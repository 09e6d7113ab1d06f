// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// How many numbers a unit writes: the first half in float, the other in double.
inline constexpr int numbers_of_unit = 24;
