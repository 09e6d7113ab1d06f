# SPDX-License-Identifier: BSD-3-Clause
"""What callers hand in: numbers in every guise mean the same, and what is refused is refused in a sentence."""

import numpy as np
import pytest

import mixcon
from mixcon import mixing, targets

rng = np.random.default_rng(0)
Z, Y = rng.normal(size=(8, 4)), np.arange(8) % 3
OTHERS = rng.normal(size=(8, 4))


def test_parameters_have_the_type_of_their_kind_whatever_was_called_before():
    mixcon.nt_xent(Z, temperature=1.0, check_finite=True)
    for more in ({"temperature": True}, {"temperature": 1.0, "check_finite": 1}):
        with pytest.raises(TypeError):
            mixcon.nt_xent(Z, **more)


def test_arrays_as_parameters_are_read_at_each_call():
    temperature, weights = np.array(0.5), np.ones(8, np.float32)
    weighted = lambda: mixcon.nt_xent(Z, temperature=temperature, weights=weights, reduction="weighted", gradient=False)
    assert weighted() == mixcon.nt_xent(Z, reduction="sum", gradient=False)
    temperature[()], weights[:] = 0.2, 2.0
    expected = 2 * mixcon.nt_xent(Z, temperature=0.2, reduction="sum", gradient=False)
    assert abs(weighted() - expected) < 1e-12 * expected


def test_rows_are_as_asked_in_whatever_order_similarity_and_rows_come():
    call = lambda **more: mixcon.contrast("info_nce", Z, OTHERS, targets.Diagonal(), gradient=False, **more)
    assert call(rows="as_given", similarity="cosine") == call(similarity="cosine", rows="as_given")
    assert call(rows="as_given", similarity="cosine") == call(rows="as_given", similarity="dot_product")


@pytest.mark.parametrize(
    "lam", [np.float32(0.25), np.array(0.25), [0.25] * 8, np.full(8, 0.25, np.float16), (0.25,) * 8]
)
def test_lambda_in_every_guise(lam):
    partner = Y[::-1] % 8
    assert mixcon.i_mix(Z, OTHERS, lam, partner)[0] == mixcon.i_mix(Z, OTHERS, 0.25, partner.tolist())[0]


class Column:
    """A column of a table, as pandas has them: an array by `__array__` alone."""

    dtype = Y.dtype

    def __array__(self, dtype=None, copy=None):
        return Y.astype(dtype or Y.dtype)


@pytest.mark.parametrize("labels", [Y.tolist(), tuple(Y.tolist()), Column(), Y.astype(np.uint8), np.repeat(Y, 2)[::2]])
def test_labels_in_every_guise(labels):
    assert mixcon.supcon(Z, labels)[0] == mixcon.supcon(Z, Y)[0]
    assert mixcon.supcon(Z, range(8), no_positive="skip")[0] == 0


def test_soft_labels_are_lists_too():
    soft = rng.uniform(size=(8, 4))
    assert mixcon.soft_cross_entropy(Z, soft.tolist())[0] == mixcon.soft_cross_entropy(Z, soft)[0]


REFUSED = [
    (lambda: mixcon.nt_xent(), TypeError, "nt_xent: missing a required argument: 'z'; expected nt_xent(z, z2=None"),
    (lambda: mixcon.nt_xent(Z, Z, Z), TypeError, "nt_xent: too many positional arguments; expected nt_xent(z, z2=None"),
    (lambda: mixcon.clip(Z, Z, images=Z), TypeError, "clip: multiple values for argument 'images'"),
    (lambda: mixcon.nt_xent(Z, gradient="al"), ValueError, "gradient is 'al'; expected True, False or 'all'"),
    (lambda: mixcon.nt_xent(Z, threads=1.5), TypeError, "nt_xent: threads is 1.5; expected a whole number"),
    (lambda: mixcon.nt_xent(np.ma.masked_array(Z, Z > 0)), TypeError, "nt_xent: z is a masked array"),
    (lambda: mixcon.nt_xent(Z.astype(">f8")), TypeError, "nt_xent: z is of the type >f8, in the byte order of another"),
    (lambda: mixcon.alignment(Z, np.datetime64("now")), TypeError,
     "alignment: y is of the type datetime64[s]; expected"),
    (lambda: mixcon.nt_xent(Z, threads=2**70), ValueError, "threads is 1180591620717411303424; expected 0"),
    (lambda: mixcon.supcon(Z, Y > 0), TypeError, "supcon: labels are of the type bool; expected integers"),
    (lambda: mixcon.supcon(Z, list("abcdabcd")), TypeError, "supcon: labels are of the type <U1; expected integers"),
    (lambda: mixcon.supcon(Z, [[0], [1, 2]]), TypeError, "supcon: labels is a list; expected integers (N,)"),
    (lambda: mixcon.supcon(Z, Y[:, None]), ValueError, "labels have the shape (8, 1); expected (N,), as labels[:, 0]"),
    (lambda: mixcon.supcon(Z, np.eye(3, dtype=int)[Y]), ValueError, "expected (N,), as labels.argmax(1) of one-hot"),
    (lambda: mixcon.arcface(Z, None, Z[:3]), TypeError, "arcface: labels are missing; expected integers (N,)"),
    (lambda: mixcon.i_mix(Z, Z, None, Y), TypeError, "i_mix: lam is missing; expected a number, or numbers (N,)"),
    (lambda: mixcon.i_mix(Z, Z, "a", Y), TypeError, "i_mix: lam is a str; expected a number, or numbers (N,)"),
    (lambda: mixcon.i_mix(Z, Z, Z[:, :1], Y), ValueError,
     "i_mix: lam has the shape (8, 1); expected one number, or (N,)"),
    (lambda: mixcon.i_mix(Z, Z, 0.5, None), TypeError, "i_mix: partner is missing; expected integers (N,)"),
    (lambda: mixcon.un_mix_loss(Z, Z[:4], Z, [0.1, 0.2]), ValueError, "un_mix_loss: lam has the shape (2,)"),
    (lambda: mixcon.weighted_decoupled(Z, sigma="a"), TypeError,
     "weighted_decoupled: sigma is a str; expected a number"),
    (lambda: mixcon.weighted_decoupled(Y.repeat(4).reshape(-1, 4)), TypeError, "weighted_decoupled: z is of the type int64"),
    (lambda: mixcon.weighted_softmax(Z, Y, kappa="a"), TypeError, "weighted_softmax: kappa is a str; expected"),
    (lambda: mixcon.weighted_decoupled(Z[:7]), ValueError, "weighted_decoupled: z has 7 rows"),
    (lambda: mixcon.unicon(Z, Z, Y[:4], views="2"), TypeError, "unicon: views is '2'; expected a whole number"),
    (lambda: mixcon.supcon(Z, mask="a"), TypeError, "supcon: mask is a str; expected numbers (N, M)"),
    (lambda: mixcon.supcon(np.zeros((3, 0, 4)), Y[:3]), ValueError,
     "z has the shape (3, 0, 4); expected at least one view"),
    (lambda: mixcon.byol(Z[:0], Z[:0]), ValueError, "byol: predictions has no rows; expected at least one"),
    (lambda: mixcon.alignment(Z, Z[:2]), ValueError, "alignment: rows (8, 4) and (2, 4); expected two matrices of one"),
    (lambda: mixcon.soft_cross_entropy(Z[:0], Y[:0]), ValueError, "soft_cross_entropy: logits is (0, 4); expected"),
    (lambda: mixcon.nt_xent(Z, weights=np.ones(8)), ValueError,
     "nt_xent: weights are given, which count with reduction="),
    (lambda: mixcon.nt_xent(Z, targets=Y), TypeError,
     "nt_xent: targets is a ndarray; expected targets of mixcon.targets"),
    (lambda: mixcon.weighted_softmax(Z, Y), ValueError, "weighted_softmax: kappa has 0 numbers for 8 rows of z"),
    (lambda: mixcon.contrast("vicreg", Z, Z, targets.Diagonal()), ValueError,
     "vicreg is no loss over pairs with targets"),
    (lambda: mixcon.contrast(3, Z, None, targets.Others()), TypeError, "contrast: loss is a int; expected the name"),
    (lambda: targets.Views(2.0), TypeError, "targets.Views: samples is 2.0; expected a whole number"),
    (lambda: targets.Views(2, order="sample"), ValueError,
     "order is 'sample'; expected one of view_major, sample_major"),
    (lambda: targets.Labels(Y, ignored="a"), TypeError, "targets.Labels: ignored is 'a'; expected a whole number"),
    (lambda: targets.Labels(Y, hides_others=1), TypeError, "targets.Labels: hides_others is 1; expected True or False"),
    (lambda: targets.Mixed(None, lam=0.5, partner=Y), TypeError, "targets.Mixed: base is a NoneType; expected targets"),
    (lambda: targets.Mixed(targets.Diagonal(), "plan"), TypeError, "targets.Mixed: plan is a str; expected a plan"),
    (lambda: mixing.mixup(Z, step=-1), ValueError, "mixup: step is -1; expected a whole number >= 0"),
    (lambda: mixing.mixup(Z, within=3), TypeError, "mixup: within is 3; expected a str"),
    (lambda: mixing.mixup(Z, partners=[1]), TypeError,
     "partners are a list; expected a NumPy array or a PyTorch tensor"),
    (lambda: mixing.mixup(np.ma.masked_array(Z, Z > 0)), TypeError,
     "samples is a masked array; expected plain numbers"),
    (lambda: mixing.mixup(Z.astype(">f8")), TypeError, "in the byte order of another machine"),
    (lambda: mixing.mixup(Z, alpha=np.ones(2)), ValueError, "mixup: alpha has the shape (2,); expected one number"),
    (lambda: mixing.stackmix(Z, partners=3), TypeError,
     "partners are a int; expected a NumPy array or a PyTorch tensor"),
    (lambda: mixing.stackmix(Z, partners=Z[:3]), ValueError, "partners (3, 4); expected rows for each partner"),
    (lambda: mixing.Mixup(0.2), TypeError,
     "Mixup: 0.2 has no name; expected parameters by their names, of alpha, beta"),
    (lambda: mixing.plan_of("cutmixx", Z), ValueError, "there is no policy cutmixx; did you mean cutmix?"),
    (lambda: mixing.slerp(Z), TypeError, "slerp: plan is a ndarray; expected a plan"),
    (lambda: mixing.Plan.from_json(None), TypeError, "Plan.from_json: text is a NoneType; expected a str"),
    (lambda: mixing.mixup(Z, Y)[1].targets(3, dtype=int), TypeError, "expected a floating-point type, as float32"),
    (lambda: mixing.mixup(Z, Y)[1].targets(0), ValueError, "targets: classes is 0; expected a whole number >= 1"),
    (lambda: mixing.mixup(Z, Y)[1].targets(3, smoothing="a"), TypeError, "targets: smoothing is a str"),
    (lambda: mixing.Collate(mixing.Mixup), TypeError, "Collate: policy is <class"),
]


@pytest.mark.parametrize("call, kind, sentence", REFUSED)
def test_refused_in_a_sentence(call, kind, sentence):
    with pytest.raises(kind) as caught:
        call()
    assert sentence in str(caught.value) and "incompatible function" not in str(caught.value)


def test_features_of_positive_pairs_keep_their_type():
    (queries, keys), shares = mixing.positive_features(Z.astype(np.float32), OTHERS.astype(np.float32), seed=1)
    assert queries.dtype == keys.dtype == np.float32 and shares.dtype == np.float64


def test_help_shows_what_is_called():
    import inspect

    assert list(inspect.signature(mixcon.clip).parameters)[:2] == ["images", "texts"]
    assert inspect.signature(mixcon.nt_xent).parameters["temperature"].default == 0.5
