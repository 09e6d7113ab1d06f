// SPDX-License-Identifier: BSD-3-Clause
#include "devices/cuda/losses/listed.cuh"

template void mixcon_train::add_listed_loss<float>(mixcon_train::loss_table&, mixcon_train::cuda_queue&);
