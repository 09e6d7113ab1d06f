#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_alone.py COMPILER INCLUDE_DIRECTORY

A call compiles with its own header, adapt/tensors/span.hpp and one engine's header: each line of CALLS is such a unit, and
instantiates what the header only declares.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

PROLOGUE = """
using namespace mixcon;
int main() {
  std::vector<float> numbers(8, 1), more(8, 2), room(8);
  const std::vector<int> y{0, 0, 1, 1};
  const auto z = as_matrix(numbers, 4, 2), x = as_matrix(more, 4, 2), g = as_matrix(room, 4, 2);
"""
ALIGNED = "value_and_grad(serial{{}}, {0}{{}}, z, x, {{.first = g}});"
CALLS = [
    ("losses/n_pairs", "serial", "value_and_grad(serial{}, n_pairs{}, label_targets{.labels = y}, z, g);"),
    ("losses/n_pairs", "executor", "value_and_grad(tiled{}, n_pairs{}, label_targets{.labels = y}, z, g);"),
    *((f"losses/{loss}", "serial", ALIGNED.format(loss))
      for loss in ("alignment", "byol", "barlow_twins", "vicreg", "mmcl", "knowledge_distillation")),
    ("losses/nt_xent", "tiled", "nt_xent().check();"),
    ("losses/unicon", "serial", "value_and_grad(serial{}, objective{info_nce{}, cosine{}}, unicon_targets(y, 1), z, g);"),
    ("losses/moco", "serial", "moco().check();"),
    ("losses/relational_distillation", "executor", ALIGNED.format("relational_distillation")),
    ("engine/mined_triplets", "serial", "mined_triplets(objective{triplet_margin{}}, diagonal_targets{}, z);"),
    ("losses/soft_binary_cross_entropy", "serial",
     "value_and_grad(serial{}, soft_binary_cross_entropy{}, as_matrix(more, 4, 2), given_logits{z}, {.logits = g});"),
    ("losses/decoupled_mixup", "serial",
     "value_and_grad(serial{}, decoupled_mixup{}, pair_targets{}, given_logits{z}, {.logits = g});"),
    ("losses/infinite_class_mixup", "serial",
     "std::vector<float> bias(4); value_and_grad(serial{}, infinite_class_mixup{}, pair_targets{}, z, x, bias, {});"),
    ("negatives/search/top_k", "serial", "top_k{.k = 1}(serial{}, cosine{}, z, x);"),
    ("negatives/search/false_negatives", "serial", "false_negatives{}(serial{}, cosine{}, as_tensor<3>(more, {4, 1, 2}), z);"),
    ("negatives/memory/memory_queue", "serial", "memory_queue<float>(4, 2).enqueue(z);"),
    ("negatives/memory/cross_batch_memory", "serial", "cross_batch_memory<float>(4, 2).push(z, y);"),
]
# What a call needs that is of another header by nature: the loss of an objective, the targets.
ALSO = {
    "engine/mined_triplets": ["losses/triplet_margin", "contrast/targets/diagonal"],
}


def failure(compiler, directory, header, engine, call):
    """What the compiler says against one unit."""
    names = [header, "adapt/tensors/span", f"engine/{engine}", *ALSO.get(header, [])]
    unit = "".join(f"#include <mixcon/{name}.hpp>\n" for name in names) + PROLOGUE + call + "\n}\n"
    run = subprocess.run([compiler, "-std=c++20", "-I", directory, "-fsyntax-only", "-x", "c++", "-"], text=True,
                         input=unit, capture_output=True)
    return f"{header} with {engine}:\n" + "\n".join(run.stderr.splitlines()[:20]) if run.returncode != 0 else None


def main(compiler, directory):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = [f for f in pool.map(lambda call: failure(compiler, directory, *call), CALLS) if f]
    print(f"{len(CALLS)} units")
    return "\n".join(failures) or 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
