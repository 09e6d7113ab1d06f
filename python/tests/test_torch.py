# SPDX-License-Identifier: BSD-3-Clause
"""The losses in torch's graph: gradients, types, modules, and what is refused."""

import copy
import io
import pickle

import numpy as np
import pytest

from conftest import torch_or_skip

torch = torch_or_skip()

import mixcon
import mixcon.functional as F
import test_held_weights
from examples import examples
from mixcon import targets

ALL = examples()
NAMES = list(ALL)
CONSTANT = {"byol", "simsiam", "knowledge_distillation", "relational_distillation"}
HELD = {"weighted_decoupled", "circle", "mmcl"}  # whose weights of pairs are constants in the gradient


def tensors_of(name, dtype=torch.float64, grad=True):
    given = {k: torch.tensor(v, dtype=dtype) for k, v in ALL[name].rows.items()}
    for k, (argument, t) in enumerate(given.items()):
        t.requires_grad_(grad and not (name in CONSTANT and k == 1))
    return given


def loss_of(name, given, **more):
    return getattr(F, name)(**given, **ALL[name].rest, **ALL[name].parameters, **more)


@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_the_function_of_arrays(name):
    given = tensors_of(name)
    value = loss_of(name, given)
    value.backward()
    expected, gradients = getattr(mixcon, name)(**ALL[name].arguments(), gradient="all")
    assert float(value) == expected and value.dtype == torch.float64 and value.shape == ()
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    for t, g in zip((t for t in given.values() if t.requires_grad), gradients):
        assert np.abs(t.grad.numpy() - g).max() <= (1e-15 if name == "un_mix_loss" else 0)  # which adds two parts
    assert float(loss_of(name, tensors_of(name, grad=False))) == expected


def with_held_weights(name):
    """A function of rows: its value is the formula's with the weights of the example's rows, its gradient mixcon's."""
    formula, example = getattr(test_held_weights, name), ALL[name]

    class Held(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *rows):
            ctx.save_for_backward(*rows)
            moved = {k: t.detach().numpy() for k, t in zip(example.rows, rows)}
            return torch.tensor(formula(moved, example.rows, **example.rest, **example.parameters))

        @staticmethod
        def backward(ctx, upstream):
            with torch.enable_grad():
                rows = [t.detach().requires_grad_() for t in ctx.saved_tensors]
                value = loss_of(name, dict(zip(example.rows, rows)))
            return tuple(upstream * g for g in torch.autograd.grad(value, rows))

    return Held.apply


@pytest.mark.parametrize("name", NAMES)
def test_gradcheck(name):
    given = tensors_of(name)
    loss = with_held_weights(name) if name in HELD else lambda *t: loss_of(name, dict(zip(given, t)))
    torch.autograd.gradcheck(loss, tuple(given.values()), fast_mode=True)


def test_gradients_by_parameters_and_soft_targets():
    z = torch.randn(6, 4, dtype=torch.float64, requires_grad=True)
    t, s, b = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (0.5, 3.0, -1.0))
    torch.autograd.gradcheck(lambda z, t: F.nt_xent(z, temperature=t), (z, t))
    y = torch.randn(6, 4, dtype=torch.float64)
    torch.autograd.gradcheck(lambda z, s, b: F.siglip(z, y, scale=s, bias=b), (z, s, b))
    soft = torch.rand(6, 4, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(F.soft_cross_entropy, (z, soft))
    others = torch.randn(6, 4, dtype=torch.float64)
    share = (torch.rand(6, 6, dtype=torch.float64) + 0.1).requires_grad_()
    torch.autograd.gradcheck(lambda z, p: F.contrast("info_nce", z, others, p, temperature=1.0), (z, share))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_two_byte_classifiers(dtype):
    """Features of mixed samples, weights and bias: what the same numbers give in float."""
    given = tensors_of("infinite_class_mixup", dtype)
    wide = {k: t.detach().float().requires_grad_() for k, t in given.items()}
    value, again = (loss_of("infinite_class_mixup", rows) for rows in (given, wide))
    value.backward(), again.backward()
    assert value.dtype == torch.float32 and torch.equal(value, again)
    for narrow, t in zip(given.values(), wide.values()):
        assert narrow.grad.dtype == dtype and torch.equal(narrow.grad, t.grad.to(dtype))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_two_byte_rows(dtype):
    z = torch.randn(8, 4).to(dtype).requires_grad_()
    value = F.nt_xent(z)
    value.backward()
    wide = z.detach().float().requires_grad_()
    again = F.nt_xent(wide)
    again.backward()
    assert value.dtype == torch.float32 and float(value) == float(again)
    assert z.grad.dtype == dtype and torch.equal(z.grad, wide.grad.to(dtype))


def test_autocast():
    layer = torch.nn.Linear(4, 4)
    x = torch.randn(8, 4)
    face = mixcon.ArcFace(3, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        z = layer(x)
        value = mixcon.NTXent()(z) + face(z, torch.arange(8) % 3)
    assert z.dtype == torch.bfloat16 and value.dtype == torch.float32
    value.backward()
    assert layer.weight.grad.abs().sum() > 0 and face.proxies.grad.abs().sum() > 0


def test_second_derivatives_are_refused():
    z = torch.randn(6, 4, requires_grad=True)
    (g,) = torch.autograd.grad(F.nt_xent(z), z, create_graph=True)
    assert g.requires_grad
    with pytest.raises(RuntimeError, match="second derivatives are not offered"):
        g.square().sum().backward()


def test_changes_in_place_are_noticed():
    z = torch.randn(6, 4, requires_grad=True)
    rows = z * 1
    value = F.nt_xent(rows)
    rows.mul_(2)
    with pytest.raises(RuntimeError, match="inplace"):
        value.backward()


def test_what_is_refused():
    z = torch.randn(6, 4)
    for kind, call, words in (
        (TypeError, lambda: F.nt_xent(z.numpy()), "torch.Tensor"),
        (TypeError, lambda: F.nt_xent(z.long()), "int64"),
        (TypeError, lambda: F.nt_xent(z.to(torch.complex64)), "complex64"),
        (ValueError, lambda: F.nt_xent(z.to_sparse()), "dense"),
        (ValueError, lambda: F.nt_xent(z.to("meta")), "meta"),
        (TypeError, lambda: F.clip(z, z.double()), "expected one"),
        (ValueError, lambda: F.nt_xent(z, temperature=torch.tensor(torch.nan)), "nt_xent: temperature is nan"),
        (ValueError, lambda: F.clip(z, z, scale=torch.tensor(torch.nan)), "clip: scale is nan"),
        (ValueError, lambda: F.clip(z, z, scale=torch.ones(2)), "shape .2,.; expected one number"),
        (ValueError, lambda: F.clip(z, z, scale=torch.tensor(-1.0)), "scale is -1; expected a finite number > 0"),
        (TypeError, lambda: F.clip(z, z, scale=torch.tensor(3)), "scale is of the type torch.int64"),
        (TypeError, lambda: mixcon.NTXent(temprature=1.0), "did you mean temperature"),
        (TypeError, lambda: mixcon.Alignment(temperature=torch.tensor(1.0)), "no parameter temperature"),
        (AttributeError, lambda: mixcon.NTXnet, "NTXent"),
        (ValueError, lambda: mixcon.Contrast("info_nec"), "info_nce"),
    ):
        with pytest.raises(kind, match=words):
            call()


def test_parallel_threads_give_the_same_bits():
    z = torch.randn(500, 8)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = F.nt_xent(z)
        torch.set_num_threads(3)
        assert torch.equal(one, F.nt_xent(z)) and torch.equal(one, F.nt_xent(z, threads=2))
    finally:
        torch.set_num_threads(before)


def module_of(name):
    made = getattr(mixcon, mixcon._forms.FORMS[name].class_name)
    parameters = ALL[name].parameters
    if "proxies" in ALL[name].rows:
        return made(3, 4, **parameters)
    if "queue" in ALL[name].rows:
        return made(size=7, **parameters)
    return made(**parameters)


def call_module(module, name):
    given = tensors_of(name, torch.float32)
    given.pop("proxies", None), given.pop("queue", None)
    return module(**given, **ALL[name].rest), given


@pytest.mark.parametrize("name", NAMES)
def test_modules(name):
    torch.manual_seed(0)
    module = module_of(name)
    text = repr(module)
    for parameter in mixcon._core.Settings(name, {}).parameters:
        assert f"{parameter}=" in text
    module.eval()
    value, given = call_module(module, name)
    value.backward()
    assert all(t.grad is not None for t in given.values() if t.requires_grad)
    assert all(p.grad is not None for p in module.parameters())
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert torch.equal(call_module(twin, name)[0], value)
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    file.seek(0)
    fresh = module_of(name)
    fresh.load_state_dict(torch.load(file))
    fresh.eval()
    assert torch.equal(call_module(fresh, name)[0], value)


def test_clip_learns_its_scale():
    clip = mixcon.CLIP(scale=10.0, max_scale=100)
    images, texts = torch.randn(5, 4), torch.randn(5, 4)
    value = clip(images, texts)
    value.backward()
    i, t = (torch.nn.functional.normalize(x) for x in (images, texts))
    scale = torch.tensor(10.0).log().requires_grad_()
    logits = scale.exp() * i @ t.T
    own = torch.arange(5)
    expected = (torch.nn.functional.cross_entropy(logits, own) + torch.nn.functional.cross_entropy(logits.T, own)) / 2
    expected.backward()
    assert torch.allclose(value, expected, atol=1e-6) and torch.allclose(clip.log_scale.grad, scale.grad, atol=1e-5)
    with torch.no_grad():
        clip.log_scale.fill_(10.0)
        assert torch.equal(clip(images, texts), F.clip(images, texts, scale=100.0))


def test_moco_keeps_its_queue():
    moco = mixcon.MoCo(size=6, width=4)
    k = torch.randn(4, 4)
    before = moco.queue.clone()
    value = moco(torch.randn(4, 4, requires_grad=True), k)
    value.backward()
    assert torch.allclose(moco.queue[:4], torch.nn.functional.normalize(k)) and torch.equal(moco.queue[4:], before[4:])
    moco(torch.randn(4, 4), k)
    assert int(moco.position) == 2 and torch.allclose(moco.queue[4:], torch.nn.functional.normalize(k[:2]))
    moco.eval()
    kept = moco.queue.clone()
    moco(torch.randn(4, 4), k)
    assert torch.equal(moco.queue, kept)
    other = mixcon.MoCo(size=6)
    other.load_state_dict(moco.state_dict())
    assert torch.equal(other.queue, kept) and int(other.position) == 2


def train(loss, steps=20):
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(6, 16), torch.nn.ReLU(), torch.nn.Linear(16, 8)).double()
    optimiser = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)
    for step in range(steps):
        x = torch.randn(8, 6, dtype=torch.float64)
        views = [x + 0.1 * torch.randn_like(x) for _ in range(2)]
        optimiser.zero_grad()
        loss(net(torch.cat(views)), torch.arange(8) % 4).backward()
        optimiser.step()
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def nt_xent_of_operators(z, labels):
    n = len(z) // 2
    z = torch.nn.functional.normalize(z)
    logits = (z @ z.T / 0.5).masked_fill(torch.eye(2 * n, dtype=torch.bool), -torch.inf)
    return torch.nn.functional.cross_entropy(logits, torch.arange(2 * n).roll(n))


def supcon_of_operators(z, labels):
    labels = labels.repeat(2)
    z = torch.nn.functional.normalize(z)
    logits = (z @ z.T / 0.07).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    same = (labels[:, None] == labels) & ~torch.eye(len(z), dtype=torch.bool)
    log_p = logits.log_softmax(1).masked_fill(~same, 0)
    return -(log_p.sum(1) / same.sum(1)).mean()


def test_training_beside_torch_operators():
    ours = mixcon.NTXent()
    assert torch.allclose(train(lambda z, y: ours(z)), train(nt_xent_of_operators), atol=1e-5, rtol=0)
    supcon = mixcon.SupCon()
    stacked = lambda z, y: supcon(torch.stack(z.chunk(2), dim=1), y)
    assert torch.allclose(train(stacked), train(supcon_of_operators), atol=1e-5, rtol=0)


def test_parameters_are_attributes():
    loss = mixcon.NTXent()
    z = torch.randn(6, 4)
    loss.temperature = 0.1
    assert torch.equal(loss(z), F.nt_xent(z, temperature=0.1)) and "temperature=0.1" in repr(loss)
    learned = mixcon.NTXent(temperature=torch.nn.Parameter(torch.tensor(0.3)))
    learned(z).backward()
    assert learned.temperature.grad != 0 and "temperature=learned" in repr(learned)


def test_contrast_takes_own_candidates_beside_shared_ones():
    x, y, queue = (torch.randn(5, 4, requires_grad=True) for _ in range(3))
    loss = mixcon.Contrast("info_nce", temperature=0.2)
    found = loss(x, queue, targets.Queue(), own=y)
    logits = torch.cat([(x.double() @ y.double().T).diagonal()[:, None], x.double() @ queue.double().T], dim=1)
    lengths = torch.cat([y.norm(dim=1)[:, None], queue.norm(dim=1).expand(5, 5)], dim=1) * x.norm(dim=1)[:, None]
    expected = torch.nn.functional.cross_entropy(logits / lengths / 0.2, torch.zeros(5, dtype=torch.long))
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    for ours, theirs in zip(torch.autograd.grad(found, (x, y, queue)), torch.autograd.grad(expected, (x, y, queue))):
        assert torch.allclose(ours, theirs, atol=1e-5)
    several = F.contrast("info_nce", x, None, targets.Queue(), own=torch.stack([y, queue], dim=1), no_positive="error")
    assert torch.isfinite(several)
    with pytest.raises(TypeError, match="own is missing; expected keys of the anchors"):
        loss(x, queue, targets.Queue())
    with pytest.raises(ValueError, match=r"^info_nce: own is \(3, 1, 4\) for 5 anchors; expected \(anchors, k, width\)"):
        loss(x, queue, targets.Queue(), own=y[:3])


def test_contrast_takes_any_targets():
    z = torch.randn(6, 4, requires_grad=True)
    y = torch.arange(6) % 2
    loss = mixcon.Contrast("triplet_margin", margin=0.3)
    assert torch.equal(loss(z, targets=targets.Labels(y)), F.triplet_margin(z, y, margin=0.3))
    euclid = mixcon.Contrast("info_nce", similarity="negative_squared_distance", rows="as_given", direction=(0.5, 0.5))
    euclid(z, torch.randn(6, 4), targets.Diagonal()).backward()
    assert z.grad is not None and "negative_squared_distance" in repr(euclid)
