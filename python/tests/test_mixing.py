# SPDX-License-Identifier: BSD-3-Clause
"""Policies, plans and what they do to labels, against formulas written out and against the C++ library's own plans."""
import copy
import importlib.util
import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import torch_or_skip

from mixcon import mixing
from mixcon.mixing import Plan

ROOT = Path(__file__).resolve().parents[2]
NAMES = list(mixing._DRAWN)


def philox(counter, key):
    """Philox 4x32-10, of arrays of counters: tests/mixes/side_inputs.hpp draws from it."""
    mask = np.uint64(0xFFFFFFFF)
    c, k = [np.asarray(word, np.uint64) for word in counter], [np.uint64(word) for word in key]
    for _ in range(10):
        even, odd = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [odd >> np.uint64(32) ^ c[1] ^ k[0], odd & mask, even >> np.uint64(32) ^ c[3] ^ k[1], even & mask]
        k = [(k[0] + np.uint64(0x9E3779B9)) & mask, (k[1] + np.uint64(0xBB67AE85)) & mask]
    return c


def uniforms(seed, count):
    """The first numbers in [0, 1) of philox_stream(seed, 0, 0, 0)."""
    derived = [int(word) for word in philox((0, 0, 0, 0), (seed, 0))]
    first = derived[3] << 32 | derived[2]
    number = np.array([(first + k) % 2**64 for k in range(count // 2)], np.uint64)
    zero = np.zeros(len(number), np.uint64)
    words = philox((zero, zero, number & np.uint64(0xFFFFFFFF), number >> np.uint64(32)), derived[:2])
    halves = np.stack([words[1] << np.uint64(32) | words[0], words[3] << np.uint64(32) | words[2]], 1).ravel()
    return (halves >> np.uint64(11)).astype(np.float64) * 2.0**-53


@pytest.fixture(scope="module")
def side_inputs():
    maps = 6 * 56 * 112
    numbers = uniforms(8, maps + 6 * 3 * 7 * 14)
    return {
        "images": np.zeros((6, 2, 56, 112), np.float32),
        "labels": [0, 1, 0, 2, 1, 0],
        "saliency": numbers[:maps].reshape(6, 56, 112),
        "features": numbers[maps:].reshape(6, 3, 7, 14),
    }


def seen_by(name, side_inputs):
    at = mixing.INFO[name]["looks_at"]
    return {"labels": side_inputs["labels"], **({at: side_inputs[at]} if at in ("saliency", "features") else {})}


def test_plans_are_those_of_cpp_bit_for_bit(side_inputs):
    """The hash over all policies' plans that tests/portability/plans.cpp freezes for every compiler and processor."""
    frozen = re.search(r"frozen_hash_of_plans = (0x[0-9a-f]+)", (ROOT / "tests/portability/plans.cpp").read_text())
    value, eight_times = 0xCBF29CE484222325, pow(0x100000001B3, 8, 2**64)  # FNV-1a of words: a letter, seven zeros
    for name in NAMES:
        if mixing.INFO[name]["shape"] != "policy":
            continue
        for step in range(3):
            seen = seen_by(name, side_inputs)
            plan = mixing.plan_of(name, side_inputs["images"], seed=20260131, step=step, **seen)
            for letter in plan.to_json().encode():
                value = (value ^ letter) * eight_times % 2**64
    assert value == int(frozen[1], 16)


def test_every_entry_of_all_mixes_has_a_name():
    listed = mixing.policies()
    source = (ROOT / "include/mixcon/mixes/all_mixes.hpp").read_text()
    entries = re.search(r"using all_mixes = mix_list<(.*?)>;\n", source, re.DOTALL)[1]
    assert len(listed) == len([entry for entry in entries.split(",") if entry.strip()])
    for name in listed:
        assert callable(getattr(mixing, name)), name
        assert name in mixing.__all__
        if name in mixing._FUNCTIONS:
            made = getattr(mixing, mixing.class_name(name))(seed=1)
            assert repr(made) == repr(copy.deepcopy(made)) and made == pickle.loads(pickle.dumps(made))
            assert mixing.INFO[name]["summary"] in made.__doc__
        for parameter in mixing.INFO[name]["parameters"]:
            assert parameter["meaning"], (name, parameter["name"])


@pytest.mark.parametrize("name", NAMES)
def test_each_policy_mixes_labels_and_survives_storage(name, side_inputs):
    rng = np.random.default_rng(3)
    if mixing.INFO[name]["shape"] == "policy":
        images, seen = rng.random((6, 2, 56, 112)), seen_by(name, side_inputs)
    else:
        images, seen = rng.random((6, 2, 16, 16)), {"labels": side_inputs["labels"]}
        if "saliency" in mixing.INFO[name]["looks_at"]:
            seen["saliency"] = rng.random((6, 16, 16))
    partners = rng.random((18, *images.shape[1:])) if name == "augmix" else None
    mixed, plan = getattr(mixing, name)(images, seed=4, step=2, partners=partners, **seen)
    again, same = getattr(mixing, name)(images, seed=4, step=2, partners=partners, **seen)
    assert plan == same and np.array_equal(mixed, again)
    assert pickle.loads(pickle.dumps(plan)) == plan == Plan.from_json(plan.to_json())
    assert pickle.loads(pickle.dumps(plan)).labels == side_inputs["labels"]
    assert np.allclose(plan.targets(3).sum(1), 1)
    if name not in ("stackmix", "noise_mixup"):
        everything = images if partners is None else np.concatenate([images, partners])
        assert mixed.min() >= min(everything.min(), 0) - 1e-12 and mixed.max() <= everything.max() + 1e-12
        assert mixed.shape == images.shape


def test_mixup_is_its_formula_of_any_layout_and_type():
    wide = np.random.default_rng(1).random((5, 3, 8, 12))
    flat = wide[:, 0, 0]
    for images in (wide, wide[..., ::-1], wide.transpose(0, 1, 3, 2), wide.astype(np.float32), flat, flat[:, 0]):
        mixed, plan = mixing.mixup(images, alpha=0.7, per="sample", seed=9)
        own = plan.lam.reshape(-1, *[1] * (images.ndim - 1))
        assert plan.lam.shape == (5,) and mixed.dtype == images.dtype
        assert np.allclose(mixed, own * images + (1 - own) * images[plan.partner], rtol=0, atol=1e-6)
    read_only = wide.copy()
    read_only.flags.writeable = False
    assert mixing.mixup(read_only, seed=1)[0].flags.writeable
    usual = mixing.mixup(wide, alpha=0.7, seed=9)[1]
    assert mixing.mixup(wide, alpha=0.7, beta=2.5, seed=9)[1] != usual
    assert mixing.mixup(wide, alpha=0.7, beta=0.7, seed=9)[1] == usual


def test_cutmix_pastes_its_box():
    images = np.random.default_rng(2).integers(0, 255, (4, 3, 9, 7)).astype(np.uint8)
    mixed, plan = mixing.cutmix(images, seed=5)
    [[top, bottom, left, right]] = json.loads(plan.to_json())["box"]
    expected = images.copy()
    expected[:, :, top:bottom, left:right] = images[plan.partner][:, :, top:bottom, left:right]
    assert np.array_equal(mixed, expected)
    assert plan.lam[0] == 1 - (bottom - top) * (right - left) / 63
    signals, of_signals = mixing.cutmix(np.random.rand(4, 2, 30), seed=5)
    assert of_signals.kind == "interval" and signals.shape == (4, 2, 30)


def test_one_plan_serves_several_arrays_and_partners_may_be_another_batch():
    a, b, queue = np.random.rand(4, 6), np.random.rand(4, 2, 3), np.random.rand(9, 6)
    plan = mixing.plan_of("mixup", a, seed=1)
    for x in (a, b):
        own = plan.lam[0]
        assert np.allclose(plan.blend(x), own * x + (1 - own) * x[plan.partner])
    far = Plan.of("lerp", [8, 0, 3, 8], [0.25])
    assert np.allclose(far.blend(a, queue), 0.25 * a + 0.75 * queue[[8, 0, 3, 8]])
    two = mixing.CutMix(seed=3)
    shared = two.plan(b[:, None])
    assert shared == mixing.plan_of("cutmix", b[:, None], seed=3, step=0) and two.step == 1


def test_stacks_noise_and_pairs_of_features_are_their_definitions():
    x = np.random.rand(4, 3, 5, 6)
    stacked, plan = mixing.stackmix(x, [0, 1, 2, 3], seed=1)
    assert np.array_equal(stacked, np.concatenate([x, x[plan.partner]], -1))
    noisy, plan = mixing.noise_mixup(x, seed=1)
    own = plan.lam.reshape(-1, 1, 1, 1)
    noise = (noisy - own * x) / (1 - own)
    assert abs(noise.mean()) < 0.3 and 0.7 < noise.std() < 1.3
    queries, keys = x[:, 0, 0], x[:, 1, 0]
    (q, k), shares = mixing.positive_features(queries, keys, seed=2)
    expected = shares * queries + (1 - shares) * keys
    assert np.allclose(q, expected / np.linalg.norm(expected, axis=1)[:, None]) and (shares >= 1).all()
    assert mixing.ManifoldMixup(seed=1, first_layer=2, end_layer=3).layer() == 2


def test_great_circles_masks_and_attention_are_their_definitions():
    x = np.random.rand(4, 3, 5, 6)
    rows = x[:, 0, 0]
    unit = rows / np.linalg.norm(rows, axis=1)[:, None]
    plan = Plan.of("lerp", [1, 2, 3, 0], [0.3])
    other = unit[plan.partner]
    angle = np.arccos((unit * other).sum(1, keepdims=True))
    arc = (np.sin(0.3 * angle) * unit + np.sin(0.7 * angle) * other) / np.sin(angle)
    assert np.allclose(mixing.slerp(plan).blend(rows), arc)
    halves = np.zeros((1, 1, 5, 6))
    halves[..., :3] = 1
    three = mixing.multi_mask([1, 2, 3, 0], [], [halves, 1 - halves])
    assert np.array_equal(three.blend(x), np.where(halves == 1, x, x[[1, 2, 3, 0]]))
    plan = Plan.of("box", [1, 0], [0.5], box=[[0, 4, 0, 2]], own_inside=False)
    attention = np.array([[[3.0, 1.0]], [[0.0, 1.0]]])  # (2, 1, 2): left, where the partner is, and right
    assert np.allclose(mixing.transmix(plan, attention, (4, 4), area_share=0.5).lam, [0.5 * 0.5 + 0.5 * 0.25, 0.75])
    with pytest.raises(ValueError, match="expected boxes or masks"):
        mixing.transmix(Plan.of("lerp", [1, 0], [0.5]), attention, (4, 4))


def test_labels_are_shared_by_lambda():
    labels = np.array([0, 2, 1, 2], np.int32)
    plan = Plan.of("lerp", [1, 0, 3, 2], [0.25, 0.5, 1, 0.75])
    one_hot = np.eye(3)[labels]
    own = np.array([0.25, 0.5, 1, 0.75])[:, None]
    expected = own * one_hot + (1 - own) * one_hot[[1, 0, 3, 2]]
    assert np.allclose(plan.targets(3, labels), expected)
    smooth = plan.targets(3, labels, smoothing=0.3, dtype=np.float64)
    assert smooth.dtype == np.float64 and np.allclose(smooth, 0.7 * expected + 0.1)
    logits = np.random.default_rng(0).normal(size=(4, 3))

    def each(output, classes):
        return np.log(np.exp(output).sum(1)) - output[np.arange(len(classes)), classes]

    table = -(expected * (logits - np.log(np.exp(logits).sum(1, keepdims=True)))).sum(1)
    assert np.isclose(plan.loss(each, logits, labels), table.mean())
    with pytest.raises(ValueError, match="each sample has a lambda"):
        plan.loss(lambda output, classes: each(output, classes).mean(), logits, labels)
    same = Plan.of("lerp", [1, 0, 3, 2], [0.25])
    value = 0.25 * each(logits, labels).mean() + 0.75 * each(logits, labels[[1, 0, 3, 2]]).mean()
    for criterion in (each, lambda output, classes: each(output, classes).mean()):
        assert np.isclose(same.loss(criterion, logits, labels), value)
    with pytest.raises(TypeError, match="the plan has no labels"):
        same.targets(3)


def test_seeds_steps_and_generators_decide():
    x = np.random.rand(8, 4)
    np.random.seed(1)
    first = mixing.mixup(x)[1]
    assert mixing.mixup(x)[1] != first
    np.random.seed(1)
    assert mixing.mixup(x)[1] == first
    mixup = mixing.Mixup(alpha=0.5, seed=3)
    plans = [mixup(x)[1] for _ in range(3)]
    assert plans == [mixing.mixup(x, alpha=0.5, seed=3, step=step)[1] for step in range(3)]
    assert mixup.step == 3 and mixing.mixup(x, seed=1)[1] != mixing.mixup(x, seed=1, within="second view")[1]
    assert repr(mixing.CutMix(alpha=0.5)) == "CutMix(alpha=0.5, per='batch')"


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (lambda x: mixing.mixup(x, alhpa=1), TypeError, "mixup has no parameter alhpa; did you mean alpha?"),
        (lambda x: mixing.Mixup(alhpa=1), TypeError, "did you mean alpha?"),
        (lambda x: mixing.mixup(x.tolist()), TypeError, "samples are a list"),
        (lambda x: mixing.mixup(x.astype(complex)), TypeError, "samples are of the type complex128"),
        (lambda x: mixing.mixup(x.astype(np.int64)), TypeError, "samples are of the type int64"),
        (lambda x: mixing.mixup(x, alpha=-1), ValueError, "alpha is -1"),
        (lambda x: mixing.mixup(x, alpha="a"), TypeError, "alpha is 'a'; expected a number"),
        (lambda x: mixing.mixup(x, per="bach"), ValueError, "expected one of batch, pair, sample"),
        (lambda x: mixing.mixup(x, seed=1.5), TypeError, "seed is 1.5"),
        (lambda x: mixing.inputmix(x, partners_=1.5), ValueError, "partners_ is 1.5; expected a whole number"),
        (lambda x: mixing.hconcat(x, vertical=1), TypeError, "expected True or False"),
        (lambda x: mixing.mixup(x[:0]), ValueError, "mixup"),
        (lambda x: mixing.cutmix(x[:, 0, 0]), ValueError, "expected images"),
        (lambda x: mixing.universum(x), TypeError, "labels are missing"),
        (lambda x: mixing.universum(x, [0.5] * 4), TypeError, "labels are of the type float64"),
        (lambda x: mixing.universum(x, [[0] * 4]), ValueError, "labels have the shape"),
        (lambda x: mixing.saliencymix(x), TypeError, "saliency is missing"),
        (lambda x: mixing.mixup(x, saliency=x), TypeError, "looks at no saliency"),
        (lambda x: mixing.mixup(x, [0, 1], seed=1)[1].targets(2), ValueError, "2 labels for 4 samples"),
        (lambda x: mixing.mixup(x, [0, 1, 2, 5], seed=1)[1].targets(3), ValueError, "is 5 of 3 classes"),
        (lambda x: Plan.from_json("{}"), ValueError, "of kind"),
        (lambda x: Plan.of("lerp", [4, 0, 1, 2], [0.5]).blend(x), ValueError, "partner"),
        (lambda x: Plan.of("lerp", [0, 1, 2, 3], [0.5]).blend(x, x.astype(np.float32)), ValueError, "different types"),
        (lambda x: mixing.mixup(x, threads=-1), ValueError, "threads is -1"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, error, sentence):
    with pytest.raises(error) as refusal:
        call(np.random.rand(4, 3, 8, 8))
    assert sentence in str(refusal.value)


def test_torch_mixes_and_differentiates():
    torch = torch_or_skip()
    x = torch.rand(3, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    partners = torch.rand(4, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    for name in ("mixup", "cutmix", "fmix", "resizemix"):
        plan = mixing.plan_of(name, x, seed=1)
        assert torch.autograd.gradcheck(plan.blend, x)
        assert torch.autograd.gradcheck(plan.blend, (x, partners))
        assert np.array_equal(plan.blend(x).detach().numpy(), plan.blend(x.detach().numpy()))
    rows = torch.rand(4, 5, dtype=torch.float64, requires_grad=True)
    others = torch.rand(3, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(Plan.of("lerp", [2, 0, 1, 2], [0.3]).blend, (rows, others))
    arc = mixing.slerp(mixing.plan_of("mixup", rows, seed=1), rescale=True)
    assert torch.autograd.gradcheck(arc.blend, rows)
    (slope,) = torch.autograd.grad(arc.blend(rows).pow(2).sum(), rows, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        slope.sum().backward()
    last = x.detach().contiguous(memory_format=torch.channels_last)
    assert mixing.mixup(last, seed=1)[0].is_contiguous(memory_format=torch.channels_last)
    for kind in (torch.bfloat16, torch.float16, torch.uint8):
        assert mixing.cutmix(x.detach().to(kind), seed=1)[0].dtype == kind
    (q, _), _ = mixing.positive_features(rows, rows.detach().flip(0), seed=1)
    assert q.requires_grad


def test_torch_losses_are_those_of_soft_targets():
    torch = torch_or_skip()
    cross_entropy = torch.nn.functional.cross_entropy
    x, labels = torch.rand(6, 5), torch.tensor([0, 1, 2, 0, 1, 1])
    output = torch.rand(6, 3, dtype=torch.float64, requires_grad=True)
    for per in ("batch", "sample"):
        _, plan = mixing.mixup(x, labels, seed=1, per=per)
        soft = plan.targets(3, dtype=torch.float64)
        for criterion in (torch.nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss(reduction="none")):
            assert torch.allclose(plan.loss(criterion, output), cross_entropy(output, soft))
        total = plan.loss(torch.nn.CrossEntropyLoss(reduction="sum"), output)
        assert torch.allclose(total, cross_entropy(output, soft, reduction="sum"))
        if per == "batch":
            assert torch.allclose(plan.loss(cross_entropy, output), cross_entropy(output, soft))
    with pytest.raises(ValueError, match="weighs classes"):
        plan.loss(torch.nn.CrossEntropyLoss(weight=torch.ones(3, dtype=torch.float64)), output)


def test_torch_refuses_other_devices_layouts_and_types():
    torch = torch_or_skip()
    for x, error in (
        (torch.empty(3, 2, device="meta"), ValueError),
        (torch.eye(3).to_sparse(), ValueError),
        (torch.zeros(3, 2, dtype=torch.complex64), TypeError),
        (torch.zeros(3, 2, dtype=torch.int64), TypeError),
    ):
        with pytest.raises(error, match="samples are"):
            mixing.mixup(x, seed=1)
    with pytest.raises(TypeError, match="both alike"):
        mixing.mixup(torch.zeros(3, 2), partners=np.zeros((3, 2)), seed=1)


def test_collate_mixes_batches_and_workers_draw_apart():
    torch = torch_or_skip()
    data = [(torch.full((2, 8, 8), float(k)), k % 3) for k in range(24)]
    collate = mixing.Collate(mixing.Mixup(alpha=1, seed=1), classes=3)
    for images, soft in torch.utils.data.DataLoader(data, batch_size=6, collate_fn=collate):
        assert images.shape == (6, 2, 8, 8) and torch.allclose(soft.sum(1), torch.ones(6))
    collate = mixing.Collate(mixing.Mixup(seed=1))
    plans = [plan for _, plan in torch.utils.data.DataLoader(data, batch_size=6, num_workers=2, collate_fn=collate)]
    assert len({plan.to_json() for plan in plans}) == 4
    assert all(len(plan.labels) == 6 for plan in plans)


def test_threads_change_no_bit():
    x = np.random.rand(16, 3, 128, 128).astype(np.float32)
    plan = mixing.plan_of("fmix", x, seed=1)
    assert np.array_equal(plan.blend(x, threads=1), plan.blend(x, threads=3))


def test_the_stub_is_made_of_the_reflection():
    spec = importlib.util.spec_from_file_location("mixing_stub", ROOT / "python/tests/mixing_stub.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    written = (ROOT / "python/mixcon/mixing.pyi").read_text(encoding="utf-8")
    assert written == maker.stub(), "run python/tests/mixing_stub.py"
    names = set(re.findall(r"^(?:def|class) (\w+)", maker.stub(), re.MULTILINE))
    assert names >= set(mixing.__all__)


PAGE = (ROOT / "docs/python.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("call", re.findall(r"\| `[^`]*` \| `(mixing\.[^`]*)` \|", PAGE))
def test_what_the_page_says_others_find_here(call):
    images, labels = np.random.rand(6, 3, 16, 16), np.arange(6) % 3
    mixed, plan = eval(call)
    assert mixed.shape == images.shape and len(plan) == 6


def test_the_page_names_every_policy():
    assert len(re.findall(r"\| `[^`]*` \| `(mixing\.[^`]*)` \|", PAGE)) >= 6
    section = PAGE.split("## Mixing")[1].split("\n## ")[0]
    for name in mixing.policies():
        assert f"`{name}`" in section, name
