// SPDX-License-Identifier: BSD-3-Clause
#include "devices/cuda/losses/banks.cuh"

template void mixcon_train::add_bank_loss<float>(mixcon_train::loss_table&, mixcon_train::cuda_queue&);
