"""Makes a small data set in the layout of NYU Depth V2.

    python make_nyu.py OUTPUT_FOLDER [--frames 30] [--size 64x48] [--scene-frames 3]

    nyu_depth_v2_labeled.mat   MATLAB 7.3; N frames of W × H, as HDF5 shows them:
      images     uint8   [N, 3, W, H]   red, green, blue
      depths     float32 [N, W, H]      metres; 0 where a sensor would see nothing
      rawDepths  float32 [N, W, H]      the same with more holes
      labels     uint16  [N, W, H]      1…894; 0 where nobody labelled
      instances  uint8   [N, W, H]      1, 2, … within each class of a frame; 0 where unlabelled
      accelData  float32 [4, N]         roll, yaw, pitch, tilt
      names      cell    894 class names
      scenes     cell    N scene names, such as bedroom_0001
      sceneTypes cell    N kinds of rooms
    splits.mat                 MATLAB 5: trainNdxs, testNdxs, from 1; no scene is in both
    classMapping40.mat         MATLAB 5: className, mapClass, mapToNYUSuperClass,
                               mapToNYUSuperClassMat, allClassName
    class13Mapping.mat         MATLAB 5: the struct classMapping13 of labels13 and classNames

Rooms hold a wall, a floor, and things in front of them. A bed looks like a sofa, a table like a
desk and a box like a night stand, colour for colour; but beds, tables and boxes stand near and
their doubles far away. So a student who sees depth can correct a teacher who sees colours alone.
Edges of things are not labelled. Two fifths of the scenes are the test.
"""

import argparse
import pathlib
import shutil

import numpy as np

from making import command, matlab5, matlab73, nyu_classes

ROOMS = ["bedroom", "living_room", "kitchen", "office", "dining_room", "study"]
#: Near thing, far thing, mean colour of both.
DOUBLES = [
    ("bed", "sofa", (70, 90, 160)),
    ("table", "desk", (150, 100, 50)),
    ("box", "night stand", (90, 150, 90)),
]
NEAR, FAR = (1.0, 1.5), (2.2, 2.8)
#: Metres.
WALL = (3.2, 4.0)


class Scene:
    """What the frames of a scene share: its room, colours and things."""

    def __init__(self, number: int, generator: np.random.Generator) -> None:
        self.room = ROOMS[number % len(ROOMS)]
        self.name = f"{self.room}_{number + 1:04d}"
        self.wall_colour = generator.normal((190, 185, 170), 8)
        self.floor_colour = generator.normal((120, 95, 80), 8)
        self.wall = generator.uniform(*WALL)
        self.things = []
        for place in range(3):
            near, far, colour = DOUBLES[(number + place) % len(DOUBLES)]
            is_near = (number + place) % 2 == 0
            self.things.append(
                (
                    near if is_near else far,
                    generator.uniform(*(NEAR if is_near else FAR)),
                    generator.normal(colour, 8),
                    generator.uniform(0.12, 0.88),
                    generator.uniform(0.5, 0.75),
                    generator.uniform(0.14, 0.24),
                    bool(generator.random() < 0.5),
                )
            )


def frame(
    scene: Scene, size: tuple[int, int], generator: np.random.Generator
) -> dict[str, np.ndarray]:
    """One view of the scene: image `[3, W, H]`, depth, raw depth, label, instance `[W, H]`."""
    width, height = size
    # Column-major files: x comes first.
    x, y = np.meshgrid(np.arange(width) / width, np.arange(height) / height, indexing="ij")
    horizon = 0.55 + generator.normal(0, 0.02)
    shift = generator.normal(0, 0.04)
    is_floor = y > horizon
    depth = np.where(is_floor, scene.wall * (1 - 0.75 * (y - horizon) / (1 - horizon)), scene.wall)
    label = np.where(is_floor, nyu_classes.NUMBER["floor"], nyu_classes.NUMBER["wall"])
    instance = np.ones(label.shape, np.uint8)
    colour = np.where(is_floor, scene.floor_colour[:, None, None], scene.wall_colour[:, None, None])
    edge = np.zeros(label.shape, bool)
    shadow = np.zeros(label.shape, bool)
    counts: dict[str, int] = {}
    for name, away, paint, left, top, radius, is_round in sorted(
        scene.things, key=lambda thing: -thing[1]
    ):
        counts[name] = counts.get(name, 0) + 1
        across, along = (x - left - shift) * width / height, y - top
        distance = np.hypot(across, along) if is_round else np.maximum(abs(across), abs(along))
        inside = distance < radius
        border = abs(distance - radius) < 1 / height
        depth = np.where(inside, away + 0.1 * along, depth)
        label = np.where(inside, nyu_classes.NUMBER[name], label)
        instance = np.where(inside, counts[name], instance).astype(np.uint8)
        colour = np.where(inside, paint[:, None, None], colour)
        edge = (edge & ~inside) | border
        # A depth sensor has a shadow at the left of what is near.
        shadow = (shadow & ~inside) | (border & (across < 0) & (away < 2))
    light = generator.uniform(0.9, 1.1)
    image = colour * light + generator.normal(0, 14, colour.shape)
    depth = depth + generator.normal(0, 0.01, depth.shape) * depth
    holes = generator.random(depth.shape)
    return {
        "images": np.clip(image, 0, 255).astype(np.uint8),
        "depths": np.where(shadow | (holes < 0.005), 0, depth).astype(np.float32),
        "rawDepths": np.where(shadow | (holes < 0.05), 0, depth).astype(np.float32),
        "labels": np.where(edge, 0, label).astype(np.uint16),
        "instances": np.where(edge, 0, instance).astype(np.uint8),
    }


def make(folder: pathlib.Path, arguments: argparse.Namespace) -> str:
    generator = np.random.default_rng(arguments.seed)
    count, together = arguments.frames, arguments.scene_frames
    scenes = [Scene(number, generator) for number in range(-(-count // together))]
    if len(scenes) < 2:
        raise command.Fault("all frames are of one scene", "raise --frames, lower --scene-frames")
    numbers = [place // together for place in range(count)]
    frames = [frame(scenes[number], arguments.size, generator) for number in numbers]
    variables: dict[str, matlab73.Variable] = {
        name: np.stack([one[name] for one in frames]) for name in frames[0]
    }
    variables["accelData"] = generator.normal(0, 1, (4, count)).astype(np.float32)
    variables["names"] = nyu_classes.NAMES_894
    variables["scenes"] = [scenes[number].name for number in numbers]
    variables["sceneTypes"] = [scenes[number].room for number in numbers]
    matlab73.write(folder / "nyu_depth_v2_labeled.mat", variables)

    # Pairs of scenes: what is near in one is far in the other.
    pairs = generator.permutation(-(-len(scenes) // 2))
    order = [scene for pair in pairs for scene in (2 * pair, 2 * pair + 1) if scene < len(scenes)]
    tested = set(order[: max(1, round(0.4 * len(scenes)))])
    train = [place + 1 for place, number in enumerate(numbers) if number not in tested]
    test = [place + 1 for place, number in enumerate(numbers) if number in tested]
    matlab5.write(
        folder / "splits.mat",
        {
            "trainNdxs": matlab5.Numbers(np.array(train)[:, None]),
            "testNdxs": matlab5.Numbers(np.array(test)[:, None]),
        },
    )
    if arguments.maps:
        for name in ("classMapping40.mat", "class13Mapping.mat"):
            shutil.copyfile(arguments.maps / name, folder / name)
    else:
        write_maps(folder)
    return f"{count} frames of {len(scenes)} scenes: {len(train)} train, {len(test)} test"


def write_maps(folder: pathlib.Path) -> None:
    """Writes the maps from 894 to 40 and from 40 to 13 classes."""

    def row(values: list[int], matlab_class: str = "double") -> matlab5.Numbers:
        return matlab5.Numbers(np.array([values]), matlab_class)

    supers = np.array(nyu_classes.TO_SUPER_CLASS)
    matlab5.write(
        folder / "classMapping40.mat",
        {
            "className": nyu_classes.NAMES_40,
            "mapClass": row(nyu_classes.TO_40),
            "mapToNYUSuperClass": row(nyu_classes.TO_SUPER_CLASS),
            "mapToNYUSuperClassMat": matlab5.Numbers(
                (supers == np.arange(1, 5)[:, None]).astype(np.uint8), "uint8", is_logical=True
            ),
            "allClassName": nyu_classes.NAMES_894,
        },
    )
    matlab5.write(
        folder / "class13Mapping.mat",
        {
            "classMapping13": {
                "labels13": row(nyu_classes.TO_13),
                "classNames": nyu_classes.NAMES_13,
            }
        },
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--frames", type=command.whole_number(2, 9999), default=30, help="frames (30)"
    )
    parser.add_argument(
        "--scene-frames", type=command.whole_number(1, 999), default=3, help="of a scene (3)"
    )
    parser.add_argument(
        "--size", type=command.size, default=(64, 48), help="of the pictures (64x48)"
    )
    parser.add_argument(
        "--maps", type=pathlib.Path, help="folder whose two maps of classes are taken as they are"
    )


if __name__ == "__main__":
    command.run(__doc__, make, add_options)
