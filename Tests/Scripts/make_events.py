"""Makes small sets of clips in the layouts of AudioSet and VGGSound.

    python make_events.py OUTPUT_FOLDER [--train 36] [--eval 24] [--vggsound 40] [--ambiguous 0.6]

    audioset/balanced_train_segments.csv   three lines of #, then YTID, start, end, "mid,mid"
    audioset/eval_segments.csv             the same
    audioset/class_labels_indices.csv      index,mid,display_name
    audioset/clips/<id>.mp4                some .mkv, some .webm
    vggsound/vggsound.csv                  without header: id,start second,label,train/test
    vggsound/clips/<id>_<start, 6 digits>.mp4

A clip is what the tables' ten seconds of a longer video were cut to, here 1 s long: 64 × 64
pictures at 10 Hz (H.264; VP8 in webm) and mono sound of 16 kHz (AAC; in webm Opus, which decodes to
48 kHz). Six classes, by the names of audioset and of vggsound:

    Bird vocalization, bird call, bird song
    bird chirping, tweeting                  short high sweeps      a cyan ring hops
    Dog, dog barking                         low harmonic bursts    a brown square runs
    Waterfall, waterfall burbling            steady noise           blue stripes fall
    Helicopter, helicopter                   beating noise          a green bar turns
    Siren, police car (siren)                slow sweeps            a red disc flashes
    Whistle, people whistling                a high tone            a yellow triangle rises

Clips of audioset have one or two classes, and the tables name all; those of vggsound too, but its
table names the first alone. A share (`ambiguous`) of the waterfalls and helicopters, and of the
sirens and whistles, sounds halfway between the two; pictures are never in doubt. So a student who
sees can correct a teacher who only hears.

As people have it, rows without a clip come with each table (`missing`, 3 each), and one clip of
audioset's training part is cut off in its middle, one of vggsound's is empty; they come on top of
the numbers asked for (`--intact` leaves them out). Ids are of YouTube's kind; the first of each
table begins with `-`, the second with `_`.
"""

import argparse
import pathlib
from fractions import Fraction

import numpy as np

from making import clips, command, tables, wav

#: mid and display name of audioset, label of vggsound.
CLASSES = [
    ("/m/020bb7", "Bird vocalization, bird call, bird song", "bird chirping, tweeting"),
    ("/m/0bt9lr", "Dog", "dog barking"),
    ("/m/0j2kx", "Waterfall", "waterfall burbling"),
    ("/m/09ct_", "Helicopter", "helicopter"),
    ("/m/03kmc9", "Siren", "police car (siren)"),
    ("/m/0l156k", "Whistle", "people whistling"),
]
BIRD, DOG, WATERFALL, HELICOPTER, SIREN, WHISTLE = range(6)
SOUNDS_LIKE = {WATERFALL: HELICOPTER, HELICOPTER: WATERFALL, SIREN: WHISTLE, WHISTLE: SIREN}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
RATE = 16_000
SIDE = 64
FRAMES = 10
PICTURE_RATE = Fraction(10)


def sound(kind: int, halfway: float, generator: np.random.Generator) -> np.ndarray:
    """One second of a class, -1…1; `halfway` 0 is its own sound, 1 that of its double."""
    time = np.arange(RATE) / RATE
    turn = generator.uniform(0, 2 * np.pi)
    if kind in (WATERFALL, HELICOPTER):
        depth = halfway if kind == WATERFALL else 1 - halfway
        noise = np.convolve(generator.normal(0, 0.3, RATE + 7), np.ones(8) / 8, "valid")
        beats = 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * 12 * time + turn))
        return noise * (1 - depth + depth * beats)
    if kind in (SIREN, WHISTLE):
        width = 1 - halfway if kind == SIREN else halfway
        centre = 1500 + 200 * generator.normal()
        sweep = centre * (1 + 0.5 * width * np.sin(2 * np.pi * 2 * time + turn))
        return 0.4 * wav.tone(sweep, RATE, RATE)
    if kind == BIRD:
        length, mix = RATE // 12, np.zeros(RATE)
        for start in generator.integers(0, RATE - length, 6):
            top = generator.uniform(4500, 6000)
            chirp = wav.tone(np.linspace(0.6 * top, top, length), length, RATE)
            mix[start : start + length] += 0.4 * wav.faded(chirp, RATE)
        return mix
    length, mix = RATE // 7, np.zeros(RATE)
    for start in generator.integers(0, RATE - length, 3):
        pitch = generator.uniform(250, 400) * np.linspace(1.2, 0.8, length)
        tones = [wav.tone(pitch * order, length, RATE) / order for order in (1, 2, 3, 4)]
        bark = np.sum(tones, axis=0)
        mix[start : start + length] += 0.3 * wav.faded(bark, RATE)
    return mix


def draw(canvas: np.ndarray, kind: int, centre: float, phase: float, radius: float) -> None:
    """Draws a class into pictures `[time, height, width, 3]`, around a column `centre` of 0…1."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    for place, picture in enumerate(canvas):
        time = place / FRAMES
        wave = np.sin(2 * np.pi * (time + phase))
        row = 0.5
        if kind == BIRD:
            away = np.hypot(x - centre, y - row + 0.15 * abs(wave))
            inside, colour = abs(away - 0.8 * radius) < 0.25 * radius, (60, 220, 220)
        elif kind == DOG:
            away = np.maximum(abs(x - centre - 0.1 * wave), abs(y - row))
            inside, colour = away < 0.8 * radius, (150, 90, 40)
        elif kind == WATERFALL:
            inside = (abs(x - centre) < radius) & (np.sin(40 * (y - time - phase)) > 0)
            colour = (50, 80, 230)
        elif kind == HELICOPTER:
            turn = np.pi * (time + phase)
            along = (x - centre) * np.cos(turn) + (y - row) * np.sin(turn)
            across = (y - row) * np.cos(turn) - (x - centre) * np.sin(turn)
            inside, colour = (abs(along) < 1.2 * radius) & (abs(across) < 0.3 * radius), (
                60,
                200,
                60,
            )
        elif kind == SIREN:
            inside = np.hypot(x - centre, y - row) < radius
            colour = (240, 40, 40) if (place + int(10 * phase)) % 2 else (120, 10, 10)
        else:
            height = y - (0.8 - 0.5 * ((time + phase) % 1))
            inside = (abs(x - centre) < 0.7 * (height + radius)) & (height < 0.5 * radius)
            colour = (230, 220, 50)
        picture[inside] = colour


def clip(
    kinds: list[int], ambiguous: float, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Pictures and sound of a clip of one or two classes."""
    base = generator.uniform(20, 90)
    canvas = np.full((FRAMES, SIDE, SIDE, 3), base)
    mix = generator.normal(0, 0.01, RATE)
    for place, kind in enumerate(kinds):
        centre = 0.5 if len(kinds) == 1 else 0.27 + 0.46 * place
        radius = generator.uniform(0.18, 0.22)
        draw(canvas, kind, centre + generator.uniform(-0.04, 0.04), generator.random(), radius)
        is_unclear = kind in SOUNDS_LIKE and generator.random() < ambiguous
        halfway = generator.uniform(0.4, 0.6) if is_unclear else generator.uniform(0, 0.1)
        mix += generator.uniform(0.6, 1) / len(kinds) * sound(kind, halfway, generator)
    canvas += generator.normal(0, 10, canvas.shape)
    return np.clip(canvas, 0, 255).astype(np.uint8), wav.whole(wav.faded(mix, RATE))


class Part:
    """The recordings of one table: which there are, and their clips."""

    def __init__(
        self, folder: pathlib.Path, ids: "Ids", ambiguous: float, generator: np.random.Generator
    ) -> None:
        self.folder, self.ids, self.ambiguous, self.generator = folder, ids, ambiguous, generator
        #: Id, start in seconds, classes.
        self.rows: list[tuple[str, int, list[int]]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, count: int, missing: int, stems: str, extensions: list[str]) -> None:
        """Adds recordings, among them so many on top without a clip.

        `stems` is the clip's name without extension, with `{id}` and `{start}`.
        """
        places = range(count + missing)
        # The first two have clips: their ids are awkward names of files.
        absent = {2 + int(place) for place in self.generator.permutation(len(places) - 2)[:missing]}
        present = 0
        for place in places:
            id, start, kinds = self._recording(place)
            self.rows.append((id, start, kinds))
            if place in absent:
                continue
            path = self.folder / (stems.format(id=id, start=start) + extensions[present])
            present += 1
            pictures, noise = clip(kinds, self.ambiguous, self.generator)
            clips.write(path, pictures, PICTURE_RATE, noise, RATE)

    def add_broken(self, stem: str, share: float) -> None:
        """Adds a recording whose mp4 is cut off after a share of its bytes."""
        id, start, kinds = self._recording(len(self.rows))
        self.rows.append((id, start, kinds))
        path = self.folder / (stem.format(id=id, start=start) + ".mp4")
        pictures, noise = clip(kinds, self.ambiguous, self.generator)
        clips.write(path, pictures, PICTURE_RATE, noise, RATE)
        data = path.read_bytes()
        path.write_bytes(data[: int(share * len(data))])

    def _recording(self, place: int) -> tuple[str, int, list[int]]:
        first = place % len(CLASSES)
        kinds = [first]
        if self.generator.random() < 0.4:
            other = (first + self.generator.integers(1, len(CLASSES))) % len(CLASSES)
            kinds.append(int(other))
        start_letter = {0: "-", 1: "_"}.get(place, "")
        return self.ids.next(start_letter), int(self.generator.integers(0, 30)) * 10, kinds


class Ids:
    """Ids of YouTube's kind, no two alike."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator
        self.seen: set[str] = set()

    def next(self, start: str) -> str:
        while True:
            letters = [LETTERS[place] for place in self.generator.integers(0, len(LETTERS), 11)]
            id = (start + "".join(letters))[:11]
            if id not in self.seen:
                self.seen.add(id)
                return id


def write_segments(path: pathlib.Path, rows: list[tuple[str, int, list[int]]]) -> None:
    """Writes a table of audioset: its cells are parted by a comma and a blank."""
    mids = [[CLASSES[kind][0] for kind in sorted(kinds)] for _, _, kinds in rows]
    unique = len({mid for own in mids for mid in own})
    lines = [
        "# Segments csv created Thu Jan  1 00:00:00 2026",
        f"# num_ytids={len(rows)}, num_segs={len(rows)}, num_unique_labels={unique}, "
        f"num_positive_labels={sum(map(len, mids))}",
        "# YTID, start_seconds, end_seconds, positive_labels",
    ]
    for (id, start, _), own in sorted(zip(rows, mids)):
        lines.append(f'{id}, {start:.3f}, {start + 10:.3f}, "{",".join(own)}"')
    path.write_text("\n".join(lines) + "\n")


def extensions(count: int) -> list[str]:
    """Of so many clips: mostly mp4, each twelfth webm, each twelfth mkv."""
    return [{5: ".webm", 11: ".mkv"}.get(place % 12, ".mp4") for place in range(count)]


def make(folder: pathlib.Path, arguments: argparse.Namespace) -> str:
    generator = np.random.default_rng(arguments.seed)
    ids = Ids(generator)
    audioset, vggsound = folder / "audioset", folder / "vggsound"

    def part(of: pathlib.Path) -> Part:
        return Part(of / "clips", ids, arguments.ambiguous, generator)

    train, held_out, scenes = part(audioset), part(audioset), part(vggsound)
    train.add(arguments.train, arguments.missing, "{id}", extensions(arguments.train))
    held_out.add(arguments.eval, arguments.missing, "{id}", extensions(arguments.eval))
    named = "{id}_{start:06d}"
    scenes.add(arguments.vggsound, arguments.missing, named, [".mp4"] * arguments.vggsound)
    if not arguments.intact:
        train.add_broken("{id}", 0.5)
        scenes.add_broken(named, 0)

    write_segments(audioset / "balanced_train_segments.csv", train.rows)
    write_segments(audioset / "eval_segments.csv", held_out.rows)
    lines = ["index,mid,display_name"]
    lines += [f'{place},{mid},"{name}"' for place, (mid, name, _) in enumerate(CLASSES)]
    (audioset / "class_labels_indices.csv").write_text("\n".join(lines) + "\n")
    rows = [
        [id, start, CLASSES[kinds[0]][2], "test" if place % 4 == 1 else "train"]
        for place, (id, start, kinds) in enumerate(scenes.rows)
    ]
    tables.write(vggsound / "vggsound.csv", sorted(rows))
    return (
        f"{len(CLASSES)} classes; clips that decode: {arguments.train} train and "
        f"{arguments.eval} eval of audioset, {arguments.vggsound} of vggsound"
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    count = command.whole_number(len(CLASSES), 999)
    parser.add_argument("--train", type=count, default=36, help="clips to learn from (36)")
    parser.add_argument("--eval", type=count, default=24, help="clips of audioset's test (24)")
    parser.add_argument("--vggsound", type=count, default=40, help="clips of vggsound (40)")
    parser.add_argument(
        "--ambiguous", type=command.share, default=0.6, help="share of unclear sounds (0.6)"
    )
    parser.add_argument(
        "--missing", type=command.whole_number(0, 99), default=3, help="rows without a clip (3)"
    )
    parser.add_argument(
        "--intact", action="store_true", help="no clip that is cut off, none that is empty"
    )


if __name__ == "__main__":
    command.run(__doc__, make, add_options)
