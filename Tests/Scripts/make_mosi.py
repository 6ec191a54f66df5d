"""Makes a small set of opinions in three kinds of ready-made features.

    python make_mosi.py OUTPUT_FOLDER [--rows 160]

    manifest.csv               id,row,label,video_id,transcript
    text/text_test0.csv        100 numbers, then 1 (positive) or 0 (negative)
    audio/audio_test0.csv      73 numbers, then the same
    video/video_test0.csv      100 numbers, none below zero, then the same
    splits/dl.csv, test.csv    id,label
    splits/du.csv              id
    splits/du_truth.csv        id,label

The three tables have no header, every cell stands in quotation marks, lines end in CR LF, and row n
(from 0) is the same utterance in each. Classes `positive` and `negative`. Text tells them apart
well, video fairly, audio hardly: the teacher listens. A quarter is labelled, a quarter is the test.
"""

import argparse
import pathlib

import numpy as np

from making import command, tables

WIDTHS = {"text": 100, "audio": 73, "video": 100}
#: Distance between the means of the two classes along one direction, in standard deviations.
SEPARATION = {"text": 3.5, "audio": 1.2, "video": 2.2}
WORDS = "IT WAS A GOOD FILM AND I REALLY DID NOT LIKE THE STORY BUT ACTORS WERE GREAT".split()
LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))


def features(name: str, positive: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Numbers `[row, column]` with columns of very different sizes, as real features have."""
    width = WIDTHS[name]
    direction = generator.normal(0, 1, width)
    direction /= np.linalg.norm(direction)
    values = generator.normal(0, 1, (len(positive), width))
    values += np.outer(positive - 0.5, SEPARATION[name] * direction)
    if name == "text":
        return 0.4 * values
    if name == "audio":
        return values * 10.0 ** generator.integers(-5, 3, width) + generator.normal(0, 1, width)
    return np.maximum(0, 2 * values)


def make(folder: pathlib.Path, arguments: argparse.Namespace) -> str:
    generator = np.random.default_rng(arguments.seed)
    positive = (generator.random(arguments.rows) < 0.6).astype(int)
    positive[:6] = [1, 0, 1, 0, 1, 0]
    for name in WIDTHS:
        # 17 digits for text, the shortest that tell a number from its neighbours for the others.
        spell = "{:.17g}".format if name == "text" else repr
        cells = (
            [*(spell(float(f"{value:.7g}")) for value in row), label]
            for row, label in zip(features(name, positive, generator), positive)
        )
        tables.write(folder / name / f"{name}_test0.csv", cells, quoted=True, line_end="\r\n")
    labels, rows = {}, []
    video, part = "", 0
    for row, own in enumerate(positive):
        if row % 16 == 0:
            video, part = "".join(generator.choice(LETTERS, 11)), 0
        part += 1
        id, label = f"{video}_{part}", "positive" if own else "negative"
        labels[id] = label
        said = " ".join(generator.choice(WORDS, generator.integers(3, 12)))
        rows.append([id, row, label, video, said])
    header = ["id", "row", "label", "video_id", "transcript"]
    tables.write(folder / "manifest.csv", rows, header)
    parts = tables.stratified(labels, 0.25, 0.25, generator)
    tables.write_splits(folder, parts, labels)
    return f"{len(rows)} utterances: " + ", ".join(f"{len(v)} {k}" for k, v in parts.items())


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rows", type=command.whole_number(12, 5000), default=160, help="utterances (160)"
    )


if __name__ == "__main__":
    command.run(__doc__, make, add_options)
