# SPDX-License-Identifier: BSD-3-Clause
# Targets `format` (rewrites every source file of ours) and `lint` (scripts/lint: formatting and clang-tidy).
add_custom_target(format COMMAND ${PROJECT_SOURCE_DIR}/scripts/lint --fix VERBATIM USES_TERMINAL)
add_custom_target(lint COMMAND ${PROJECT_SOURCE_DIR}/scripts/lint VERBATIM USES_TERMINAL)
