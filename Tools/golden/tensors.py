"""Reference values of tensor operations, layers, losses, optimisers and networks, by PyTorch.

Writes Tests/{Tensors,Layers,Training}Tests/Golden/*.json: one case a line, with its inputs, its
output and, where there are any, the gradients of sum(output * slopes). Run it through
Tools/golden/remake.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

TESTS = Path(__file__).resolve().parents[2] / "Tests"
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
    (TESTS / path).write_text(f'{{"reference": {reference}, "cases": [\n{lines}\n]}}\n')


# Operations: float64, so that hardly anything is left to rounding.

def normal(*shape, dtype=torch.float64):
    return torch.randn(*shape, dtype=torch.float64).to(dtype)


def positive(*shape):
    return torch.rand(*shape, dtype=torch.float64) + 0.5


def operation(name, function, inputs, **settings):
    """A case of `name`; every float input takes a gradient."""
    inputs = [i.clone().requires_grad_(i.is_floating_point()) for i in inputs]
    output = function(*inputs)
    case = {"operation": name, "inputs": [array(i) for i in inputs],
            "settings": {k: v if isinstance(v, list) else [v] for k, v in settings.items()},
            "output": array(output)}
    if output.requires_grad:
        slopes = torch.randn(output.shape, dtype=output.dtype)
        case["slopes"] = array(slopes)
        wanted = [i for i in inputs if i.requires_grad]
        case["gradients"] = [array(g) for g in torch.autograd.grad((output * slopes).sum(), wanted)]
    return case


def operations():
    torch.manual_seed(1)
    x, y = normal(3, 4), normal(3, 4)
    for name, function in (("add", torch.add), ("subtract", torch.sub), ("multiply", torch.mul)):
        yield operation(name, function, [x, y])
        yield operation(name, function, [x, normal(4)])
        yield operation(name, function, [normal(3, 1), normal(2, 1, 4)])
    yield operation("divide", torch.div, [x, positive(3, 4)])
    yield operation("divide", torch.div, [x, positive(3, 1)])
    yield operation("addNumber", lambda a: a + 1.5, [x], number=1.5)
    yield operation("addNumber", lambda a: a + 0, [x], number=0)
    yield operation("multiplyNumber", lambda a: a * -0.25, [x], number=-0.25)
    yield operation("multiplyNumber", lambda a: a * 1, [x], number=1)
    whole = torch.tensor([[1, 2], [3, 4]])
    yield operation("equals", torch.eq, [whole, torch.tensor([[1, 0], [3, 5]])])
    for name, function in (
            ("absolute", torch.abs), ("exponential", torch.exp), ("squared", torch.square),
            ("relu", torch.relu), ("gelu", F.gelu), ("tanh", torch.tanh),
            ("sigmoid", torch.sigmoid), ("sum", torch.sum), ("mean", torch.mean)):
        yield operation(name, function, [normal(3, 4) * 2])
    yield operation("logarithm", torch.log, [positive(3, 4)])
    for axis in (0, 1, -1):
        for name, function in (
                ("sumAxis", torch.sum), ("meanAxis", torch.mean), ("softmax", torch.softmax),
                ("logSoftmax", torch.log_softmax), ("argmax", torch.argmax)):
            yield operation(name, lambda a: function(a, axis), [normal(2, 3, 4)], axis=axis)
    # Large values: the stable forms only.
    yield operation("logSoftmax", lambda a: torch.log_softmax(a, 1), [normal(2, 3) * 1000], axis=1)
    yield operation("reshaped", lambda a: a.reshape(2, 6), [x], shape=[2, 6])
    yield operation("reshaped", lambda a: a.reshape(-1, 2, 2), [x], shape=[-1, 2, 2])
    yield operation("transposed", lambda a: a.transpose(0, 2), [normal(2, 3, 2)], axes=[0, 2])
    yield operation("sliced", lambda a: a[1:3], [normal(4, 2)], axis=0, range=[1, 3])
    yield operation("sliced", lambda a: a[:, 0:1], [normal(2, 3)], axis=1, range=[0, 1])
    rows = torch.tensor([2, 0, 2])
    yield operation("selecting", lambda a, i: a.index_select(0, i), [normal(3, 2), rows], axis=0)
    yield operation("selecting", lambda a, i: a.index_select(1, i), [normal(2, 4), rows], axis=1)
    places = torch.tensor([[2], [0], [1]])
    yield operation("gathering", lambda a, i: a.gather(1, i), [normal(3, 4), places], axis=1)
    yield operation("concatenate", lambda *a: torch.cat(a, 0), [normal(1, 2), normal(3, 2)], axis=0)
    yield operation(
        "concatenate", lambda *a: torch.cat(a, 1), [normal(2, 1), normal(2, 3), normal(2, 2)],
        axis=1)
    yield operation("matmul", torch.matmul, [normal(3, 4), normal(4, 2)])
    yield operation("matmul", torch.matmul, [normal(2, 3, 4), normal(2, 4, 2)])
    yield operation("linear", F.linear, [normal(3, 4), normal(2, 4), normal(2)])
    yield operation("linear", F.linear, [normal(3, 4), normal(2, 4)])
    for stride, padding, dilation in ((1, 0, 1), (2, 1, 1), (1, 2, 2)):
        yield operation(
            "conv1d", lambda a, w, b: F.conv1d(a, w, b, stride, padding, dilation),
            [normal(2, 3, 7), normal(2, 3, 3), normal(2)],
            stride=stride, padding=padding, dilation=dilation)
    yield operation("conv1d", F.conv1d, [normal(1, 2, 5), normal(3, 2, 2)],
                    stride=1, padding=0, dilation=1)
    for shape in ((5, 3), (3, 2, 4)):
        channels = shape[1]
        yield operation(
            "batchNormTraining",
            lambda a, w, b: F.batch_norm(a, None, None, w, b, training=True, eps=1e-5),
            [normal(*shape), positive(channels), normal(channels)], epsilon=1e-5)
        mean, variance = normal(channels), positive(channels)
        yield operation(
            "batchNorm",
            lambda a, w, b: F.batch_norm(a, mean, variance, w, b, training=False, eps=1e-5),
            [normal(*shape), positive(channels), normal(channels)], epsilon=1e-5,
            mean=mean.tolist(), variance=variance.tolist())
    yield operation(
        "layerNorm", lambda a, w, b: F.layer_norm(a, (4,), w, b, 1e-5),
        [normal(2, 3, 4), positive(4), normal(4)], epsilon=1e-5)
    yield operation("maxPool1d", lambda a: F.max_pool1d(a, 2, 2), [normal(2, 2, 7)],
                    window=2, stride=2)
    yield operation("maxPool1d", lambda a: F.max_pool1d(a, 3, 1), [normal(1, 2, 6)],
                    window=3, stride=1)
    yield from pictures()


def pictures():
    """Operations on pictures; seeded apart, so that the cases before them stay as they are."""
    torch.manual_seed(6)
    yield operation("isAtLeast", lambda a: a >= 0.5, [torch.tensor([[0.0, 0.5], [1.0, -1.0]])],
                    bound=0.5)
    yield operation("filled", lambda a, m: a.masked_fill(m, 2.5),
                    [normal(2, 3), torch.tensor([[True], [False]])], value=2.5)
    yield operation("permuted", lambda a: a.permute(0, 3, 1, 2), [normal(2, 3, 4, 2)],
                    axes=[0, 3, 1, 2])
    for stride, padding, dilation, groups in ((1, 0, 1, 1), (2, 1, 1, 2), (1, 2, 2, 1)):
        yield operation(
            "conv2d", lambda a, w, b: F.conv2d(a, w, b, stride, padding, dilation, groups),
            [normal(2, 4, 6, 5), normal(2, 4 // groups, 3, 3), normal(2)],
            stride=stride, padding=padding, dilation=dilation, groups=groups)
    yield operation("conv2d", F.conv2d, [normal(1, 2, 3, 4), normal(3, 2, 2, 2)],
                    stride=1, padding=0, dilation=1, groups=1)
    for name, function in (("maxPool2d", F.max_pool2d), ("averagePool2d", F.avg_pool2d)):
        for window, stride, padding in ((2, 2, 0), (3, 2, 1)):
            yield operation(name, lambda a: function(a, window, stride, padding),
                            [normal(2, 2, 5, 6)], window=window, stride=stride, padding=padding)
    for height, width in ((1, 1), (2, 3)):
        yield operation("adaptiveAveragePool2d",
                        lambda a: F.adaptive_avg_pool2d(a, (height, width)), [normal(2, 2, 5, 4)],
                        height=height, width=width)
    for height, width in ((6, 8), (5, 7), (2, 2)):
        yield operation(
            "resizedBilinear",
            lambda a: F.interpolate(a, (height, width), mode="bilinear", align_corners=False),
            [normal(2, 2, 3, 4)], height=height, width=width)
    channels = 3
    yield operation(
        "batchNormTraining",
        lambda a, w, b: F.batch_norm(a, None, None, w, b, training=True, eps=1e-5),
        [normal(2, channels, 3, 2), positive(channels), normal(channels)], epsilon=1e-5)
    mirrored, down, right = torch.tensor([0, 1, 1]), torch.tensor([1, -2, 0]), torch.tensor([0, 1, -5])
    for shape, rows, columns in (((3, 4, 5), 1, 2), ((3, 2, 4, 5), 2, 3), ((3, 4, 5, 2), 1, 2)):
        yield operation(
            "movingPictures", lambda a, m, d, r: moved(a, m, d, r, rows, columns, -3.0),
            [normal(*shape), mirrored, down, right], rows=rows, columns=columns, fill=-3.0)
    yield operation(
        "binaryCrossEntropies",
        lambda z, t: F.binary_cross_entropy_with_logits(z, t, reduction="none"),
        [normal(3, 4) * 3, torch.rand(3, 4, dtype=torch.float64)])
    classes = torch.tensor([[[0, 2, 255], [1, 1, 2]], [[255, 0, 0], [2, 255, 1]]])
    weights, samples = positive(3), positive(2)
    yield operation("pixelCrossEntropy", lambda z, t: F.cross_entropy(z, t, ignore_index=255),
                    [normal(2, 3, 2, 3), classes])
    yield operation(
        "pixelCrossEntropy", lambda z, t: F.cross_entropy(z, t, weights, ignore_index=255),
        [normal(2, 3, 2, 3), classes], classWeights=weights.tolist())

    def weighted(z, t):
        of_pixels = (weights[t.clamp(max=2)] * (t != 255)) * samples[:, None, None]
        losses = F.cross_entropy(z, t, reduction="none", ignore_index=255)
        return (losses * of_pixels).sum() / of_pixels.sum()

    yield operation("pixelCrossEntropy", weighted, [normal(2, 3, 2, 3), classes],
                    classWeights=weights.tolist(), sampleWeights=samples.tolist())
    # All pixels ignored: no loss, and a gradient of zeros.
    yield operation("pixelCrossEntropy", lambda z, t: z.sum() * 0,
                    [normal(1, 3, 2, 3), torch.full((1, 2, 3), 255)])


def moved(pictures, mirrored, down, right, rows, columns, fill):
    """Pixel by pixel, as slow as it is plain."""
    height, width = pictures.shape[rows], pictures.shape[columns]
    result = []
    for picture, is_mirrored, y, x in zip(pictures, mirrored, down, right):
        picture = picture.movedim((rows - 1, columns - 1), (0, 1))
        if is_mirrored:
            picture = picture.flip(1)
        lines = []
        for row in range(height):
            line = []
            for column in range(width):
                source = (row - int(y), column - int(x))
                inside = 0 <= source[0] < height and 0 <= source[1] < width
                line.append(picture[source] if inside else torch.full_like(picture[0, 0], fill))
            lines.append(torch.stack(line))
        result.append(torch.stack(lines).movedim((0, 1), (rows - 1, columns - 1)))
    return torch.stack(result)


def streams():
    for seed in (0, 42, 123456789):
        generator = torch.Generator().manual_seed(seed)
        yield {"seed": seed,
               "uniform": array(torch.empty(3, 4).uniform_(-1, 1, generator=generator)),
               "normal": array(torch.empty(4, 8).normal_(0, 1, generator=generator)),
               "few": array(torch.empty(5).normal_(0, 1, generator=generator)),
               "permutation": array(torch.randperm(9, generator=generator))}


# Layers and networks: float32, as they are trained.

def layer(name, module, shape, **settings):
    """Passes in training, each moving the running statistics, then one in evaluation."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape))
    case = {"layer": name, "settings": settings, "parameters": named(dict(module.named_parameters()))}
    steps = []
    for mode in ("training", "training", "evaluation"):
        module.train(mode == "training")
        x = torch.randn(*shape).requires_grad_()
        output = module(x)
        slopes = torch.randn(output.shape)
        gradients = torch.autograd.grad((output * slopes).sum(), [x, *module.parameters()])
        buffers = {k: v for k, v in module.named_buffers() if k != "num_batches_tracked"}
        steps.append({"mode": mode, "input": array(x), "output": array(output),
                      "slopes": array(slopes), "gradients": [array(g) for g in gradients],
                      "buffers": named(buffers)})
    return {**case, "steps": steps}


class AveragePool(nn.Module):
    def forward(self, x):
        return x.mean(-1)


def layers():
    torch.manual_seed(2)
    yield layer("Linear", nn.Linear(4, 3), (5, 4))
    yield layer("Conv1d", nn.Conv1d(3, 2, 3, padding=1), (2, 3, 6), padding=1, stride=1)
    yield layer("Conv1d", nn.Conv1d(2, 3, 5, stride=2, padding=2), (2, 2, 9), padding=2, stride=2)
    yield layer("BatchNorm1d", nn.BatchNorm1d(3), (4, 3))
    yield layer("BatchNorm1d", nn.BatchNorm1d(3), (2, 3, 4))
    yield layer("LayerNorm", nn.LayerNorm(4), (3, 4))
    yield layer("MaxPool1d", nn.MaxPool1d(2), (2, 3, 5), window=2)
    yield layer("GlobalAveragePool", AveragePool(), (2, 3, 4))
    for name, module in (("relu", nn.ReLU()), ("gelu", nn.GELU()), ("tanh", nn.Tanh()),
                         ("sigmoid", nn.Sigmoid())):
        yield layer(name, module, (3, 4))
    torch.manual_seed(7)
    yield layer("Conv2d", nn.Conv2d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2), (2, 4, 5, 6),
                stride=2, padding=2, dilation=2, groups=2)
    yield layer("BatchNorm2d", nn.BatchNorm2d(3), (2, 3, 4, 2))
    yield layer("MaxPool2d", nn.MaxPool2d(3, 2, 1), (2, 3, 5, 4), window=3, stride=2, padding=1)
    yield layer("AveragePool2d", nn.AvgPool2d(2), (2, 3, 5, 4), window=2, padding=0)
    yield layer("AdaptiveAveragePool2d", nn.AdaptiveAvgPool2d((2, 1)), (2, 3, 5, 4), height=2,
                width=1)
    yield layer("GlobalAveragePool", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
                (2, 3, 4, 2))


# Losses.

def loss(name, function, logits, other, weights=None):
    case = {"loss": name, "logits": array(logits), "other": array(other)}
    if weights is not None:
        case["weights"] = array(weights)
    logits = logits.clone().requires_grad_()
    value = function(logits)
    case["value"] = value.item()
    case["gradient"] = array(torch.autograd.grad(value, logits)[0])
    return case


def losses():
    torch.manual_seed(3)
    logits, weights = normal(5, 3), positive(5)
    hard = torch.tensor([0, 2, 1, 1, 0])
    soft = torch.softmax(normal(5, 3), 1)
    yield loss("hard", lambda z: F.cross_entropy(z, hard), logits, hard)
    yield loss("hard", lambda z: (F.cross_entropy(z, hard, reduction="none") * weights).sum()
               / weights.sum(), logits, hard, weights)
    yield loss("soft", lambda z: F.cross_entropy(z, soft), logits, soft)
    yield loss("soft", lambda z: (F.cross_entropy(z, soft, reduction="none") * weights).sum()
               / weights.sum(), logits, soft, weights)
    other = normal(5, 3)
    # F.kl_div(log q, log p) is KL(p || q); the gradient is that of either side in turn.
    yield loss("klOfFirst", lambda z: F.kl_div(
        torch.log_softmax(other, 1), torch.log_softmax(z, 1), reduction="batchmean",
        log_target=True), logits, other)
    yield loss("klOfSecond", lambda z: F.kl_div(
        torch.log_softmax(z, 1), torch.log_softmax(other, 1), reduction="batchmean",
        log_target=True), logits, other)
    yield loss("squaredError", lambda z: F.mse_loss(z, other), logits, other)
    torch.manual_seed(8)
    yield from losses_of_labels_and_pixels()


def losses_of_labels_and_pixels():
    logits, weights = normal(5, 3), positive(5)
    labels = torch.rand(5, 3, dtype=torch.float64)
    labels[1, 2] = labels[3, 0] = -1  # Unknown.
    known = (labels >= 0).double()

    def binary(z, w):
        losses = F.binary_cross_entropy_with_logits(z, labels.clamp(min=0), reduction="none")
        return (losses * known * w).sum() / (known * w).sum()

    yield loss("labels", lambda z: binary(z, torch.ones(5, 1)), logits, labels)
    yield loss("labels", lambda z: binary(z, weights[:, None]), logits, labels, weights)
    other = normal(5, 3)

    def divergence(p, q):
        return (p * (p.log() - q.log()) + (1 - p) * ((1 - p).log() - (1 - q).log())).mean()

    yield loss("binaryKL", lambda z: divergence(z.sigmoid(), other.sigmoid()), logits, other)
    logits, shares = normal(2, 3, 2, 2), torch.softmax(normal(2, 3, 2, 2), 1)
    shares[0, :, 1, 0] = -1
    known = (shares[:, 0] >= 0).double()
    weights = positive(2)

    def pixels(z, w):
        losses = -(shares.clamp(min=0) * torch.log_softmax(z, 1)).sum(1)
        return (losses * known * w).sum() / (known * w).sum()

    yield loss("softMaps", lambda z: pixels(z, torch.ones(2, 1, 1)), logits, shares)
    yield loss("softMaps", lambda z: pixels(z, weights[:, None, None]), logits, shares, weights)
    inside = torch.tensor([[[1.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]]], dtype=torch.float64)
    other = normal(2, 3, 2, 2)

    def pixel_divergence(z):
        p, q = torch.log_softmax(z, 1), torch.log_softmax(other, 1)
        return ((p.exp() * (p - q)).sum(1) * inside).sum() / inside.sum()

    yield loss("pixelKL", pixel_divergence, logits, other, inside)


# Optimisers: two parameters, the same gradients to both sides, a cosine schedule.

def optimizer(kind, make, **settings):
    torch.manual_seed(4)
    parameters = [torch.randn(2, 3), torch.randn(3)]
    case = {"kind": kind, "settings": settings, "start": [array(p) for p in parameters],
            "steps": []}
    parameters = [p.clone().requires_grad_() for p in parameters]
    optimizer = make(parameters)
    total = 6
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=total)
    for _ in range(total):
        for parameter in parameters:
            parameter.grad = torch.randn(parameter.shape)
        rate = optimizer.param_groups[0]["lr"]
        optimizer.step()
        schedule.step()
        case["steps"].append({
            "learningRate": rate, "gradients": [array(p.grad) for p in parameters],
            "parameters": [array(p) for p in parameters]})
    return case


def optimizers():
    sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    for settings in ({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True},
                     {"weight_decay": 0.1},
                     {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1}):
        yield optimizer("sgd", lambda p: sgd(p, lr=0.1, **settings), **settings)
    for kind, make in (("adam", adam), ("adamw", adamw)):
        for settings in ({"weight_decay": 0}, {"weight_decay": 0.1},
                         {"betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.01}):
            yield optimizer(kind, lambda p: make(p, lr=0.1, **settings), **settings)


# Networks, and their training from a given start: full batches, no transform.

class Network(nn.Module):
    """Named as mke names its parameters: encoders.<modality>.<place>, head.<place>."""

    def __init__(self, encoders, head):
        super().__init__()
        self.encoders = nn.ModuleDict(encoders)
        self.head = head

    def forward(self, inputs):
        features = [
            encoder(x.transpose(1, 2) if x.dim() == 3 else x)
            for encoder, x in zip(self.encoders.values(), inputs)]
        return self.head(torch.cat(features, 1))


def perceptron(width):
    return nn.Sequential(nn.Linear(width, 5), nn.Tanh())


def convolutional():
    return nn.Sequential(
        nn.Conv1d(3, 4, 3, padding=1), nn.BatchNorm1d(4), nn.ReLU(), nn.MaxPool1d(2),
        nn.Conv1d(4, 5, 3, padding=1), nn.BatchNorm1d(5), nn.ReLU(), AveragePool())


class PictureEncoder(nn.Sequential):
    """Blocks with max pooling between them; the maps of all scales."""

    def maps(self, x):
        if x.dim() == 5:
            x = x.reshape(-1, *x.shape[2:])
        x = x.unsqueeze(1) if x.dim() == 3 else x.permute(0, 3, 1, 2)
        maps = []
        for place, block in enumerate(self):
            x = block(F.max_pool2d(x, 2) if place > 0 else x)
            maps.append(x)
        return maps

    def forward(self, x):
        features = self.maps(x)[-1].mean((2, 3))
        return features.reshape(*x.shape[:2], -1).mean(1) if x.dim() == 5 else features


def picture_block(channels, following, convolutions=1):
    layers = []
    for index in range(convolutions):
        layers += [nn.Conv2d(channels if index == 0 else following, following, 3, padding=1),
                   nn.BatchNorm2d(following), nn.ReLU()]
    return nn.Sequential(*layers)


class Pictures(Network):
    """Classification of pictures, planes and videos."""

    def forward(self, inputs):
        features = [encoder(x) for encoder, x in zip(self.encoders.values(), inputs)]
        return self.head(torch.cat(features, 1))


class Segmentation(Network):
    def forward(self, inputs):
        maps = [encoder.maps(x) for encoder, x in zip(self.encoders.values(), inputs)]
        value = None
        for place, block in enumerate(self.head["blocks"]):
            scale = len(maps[0]) - 1 - place
            fused = torch.cat([own[scale] for own in maps], 1)
            if value is not None:
                value = F.interpolate(value, fused.shape[2:], mode="bilinear", align_corners=False)
                fused = torch.cat([value, fused], 1)
            value = block(fused)
        return self.head["logits"](value)


def tensors_of(network):
    return named({k: v for k, v in network.state_dict().items() if "num_batches" not in k})


def training(name, network, inputs, labels, make, steps):
    case = {"network": name, "inputs": [array(x) for x in inputs], "labels": array(labels),
            "start": tensors_of(network)}
    optimizer = make(network.parameters())
    losses = []
    network.train()
    for _ in range(steps):
        optimizer.zero_grad()
        value = F.cross_entropy(network(inputs), labels, ignore_index=255)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    network.eval()
    with torch.no_grad():
        logits = network(inputs)
    return {**case, "losses": losses, "end": tensors_of(network), "logits": array(logits)}


def trainings():
    torch.manual_seed(5)
    labels = torch.tensor([0, 1, 2, 0, 1, 2, 1, 0])
    table, series = torch.randn(8, 2), torch.randn(8, 9, 3)
    head = nn.Sequential(nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 3))
    yield training(
        "mlp", Network({"a": perceptron(2), "b": perceptron(2)}, head), [table, table.flip(1)],
        labels, lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.01), 30)
    # Not Adam: it would make steps of the roundings in the gradient of the biases, which batch
    # normalisation takes away.
    head = nn.Sequential(nn.Linear(10, 3))
    yield training(
        "cnn1d", Network({"a": perceptron(2), "s": convolutional()}, head), [table, series],
        labels, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True), 10)
    torch.manual_seed(9)
    pictures, planes, videos = torch.randn(8, 7, 6, 2), torch.randn(8, 5, 4), torch.randn(8, 3, 4, 5, 1)
    yield training(
        "cnn2d", Pictures(
            {"p": PictureEncoder(picture_block(2, 3, 2), picture_block(3, 4, 2)),
             "s": PictureEncoder(picture_block(1, 2), picture_block(2, 3)),
             "v": PictureEncoder(picture_block(1, 2), picture_block(2, 3))},
            nn.Sequential(nn.Linear(10, 3))),
        [pictures, planes, videos], labels, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), 10)
    maps = torch.randint(0, 3, (8, 7, 6))
    maps[torch.rand(maps.shape) < 0.2] = 255
    head = nn.ModuleDict({
        "blocks": nn.Sequential(picture_block(7, 4), picture_block(4 + 5, 3)),
        "logits": nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 3, 1))})
    yield training(
        "segmentation", Segmentation(
            {"a": PictureEncoder(picture_block(2, 3), picture_block(3, 4)),
             "b": PictureEncoder(picture_block(1, 2), picture_block(2, 3))}, head),
        [pictures, torch.randn(8, 7, 6, 1)], maps,
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), 10)


write("TensorsTests/Golden/operations.json", operations())
write("TensorsTests/Golden/streams.json", streams())
write("LayersTests/Golden/layers.json", layers())
write("TrainingTests/Golden/losses.json", losses())
write("TrainingTests/Golden/optimizers.json", optimizers())
write("TrainingTests/Golden/trainings.json", trainings())
