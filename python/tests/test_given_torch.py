# SPDX-License-Identifier: BSD-3-Clause
"""What callers hand in of torch: tensors of other kinds, parameters that change or are learned, and what transforms do
to a call."""

import copy
import subprocess
import sys

import numpy as np
import pytest

from conftest import torch_or_skip

torch = torch_or_skip()

import mixcon
import mixcon.functional as F
from examples import examples
from mixcon import mixing

Y = torch.arange(8) % 3


def rows(seed, n=8):
    return torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))


Z, OTHERS = rows(0), rows(1)


def test_tensors_as_parameters_are_read_at_each_call():
    margin, weights = torch.tensor(0.2), torch.ones(8)
    of = lambda: (F.triplet_margin(Z, Y, margin=margin), F.nt_xent(Z, weights=weights, reduction="weighted"))
    of()
    margin.fill_(0.9), weights[:4].zero_()
    again = F.triplet_margin(Z, Y, margin=float(margin)), F.nt_xent(Z, weights=weights.tolist(), reduction="weighted")
    assert of() == again


def test_a_parameter_that_is_set_later_is_the_parameter():
    loss = mixcon.NTXent()
    loss.temperature = torch.nn.Parameter(torch.tensor(0.1))
    value = loss(Z)
    value.backward()
    assert value == F.nt_xent(Z, temperature=0.1) and loss.temperature.grad != 0 and "temperature=learned" in repr(loss)
    loss = mixcon.NTXent()
    loss.reduction, loss.weights = "weighted", torch.arange(8.0)
    for module in (loss, copy.deepcopy(loss)):
        assert module(Z) == F.nt_xent(Z, weights=np.arange(8.0), reduction="weighted")


EXAMPLES = examples()


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("parameter", ["temperature", "scale", "bias"])
def test_a_tensor_as_parameter_is_its_number_and_has_its_gradient(name, parameter):
    """Whether the parameter is the loss's own or its objective's; or it is refused, if it has no gradient."""
    example = EXAMPLES[name]
    usual = mixcon._settings.parameters_of(name, mixcon._forms.FORMS[name].usual)
    if parameter not in usual or parameter in example.rows:
        return
    rows = {k: torch.tensor(v) for k, v in example.rows.items()}
    at = float(example.parameters.get(parameter, usual[parameter] or 0.25)) * 0.9
    call = lambda x: getattr(F, name)(**rows, **example.rest, **{**example.parameters, parameter: x})
    assert call(torch.tensor(at, dtype=torch.float64)) == call(at)
    learned = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    if parameter not in mixcon._settings.learnable_of(name):
        with pytest.raises(TypeError, match=f"{name}: {parameter} requires a gradient, which is not computed"):
            call(learned)
        return
    value = call(learned)
    value.backward()
    slope = float(call(at + 1e-6) - call(at - 1e-6)) / 2e-6
    assert value == call(at)
    if name not in ("circle", "mmcl"):  # whose weights of pairs are constants in the gradient
        assert abs(float(learned.grad) - slope) <= 1e-5 * max(1, abs(slope))


def test_the_scale_that_is_learned_is_an_attribute():
    clip = mixcon.CLIP()
    clip.scale = 3.0
    assert clip(Z, OTHERS) == F.clip(Z, OTHERS, scale=clip.scale) and abs(clip.scale - 3) < 1e-6
    assert "scale=learned" in repr(clip) and list(clip.state_dict()) == ["log_scale"]
    with torch.no_grad():
        clip.log_scale.fill_(50.0)
    assert clip.scale == clip.max_scale == 100
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="clip: scale is .*expected a finite number > 0"):
            clip.scale = wrong
    fixed = mixcon.CLIP(scale=3.0, learn=False)
    fixed.scale = 2.0
    assert fixed(Z, OTHERS) == F.clip(Z, OTHERS, scale=2.0)


def test_a_scale_above_its_maximum_comes_back():
    """As where the parameter is clamped after each step: one that has grown past the maximum is not stuck there."""
    clip = mixcon.CLIP(max_scale=20.0)
    with torch.no_grad():
        clip.log_scale.fill_(5.0)
    scales = []
    for _ in range(4):
        clip.zero_grad()
        value = clip(Z, OTHERS)  # random pairs: a smaller scale is better
        assert abs(value - F.clip(Z, OTHERS, scale=clip.scale)) < 1e-5
        value.backward()
        with torch.no_grad():
            clip.log_scale -= 0.1 * clip.log_scale.grad.sign()
        scales.append(clip.scale)
    assert scales == sorted(scales, reverse=True) and scales[0] < 20 and scales[-1] < 15
    with torch.no_grad():
        clip.log_scale.fill_(5.0)
    clip(Z, OTHERS)
    (clip.log_scale.square() + clip(Z, OTHERS)).backward()  # no call changes a parameter that is in range


def test_compiled_programs_call_losses_between_their_graphs():
    if not hasattr(torch, "compiler"):
        pytest.skip("no torch.compile")
    net, clip = torch.nn.Linear(4, 4), mixcon.CLIP()
    step = lambda z: clip(net(z), OTHERS) + F.nt_xent(net(z))
    answers = []
    for call in (step, torch.compile(step, backend="eager")):
        net.zero_grad(), clip.zero_grad()
        value = call(Z)
        value.backward()
        answers.append((value.detach(), net.weight.grad.clone(), clip.log_scale.grad.clone()))
    assert all(torch.equal(a, b) for a, b in zip(*answers))


def negated(x):
    """The same numbers, as a view of their negatives that torch would negate when it reads them."""
    return torch._neg_view(-x.detach())


def test_views_that_negate_are_read_as_they_are():
    z = negated(Z).requires_grad_()
    plain = Z.clone().requires_grad_()
    partner = Y.flip(0)
    for given in (z, plain):
        value = F.i_mix(given, OTHERS, negated(torch.full((8,), 0.25)) if given is z else 0.25, partner)
        (value + mixing.mixup(given, seed=1)[0].square().sum()).backward()
    assert z.is_neg() and torch.equal(z.grad, plain.grad)
    assert F.supcon(Z, negated(Y)) == F.supcon(Z, Y)
    soft = torch.softmax(OTHERS, 1)
    assert F.soft_cross_entropy(Z, negated(soft)) == F.soft_cross_entropy(Z, soft)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_soft_labels_and_lambdas_of_other_types(dtype):
    soft, lam = torch.softmax(OTHERS, 1).to(dtype), torch.tensor(0.3, dtype=dtype)
    wide = soft.double().requires_grad_()
    assert F.soft_cross_entropy(Z, soft) == F.soft_cross_entropy(Z, wide)
    soft.requires_grad_()
    (F.soft_cross_entropy(Z, soft) + F.soft_cross_entropy(Z, wide)).backward()
    assert soft.grad.dtype == dtype and torch.allclose(soft.grad.double(), wide.grad, rtol=1e-2)
    assert F.i_mix(Z, OTHERS, lam, Y) == F.i_mix(Z, OTHERS, float(lam), Y)
    assert F.supcon(Z[:, None], mask=(Y[:, None] == Y).to(dtype)) == F.supcon(Z[:, None], mask=Y[:, None] == Y)


def test_a_gradient_that_is_not_computed_is_not_left_out_in_silence():
    lam = torch.full((8,), 0.3, requires_grad=True)
    margin = torch.nn.Parameter(torch.tensor(0.2))
    for call, argument in (
        (lambda: F.i_mix(Z, OTHERS, lam, Y), "i_mix: lam"),
        (lambda: mixcon.TripletMargin(margin=margin)(Z, Y), "triplet_margin: margin"),
        (lambda: F.nt_xent(Z, weights=lam, reduction="weighted"), "nt_xent: weights"),
        (lambda: F.soft_binary_cross_entropy(Z, OTHERS.sigmoid().requires_grad_()),
         "soft_binary_cross_entropy: targets"),
        (lambda: mixcon.targets.Table(OTHERS.exp().requires_grad_()), "targets.Table: shares"),
    ):
        with pytest.raises(TypeError, match=f"{argument} requires? a gradient, which is not computed"):
            call()
        with torch.no_grad():
            call()


def test_transforms_are_refused():
    from torch.autograd import forward_ad

    with pytest.raises(TypeError, match="record mixcon's answer as a constant"):
        torch.jit.trace(F.nt_xent, Z, check_trace=False)
    for f in (F.nt_xent, lambda z: mixing.mixup(z, seed=1)[0].sum()):
        for transform, given in (("vmap", torch.stack([Z, OTHERS])), ("grad", Z)):
            if hasattr(torch, "func"):
                with pytest.raises(TypeError, match="inside torch.func"):
                    getattr(torch.func, transform)(f)(given)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(Z, OTHERS)
        for call in (lambda: F.nt_xent(dual), lambda: mixing.mixup(dual, seed=1)):
            with pytest.raises(TypeError, match="tangent; mixcon has no forward derivatives"):
                call()


def test_labels_of_other_devices_and_layouts_are_refused():
    for labels, words in ((Y.to("meta"), "labels are on meta"), (Y.to_sparse(), "labels are of the layout")):
        with pytest.raises(ValueError, match=f"supcon: {words}"):
            F.supcon(Z, labels)


def test_a_queue_is_loaded_by_a_module_of_its_size():
    trained = mixcon.MoCo(size=12, width=4)
    trained(Z, OTHERS)
    for other in (mixcon.MoCo(size=6), mixcon.MoCo(size=6, width=4), mixcon.MoCo(size=12, width=3)):
        with pytest.raises(RuntimeError, match="size mismatch for queue"):
            other.load_state_dict(trained.state_dict())
    same = mixcon.MoCo(size=12)
    same.load_state_dict(trained.state_dict())
    assert torch.equal(same.queue, trained.queue) and same.eval()(Z, OTHERS) == trained.eval()(Z, OTHERS)
    trained.load_state_dict(mixcon.MoCo(size=12).state_dict())
    trained.train()(Z, OTHERS)
    assert trained.queue.shape == (12, 4)


@pytest.mark.parametrize("make, words", [
    (lambda: mixcon.NTXent(0.5), "NTXent: 0.5 has no name; expected parameters by their names, of temperature"),
    (lambda: mixcon.ArcFace(3, 4, 28.6), "ArcFace: 28.6 has no name"),
    (lambda: mixcon.ArcFace(3.0, 4), "arcface: classes is 3.0; expected a whole number"),
    (lambda: mixcon.MoCo(10.5), "moco: size is 10.5; expected a whole number"),
    (lambda: mixcon.CLIP(learn=1), "clip: learn is 1; expected True or False"),
    (lambda: mixcon.Contrast(3), "loss is a int; expected the name of a loss"),
    (lambda: mixcon.NTXent()(Z, temperature=0.1), "nt_xent: got an unexpected keyword argument 'temperature'"),
    (lambda: F.nt_xent(Z, threads=1.5), "nt_xent: threads is 1.5; expected a whole number"),
])
def test_modules_refuse_in_a_sentence(make, words):
    with pytest.raises(TypeError) as caught:
        make()
    assert words in str(caught.value)


def test_the_mean_over_labels_that_count():
    """What torch ignores is not in the divisor where each sample has a lambda, as where there is one for all."""
    labels, logits = torch.tensor([0, 1, -100, 2, 1, 0, -100, 1]), rows(3)
    plan = mixing.mixup(Z, labels, seed=1, per="sample")[1]
    lam, partners = torch.from_numpy(plan.lam), labels[torch.from_numpy(plan.partner)]
    single = torch.nn.CrossEntropyLoss(reduction="none")
    total = (lam * single(logits, labels) + (1 - lam) * single(logits, partners)).sum()
    counted = (lam * (labels >= 0) + (1 - lam) * (partners >= 0)).sum()
    assert torch.allclose(plan.loss(torch.nn.CrossEntropyLoss(), logits).double(), total / counted)
    apart = mixing.Plan.of("lerp", plan.partner, [0.3] * 7 + [0.3 + 1e-9])
    alike = mixing.Plan.of("lerp", plan.partner, 0.3)
    losses = [p.loss(torch.nn.CrossEntropyLoss(), logits, labels) for p in (apart, alike)]
    assert torch.allclose(*losses)


def test_batches_of_more_than_images_and_labels():
    batch = [(Z[i], int(Y[i]), 1) for i in range(4)]
    with pytest.raises(ValueError, match="Collate: a batch has 3 parts; expected images and labels"):
        mixing.Collate(mixing.Mixup(seed=1))(batch)


def test_a_program_may_end_with_a_graph(tmp_path):
    """torch leaves nodes of Python alone when Python ends; nothing is said about what they hold."""
    program = tmp_path / "ends.py"
    program.write_text("import torch, mixcon\n"
                       "mixed, plan = mixcon.mixup(torch.randn(8, 4, requires_grad=True), seed=1)\n"
                       "loss = mixcon.NTXent()(mixed)\nloss.backward()\n")
    ended = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0 and "leaked" not in ended.stderr, ended.stderr
