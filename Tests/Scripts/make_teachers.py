#!/usr/bin/env python3
"""Teachers in PyTorch, and what they say of samples, for the tests of TorchScript.

make_teachers.py make FOLDER                 writes NAME.pt and NAME.json, and damaged files
make_teachers.py compare NAME SAMPLES GUESSES  prints the largest difference between the logits of
                                             GUESSES and those of the eager network on SAMPLES
make_teachers.py answers FOLDER NAME SAMPLES SPLIT  prints what the exported NAME answers to all
                                             samples at once and to 1, 3, 17 at a time
"""
import json
import pathlib
import struct
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tools"))
from export_teacher import export  # noqa: E402


class Block(nn.Module):
    """The basic block of ResNet-18."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.down = None
        if stride != 1 or channels != out:
            self.down = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.down is None else self.down(x)))


class ResNet(nn.Module):
    """ResNet-18 with an eighth of its channels."""

    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
            nn.MaxPool2d(3, 2, 1))
        widths = [8, 8, 16, 32, 64]
        self.blocks = nn.Sequential(*[
            Block(widths[i] if j == 0 else widths[i + 1], widths[i + 1], 2 if i and j == 0 else 1)
            for i in range(4) for j in range(2)])
        self.fc = nn.Linear(64, classes)

    def features(self, x):
        return self.blocks(self.stem(x)).mean((2, 3))

    def forward(self, x):
        return self.fc(self.features(x))


class Tuple(ResNet):
    def forward(self, x):
        features = self.features(x)
        return features, self.fc(features)


class Probabilities(ResNet):
    def forward(self, x):
        features = self.features(x)
        return {"out": self.fc(features).softmax(1), "features": features}


class Pixels(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 3, 1))

    def forward(self, x):
        return {"out": self.net(x)}


class Clips(nn.Module):
    """Scripted: branches on its data, takes a dict."""

    def __init__(self):
        super().__init__()
        self.sound = nn.Conv1d(3, 8, 5)
        self.video = nn.Conv3d(1, 4, 3)
        self.fc = nn.Linear(12, 3)

    def forward(self, inputs: dict[str, torch.Tensor]):
        sound = torch.relu(self.sound(inputs["sound"])).mean(2)
        video = torch.relu(self.video(inputs["video"])).mean((2, 3, 4))
        if sound.size(0) == 0:
            return torch.zeros([0, 3])
        return torch.sigmoid(self.fc(torch.cat([sound, video], 1)))


class Speed(ResNet):
    """One number for each picture, without an axis of its own."""

    def forward(self, x):
        return 1000 + 50 * self.fc(self.features(x)).squeeze(1)


def lively(network, seed):
    """Weights and running statistics that are no mere start."""
    generator = torch.Generator().manual_seed(seed)
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            noise = torch.rand(value.shape, generator=generator)
            if "running" in name or value.dim() == 1:
                value.copy_(noise + 0.5 if "var" in name else noise - 0.3)
            else:
                value.copy_((noise - 0.5) * 2 / max(1, value[0].numel()) ** 0.5)
    return network.eval()


IMAGE = dict(modality="image", layout="nchw", shape=[24, 24, 3], mean=[0.485, 0.456, 0.406],
             std=[0.229, 0.224, 0.225])

TEACHERS = {
    # name: network, classes, inputs, output, others
    "resnet": (ResNet(3), ["tree", "cat", "dog"], [IMAGE], dict(values="logits"), {}),
    "tuple": (Tuple(3), ["cat", "dog", "tree"], [IMAGE], dict(values="logits", at=1), {}),
    "dict": (Probabilities(5), ["kitten", "beagle", "car", "poodle", "tree"], [IMAGE],
             dict(values="probabilities", at="out"), {}),
    "pixels": (Pixels(), ["soil", "crop", "weed"],
               [dict(modality="infrared", layout="nchw", shape=[16, 16, 1], channels=3,
                     mean=[0.4, 0.5, 0.6], std=[0.2, 0.3, 0.4])],
               dict(values="logits", at="out"), dict(task="segmentation")),
    "clips": (Clips(), ["hum", "click", "light"],
              [dict(modality="sound", layout="nct", shape=[20, 3]),
               dict(modality="video", layout="ncthw", shape=[4, 8, 8, 1], values="recorded",
                    scale=0.01)],
              dict(values="probabilities"), dict(task="multi-label", call="dict", script=True)),
    "speed": (Speed(1), ["speed"], [IMAGE], dict(values="values"), dict(task="regression")),
}


def network(name):
    return lively(TEACHERS[name][0], seed=len(name))


def make(folder):
    folder = pathlib.Path(folder)
    for name, (_, classes, inputs, output, others) in TEACHERS.items():
        export(network(name), folder / f"{name}.pt", classes=classes, inputs=inputs, output=output,
               **others)
    whole = (folder / "resnet.pt").read_bytes()
    (folder / "truncated.pt").write_bytes(whole[: len(whole) // 2])
    (folder / "text.pt").write_text("a network, said to be\n")
    (folder / "empty.pt").write_bytes(b"")
    (folder / "series.pt").write_bytes((folder / "clips.pt").read_bytes())
    torch.save(network("resnet").state_dict(), folder / "weights.pt")
    train = ResNet(3).train()
    torch.jit.save(torch.jit.script(train_mode(train)), str(folder / "training.pt"))
    broken = network("resnet")
    broken.fc.weight.data[0, 0] = float("nan")
    torch.jit.save(torch.jit.trace(broken, torch.rand(2, 3, 24, 24)), str(folder / "nan.pt"))


class TrainMode(nn.Module):
    """Statistics of the batch, whatever the mode."""

    def __init__(self, inner):
        super().__init__()
        self.fc = nn.Linear(3, 3)

    def forward(self, x):
        x = x.mean((2, 3))
        return self.fc(x - x.mean(0, keepdim=True))


def train_mode(inner):
    return TrainMode(inner)


def stored(folder, split, path):
    import h5py
    import hdf5plugin  # noqa: F401

    parts = []
    for shard in sorted(pathlib.Path(folder).glob(f"{split}-*.h5")):
        with h5py.File(shard) as file:
            parts.append(torch.from_numpy(file[path][()]))
    return torch.cat(parts) if parts else None


def has(folder, split, path):
    import h5py

    shard = sorted(pathlib.Path(folder).glob(f"{split}-*.h5"))[0]
    with h5py.File(shard) as file:
        return path in file


def compare(name, samples, guesses):
    scales = json.loads((pathlib.Path(samples) / "manifest.json").read_text())["modalities"]
    scales = {m["name"]: m.get("scale") or 1 for m in scales}
    _, classes, inputs, output, others = TEACHERS[name]
    tensors = {}
    for declared in inputs:
        own = declared["modality"]
        x = stored(samples, "unlabelled", f"modalities/{own}/data").float()
        x = x * (1 if declared.get("values") == "recorded" else scales[own])
        x = x * declared.get("scale", 1)
        if declared.get("channels"):
            x = x.expand(*x.shape[:-1], declared["channels"])
        if declared.get("mean"):
            x = (x - torch.tensor(declared["mean"])) / torch.tensor(declared["std"])
        for mask in ("valid", "present"):
            if has(samples, "unlabelled", f"modalities/{own}/{mask}"):
                keep = stored(samples, "unlabelled", f"modalities/{own}/{mask}").bool()
                x = x * keep.reshape(keep.shape + (1,) * (x.dim() - keep.dim()))
        letters = "n" + {1: "c", 2: "tc", 3: "hwc", 4: "thwc"}[x.dim() - 1]
        tensors[own] = x.permute([letters.index(a) for a in declared["layout"]])
    with torch.no_grad():
        answer = network(name)(tensors if others.get("call") == "dict" else tensors[own])
    answer = answer[output["at"]] if "at" in output else answer
    if name == "resnet":
        answer = answer[:, [1, 2, 0]]
    if name == "dict":
        answer = torch.stack([answer[:, 0], answer[:, 1] + answer[:, 3], answer[:, 4]], 1).log()
    if name == "clips":
        answer = torch.logit(answer.double()).float()
    if name == "speed":
        answer = answer[:, None]
    path = "values" if name == "speed" else "logits"
    found = stored(guesses, "unlabelled", f"predictions/{path}")[:, 0]
    assert found.shape == answer.shape, (found.shape, answer.shape)
    print((found - answer).abs().max().item(), answer.abs().max().item(), len(answer))


def safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    assert (8 + length) % 8 == 0
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32"
        start, stop = entry["data_offsets"]
        values = torch.frombuffer(bytearray(data[8 + length + start:8 + length + stop]),
                                  dtype=torch.float32)
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def check_exported(folder, name):
    folder = pathlib.Path(folder)
    module = torch.jit.load(str(folder / f"{name}.pt"))
    assert not module.training
    declaration = json.loads((folder / f"{name}.json").read_text())
    weights = safetensors(folder / f"{name}.safetensors")
    own = dict(module.named_parameters())
    own.update(module.named_buffers())
    for key, value in weights.items():
        assert torch.equal(own[key], value), key
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.rand([17] + i["shape"], generator=generator) for i in declaration["inputs"]]
    inputs[0].reshape(-1)[0] = float("nan")
    assert torch.isfinite(module(*inputs)).all()
    # Its gradients reach its parameters: it can be trained on.
    module(*inputs).sum().backward()
    assert all(p.grad is not None for p in module.parameters())


def answers(folder, name, samples, split):
    """The logits of an exported network for stored samples, as JSON."""
    folder = pathlib.Path(folder)
    check_exported(folder, name)
    module = torch.jit.load(str(folder / f"{name}.pt"))
    declaration = json.loads((folder / f"{name}.json").read_text())
    inputs = []
    for declared in declaration["inputs"]:
        own = declared["modality"]
        x = stored(samples, split, f"modalities/{own}/data").float()
        for mask in ("valid", "present"):
            if has(samples, split, f"modalities/{own}/{mask}"):
                keep = stored(samples, split, f"modalities/{own}/{mask}").bool()
                keep = keep.reshape(keep.shape + (1,) * (x.dim() - keep.dim()))
                x = torch.where(keep, x, torch.tensor(float("nan")))
        inputs.append(x)
    with torch.no_grad():
        whole = module(*inputs)
        parts = [torch.cat([module(*[x[i:i + n] for x in inputs])
                            for i in range(0, len(whole), n)]) for n in (1, 3, 17)]
    print(json.dumps([whole.flatten().tolist()] + [p.flatten().tolist() for p in parts]))


if __name__ == "__main__":
    commands = dict(make=make, compare=compare, answers=answers)
    commands[sys.argv[1]](*sys.argv[2:])
