// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Includes every way to choose, store or make negatives.

#include <mixcon/negatives/admissible.hpp>
#include <mixcon/negatives/drawn/class_conditioned.hpp>
#include <mixcon/negatives/drawn/distance_weighted.hpp>
#include <mixcon/negatives/drawn/sample_conditioned.hpp>
#include <mixcon/negatives/drawn/semi_hard.hpp>
#include <mixcon/negatives/drawn/uniform_negatives.hpp>
#include <mixcon/negatives/memory/cross_batch_memory.hpp>
#include <mixcon/negatives/memory/instance_bank.hpp>
#include <mixcon/negatives/memory/memory_queue.hpp>
#include <mixcon/negatives/memory/ring.hpp>
#include <mixcon/negatives/search/approximate_top_k.hpp>
#include <mixcon/negatives/search/dated_index.hpp>
#include <mixcon/negatives/search/false_negatives.hpp>
#include <mixcon/negatives/search/top_k.hpp>
#include <mixcon/negatives/synthetic/latent_mixup.hpp>
#include <mixcon/negatives/synthetic/mochi.hpp>
