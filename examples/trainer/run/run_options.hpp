// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options/option_list.hpp"

#include <cstdint>
#include <string>

namespace mixcon_train {
inline namespace run {

/// What a run is computed with, and where it is kept.
struct run_options {
  std::uint64_t seed = 0;
  index_t threads = 0;
  std::string device = "cpu", precision = "auto";
  std::string out{};
  index_t checkpoint_every = 500;
  void declare(option_list& to) {
    to.add("seed", seed, "of everything that is random");
    to.add("device", device, {"cpu", "cuda"}, "where the run trains; cuda: on an NVIDIA GPU, in fp32");
    to.add("threads", threads, {0, 1024}, "0: one a processor");
    to.add("precision", precision, {"auto", "fp32", "bf16"}, "of convolutions; auto: bf16 where the processor has it");
    if (device == "cuda")
      for (const char* name : {"threads", "precision"}) to.idle(name, "--device cuda computes on the GPU, in fp32");
    to.add("out", out, "folder of the run (empty: runs/RECIPE-DATA-001, or the next number)");
    to.add("checkpoint-every", checkpoint_every, {1, 0x1p40}, "steps between checkpoints");
  }
};

}  // namespace run
}  // namespace mixcon_train
