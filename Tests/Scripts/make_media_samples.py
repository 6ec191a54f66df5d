"""Makes a few recordings in the containers and codecs that decoders meet.

    python make_media_samples.py OUTPUT_FOLDER [--seconds 1.0]

    ravdess/Actor_01/01-01-01-01-01-01-01.mp4       H.264 128 × 72, 30000/1001 Hz, AAC 48 kHz stereo
    ravdess/Actor_01/03-01-04-01-01-01-01.wav       16 bit, 48 kHz, stereo
    ravdess/Actor_01/03-01-06-02-01-01-01.wav       the same, longer
    other/video-1080p-25fps.mp4                     H.264 192 × 108, 25 Hz, AAC 48 kHz stereo, whose
                                                    sound track begins 10 ms late
    other/FwVYUHKoLtQ_000034.wav                    16 bit, 16 kHz, mono
    other/R9_ZSCveAHg_7s.wav, R9_ZSCveAHg_7s.mp3    the same sound, 32 kHz mono, as PCM and as MP3

The names are those of well-known examples; what is in the files is smaller and made here: a disc
that moves along a line, and tones. Sounds are loud in their first and their third fifth.
"""

import argparse
import pathlib
from fractions import Fraction

import numpy as np

from making import clips, command, wav


def pictures(count: int, width: int, height: int, generator: np.random.Generator) -> np.ndarray:
    """A disc that moves from the left to the right over a slope of grey."""
    y, x = np.mgrid[:height, :width]
    colour = generator.integers(80, 256, 3)
    result = np.empty((count, height, width, 3))
    for place in range(count):
        result[place] = (40 + 100 * x / width)[:, :, None]
        column = width * (0.1 + 0.8 * place / max(1, count - 1))
        result[place][np.hypot(x - column, y - height / 2) < height / 5] = colour
    return np.clip(result + generator.normal(0, 4, result.shape), 0, 255).astype(np.uint8)


def sound(seconds: float, rate: int, channels: int, generator: np.random.Generator) -> np.ndarray:
    """A tone that is loud in the first and the third fifth; channels differ in pitch."""
    count = int(seconds * rate)
    loud = np.where(np.isin(5 * np.arange(count) // count, (0, 2)), 0.4, 0.05)
    tones = [
        loud * wav.tone(generator.uniform(200, 900), count, rate) + generator.normal(0, 0.01, count)
        for _ in range(channels)
    ]
    return wav.whole(tones[0] if channels == 1 else np.stack(tones, axis=1))


def make(folder: pathlib.Path, arguments: argparse.Namespace) -> str:
    generator = np.random.default_rng(arguments.seed)
    seconds = arguments.seconds
    actor, other = folder / "ravdess/Actor_01", folder / "other"
    actor.mkdir(parents=True)
    other.mkdir()
    # AAC comes 1024 samples late out of its encoder: with 480 more the track begins at 10 ms.
    for path, rate, size, delay in [
        (actor / "01-01-01-01-01-01-01.mp4", Fraction(30000, 1001), (128, 72), 0),
        (other / "video-1080p-25fps.mp4", Fraction(25), (192, 108), 1504),
    ]:
        frames = pictures(max(1, int(seconds * rate)), *size, generator)
        clips.write(path, frames, rate, sound(seconds, 48_000, 2, generator), 48_000, delay)
    wav.write(actor / "03-01-04-01-01-01-01.wav", sound(seconds, 48_000, 2, generator), 48_000)
    longer = sound(1.3 * seconds, 48_000, 2, generator)
    wav.write(actor / "03-01-06-02-01-01-01.wav", longer, 48_000)
    wav.write(other / "FwVYUHKoLtQ_000034.wav", sound(seconds, 16_000, 1, generator), 16_000)
    twice = sound(0.7 * seconds, 32_000, 1, generator)
    wav.write(other / "R9_ZSCveAHg_7s.wav", twice, 32_000)
    clips.write_mp3(other / "R9_ZSCveAHg_7s.mp3", twice, 32_000)
    return "2 films and 5 sounds"


def duration(text: str) -> float:
    """A type of `argparse` that takes 0.2 to 10 s."""
    value = float(text)
    if not 0.2 <= value <= 10:
        raise argparse.ArgumentTypeError(f"{value} is not in 0.2…10")
    return value


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=duration, default=1.0, help="of most files (1.0)")


if __name__ == "__main__":
    command.run(__doc__, make, add_options)
