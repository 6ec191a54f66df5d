"""Reference values of what a training sets beside its optimiser, by PyTorch.

Writes Tests/TrainingTests/Golden/{weighted-losses,value-losses,trajectories}.json: losses with class
weights and smoothed labels, losses of values, and whole trainings with warm-up, schedules, spared decay, clipped gradients and
averaged weights. Run it through Tools/golden/remake.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "TrainingTests" / "Golden"
torch.set_num_threads(1)


def array(tensor):
    tensor = tensor.detach()
    return {"shape": list(tensor.shape), "type": str(tensor.dtype).removeprefix("torch."),
            "values": tensor.reshape(-1).tolist()}


def named(tensors):
    return [{"name": name, **array(tensor)} for name, tensor in tensors.items()]


def write(path, cases):
    reference = json.dumps(f"PyTorch {torch.__version__.split('+')[0]} on a CPU")
    lines = ",\n".join(json.dumps(case) for case in cases)
    (GOLDEN / path).write_text(f'{{"reference": {reference}, "cases": [\n{lines}\n]}}\n')


# Losses: float64.

def normal(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def positive(*shape):
    return torch.rand(*shape, dtype=torch.float64) + 0.5


def loss(name, function, logits, targets, class_weights=None, smoothing=0.0, samples=None):
    case = {"loss": name, "logits": array(logits), "targets": array(targets),
            "smoothing": smoothing}
    if class_weights is not None:
        case["classWeights"] = array(class_weights)
    if samples is not None:
        case["samples"] = array(samples)
    logits = logits.clone().requires_grad_()
    value = function(logits)
    case["value"] = value.item()
    case["gradient"] = array(torch.autograd.grad(value, logits)[0])
    return case


def losses():
    torch.manual_seed(1)
    logits, classes = normal(6, 4), torch.tensor([0, 3, 1, 1, 2, 0])
    shares, samples = torch.softmax(normal(6, 4), 1), positive(6)
    labels = torch.rand(6, 4, dtype=torch.float64)
    pixels, maps = normal(2, 4, 3, 2), torch.randint(0, 4, (2, 3, 2))
    maps[0, 1, 0] = maps[1, 2, 1] = 255
    soft_maps = torch.softmax(normal(2, 4, 3, 2), 1)
    weights = positive(4)
    for w in (None, weights):
        for e in (0.0, 0.1, 0.7):
            def entropy(reduction="mean", ignored=-100):
                return nn.CrossEntropyLoss(
                    weight=w, label_smoothing=e, ignore_index=ignored, reduction=reduction)

            def binary(z):
                wanted = labels * (1 - e) + e / 2
                return nn.BCEWithLogitsLoss(pos_weight=w)(z, wanted)

            yield loss("hard", lambda z: entropy()(z, classes), logits, classes, w, e)
            yield loss("soft", lambda z: entropy()(z, shares), logits, shares, w, e)
            yield loss("labels", binary, logits, labels, w, e)
            yield loss("maps", lambda z: entropy(ignored=255)(z, maps), pixels, maps, w, e)
            # Of weighted samples: those of a class count as their class does.
            of_class = torch.ones(4, dtype=torch.float64) if w is None else w
            yield loss(
                "hard", lambda z: (entropy("none")(z, classes) * samples).sum()
                / (of_class[classes] * samples).sum(), logits, classes, w, e, samples)
            yield loss(
                "soft", lambda z: (entropy("none")(z, shares) * samples).sum() / samples.sum(),
                logits, shares, w, e, samples)
            if w is None:
                yield loss("softMaps", lambda z: entropy()(z, soft_maps), pixels, soft_maps, w, e)


def value_losses():
    torch.manual_seed(2)
    answers, values, samples = 2 * normal(7, 3), 2 * normal(7, 3), positive(7)
    for name, function in [
        ("squared-error", nn.MSELoss(reduction="none")),
        ("huber 1", nn.HuberLoss(reduction="none")),
        ("huber 0.4", nn.HuberLoss(reduction="none", delta=0.4)),
        ("huber 9", nn.HuberLoss(reduction="none", delta=9.0)),
    ]:
        yield loss(name, lambda a: function(a, values).mean(), answers, values)
        weights = samples[:, None].expand(7, 3)
        yield loss(
            name, lambda a: (function(a, values) * weights).sum() / weights.sum(), answers, values,
            samples=samples)


# Trainings: float32, full batches, from a given start.

class Network(nn.Module):
    """Named as mke names its parameters: encoders.<modality>.<place>, head.<place>."""

    def __init__(self, encoders, head):
        super().__init__()
        self.encoders = nn.ModuleDict(encoders)
        self.head = head

    def forward(self, inputs):
        features = [encoder(x.transpose(1, 2) if x.dim() == 3 else x)
                    for encoder, x in zip(self.encoders.values(), inputs)]
        return self.head(torch.cat(features, 1))


class AveragePool(nn.Module):
    def forward(self, x):
        return x.mean(-1)


def perceptron():
    head = nn.Sequential(nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 3))
    return Network({name: nn.Sequential(nn.Linear(2, 5), nn.Tanh()) for name in "ab"}, head)


def convolutional():
    series = nn.Sequential(
        nn.Conv1d(3, 4, 3, padding=1), nn.BatchNorm1d(4), nn.ReLU(), nn.MaxPool1d(2),
        nn.Conv1d(4, 5, 3, padding=1), nn.BatchNorm1d(5), nn.ReLU(), AveragePool())
    table = nn.Sequential(nn.Linear(2, 5), nn.Tanh())
    return Network({"a": table, "s": series}, nn.Sequential(nn.Linear(10, 3)))


def tensors_of(network):
    return named({k: v for k, v in network.state_dict().items() if "num_batches" not in k})


def optimizer_of(network, settings, decay):
    values = dict(settings)
    kind, rate, pull = values.pop("kind"), values.pop("learningRate"), values.pop("weightDecay")
    if "epsilon" in values:
        values["eps"] = values.pop("epsilon")
    parameters = list(network.parameters())
    groups = [{"params": parameters, "weight_decay": pull}]
    if decay == "weights":
        groups = [{"params": [p for p in parameters if p.ndim > 1], "weight_decay": pull},
                  {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0}]
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind]
    return make(groups, lr=rate, **values)


def schedule_of(optimizer, settings, warm_up, total):
    if settings == "constant":
        main = lr_scheduler.ConstantLR(optimizer, factor=1)
    elif settings == "cosine":
        main = lr_scheduler.CosineAnnealingLR(optimizer, T_max=total - warm_up)
    else:
        # One step is an epoch of full batches.
        every = settings.get("epochs") or settings["steps"]
        main = lr_scheduler.StepLR(optimizer, every, settings["gamma"])
    if warm_up == 0:
        return main
    rise = lr_scheduler.LinearLR(
        optimizer, start_factor=1 / (warm_up + 1), total_iters=warm_up)
    return lr_scheduler.SequentialLR(optimizer, [rise, main], milestones=[warm_up])


def training(name, seed, total, optimizer, schedule="constant", warm_up=0, class_weights=None,
             warmUp=None, **settings):
    torch.manual_seed(seed)
    network = perceptron() if name == "mlp" else convolutional()
    table, series = torch.randn(9, 2), torch.randn(9, 7, 3)
    inputs = [table, table.flip(1) if name == "mlp" else series]
    labels = torch.tensor([0, 1, 2, 0, 1, 2, 1, 0, 0])
    description = {
        "optimizer": optimizer, "schedule": schedule, "steps": total, "holdBack": 0,
        "select": "last", "seeds": 1, "firstSeed": 0, **settings}
    if warm_up:
        description["warmUp"] = warmUp or {"steps": warm_up}
    case = {"network": name, "training": description, "inputs": [array(x) for x in inputs],
            "labels": array(labels), "start": tensors_of(network)}
    if class_weights:
        case["classWeights"] = class_weights
    entropy = nn.CrossEntropyLoss(
        weight=torch.tensor(class_weights) if class_weights else None,
        label_smoothing=settings.get("labelSmoothing", 0))
    stepper = optimizer_of(network, optimizer, settings.get("decay"))
    scheduler = schedule_of(stepper, schedule, warm_up, total)
    kept = network
    if "ema" in settings:
        kept = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(settings["ema"]))
    losses, rates = [], []
    network.train()
    for _ in range(total):
        stepper.zero_grad()
        value = entropy(network(inputs), labels)
        value.backward()
        if "clipGradients" in settings:
            nn.utils.clip_grad_norm_(network.parameters(), settings["clipGradients"])
        rates.append(stepper.param_groups[0]["lr"])
        stepper.step()
        scheduler.step()
        if kept is not network:
            kept.update_parameters(network)
        losses.append(value.item())
    kept = network if kept is network else kept.module
    kept.eval()
    with torch.no_grad():
        logits = kept(inputs)
    return {**case, "losses": losses, "rates": rates, "end": tensors_of(kept),
            "logits": array(logits)}


def trainings():
    sgd = {"kind": "sgd", "learningRate": 0.2, "momentum": 0.9, "nesterov": True,
           "weightDecay": 0.05}
    adam = {"kind": "adam", "learningRate": 0.02, "betas": [0.9, 0.99], "epsilon": 1e-6,
            "weightDecay": 0.1}
    adamw = {**adam, "kind": "adamw"}
    yield training("mlp", 1, 20, sgd, "cosine", 5, decay="weights")
    yield training("mlp", 2, 20, adamw, "cosine", 4, decay="weights", warmUp={"share": 0.2})
    yield training("mlp", 3, 20, adam, {"kind": "step", "epochs": 6, "gamma": 0.5}, decay="weights")
    yield training("mlp", 4, 20, sgd, {"kind": "step", "steps": 4, "gamma": 0.3}, 3,
                   clipGradients=0.2)
    yield training("mlp", 5, 20, adam, "constant", 7, warmUp={"epochs": 7}, clipGradients=0.05,
                   decay="all")
    yield training("mlp", 6, 20, sgd, clipGradients=100, ema=0.8)
    yield training("mlp", 7, 20, adamw, "cosine", 2, ema=0.95, decay="weights", clipGradients=0.3)
    yield training("mlp", 8, 20, sgd, labelSmoothing=0.1)
    yield training("mlp", 9, 20, adamw, "cosine", labelSmoothing=0.2, class_weights=[1.0, 3.0, 0.5],
                   ema=0.5)
    # Not Adam: it would make steps of the roundings in the gradient of the biases, which batch
    # normalisation takes away.
    yield training("cnn1d", 10, 12, {**sgd, "learningRate": 0.05}, "cosine", 3, decay="weights",
                   clipGradients=0.5, ema=0.7, labelSmoothing=0.05)
    yield training("cnn1d", 11, 12, {**sgd, "learningRate": 0.05}, class_weights=[2.0, 1.0, 0.25])


write("weighted-losses.json", losses())
write("value-losses.json", value_losses())
write("trajectories.json", trainings())
