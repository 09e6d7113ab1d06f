// SPDX-License-Identifier: BSD-3-Clause
// Includes everything and uses nothing: its object must define nothing.
#include <mixcon/mixcon.hpp>
