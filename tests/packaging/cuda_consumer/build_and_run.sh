#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# usage: build_and_run.sh NVCC CXX ROOT FOLDER: builds a family of the compiled library by nvcc and a program by CXX, in
# FOLDER, links and runs it. Without a GPU the program must say so in one sentence.
set -eu
nvcc=$1 cxx=$2 root=$3 folder=$4
[ -x "$nvcc" ] || { echo "nvcc is not installed: nothing was linked"; exit 77; }
mkdir -p "$folder"
for source in diagonals memory; do
  "$nvcc" -std=c++20 -arch=sm_90 -Werror all-warnings -Xptxas=--warn-on-spills -I "$root/include" -I "$root/cuda/include" \
    -c "$root/cuda/src/compiled/$source.cu" -o "$folder/$source.o"
done
"$cxx" -std=c++20 -Wall -Wextra -Werror -I "$root/include" -I "$root/cuda/include" \
  -c "$root/tests/packaging/cuda_consumer/main.cpp" -o "$folder/main.o"
"$nvcc" "$folder/main.o" "$folder/diagonals.o" "$folder/memory.o" -o "$folder/consumer"
status=0
"$folder/consumer" > "$folder/said.txt" || status=$?
cat "$folder/said.txt"
[ "$status" -eq 0 ] && exit 0
[ "$status" -eq 2 ] && [ "$(wc -l < "$folder/said.txt")" -eq 1 ] && grep -q "there is no GPU that CUDA can use here" "$folder/said.txt"
