// SPDX-License-Identifier: BSD-3-Clause
#include "devices/cuda/losses/queues.cuh"

template void mixcon_train::add_queue_loss<float>(mixcon_train::loss_table&, mixcon_train::cuda_queue&);
