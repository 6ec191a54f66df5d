#!/usr/bin/env python3
"""Makes a teacher for mke of a network in PyTorch: TorchScript, and a declaration beside it.

As a program, for networks of torchvision:

    Tools/export_teacher.py torchvision:resnet18 --weights weights.pth --classes cat dog \\
        --modality image --size 64 64 --to resnet18.pt

As a module, for any network:

    from export_teacher import export

    export(network, "teacher.pt", classes=["cat", "dog"],
           inputs=[dict(modality="image", layout="nchw", shape=[64, 64, 3],
                        mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])],
           output=dict(values="logits"))

The declaration's keys are those of 'declaration' in a pipeline file (`Schemas/pipeline.schema.json`):
`shape` is that of one sample as mke has it, [height, width, channel], [time, channel], ..., `layout` the
order in which the network takes its axes, n in front. Values reach the network as
(x * scale - mean) / std, where bytes of pictures are 0 ... 1 unless `values` is "recorded".

A network of timm goes the same way: `timm.create_model("resnet18", pretrained=True, num_classes=8)`,
with `mean` and `std` from `network.default_cfg`. A network that returns a dict or a tuple says where
its logits are: `output=dict(values="logits", at="logits")`, `at=0`. One whose forward branches on its
data is scripted: `script=True`. A regression answers numbers in their units: `task="regression"`,
`output=dict(values="values")`, and `classes` are the names of its values. Several inputs are arguments in the order of `inputs`, or one dict by
modality: `call="dict"`.
"""
import argparse
import json
import pathlib
import sys
import warnings

import torch

# TorchScript is what LibTorch loads without Python; PyTorch 2 calls it deprecated and keeps it.
warnings.filterwarnings("ignore", category=FutureWarning, module=r"torch\.jit")

LETTERS = {1: "c", 2: "tc", 3: "hwc", 4: "thwc"}


def example(declared, batch=2):
    """A batch that the network takes of one declared input."""
    shape = list(declared["shape"])
    letters = "hw" if len(shape) == 2 and "h" in declared["layout"] else LETTERS[len(shape)]
    sizes = dict(zip(letters, shape), n=batch, **{"1": 1})
    if declared.get("channels"):
        sizes["c"] = declared["channels"]
    dtype = getattr(torch, declared.get("type", "float32"))
    return torch.rand([sizes[letter] for letter in declared["layout"]]).to(dtype)


def picked(answer, at):
    return answer if at is None else answer[at]


def export(network, path, *, classes, inputs, output, task="single-label", call="arguments",
           script=False, about=None):
    """Writes `path` and the declaration beside it, after trying both on made-up samples.

    Returns the path of the declaration.
    """
    path = pathlib.Path(path)
    network = network.eval()
    tensors = [example(declared) for declared in inputs]
    arguments = tuple(tensors)
    if call == "dict":
        arguments = ({d["modality"]: x for d, x in zip(inputs, tensors)},)
    with torch.no_grad():
        module = network if isinstance(network, torch.jit.ScriptModule) else (
            torch.jit.script(network) if script
            else torch.jit.trace(network, arguments, strict=False))
        answer = picked(module(*arguments), output.get("at"))
        wanted = [2, len(classes)]
        # A single value may come without an axis of its own.
        if task == "regression" and wanted == [2, 1] and answer.dim() == 1:
            wanted = [2]
        if list(answer.shape[:2]) != wanted:
            raise SystemExit(f"{path}: the network answers {list(answer.shape)}, and {len(classes)} "
                             f"classes for 2 samples are {wanted}")
        first = [x[:1] for x in tensors]
        one = ({d["modality"]: x for d, x in zip(inputs, first)},) if call == "dict" else first
        alone = picked(module(*one), output.get("at"))
        if not torch.allclose(alone, answer[:1], rtol=1e-3, atol=1e-3):
            raise SystemExit(f"{path}: a sample is answered otherwise alone than in a batch: the trace "
                             "holds the number of samples, or the network is not in eval mode")
    torch.jit.save(module, str(path))
    declaration = dict(task=task, classes=list(classes), inputs=list(inputs), call=call,
                       output=output)
    if about:
        declaration["about"] = about
    beside = path.with_suffix(".json")
    beside.write_text(json.dumps(declaration, indent=2) + "\n")
    return beside


def torchvision_network(name, classes, weights):
    import torchvision

    network = torchvision.models.get_model(name, num_classes=classes)
    if weights:
        state = torch.load(weights, map_location="cpu", weights_only=True)
        network.load_state_dict(state.get("state_dict", state))
    return network


def main():
    parser = argparse.ArgumentParser(
        description="Makes a teacher for mke of a network of torchvision; see the head of this file "
        "for others.")
    parser.add_argument("network", help="torchvision:NAME, as torchvision:resnet18")
    parser.add_argument("--weights", help="its state dict, as torch.save writes it")
    parser.add_argument("--classes", nargs="+", required=True, help="in the order of its answers")
    parser.add_argument("--modality", default="image")
    parser.add_argument("--size", nargs=2, type=int, default=[224, 224], metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--grey", action="store_true",
                        help="samples have one channel, which goes in three times")
    parser.add_argument("--to", required=True, help="the TorchScript file")
    arguments = parser.parse_args()
    family, _, name = arguments.network.partition(":")
    if family != "torchvision" or not name:
        parser.error(f"'{arguments.network}' is no network of torchvision; others: see the head of "
                     "this file")
    if not arguments.weights:
        print("no --weights: the network is untrained", file=sys.stderr)
    declared = dict(modality=arguments.modality, layout="nchw", shape=[*arguments.size, 3],
                    mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
    if arguments.grey:
        declared.update(shape=[*arguments.size, 1], channels=3)
    network = torchvision_network(name, len(arguments.classes), arguments.weights)
    beside = export(network, arguments.to, classes=arguments.classes, inputs=[declared],
                    output=dict(values="logits"), about=arguments.network)
    print(f"{arguments.to}\n{beside}")


if __name__ == "__main__":
    main()
