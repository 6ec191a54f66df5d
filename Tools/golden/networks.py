"""Reference values of whole networks, by PyTorch and torchvision.

Writes Tests/TrainingTests/Golden/{encoders,fusions,segmentations,resnets}.json: one network a line,
with its logits in evaluation and in training, and of every gradient and running statistic three
numbers that all of its elements go into; and types.safetensors, a file of the safetensors library. Parameters and inputs are not stored: both sides draw them from the seed that a name gives.
Run it through Tools/golden/remake.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision
from safetensors.torch import save_file
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

TESTS = Path(__file__).resolve().parents[2] / "Tests"
torch.set_num_threads(1)
BATCH = 4


def seed(name):
    return sum((place + 1) * byte for place, byte in enumerate(name.encode()))


def drawn(name, shape):
    """A parameter or running statistic, uniform in bounds that keep activations near 1."""
    part = name.rsplit(".", 1)[-1]
    low, high = -0.5, 0.5
    if part == "running_var" or (part == "weight" and len(shape) == 1):
        low, high = 0.5, 1.5
    elif len(shape) > 1:
        high = (3 / (torch.Size(shape).numel() / shape[0])) ** 0.5
        low = -high
    generator = torch.Generator().manual_seed(seed(name))
    return torch.empty(shape).uniform_(low, high, generator=generator)


def normal(name, shape):
    return torch.empty(shape).normal_(0, 1, generator=torch.Generator().manual_seed(seed(name)))


def sampled(tensor):
    """About 250 of the elements, evenly apart, in as many digits as float32 has."""
    values = tensor.detach().reshape(-1)
    every = max(1, len(values) // 250) | 1
    return {"shape": list(tensor.shape), "every": every,
            "values": [float(f"{value:.9g}") for value in values[::every].tolist()]}


def summary(name, tensor):
    """The norm, the sum, and the product with normal numbers that the name gives."""
    values = tensor.detach().double()
    probe = normal(name + ".probe", list(tensor.shape)).double()
    return {"name": name, "norm": float(f"{values.norm().item():.9g}"),
            "sum": float(f"{values.sum().item():.9g}"),
            "product": float(f"{(values * probe).sum().item():.9g}")}


# Encoders: features, tokens, maps.

def as_pictures(x):
    if x.dim() == 5:
        x = x.reshape(-1, *x.shape[2:])
    return x.unsqueeze(1) if x.dim() == 3 else x.permute(0, 3, 1, 2)


def picture_features(maps, x):
    features = maps.mean((2, 3))
    return features.reshape(*x.shape[:2], -1).mean(1) if x.dim() == 5 else features


def picture_tokens(maps, x):
    tokens = maps.flatten(2).transpose(1, 2)
    return tokens.reshape(len(x), -1, tokens.shape[-1])


class MLP(nn.Sequential):
    def __init__(self, width, hidden):
        super().__init__(nn.Linear(width, hidden), nn.Tanh())

    def both(self, x):
        features = self(x.flatten(1))
        return features, features[:, None]


class CNN1D(nn.Sequential):
    def both(self, x):
        maps = self(x.transpose(1, 2))
        return maps.mean(2), maps.transpose(1, 2)


def block(channels, following, convolution=nn.Conv2d, norm=nn.BatchNorm2d):
    return nn.Sequential(convolution(channels, following, 3, padding=1), norm(following), nn.ReLU())


class CNN2D(nn.Sequential):
    def maps(self, x):
        value, maps = as_pictures(x), []
        for place, one in enumerate(self):
            value = one(F.max_pool2d(value, 2) if place > 0 else value)
            maps.append(value)
        return maps

    def both(self, x):
        last = self.maps(x)[-1]
        return picture_features(last, x), picture_tokens(last, x)


class CNN3D(nn.Sequential):
    def both(self, x):
        value = x.permute(0, 4, 1, 2, 3)
        for place, one in enumerate(self):
            value = one(F.max_pool3d(value, (1, 2, 2)) if place > 0 else value)
        return value.mean((2, 3, 4)), value.flatten(2).transpose(1, 2)


class Residual(ResNet):
    """torchvision's, with any number of channels in front and in its first stage."""

    def __init__(self, depth, channels, width, small):
        nn.Module.__init__(self)
        counts = [2, 2, 2, 2] if depth == 18 else [3, 4, 6, 3]
        kind = Bottleneck if depth == 50 else BasicBlock
        self._norm_layer, self.inplanes, self.dilation = nn.BatchNorm2d, width, 1
        self.groups, self.base_width = 1, 64
        self.conv1 = (nn.Conv2d(channels, width, 3, 1, 1, bias=False) if small
                      else nn.Conv2d(channels, width, 7, 2, 3, bias=False))
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.maxpool = nn.Identity() if small else nn.MaxPool2d(3, 2, 1)
        for stage, count in enumerate(counts):
            setattr(self, f"layer{stage + 1}", self._make_layer(
                kind, width << stage, count, 1 if stage == 0 else 2))
        self.small = small

    def maps(self, x):
        value = self.relu(self.bn1(self.conv1(as_pictures(x))))
        maps = [] if self.small else [value]
        value = self.maxpool(value)
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            value = stage(value)
            maps.append(value)
        return maps

    def both(self, x):
        last = self.maps(x)[-1]
        return picture_features(last, x), picture_tokens(last, x)


class Transformer(nn.Module):
    def __init__(self, embedding, tokens, width, layers, heads, mlp, learned, class_token):
        super().__init__()
        self.embedding = embedding
        if class_token:
            self.class_token = nn.Parameter(torch.zeros(1, 1, width))
            tokens += 1
        self.learned = learned
        if learned:
            self.positions = nn.Parameter(torch.zeros(1, tokens, width))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, heads, mlp, dropout=0, activation="gelu", batch_first=True, norm_first=True)
            for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def both(self, x):
        if isinstance(self.embedding, nn.Conv2d):
            value = self.embedding(as_pictures(x)).flatten(2).transpose(1, 2)
        else:
            value = self.embedding(x)
        has_class = hasattr(self, "class_token")
        if has_class:
            value = torch.cat([self.class_token.expand(len(value), -1, -1), value], 1)
        if self.learned:
            value = value + self.positions
        else:
            place = torch.arange(value.shape[1], dtype=torch.float64)[:, None]
            pair = torch.arange(0, value.shape[2], 2, dtype=torch.float64)
            angle = place / 10000 ** (pair / value.shape[2])
            value = value + torch.stack([angle.sin(), angle.cos()], 2).flatten(1).float()
        for layer in self.layers:
            value = layer(value)
        value = self.norm(value)
        return value[:, 0] if has_class else value.mean(1), value


# Fusions of vectors and of maps; `mask` is [batch, modality].

def column(mask, place, like):
    return mask[:, place].reshape(-1, *[1] * (like.dim() - 1))


class Fusion(nn.ModuleDict):
    """Names of modalities, then of their parts; `gates` beside them."""

    def projections(self, parts):
        return [self[name]["projection"](x) for name, x in parts.items()]


class Concatenation(Fusion):
    def forward(self, parts, mask):
        return torch.cat([x * column(mask, i, x) for i, x in enumerate(parts.values())], 1)


class Sum(Fusion):
    def forward(self, parts, mask):
        return sum(x * column(mask, i, x) for i, x in enumerate(self.projections(parts)))


class Gated(Fusion):
    softmax = True

    def forward(self, parts, mask):
        joined = torch.cat([x * column(mask, i, x) for i, x in enumerate(parts.values())], 1)
        scores = torch.stack(self["gates"](joined).chunk(len(parts), 1))
        there = torch.stack([column(mask, i, joined) for i in range(len(parts))])
        if self.softmax:
            gates = torch.softmax(scores.masked_fill(there == 0, float("-inf")), 0)
        else:
            gates = torch.sigmoid(scores) * there
        return sum(g * torch.tanh(x) for g, x in zip(gates, self.projections(parts)))


class Sigmoid(Gated):
    softmax = False


class FiLM(Fusion):
    by = "a"

    def forward(self, parts, mask):
        names = list(parts)
        condition = parts[self.by]
        if condition.dim() == 4:
            condition = condition.mean((2, 3))
        result = []
        for i, (name, x) in enumerate(parts.items()):
            if name != self.by:
                made = self[name]["film"](condition) * mask[:, names.index(self.by), None]
                scale, shift = (p.reshape(*p.shape, *[1] * (x.dim() - 2)) for p in made.chunk(2, 1))
                x = x * (1 + scale) + shift
            result.append(x * column(mask, i, x))
        return torch.cat(result, 1)


class CrossAttention(Fusion):
    def forward(self, features, tokens, mask):
        names = list(features)
        seen = {n: self[n]["norm"](self[n]["projection"](tokens[n])) for n in names}
        answers = []
        for i, name in enumerate(names):
            own = self[name]
            x = own["projection"](features[name])[:, None]
            others = [n for n in names if n != name]
            keys = torch.cat([seen[n] for n in others], 1)
            absent = torch.cat(
                [(mask[:, names.index(n), None] == 0).expand(-1, seen[n].shape[1]) for n in others], 1)
            found, _ = own["attention"](
                own["norm"](x), keys, keys, key_padding_mask=absent, need_weights=False)
            answers.append((x + found)[:, 0] * mask[:, i, None])
        return sum(answers) / mask.sum(1, keepdim=True).clamp(min=1)


def projection(width, following):
    return nn.ModuleDict({"projection": nn.Linear(width, following)})


def pixelwise(channels, following):
    return nn.ModuleDict({"projection": nn.Conv2d(channels, following, 1)})


def attending(width, following, heads):
    return nn.ModuleDict({
        "projection": nn.Linear(width, following), "norm": nn.LayerNorm(following),
        "attention": nn.MultiheadAttention(following, heads, batch_first=True, add_zero_attn=True)})


# Whole networks.

class Classifier(nn.Module):
    def __init__(self, encoders, fusion, head):
        super().__init__()
        self.encoders, self.fusion, self.head = nn.ModuleDict(encoders), fusion, head

    def forward(self, inputs, mask):
        both = {n: e.both(x) for (n, e), x in zip(self.encoders.items(), inputs)}
        features = {n: b[0] for n, b in both.items()}
        if isinstance(self.head, nn.ModuleDict):
            logits = [self.head[n](f) for n, f in features.items()]
            total = sum(z * mask[:, i, None] for i, z in enumerate(logits))
            return total / mask.sum(1, keepdim=True).clamp(min=1)
        if isinstance(self.fusion, CrossAttention):
            return self.head(self.fusion(features, {n: b[1] for n, b in both.items()}, mask))
        return self.head(self.fusion(features, mask))


def unet(head, maps, size):
    value = None
    for place, one in enumerate(head["blocks"]):
        fused = maps[len(maps) - 1 - place]
        if value is not None:
            value = F.interpolate(value, fused.shape[2:], mode="bilinear", align_corners=False)
            fused = torch.cat([value, fused], 1)
        value = one(fused)
    return F.interpolate(head["logits"](value), size, mode="bilinear", align_corners=False)


def deeplab(head, coarse, fine, size):
    parts = [branch(coarse) for branch in head["aspp"]]
    image = torch.relu(head["image"](coarse.mean((2, 3), keepdim=True)))
    parts.append(image.expand_as(parts[0]))
    value = F.interpolate(
        head["joint"](torch.cat(parts, 1)), fine.shape[2:], mode="bilinear", align_corners=False)
    value = head["blocks"](torch.cat([value, head["low_level"](fine)], 1))
    return F.interpolate(head["logits"](value), size, mode="bilinear", align_corners=False)


class Segmenter(nn.Module):
    """`scales` are the places of the maps that are fused: all, or the finer and the coarsest."""

    def __init__(self, encoders, fusions, head, scales):
        super().__init__()
        self.encoders, self.fusion = nn.ModuleDict(encoders), nn.ModuleDict(fusions)
        self.head, self.scales = nn.ModuleDict(head), scales

    def forward(self, inputs, mask):
        size = inputs[0].shape[1:3]
        maps = {n: e.maps(x) for (n, e), x in zip(self.encoders.items(), inputs)}
        if "logits" not in self.head:
            logits = [unet(self.head[n], m, size) for n, m in maps.items()]
            total = sum(z * column(mask, i, z) for i, z in enumerate(logits))
            return total / mask.sum(1).clamp(min=1).reshape(-1, 1, 1, 1)
        fused = [self.fusion[str(s)]({n: m[s] for n, m in maps.items()}, mask) for s in self.scales]
        if "aspp" in self.head:
            return deeplab(self.head, fused[1], fused[0], size)
        return unet(self.head, fused, size)


def case(name, network, shapes, description, present=None):
    """`present` are rows of 1 and 0, one for each sample; absent, all are there and nothing is said."""
    classes = 3
    for key, tensor in network.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            tensor.copy_(drawn(key, list(tensor.shape)))
    inputs = [normal(f"{name}.{n}", [BATCH, *shape]).requires_grad_() for n, shape in shapes.items()]
    mask = torch.tensor(present or [[1.0] * len(shapes)] * BATCH)
    network.eval()
    with torch.no_grad():
        evaluation = network(inputs, mask)
    network.train()
    logits = network(inputs, mask)
    slopes = normal(name + ".slopes", list(logits.shape))
    named = dict(network.named_parameters())
    gradients = torch.autograd.grad((logits * slopes).sum(), [*inputs, *named.values()])
    names = [f"{name}.{n}" for n in shapes] + list(named)
    buffers = {k: v for k, v in network.named_buffers() if not k.endswith("num_batches_tracked")}
    whole = {"encoder": {"kind": "identity"}, "encoders": {}, "fusion": "concatenate",
             "head": {"hidden": [], "activation": "relu"}, **description}
    result = {"name": name, "network": whole,
              "modalities": [{"name": n, "shape": list(s)} for n, s in shapes.items()],
              "classes": classes, "batch": BATCH,
              "evaluation": sampled(evaluation), "training": sampled(logits),
              "gradients": [summary(n, g) for n, g in zip(names, gradients)],
              "buffers": [summary(n, b) for n, b in buffers.items()]}
    if present:
        result["presence"] = present
    return result


MISSING = [[1.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
RELU = {"activation": "relu"}


def linear(width):
    return nn.Sequential(nn.Linear(width, 3))


def encoders():
    def alone(name, encoder, shape, description, width):
        return case(name, Classifier({"m": encoder}, Concatenation(), linear(width)), {"m": shape},
                    {"encoder": description})

    def resnet(depth, width, stem="large"):
        return {"kind": "resnet", "depth": depth, "stem": stem, "width": width}

    yield alone("resnet-18", Residual(18, 3, 64, False), [64, 64, 3], resnet(18, 64), 512)
    yield alone("resnet-18-small", Residual(18, 2, 4, True), [9, 11, 2], resnet(18, 4, "small"), 32)
    yield alone("resnet-34-plane", Residual(34, 1, 3, False), [33, 40], resnet(34, 3), 24)
    yield alone("resnet-50-video", Residual(50, 3, 4, True), [3, 16, 16, 3], resnet(50, 4, "small"),
                128)
    norm, conv = nn.BatchNorm1d, nn.Conv1d
    yield alone(
        "cnn1d-stride", CNN1D(
            conv(2, 4, 5, 4, 2), norm(4), nn.ReLU(), nn.MaxPool1d(2), conv(4, 6, 5, 1, 2), norm(6),
            nn.ReLU()), [61, 2],
        {"kind": "cnn1d", "channels": [4, 6], "kernelSize": 5, "stride": [4, 1], "pool": 2, **RELU}, 6)
    yield alone(
        "cnn3d", CNN3D(block(2, 4, nn.Conv3d, nn.BatchNorm3d), block(4, 5, nn.Conv3d, nn.BatchNorm3d)),
        [5, 6, 8, 2],
        {"kind": "cnn3d", "channels": [4, 5], "kernelSize": 3, "pool": 2, "timePool": 1,
         "convolutions": 1, **RELU}, 5)
    common = {"kind": "transformer", "width": 8, "layers": 2, "heads": 2, "mlpWidth": 12,
              "dropout": 0, "activation": "gelu"}
    yield alone(
        "transformer-series", Transformer(nn.Linear(3, 8), 7, 8, 2, 2, 12, True, False), [7, 3],
        {**common, "positions": "learned", "pool": "mean"}, 8)
    yield alone(
        "transformer-patches",
        Transformer(nn.Conv2d(2, 8, 4, 4), 6, 8, 2, 2, 12, False, True), [8, 12, 2],
        {**common, "patch": 4, "positions": "sinusoidal", "pool": "class-token"}, 8)


def fusions():
    shapes = {"a": [5], "s": [9, 2]}
    series = {"kind": "cnn1d", "channels": [4, 7], "kernelSize": 3, "stride": 1, "pool": 2, **RELU}
    described = {"a": {"kind": "mlp", "hidden": [6], "activation": "tanh"}, "s": series}

    def both():
        return {"a": MLP(5, 6), "s": CNN1D(
            nn.Conv1d(2, 4, 3, padding=1), nn.BatchNorm1d(4), nn.ReLU(), nn.MaxPool1d(2),
            nn.Conv1d(4, 7, 3, padding=1), nn.BatchNorm1d(7), nn.ReLU())}

    def gates():
        return {"a": projection(6, 8), "s": projection(7, 8), "gates": nn.Linear(13, 16)}

    kinds = {
        "concatenate": ("concatenate", lambda: Concatenation(), 13),
        "sum": ({"kind": "sum"}, lambda: Sum({"a": projection(6, 7), "s": projection(7, 7)}), 7),
        "gated": ({"kind": "gated", "width": 8}, lambda: Gated(gates()), 8),
        "gated-sigmoid": ({"kind": "gated", "width": 8, "gate": "sigmoid"}, lambda: Sigmoid(gates()), 8),
        "film": ({"kind": "film", "by": "a"},
                 lambda: FiLM({"s": nn.ModuleDict({"film": nn.Linear(6, 14)})}), 13),
        "cross-attention": (
            {"kind": "cross-attention", "width": 8, "heads": 2},
            lambda: CrossAttention({"a": attending(6, 8, 2), "s": attending(7, 8, 2)}), 8),
    }
    for name, (description, fusion, width) in kinds.items():
        for present in (None, MISSING):
            yield case(
                name + ("-missing" if present else ""), Classifier(both(), fusion(), linear(width)),
                shapes, {"encoders": described, "fusion": description}, present)
    for present in (None, MISSING):
        yield case(
            "late" + ("-missing" if present else ""),
            Classifier(both(), nn.ModuleDict(), nn.ModuleDict({"a": linear(6), "s": linear(7)})),
            shapes, {"encoders": described, "fusion": {"kind": "late"}}, present)


def segmentations():
    shapes = {"a": [12, 10, 2], "b": [12, 10, 1]}

    def cnn(channels):
        return {"kind": "cnn2d", "channels": channels, "kernelSize": 3, "pool": 2, "convolutions": 1,
                **RELU}

    described = {"a": cnn([3, 4]), "b": cnn([2, 3])}
    head = {"kind": "segmentation", "hidden": [], "activation": "relu"}

    def both():
        return {"a": CNN2D(block(2, 3), block(3, 4)), "b": CNN2D(block(1, 2), block(2, 3))}

    def decoder(fine, coarse):
        return {"blocks": nn.Sequential(block(coarse, 4), block(fine + 4, 3)),
                "logits": nn.Sequential(nn.Conv2d(3, 3, 1))}

    def unets(name, description, fusions, fine, coarse, present):
        return case(name, Segmenter(both(), fusions, decoder(fine, coarse), [0, 1]), shapes,
                    {"encoders": described, "fusion": description, "head": head}, present)

    yield unets("unet-sum", {"kind": "sum"}, {
        "0": Sum({"a": pixelwise(3, 3), "b": pixelwise(2, 3)}),
        "1": Sum({"a": pixelwise(4, 4), "b": pixelwise(3, 4)})}, 3, 4, MISSING)

    def gates(a, b, width):
        return Gated({"a": pixelwise(a, width), "b": pixelwise(b, width),
                      "gates": nn.Conv2d(a + b, 2 * width, 1)})

    yield unets("unet-gated", {"kind": "gated", "width": 5},
                {"0": gates(3, 2, 5), "1": gates(4, 3, 5)}, 5, 5, MISSING)

    def film(a, b):
        return FiLM({"b": nn.ModuleDict({"film": nn.Linear(a, 2 * b)})})

    yield unets("unet-film", {"kind": "film", "by": "a"}, {"0": film(3, 2), "1": film(4, 3)}, 5, 7,
                MISSING)

    def own(fine, coarse):
        return nn.ModuleDict({"blocks": nn.Sequential(block(coarse, coarse), block(fine + coarse, fine)),
                              "logits": nn.Sequential(nn.Conv2d(fine, 3, 1))})

    yield case("unet-late", Segmenter(both(), {}, {"a": own(3, 4), "b": own(2, 3)}, []), shapes,
               {"encoders": described, "fusion": {"kind": "late"}, "head": head}, MISSING)

    def dilated(channels, width, rate):
        return nn.Sequential(nn.Conv2d(channels, width, 3, padding=rate, dilation=rate),
                             nn.BatchNorm2d(width), nn.ReLU())

    def pointwise(channels, width):
        return nn.Sequential(nn.Conv2d(channels, width, 1), nn.BatchNorm2d(width), nn.ReLU())

    def aspp(coarse, fine):
        return {
            "aspp": nn.ModuleList([pointwise(coarse, 4), dilated(coarse, 4, 2), dilated(coarse, 4, 3)]),
            "image": nn.Conv2d(coarse, 4, 1), "joint": pointwise(16, 4),
            "low_level": pointwise(fine, 2),
            "blocks": nn.Sequential(*block(6, 4), *block(4, 4)),
            "logits": nn.Sequential(nn.Conv2d(4, 3, 1))}

    deep = {**head, "decoder": {"kind": "deeplabv3+", "width": 4, "rates": [2, 3], "lowLevelWidth": 2}}
    shapes = {"a": [40, 35, 3], "b": [40, 35, 1]}
    resnet = {"kind": "resnet", "depth": 18, "stem": "large", "width": 2}
    yield case(
        "deeplab-resnet", Segmenter(
            {"a": Residual(18, 3, 2, False), "b": Residual(18, 1, 2, False)},
            {"1": Concatenation(), "4": Concatenation()}, aspp(32, 4), [1, 4]), shapes,
        {"encoder": resnet, "head": deep}, MISSING)
    yield case(
        "unet-resnet", Segmenter(
            {"a": Residual(18, 3, 2, True)}, {str(s): Concatenation() for s in range(4)},
            {"blocks": nn.Sequential(block(16, 16), block(24, 8), block(12, 4), block(6, 2)),
             "logits": nn.Sequential(nn.Conv2d(2, 3, 1))}, [0, 1, 2, 3]), {"a": [17, 12, 3]},
        {"encoder": {**resnet, "stem": "small"}, "head": head})


def names(depth):
    """What torchvision calls the parameters and statistics of a whole ResNet."""
    state = getattr(torchvision.models, f"resnet{depth}")().state_dict()
    return {"depth": depth, "tensors": [
        {"name": n, "shape": list(t.shape)} for n, t in state.items()
        if not n.endswith("num_batches_tracked")]}


def write(path, cases, tools):
    reference = json.dumps(f"PyTorch {torch.__version__.split('+')[0]}{tools} on a CPU")
    lines = ",\n".join(json.dumps(case) for case in cases)
    (TESTS / path).write_text(f'{{"reference": {reference}, "cases": [\n{lines}\n]}}\n')


VISION = f", torchvision {torchvision.__version__.split('+')[0]}"
write("TrainingTests/Golden/encoders.json", encoders(), VISION)
write("TrainingTests/Golden/fusions.json", fusions(), "")
write("TrainingTests/Golden/segmentations.json", segmentations(), VISION)
write("TrainingTests/Golden/resnets.json", map(names, (18, 34, 50)), VISION)

# A file of the safetensors library: the same seven numbers in each type.
NUMBERS = torch.tensor([[0.0, -1.0, 2.0, 100.0, -0.5, 65504.0, 0.000030517578125]])
save_file(
    {"f32": NUMBERS, "f16": NUMBERS.half(), "bf16": NUMBERS.bfloat16(), "f64": NUMBERS.double(),
     "i64": NUMBERS.long(), "u8": torch.tensor([1], dtype=torch.uint8), "none": torch.zeros(0, 3),
     "one": torch.tensor(3.0)},
    TESTS / "TrainingTests/Golden/types.safetensors", metadata={"format": "pt"})
