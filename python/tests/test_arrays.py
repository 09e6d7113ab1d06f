# SPDX-License-Identifier: BSD-3-Clause
"""What holds for every loss on arrays: gradients, strides, types, threads, and calls that are refused."""

import threading

import numpy as np
import pytest

import mixcon
from examples import examples
from mixcon import targets

ALL = examples()
NAMES = list(ALL)


def arrays_of(gradient):
    return gradient if isinstance(gradient, tuple) else (gradient,)


def answer(name, convert=lambda x: x, **more):
    return getattr(mixcon, name)(**ALL[name].arguments(convert), **more)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_differences(name):
    example, rng = ALL[name], np.random.default_rng(1)
    value, gradient = answer(name, gradient="all")
    assert np.isfinite(value)
    given = [k for k in example.rows]
    gradients = arrays_of(gradient)
    constant = {"byol", "simsiam", "knowledge_distillation", "relational_distillation"}
    given = given[:1] if name in constant else given
    assert len(gradients) == len(given)
    step = 1e-6
    if name == "weighted_decoupled":  # whose weights are constants in the gradient
        pytest.skip("the pairs' weights are held constant")
    if name == "circle" or name == "mmcl":
        pytest.skip("weights of pairs are held constant")
    for argument, by in zip(given, gradients):
        towards = rng.normal(size=by.shape)
        moved = lambda t: {**example.arguments(), argument: example.rows[argument] + t * towards}
        up, down = (getattr(mixcon, name)(**moved(t), gradient=False) for t in (step, -step))
        slope = float((by * towards).sum())
        assert abs((up - down) / (2 * step) - slope) <= 2e-6 * max(1, abs(slope))


@pytest.mark.parametrize("name", NAMES)
def test_strides_do_not_matter(name):
    value, gradient = answer(name)

    def reversed_twice(x):
        return np.ascontiguousarray(x[::-1])[::-1]

    def spread(x):
        wide = np.zeros(tuple(2 * n for n in x.shape))
        wide[tuple(slice(None, None, 2) for _ in x.shape)] = x
        return wide[tuple(slice(None, None, 2) for _ in x.shape)]

    for convert in (reversed_twice, spread, np.asfortranarray):
        again, by = answer(name, convert)
        slack = 1e-14 if name == "soft_cross_entropy" else 0  # logits side by side are summed in another order
        assert abs(again - value) <= slack
        for a, b in zip(arrays_of(gradient), arrays_of(by)):
            assert np.abs(a - b).max() <= slack


@pytest.mark.parametrize("name", NAMES)
def test_types_of_rows(name):
    value, gradient = answer(name)
    for dtype, within in ((np.float32, 1e-4), (np.float16, 3e-2)):
        found, by = answer(name, lambda x: x.astype(dtype))
        assert abs(found - value) <= within * max(1, abs(value))
        assert all(g.dtype == np.float32 for g in arrays_of(by))
        widened, by_wide = answer(name, lambda x: x.astype(dtype).astype(np.float32))
        assert found == widened and np.array_equal(arrays_of(by)[0], arrays_of(by_wide)[0])


@pytest.mark.parametrize("name", NAMES)
def test_the_value_alone_is_the_same_value(name):
    assert answer(name, gradient=False) == answer(name)[0]


def test_rows_of_stride_zero():
    row = np.random.default_rng(0).normal(size=(1, 5))
    z = np.broadcast_to(row, (6, 5))
    assert mixcon.nt_xent(z)[0] == mixcon.nt_xent(z.copy())[0]


def test_read_only_rows():
    z = np.random.default_rng(0).normal(size=(6, 5))
    z.flags.writeable = False
    assert np.isfinite(mixcon.nt_xent(z)[0])


def test_threads_give_the_same_bits():
    z = np.random.default_rng(0).normal(size=(700, 16)).astype(np.float32)
    one, by_one = mixcon.nt_xent(z, threads=1)
    found = []
    workers = [threading.Thread(target=lambda n=n: found.append(mixcon.nt_xent(z, threads=n))) for n in (0, 1, 2, 3)]
    [w.start() for w in workers], [w.join() for w in workers]
    assert len(found) == 4
    for value, gradient in found:
        assert value == one and np.array_equal(gradient, by_one)


def test_two_views_are_stacked_rows():
    z = ALL["nt_xent"].rows["z"]
    both = mixcon.nt_xent(*np.split(z, 2))
    whole = mixcon.nt_xent(z)
    assert both[0] == whole[0] and np.array_equal(np.concatenate(both[1]), whole[1])


def test_views_with_labels_and_masks():
    rng = np.random.default_rng(3)
    z, labels = rng.normal(size=(5, 2, 4)), np.array([0, 1, 0, 2, 1])
    value, gradient = mixcon.supcon(z, labels)
    stacked = np.concatenate([z[:, 0], z[:, 1]])
    again, by = mixcon.supcon(stacked, targets=targets.Labels(labels, 2))
    assert value == again and np.array_equal(gradient[:, 1], by[5:])
    masked, _ = mixcon.supcon(z, mask=labels[:, None] == labels)
    assert abs(masked - value) < 1e-12


def test_targets_agree_with_a_table():
    rng = np.random.default_rng(4)
    z, labels = rng.normal(size=(6, 3)), np.array([0, 1, 0, 2, 1, 0])
    lam, partner = rng.uniform(size=6), np.array([1, 2, 3, 4, 5, 0])
    same = (labels[:, None] == labels) * (1 - np.eye(6))
    share = same / np.maximum(same.sum(1, keepdims=True), 1)
    mixed = lam[:, None] * share + (1 - lam[:, None]) * share[partner] * (1 - np.eye(6))
    of_labels = targets.Labels(labels)
    for made, written in ((of_labels, share), (targets.Mixed(of_labels, lam=lam, partner=partner), mixed)):
        for direction in ((1, 0), (0.25, 0.75)):
            a, by_a = mixcon.contrast("info_nce", z, None, made, direction=direction)
            b, by_b = mixcon.contrast("info_nce", z, None, targets.Table(written, 1 - np.eye(6)), direction=direction)
            assert abs(a - b) < 1e-12 and np.abs(by_a - by_b).max() < 1e-12


def test_rows_of_a_queue_beside_hidden_others_are_negatives():
    """As in C++: labels hide the other classes of their own rows alone. No form calls a loss so; the core does."""
    rng = np.random.default_rng(5)
    z, queue, labels = rng.normal(size=(6, 3)), rng.normal(size=(4, 3)), np.array([0, 1, 0, 2, 1, 0])
    settings = mixcon._core.Settings("info_nce", {})
    same = (labels[:, None] == labels) * (1 - np.eye(6))
    share = np.concatenate([same / np.maximum(same.sum(1, keepdims=True), 1), np.zeros((6, 4))], axis=1)
    table = targets.Table(share, np.concatenate([same, np.ones((6, 4))], axis=1))
    hiding = targets.Labels(labels, hides_others=True)
    for direction in ((1, 0), (0.5, 0.5)):
        settings = mixcon._core.Settings("info_nce", {"direction": direction})
        call = mixcon._calls.Call([z, z.copy(), queue], ["z", "z", "queue"], hiding)
        value, gradients, *_ = mixcon._arrays.answer_of("info_nce", call, settings, 1, True)
        both = np.concatenate([z, queue])
        call = mixcon._calls.Call([z, both], ["z", "candidates"], table)
        expected, (by_z, by_both), *_ = mixcon._arrays.answer_of("info_nce", call, settings, 1, True)
        assert abs(value - expected) < 1e-12 and np.abs(gradients[0] - by_z).max() < 1e-12
        assert np.abs(np.concatenate(gradients[1:]) - by_both).max() < 1e-12


def refused(kind, call, *words):
    with pytest.raises(kind) as caught:
        call()
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_bad_calls_are_refused_in_a_sentence():
    z = np.random.default_rng(0).normal(size=(6, 4))
    y = np.arange(6) % 2
    refused(ValueError, lambda: mixcon.nt_xent(z[:5]), "nt_xent", "5 rows", "even")
    refused(TypeError, lambda: mixcon.nt_xent(z, temprature=0.5), "temprature", "did you mean temperature?")
    refused(TypeError, lambda: mixcon.nt_xent(z, temperature="a"), "temperature", "'a'", "number")
    refused(ValueError, lambda: mixcon.nt_xent(z, temperature=0.0), "temperature", "> 0")
    refused(ValueError, lambda: mixcon.nt_xent(z, temperature=-1), "temperature", "> 0")
    narrow = z.astype(np.float32)
    refused(ValueError, lambda: mixcon.nt_xent(narrow, temperature=1e-45), "largest float", "a larger temperature")
    refused(ValueError, lambda: mixcon.nt_xent(z, reduction="max"), "reduction", "mean, sum, weighted")
    refused(TypeError, lambda: mixcon.nt_xent(z.astype(complex)), "z", "complex128")
    refused(TypeError, lambda: mixcon.nt_xent(z.astype(int)), "z", "int64", "float32")
    refused(TypeError, lambda: mixcon.nt_xent([[1.0]]), "z", "list")
    refused(ValueError, lambda: mixcon.nt_xent(z[0]), "z", "rank 2")
    refused(ValueError, lambda: mixcon.nt_xent(np.zeros((0, 4))), "z", "0 rows")
    refused(ValueError, lambda: mixcon.uniformity(z[None]), "z", "(1, 6, 4)", "(N, D)")
    refused(ValueError, lambda: mixcon.contrast("info_nce", z[None], z, targets.Diagonal()), "anchors", "(1, 6, 4)")
    refused(ValueError, lambda: mixcon.nt_xent(z * np.nan, check_finite=True), "(0, 0) is nan", "finite")
    refused(ValueError, lambda: mixcon.supcon(z, y[:5]), "5 labels", "6")
    refused(TypeError, lambda: mixcon.supcon(z, y + 0.5), "labels", "float64", "integers")
    refused(TypeError, lambda: mixcon.supcon(z), "labels are missing")
    refused(TypeError, lambda: mixcon.supmix(z, y[:3], np.array([0.5 + 1j])), "lam", "complex")
    refused(ValueError, lambda: mixcon.clip(z, z[:5]), "5 rows", "6")
    refused(ValueError, lambda: mixcon.clip(z, z[:, :3]), "4", "3")
    refused(TypeError, lambda: mixcon.clip(z, z.astype(np.float32)), "one type")
    refused(ValueError, lambda: mixcon.arcface(z, y + 5, z[:2]), "label 0 is 5", "2 classes")
    refused(AttributeError, lambda: mixcon.nt_xnet, "did you mean nt_xent?")
    refused(ValueError, lambda: mixcon.contrast("nt_xnet", z, None, targets.Others()), "did you mean nt_xent?")


def test_refusals_speak_of_arguments():
    z = np.random.default_rng(0).normal(size=(6, 4))
    y, texts = np.arange(6) % 2, z.copy()
    texts[2, 1] = np.inf
    refused(ValueError, lambda: mixcon.clip(z, z[:, :3]), "clip: images is (6, 4), texts (6, 3)")
    refused(ValueError, lambda: mixcon.clip(z, z[:5]), "clip: texts has 5 rows beside images of 6")
    refused(TypeError, lambda: mixcon.clip(z), "'texts'")
    refused(ValueError, lambda: mixcon.clip(z, texts, check_finite=True), "clip: texts (2, 1) is inf")
    refused(ValueError, lambda: mixcon.supcon(z, y[:5]), "supcon: 5 labels", "6 rows of z")
    refused(ValueError, lambda: mixcon.supcon(z, np.arange(6), no_positive="error"),
            "supcon: row 0 of z has no positive", 'no_positive="zero" or "skip"')
    refused(ValueError, lambda: mixcon.nt_xent(z, rows="unit_as_given", check_finite=True), "nt_xent: row 0 of z has",
            'rows="unit"')
    refused(ValueError, lambda: mixcon.moco(z, z, z[:, :3]), "moco: queries is (6, 4), keys and queue (6, 3)")
    refused(ValueError, lambda: mixcon.arcface(z, y - 1, z[:2]), "arcface: label 0 is -1",
            "targets.Classes(labels, ignored=-1)")
    refused(ValueError, lambda: mixcon.contrast("info_nce", z, z[:5], targets.Diagonal()), "5 candidates for 6 anchors")


def test_every_loss_has_a_name_parameters_and_a_form():
    names = set(mixcon.losses())
    assert names == set(mixcon._forms.FORMS) == set(ALL)
    for name in names:
        function = getattr(mixcon, name)
        about = mixcon._core.describe(name)
        assert about["summary"] and about["summary"] in function.__doc__
        for field in about["fields"]:
            assert field["kind"] != "other" and field["meaning"], (name, field)
            assert field["kind"] in ("numbers", "integers") or f"{field['name']} = " in function.__doc__
    classes = [form.class_name for form in mixcon._forms.FORMS.values()]
    assert len(set(classes)) == len(classes)
