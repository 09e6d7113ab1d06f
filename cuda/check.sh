#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Checks and measures the kernels on a GPU; see cuda/check/check.py, or --help.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
  echo "cuda/check.sh: no python3 in PATH; install it (and PyTorch, to measure beside it)" >&2
  exit 2
fi
exec python3 -B cuda/check/check.py "$@"
