// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every way to choose negatives.

#include <mixcon/negatives/admissible.hpp>
#include <mixcon/negatives/approximate_top_k.hpp>
#include <mixcon/negatives/class_conditioned.hpp>
#include <mixcon/negatives/cross_batch_memory.hpp>
#include <mixcon/negatives/dated_index.hpp>
#include <mixcon/negatives/distance_weighted.hpp>
#include <mixcon/negatives/false_negatives.hpp>
#include <mixcon/negatives/instance_bank.hpp>
#include <mixcon/negatives/latent_mixup.hpp>
#include <mixcon/negatives/memory_queue.hpp>
#include <mixcon/negatives/mochi.hpp>
#include <mixcon/negatives/ring.hpp>
#include <mixcon/negatives/sample_conditioned.hpp>
#include <mixcon/negatives/semi_hard.hpp>
#include <mixcon/negatives/top_k.hpp>
#include <mixcon/negatives/uniform_negatives.hpp>
