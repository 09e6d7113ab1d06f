// SPDX-License-Identifier: BSD-3-Clause
#include "devices/cuda/losses/batch_keys.cuh"

template void mixcon_train::add_batch_key_loss<float>(mixcon_train::loss_table&, mixcon_train::cuda_queue&);
