"""Makes a small set of field scenes in red and near infrared, labelled pixel by pixel.

    python make_cwfid.py OUTPUT_FOLDER [--scenes 20] [--size 64x48]

    manifest.csv             id,nir,red,label,frac_soil,frac_crop,frac_weed
    nir/NNN.png              8-bit grey, near infrared
    red/NNN.png              8-bit grey, visible red
    label/NNN.png            8-bit grey, class of each pixel: 0 soil, 1 crop, 2 weed
    splits/dl.csv, du.csv, test.csv    id

Plants are bright in near infrared, and so are stones, which are soil; crop and weed look alike
there. In red, stones are bright, weed is grey and crop is dark: a student who sees both can correct
a teacher who sees near infrared alone. A fifth of the scenes is labelled, three tenths are the
test.
"""

import argparse
import pathlib

import numpy as np

from making import command, png, tables

#: Mean grey in near infrared and in red.
SOIL, CROP, WEED, STONE = (70, 95), (185, 40), (180, 75), (175, 190)


def scene(
    size: tuple[int, int], generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Near infrared, red and label of one scene, each uint8 `[height, width]`."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    label = np.zeros((height, width), np.uint8)
    light = 1 + 0.1 * np.sin(2 * np.pi * (x / width + generator.random()))
    channels = [SOIL[0] * light, SOIL[1] * light]
    things = [STONE] * generator.integers(2, 5) + [WEED] * generator.integers(3, 7)
    things += [CROP] * generator.integers(2, 5)
    for thing in things:
        near, red = thing
        row, column = generator.uniform(0, height), generator.uniform(0, width)
        radius = generator.uniform(0.05, 0.13) * height
        stretch, turn = generator.uniform(0.6, 1.6), generator.uniform(0, np.pi)
        along = (x - column) * np.cos(turn) + (y - row) * np.sin(turn)
        across = (y - row) * np.cos(turn) - (x - column) * np.sin(turn)
        inside = (along / stretch) ** 2 + (across * stretch) ** 2 < radius**2
        label[inside] = {STONE: 0, CROP: 1, WEED: 2}[thing]
        shade = generator.normal(0, 6)
        channels[0] = np.where(inside, near + shade, channels[0])
        channels[1] = np.where(inside, red + shade, channels[1])
    noisy = [channel + generator.normal(0, 9, channel.shape) for channel in channels]
    near_infrared, visible = (np.clip(channel, 0, 255).astype(np.uint8) for channel in noisy)
    return near_infrared, visible, label


def make(folder: pathlib.Path, arguments: argparse.Namespace) -> str:
    generator = np.random.default_rng(arguments.seed)
    for name in ("nir", "red", "label"):
        (folder / name).mkdir()
    rows, ids = [], []
    for number in range(1, arguments.scenes + 1):
        id = f"{number:03d}"
        near_infrared, visible, label = scene(arguments.size, generator)
        png.write(folder / f"nir/{id}.png", near_infrared)
        png.write(folder / f"red/{id}.png", visible)
        png.write(folder / f"label/{id}.png", label)
        shares = [round(float((label == number).mean()), 4) for number in range(3)]
        rows.append([id, f"nir/{id}.png", f"red/{id}.png", f"label/{id}.png", *shares])
        ids.append(id)
    header = ["id", "nir", "red", "label", "frac_soil", "frac_crop", "frac_weed"]
    tables.write(folder / "manifest.csv", rows, header)
    parts = tables.stratified(dict.fromkeys(ids, ""), 0.2, 0.3, generator)
    tables.write_splits(folder, parts, None)
    return f"{len(ids)} scenes: " + ", ".join(f"{len(own)} {name}" for name, own in parts.items())


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scenes", type=command.whole_number(3, 999), default=20, help="scenes (20)"
    )
    parser.add_argument(
        "--size", type=command.size, default=(64, 48), help="of the pictures (64x48)"
    )


if __name__ == "__main__":
    command.run(__doc__, make, add_options)
