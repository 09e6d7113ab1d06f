// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_labelled.hpp"

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
void check_group_softmax(golden_case& of, const named_engine& by) {
  const double temperature = of.params.number("temperature");
  const bool averages = of.params.flag("positive_average", false);
  with_similarity(of, [&](auto similarity) {
    averages ? check_labelled<T>(of, by, objective{supcon_inside{.temperature = temperature}, similarity})
             : check_labelled<T>(of, by, objective{group_softmax{.temperature = temperature}, similarity});
  });
}

template <class T>
void check_nca(golden_case& of, const named_engine& by) {
  const rows form = of.params.flag("normalize", true) ? rows::unit : rows::as_given;
  const std::string distance = of.params.word("distance", "squared_euclidean");
  if (distance == "squared_euclidean") {
    auto criterion = nca(of.params.number("scale"));
    criterion.similarity = {form, form};
    check_labelled<T>(of, by, criterion);
  } else if (distance == "euclidean") {
    objective criterion{group_softmax{.temperature = 1}, negative_distance{form, form}};
    criterion.scale = of.params.number("scale");
    check_labelled<T>(of, by, criterion);
  } else {
    throw std::runtime_error("unknown distance " + distance);
  }
}

const known_loss group{"group_softmax", check_group_softmax<double>, check_group_softmax<float>};
const known_loss nca_loss{"nca", check_nca<double>, check_nca<float>};

}  // namespace
}  // namespace mixcon_golden
