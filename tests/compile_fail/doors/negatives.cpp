// SPDX-License-Identifier: BSD-3-Clause
#include "given.hpp"

#include <mixcon/engine/serial.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/all_negatives.hpp>

struct index_of_rows {
  void add(const matrix_view<const float>&, const integer_view&) {}
  void remove(index_t) {}
  void search(const matrix_view<const float>&, const matrix_view<std::int64_t>&, const matrix_view<float>&) const {}
  index_t size() const { return 4; }
  index_t width() const { return 4; }
  bool inner_product() const { return true; }
};
inline const index_of_rows known{};
inline const philox_draws draws{.seed = 1};
inline const negative_list list(4, 1);
inline const mixture_list mixtures{};
inline memory_queue<float> queue(8, 4);
inline cross_batch_memory<float> labelled(8, 4);
inline instance_bank<float> bank(8, 4);
inline workspace kept;
inline negative_list drawn;
inline ranked_list<float> found;
inline rows_of_anchors<float> of_list;

// accepted
top_k{.k = 2}(serial{}, cosine{}, z, z);
approximate_top_k{.k = 2}(serial{}, known, z);
false_negatives{}(serial{}, cosine{}, cubes, z);
distance_weighted{}(serial{}, z, z, labels, draws);
semi_hard{}(serial{}, z, z, z, labels, draws);
uniform_negatives{}(labels, 4, draws);
own_rows(list, z);
queue.enqueue(z);
labelled.push(z, labels);
bank.update(z, labels);
uniform_negatives{}.draw_again(drawn, labels, 4, draws, kept);
top_k{.k = 2}.find_again(found, serial{}, cosine{}, z, z, kept);
own_rows_again(of_list, list, z);
bank.update(z, labels, kept);

// refused: mixcon: top_k is called as
top_k{.k = 2}(cosine{}, z, z);
// refused: mixcon: top_k is called as
top_k{.k = 2}(serial{}, z, z);
// refused: mixcon: top_k is called as
top_k{.k = 2}(cosine{}, serial{}, z, z);
// refused: mixcon: this type is no tensor yet
top_k{.k = 2}(serial{}, cosine{}, elsewhere, z);
// refused: mixcon: this type is no tensor yet
top_k{.k = 2}(serial{}, cosine{}, z, elsewhere);
// refused: mixcon: this tensor has another rank
top_k{.k = 2}(serial{}, cosine{}, flat, z);
// refused: mixcon: top_k compares anchors with keys of one precision
top_k{.k = 2}(serial{}, cosine{}, z, gradient_of_double);
// refused: mixcon: approximate_top_k is called as
approximate_top_k{.k = 2}(known, z);
// refused: mixcon: approximate_top_k is called as
approximate_top_k{.k = 2}(serial{}, z, z);
// refused: mixcon: this type is no tensor yet
approximate_top_k{.k = 2}(serial{}, known, elsewhere);
// refused: mixcon: this tensor has another rank
approximate_top_k{.k = 2}(serial{}, known, flat);
// refused: mixcon: false_negatives is called as
false_negatives{}(cosine{}, cubes, z);
// refused: mixcon: false_negatives is called as
false_negatives{}(serial{}, cubes, z);
// refused: mixcon: this type is no tensor yet
false_negatives{}(serial{}, cosine{}, elsewhere, z);
// refused: mixcon: this tensor has another rank
false_negatives{}(serial{}, cosine{}, z, z);
// refused: mixcon: distance_weighted is called as
distance_weighted{}(z, z, labels, draws);
// refused: mixcon: this type is no tensor yet
distance_weighted{}(serial{}, z, elsewhere, labels, draws);
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
distance_weighted{}(serial{}, z, z, flat, draws);
// refused: mixcon: semi_hard is called as
semi_hard{}(z, z, z, labels, draws);
// refused: mixcon: this tensor has another rank
semi_hard{}(serial{}, z, flat, z, labels, draws);
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
uniform_negatives{}(elsewhere, 4, draws);
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
uniform_negatives{}(flat, 4, draws);
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
uniform_negatives{}(std::vector<int>(4), 4, draws);
// refused: mixcon: this type is no tensor yet
own_rows(list, elsewhere);
// refused: mixcon: this tensor has another rank
own_rows(list, z, flat);
// refused: mixcon: this type is no tensor yet
queue.enqueue(elsewhere);
// refused: mixcon: this tensor has another rank
queue.enqueue(flat);
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
labelled.push(z, flat);
// refused: mixcon: this type is no tensor yet
labelled.push(elsewhere, labels);
// refused: mixcon: labels, ids and indices are a tensor (N) of integers
labelled.targets(elsewhere);
// refused: mixcon: this type is no tensor yet
bank.update(elsewhere, labels);
// refused: mixcon: this type is no tensor yet
synthetic_negatives(cosine{}, mixtures, z, elsewhere, z);
// refused: mixcon: this tensor has another rank
synthetic_negatives(cosine{}, mixtures, z, flat, z);
