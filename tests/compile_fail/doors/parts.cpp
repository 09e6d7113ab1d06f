// SPDX-License-Identifier: BSD-3-Clause
// What calls are made of: candidates, given logits, targets, views.
#include "given.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/contrast/targets/mask.hpp>
#include <mixcon/contrast/targets/matrix.hpp>
#include <mixcon/engine/candidates.hpp>
#include <mixcon/engine/given_logits.hpp>

// accepted
candidates(z, z);
candidates(own(z), as_given(z), as_unit(z));
given_logits{z};
label_targets{.labels = labels};
view<2>(z);
view(flat);

// refused: mixcon: own(...) takes keys (N, D)
own(elsewhere);
// refused: mixcon: own(...) takes keys (N, D)
own(flat);
// refused: mixcon: candidates are matrices
candidates(elsewhere, z);
// refused: mixcon: candidates are matrices
candidates(z, flat);
// refused: mixcon: candidates are matrices
as_given(elsewhere);
// refused: mixcon: candidates are matrices
as_unit(flat);
// refused: mixcon: given_logits takes a matrix
given_logits{elsewhere};
// refused: mixcon: given_logits takes a matrix
given_logits{flat};
// refused: mixcon: given_logits takes a matrix
given_logits{as_matrix(flat, 4, 4)};
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
label_targets{.labels = elsewhere};
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
label_targets{.labels = flat};
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
label_targets{.labels = std::vector<int>(4)};
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
label_targets{.labels = z};
// refused: mixcon: this type is no tensor yet
view(elsewhere);
// refused: mixcon: this tensor has another rank
view<2>(flat);
// refused: mixcon: this temporary owns its elements
view(owning_temporary());
