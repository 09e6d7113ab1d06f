#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What can be checked on a machine with nvcc, and the more so with a GPU.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'USAGE'
usage: cuda/check.sh [--arch SM] [--jobs N] [--help]

Compiles every program of tests/gpu with nvcc, without further flags, and runs each on the GPU: statistics,
similarities, targets and losses in plain kernels, compared with the serial engine in double on the host.

  --arch SM   a compute capability such as 80, 90 or native (default: native with a GPU, else 80)
  --jobs N    programs compiled at once (default: the number of cores)

Needs nvcc (in PATH, or named by NVCC) and its C++20 host compiler; nothing else. Programs lie in build/gpu_check.
Exit status: 0 everything ran and agrees; 1 something did not compile or disagrees; 2 wrong use, no nvcc, or a failed
CUDA call; 77 everything compiled, but there is no GPU to run it on.
USAGE
}

arch="" jobs=$(nproc)
while [ $# -gt 0 ]; do
  case "$1" in
    --help | -h) usage; exit 0 ;;
    --arch) arch=${2:?--arch needs a compute capability}; shift ;;
    --jobs) jobs=${2:?--jobs needs a number}; shift ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

nvcc=${NVCC:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
if [ ! -x "$nvcc" ]; then
  echo "cuda/check.sh: no nvcc in PATH or in /usr/local/cuda; install the CUDA toolkit, or name it by NVCC" >&2
  exit 2
fi
if [ -z "$arch" ]; then
  arch=80
  if command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q '^GPU'; then arch=native; fi
fi
[ "$arch" = native ] || arch=sm_$arch

out=build/gpu_check
mkdir -p "$out"
echo "== compiling for $arch"
compile() {
  "$1" -std=c++20 -arch="$2" -Werror all-warnings -Xptxas=--warn-on-spills -Xcompiler=-Wall,-Wextra,-Wshadow,-Wconversion,-Wdouble-promotion \
    -I include -I cuda/include -I tests "$4" -o "$3/$(basename "$4" .cu)" && echo "$4 compiles"
}
export -f compile
printf '%s\0' tests/gpu/*.cu | xargs -0 -P "$jobs" -I{} bash -c 'compile "$@" || exit 1' _ "$nvcc" "$arch" "$out" {} || exit 1

worst=0 ran=0
for source in tests/gpu/*.cu; do
  program=$out/$(basename "$source" .cu)
  echo "== $(basename "$program")"
  status=0
  "$program" || status=$?
  case $status in
    0) ran=$((ran + 1)) ;;
    77) ;;
    *) [ "$worst" = 2 ] || worst=$status ;;
  esac
done
if [ "$worst" != 0 ]; then
  echo "FAILED"
  exit "$worst"
fi
if [ "$ran" = 0 ]; then
  echo "compiled; nothing was run"
  exit 77
fi
echo "all agree"
