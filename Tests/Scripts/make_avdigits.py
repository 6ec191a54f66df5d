"""Makes a small set of spoken and written digits.

    python make_avdigits.py OUTPUT_FOLDER [--speakers 2] [--takes 8] [--ambiguous 0.5]

    manifest.csv                      id,audio,image,label,speaker
    audio/<digit>_<speaker>_<n>.wav   8 kHz, mono, 16 bit, 0.2 to 0.4 s
    image/<number>.png                28 × 28, 8-bit grey, bright on dark
    splits/dl.csv, test.csv           id,label
    splits/du.csv                     id
    splits/du_truth.csv               id,label

Ten classes, `0` to `9`. A digit sounds like the two tones of a telephone's key, which tell it
apart; a share of the pictures (`ambiguous`) lies halfway between two digits (0 and 8, 1 and 7, …),
so that a student who hears can correct a teacher who only sees. Of every class an eighth is
labelled and a quarter is the test.
"""

import argparse
import pathlib

import numpy as np

from making import command, png, tables, wav

SPEAKERS = ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"]
RATE = 8000
#: Rows of 5 pixels, from the top.
FONT = {
    0: "01110 10001 10011 10101 11001 10001 01110",
    1: "00100 01100 00100 00100 00100 00100 01110",
    2: "01110 10001 00001 00110 01000 10000 11111",
    3: "11110 00001 00001 01110 00001 00001 11110",
    4: "00010 00110 01010 10010 11111 00010 00010",
    5: "11111 10000 11110 00001 00001 10001 01110",
    6: "00110 01000 10000 11110 10001 10001 01110",
    7: "11111 00001 00010 00100 01000 01000 01000",
    8: "01110 10001 10001 01110 10001 10001 01110",
    9: "01110 10001 10001 01111 00001 00010 01100",
}
LOOKS_LIKE = {0: 8, 8: 0, 1: 7, 7: 1, 2: 3, 3: 2, 4: 9, 9: 4, 5: 6, 6: 5}
#: Hz, as the keys of a telephone.
LOW = [941, 697, 697, 697, 770, 770, 770, 852, 852, 852]
HIGH = [1336, 1209, 1336, 1477, 1209, 1336, 1477, 1209, 1336, 1477]


def glyph(digit: int) -> np.ndarray:
    """The digit in 21 × 15 pixels, 0…1."""
    rows = [[float(pixel) for pixel in row] for row in FONT[digit].split()]
    return np.kron(np.array(rows), np.ones((3, 3)))


def picture(digit: int, is_ambiguous: bool, generator: np.random.Generator) -> np.ndarray:
    """The digit somewhere near the middle, under noise; halfway to its double where ambiguous."""
    weight = generator.uniform(0.4, 0.6) if is_ambiguous else generator.uniform(0.9, 1)
    shape = weight * glyph(digit) + (1 - weight) * glyph(LOOKS_LIKE[digit])
    canvas = np.zeros((28, 28))
    top, left = generator.integers(2, 6), generator.integers(4, 10)
    canvas[top : top + 21, left : left + 15] = shape
    canvas = 230 * canvas + generator.normal(0, 12, canvas.shape)
    return np.clip(canvas, 0, 255).astype(np.uint8)


def sound(digit: int, speaker: int, generator: np.random.Generator) -> np.ndarray:
    """The two tones of the digit, a little off as the speaker has it."""
    count = int(generator.uniform(0.2, 0.4) * RATE)
    detune = 1 + 0.01 * (speaker - 2) + generator.normal(0, 0.003)
    mix = 0.3 * wav.tone(LOW[digit] * detune, count, RATE)
    mix += 0.2 * wav.tone(HIGH[digit] * detune, count, RATE)
    mix = wav.faded(mix * generator.uniform(0.5, 1), RATE, 0.03)
    return wav.whole(mix + generator.normal(0, 0.02, count))


def make(folder: pathlib.Path, arguments: argparse.Namespace) -> str:
    generator = np.random.default_rng(arguments.seed)
    (folder / "audio").mkdir()
    (folder / "image").mkdir()
    count = 10 * arguments.speakers * arguments.takes
    numbers = iter(sorted(generator.choice(10_000, count, replace=False)))
    rows, labels = [], {}
    for digit in range(10):
        for speaker, name in enumerate(SPEAKERS[: arguments.speakers]):
            for take in range(arguments.takes):
                id = f"{digit}_{name}_{take}"
                image = f"image/{next(numbers):05d}.png"
                is_ambiguous = bool(generator.random() < arguments.ambiguous)
                png.write(folder / image, picture(digit, is_ambiguous, generator))
                wav.write(folder / f"audio/{id}.wav", sound(digit, speaker, generator), RATE)
                rows.append([id, f"audio/{id}.wav", image, digit, name])
                labels[id] = str(digit)
    tables.write(folder / "manifest.csv", rows, ["id", "audio", "image", "label", "speaker"])
    parts = tables.stratified(labels, 0.125, 0.25, generator)
    tables.write_splits(folder, parts, labels)
    return f"{count} digits: " + ", ".join(f"{len(ids)} {name}" for name, ids in parts.items())


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--speakers", type=command.whole_number(1, len(SPEAKERS)), default=2, help="voices (2)"
    )
    parser.add_argument(
        "--takes", type=command.whole_number(1, 50), default=8, help="of a digit and voice (8)"
    )
    parser.add_argument(
        "--ambiguous", type=command.share, default=0.5, help="share of unclear pictures (0.5)"
    )


if __name__ == "__main__":
    command.run(__doc__, make, add_options)
