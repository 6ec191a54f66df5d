"""Makes a small set of emotional speech in the manner of RAVDESS.

    python make_ravdess.py OUTPUT_FOLDER [--actors 4] [--takes 2] [--video] [--layout pack|official]

    audio/Actor_NN/03-01-EE-II-SS-RR-AA.wav   48 kHz, mono, 16 bit, 0.36 to 0.46 s
    video/Actor_NN/01-01-EE-II-SS-RR-AA.mp4   with --video: 64 × 64, 30000/1001 Hz, H.264 + AAC
    face_action_units.csv                     id and 35 columns: AU01_r … AU45_r, AU01_c … AU45_c
    manifest.csv                              id,audio,label,intensity,statement,repetition,actor
    splits/dl.csv, test.csv                   id,label
    splits/du.csv                             id
    splits/du_truth.csv                       id,label

With `--layout official` the files of an actor lie together in `Actor_NN/`, as RAVDESS itself comes;
the manifest says so. `EE` is the emotion (01 neutral, 02 calm, 03 happy, 04 sad, 05 angry, 06
fearful, 07 disgust, 08 surprised), `II` the intensity (02 strong; never of neutral), `SS` the
statement, `RR` the repetition, `AA` the actor, odd for men, whose voices are lower; an id is
`EE-II-SS-RR-AA`.

Each of the eight emotions has its pitch, melody, trembling and sharpness; a share of the sounds
(`ambiguous`) lies halfway between two of them (neutral and calm, happy and surprised, sad and
fearful, angry and disgust). Faces, as action units and in pictures, are clear: a student who sees
can correct a teacher who only hears. Of each emotion a quarter is labelled and a quarter is the
test.
"""

import argparse
import pathlib
from fractions import Fraction

import numpy as np

from making import clips, command, tables, wav

EMOTIONS = "neutral,calm,happy,sad,angry,fearful,disgust,surprised".split(",")
SOUNDS_LIKE = [1, 0, 7, 5, 6, 3, 4, 2]
#: By emotion: pitch over the speaker's own, slope of it in an utterance, Hz and depth of the
#: trembling, loudness of the overtones.
VOICES = np.array(
    [
        [1.0, 0.0, 0.0, 0.0, 0.3],
        [0.9, -0.1, 0.0, 0.0, 0.2],
        [1.5, 0.3, 6.0, 0.3, 0.6],
        [0.8, -0.4, 3.0, 0.5, 0.3],
        [1.3, -0.2, 0.0, 0.0, 1.0],
        [1.4, -0.1, 12.0, 0.6, 0.4],
        [0.9, -0.3, 8.0, 0.2, 0.9],
        [1.7, 0.6, 0.0, 0.0, 0.5],
    ]
)
#: By emotion: curve of the mouth (up is positive), its opening, height and tilt of the brows.
FACES = np.array(
    [
        [0.0, 0.1, 0.0, 0.0],
        [0.3, 0.0, -0.2, 0.0],
        [1.0, 0.3, 0.2, 0.0],
        [-0.8, 0.0, 0.0, 0.6],
        [-0.5, 0.4, -0.6, -0.8],
        [-0.3, 0.5, 0.6, 0.7],
        [-1.0, 0.2, -0.4, -0.3],
        [0.1, 1.0, 1.0, 0.0],
    ]
)
INTENSITIES = "01,02,04,05,06,07,09,10,12,14,15,17,20,23,25,26,45".split(",")
PRESENCES = "01,02,04,05,06,07,09,10,12,14,15,17,20,23,25,26,28,45".split(",")
#: By emotion, the action units that show it (Ekman and Friesen's coding of faces).
UNITS = [
    [], ["12"], ["06", "12", "25"], ["01", "04", "15", "17"], ["04", "05", "07", "23"],
    ["01", "02", "05", "20", "26"], ["09", "10", "15"], ["01", "02", "05", "25", "26"],
]  # fmt: skip
RATE = 48_000
PICTURE_RATE = Fraction(30000, 1001)
SIDE = 64


def speech(voice: np.ndarray, actor: int, generator: np.random.Generator) -> np.ndarray:
    """An utterance: a hum in syllables."""
    count = int(generator.uniform(0.36, 0.46) * RATE)
    time = np.arange(count) / RATE
    own = (120 if actor % 2 else 200) * (1 + 0.02 * (actor % 5)) * (1 + generator.normal(0, 0.02))
    height, slope, trembling, depth, sharpness = voice
    pitch = own * height * (1 + slope * (time / time[-1] - 0.5))
    hum = sum(
        wav.tone(pitch * order, count, RATE, generator.uniform(0, 6)) * sharpness ** (order - 1)
        for order in range(1, 7)
    )
    hum *= 1 - depth * (0.5 + 0.5 * np.sin(2 * np.pi * trembling * time))
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 5 * time + generator.uniform(0, 6))
    loud = generator.uniform(0.15, 0.25) * hum * syllables / np.sqrt(1 + 2 * sharpness)
    return wav.whole(wav.faded(loud, RATE, 0.03) + generator.normal(0, 0.003, count))


def face(shape: np.ndarray, frames: int, generator: np.random.Generator) -> np.ndarray:
    """Pictures `[time, height, width, 3]` of a face that comes into its expression."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    skin = generator.normal((200, 160, 130), 10)
    shift = generator.normal(0, 0.02, 2)
    x, y = x + shift[0], y + shift[1]
    curve, opening, height, tilt = shape + generator.normal(0, 0.05, 4)
    result = np.empty((frames, SIDE, SIDE, 3))
    for place in range(frames):
        much = min(1.0, 0.4 + 1.2 * place / frames)
        picture = np.full((SIDE, SIDE, 3), 60.0)
        picture[((x - 0.5) / 0.36) ** 2 + ((y - 0.5) / 0.46) ** 2 < 1] = skin
        for side in (-1, 1):
            across = x - 0.5 - 0.15 * side
            picture[across**2 + (y - 0.42) ** 2 < 0.04**2] = (30, 30, 60)
            brow = 0.33 - 0.06 * height * much - 0.3 * tilt * much * across * -side
            picture[(abs(across) < 0.09) & (abs(y - brow) < 0.02)] = (60, 40, 20)
        mouth = 0.72 + curve * much * (0.04 - 3 * (x - 0.5) ** 2)
        gape = 0.015 + 0.06 * max(0.0, opening) * much
        picture[(abs(x - 0.5) < 0.15) & (abs(y - mouth) < gape)] = (150, 30, 40)
        result[place] = picture
    result += generator.normal(0, 6, result.shape)
    return np.clip(result, 0, 255).astype(np.uint8)


def action_units(emotion: int, generator: np.random.Generator) -> list[str]:
    """Mean intensities (0 to 5), then shares of presence (0 to 1), of an utterance."""
    shown = set(UNITS[emotion])

    def values(units: list[str], scale: float, most: float) -> list[str]:
        means = np.array([scale if unit in shown else 0.1 * scale for unit in units])
        drawn = np.clip(means + generator.normal(0, 0.25 * scale, len(units)), 0, most)
        return [f"{value:.6g}" for value in drawn]

    return values(INTENSITIES, 1.5, 5) + values(PRESENCES, 0.6, 1)


def takes(emotion: int, count: int) -> list[tuple[int, int, int]]:
    """Intensity, statement and repetition of the first so many takes that RAVDESS has."""
    strengths = [1] if emotion == 0 else [1, 2]
    every = [(i, s, r) for i in strengths for r in (1, 2) for s in (1, 2)]
    return every[:count]


def make(folder: pathlib.Path, arguments: argparse.Namespace) -> str:
    generator = np.random.default_rng(arguments.seed)
    sounds, films = ("audio/", "video/") if arguments.layout == "pack" else ("", "")
    rows, units, labels = [], [], {}
    for emotion, name in enumerate(EMOTIONS):
        for intensity, statement, repetition in takes(emotion, arguments.takes):
            for actor in range(1, arguments.actors + 1):
                fields = [emotion + 1, intensity, statement, repetition, actor]
                id = "-".join(f"{field:02d}" for field in fields)
                audio = f"{sounds}Actor_{actor:02d}/03-01-{id}.wav"
                is_unclear = generator.random() < arguments.ambiguous
                weight = generator.uniform(0.4, 0.6) if is_unclear else 0.0
                voice = (1 - weight) * VOICES[emotion] + weight * VOICES[SOUNDS_LIKE[emotion]]
                voice[0] *= 1 + 0.1 * (intensity - 1)
                samples = speech(voice, actor, generator)
                (folder / audio).parent.mkdir(parents=True, exist_ok=True)
                wav.write(folder / audio, samples, RATE)
                if arguments.video:
                    film = folder / f"{films}Actor_{actor:02d}/01-01-{id}.mp4"
                    film.parent.mkdir(parents=True, exist_ok=True)
                    frames = int(len(samples) / RATE * PICTURE_RATE)
                    clips.write(
                        film, face(FACES[emotion], frames, generator), PICTURE_RATE, samples, RATE
                    )
                rows.append([id, audio, name, *(f"{field:02d}" for field in fields[1:4]), actor])
                units.append([id, *action_units(emotion, generator)])
                labels[id] = name
    header = ["id", "audio", "label", "intensity", "statement", "repetition", "actor"]
    tables.write(folder / "manifest.csv", rows, header)
    columns = [f"AU{unit}_r" for unit in INTENSITIES] + [f"AU{unit}_c" for unit in PRESENCES]
    tables.write(folder / "face_action_units.csv", units, ["id", *columns])
    parts = tables.stratified(labels, 0.25, 0.25, generator)
    tables.write_splits(folder, parts, labels)
    return f"{len(rows)} utterances: " + ", ".join(f"{len(v)} {k}" for k, v in parts.items())


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--actors", type=command.whole_number(1, 24), default=4, help="actors (4)")
    parser.add_argument(
        "--takes", type=command.whole_number(1, 8), default=2, help="of an emotion and actor (2)"
    )
    parser.add_argument("--video", action="store_true", help="films with sound as well")
    parser.add_argument(
        "--layout", choices=["pack", "official"], default="pack", help="which folders (pack)"
    )
    parser.add_argument(
        "--ambiguous", type=command.share, default=0.5, help="share of unclear sounds (0.5)"
    )


if __name__ == "__main__":
    command.run(__doc__, make, add_options)
