#!/usr/bin/env python3
"""Tests `spot_check.py` on small made data sets and on shards written here.

python test_spot_check.py

Needs what `spot_check.py` needs, and av. The shards have the form of those of `ingest` and
`align`; their values are read here by other ways than `spot_check.py` takes where there are any.
"""

import csv
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import wave
from typing import Any

import av
import h5py
import numpy as np
import scipy.io
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "Tests/Scripts"
Record = dict[str, Any]


def write_output(
    folder: pathlib.Path,
    forms: list[Record],
    samples: list[Record],
    classes: list[str] | None = None,
    kind: str = "ingest",
    modalities: Record | None = None,
) -> None:
    """Writes one shard for each split, manifest.json and record.json.

    A sample has `id`, `split`, `values` (an array or `None` for each form), and perhaps `times`,
    `start`, `valid` by name, `class` or `map`, and `window`.
    """
    folder.mkdir(parents=True)
    shards = []
    for split in dict.fromkeys(sample["split"] for sample in samples):
        own = [sample for sample in samples if sample["split"] == split]
        with h5py.File(folder / f"{split}-00000.h5", "w") as file:
            file["samples/id"] = np.array([sample["id"].encode() for sample in own])
            if "window" in own[0]:
                file["samples/start"] = [sample["window"][0] for sample in own]
                file["samples/stop"] = [sample["window"][1] for sample in own]
            group = "labels" if split == "labelled" else "sealed"
            for label, number in (("class", np.int32), ("map", np.uint8)):
                if label in own[0]:
                    file[f"{group}/{label}"] = np.array([s[label] for s in own], number)
            for form in forms:
                write_modality(file, form, own)
        shards.append({"file": f"{split}-00000.h5", "stream": split, "samples": len(own)})
    manifest = {
        "kind": kind,
        "classes": classes,
        "samples": len(samples),
        "modalities": forms,
        "shards": shards,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    configuration = {"source": {"kind": "manifest", "modalities": modalities or {}}}
    record = {"stage": {"configuration": configuration, "inputs": {}}}
    (folder / "record.json").write_text(json.dumps(record))


def write_modality(file: h5py.File, form: Record, samples: list[Record]) -> None:
    name, shape, kind = form["name"], form["shape"], np.dtype(form["type"])
    path = f"modalities/{name}"
    empty = np.zeros([0 if side is None else side for side in shape], kind)
    values = [sample["values"].get(name) for sample in samples]
    filled = [empty if one is None else np.asarray(one, kind) for one in values]
    file[f"{path}/present"] = np.array([one is not None for one in values], np.uint8)
    if shape[0] is None:
        file[f"{path}/data"] = np.concatenate(filled)
        file[f"{path}/offsets"] = np.cumsum([0] + [len(one) for one in filled])
        starts = [sample.get("start", {}).get(name, 0.0) for sample in samples]
        file[f"{path}/start"] = np.array(starts)
    else:
        file[f"{path}/data"] = np.stack(filled)
    if "times" in samples[0] and name in samples[0]["times"]:
        times = [sample["times"][name] for sample in samples]
        file[f"{path}/time/data"] = np.concatenate(times)
        file[f"{path}/time/offsets"] = np.cumsum([0] + [len(one) for one in times])
    if "valid" in samples[0] and name in samples[0]["valid"]:
        file[f"{path}/valid"] = np.array([s["valid"][name] for s in samples], np.uint8)


def form(name: str, kind: str, shape: list[int | None], axes: str, **more: Any) -> Record:
    return {"name": name, "type": kind, "shape": shape, "axes": axes.split(), **more}


def wav(path: pathlib.Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        data = file.readframes(file.getnframes())
        return np.frombuffer(data, "<i2").reshape(-1, file.getnchannels())


def pictures(path: pathlib.Path, side: int) -> np.ndarray:
    flags = "accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-sws_flags", f"bilinear+{flags}"]
    command += ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, side, side, 3)


def picture(path: pathlib.Path) -> np.ndarray:
    with Image.open(path) as image:
        pixels = np.asarray(image)
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


class SpotCheckTests(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.data, self.output = self.folder / "data", self.folder / "store" / "output"

    def make(self, name: str, *options: str) -> None:
        command = [sys.executable, str(SCRIPTS / f"make_{name}.py"), str(self.data), *options]
        subprocess.run(command, check=True, capture_output=True)

    def check(self, data_set: str, *options: str) -> tuple[int, str]:
        command = [sys.executable, str(HERE / "spot_check.py"), data_set]
        command += [str(self.data), str(self.output), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def passes(self, data_set: str, *options: str) -> str:
        code, text = self.check(data_set, *options)
        self.assertEqual(code, 0, text)
        return text

    def fails(self, data_set: str, message: str) -> None:
        code, text = self.check(data_set)
        self.assertEqual(code, 1, text)
        self.assertIn(message, text)

    def rows(self) -> list[tuple[Record, str]]:
        """Rows of the manifest with their splits."""
        splits: dict[str, str] = {}
        for name, split in (("dl", "labelled"), ("du", "unlabelled"), ("test", "test")):
            with (self.data / f"splits/{name}.csv").open(newline="") as file:
                splits |= {row["id"]: split for row in csv.DictReader(file)}
        with (self.data / "manifest.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        return sorted(((row, splits[row["id"]]) for row in rows), key=lambda pair: pair[1])

    def change(self, shard: str, path: str, place: tuple[int, ...], by: int) -> None:
        with h5py.File(self.output / shard, "r+") as file:
            file[path][place] += by

    def digits(self) -> list[Record]:
        return [
            {
                "id": row["id"],
                "split": split,
                "values": {
                    "audio": wav(self.data / row["audio"]),
                    "image": picture(self.data / row["image"]),
                },
                "class": int(row["label"]),
            }
            for row, split in self.rows()
        ]

    DIGIT_FORMS = [
        form("audio", "int16", [None, 1], "time channel", rate=8000, scale=1 / 32768),
        form("image", "uint8", [28, 28, 1], "height width channel"),
    ]
    DIGIT_CLASSES = [str(digit) for digit in range(10)]

    def test_digits_pass_and_one_changed_value_fails(self) -> None:
        self.make("avdigits", "--takes", "3")
        write_output(self.output, self.DIGIT_FORMS, self.digits(), self.DIGIT_CLASSES)
        self.assertIn("soundfile", self.passes("avdigits"))
        self.change("test-00000.h5", "modalities/image/data", (2, 5, 5, 0), 1)
        self.fails("avdigits", "1 of 784 values differ, most at [5, 5, 0], by 1")

    def test_wrong_labels_absent_samples_and_lengths_fail(self) -> None:
        self.make("avdigits", "--takes", "3")
        samples = self.digits()
        samples[3]["class"] = (samples[3]["class"] + 1) % 10
        gone = samples.pop(-1)
        samples[7]["values"]["audio"] = samples[7]["values"]["audio"][:-1]
        write_output(self.output, self.DIGIT_FORMS, samples, self.DIGIT_CLASSES)
        code, text = self.check("avdigits")
        self.assertEqual(code, 1)
        self.assertIn("its class is", text)
        self.assertIn(f"'{gone['id']}': the splits name it, and it is not in the output", text)
        self.assertIn("its shape", text)
        listed = f"id,split,modality,path,place,reason\n{gone['id']},test,audio,x,,cut off\n"
        (self.output / "quarantine.csv").write_text(listed)
        self.assertNotIn("the splits name it", self.check("avdigits")[1])

    def test_missing_modalities_must_be_missing_in_the_source(self) -> None:
        self.make("avdigits", "--takes", "3")
        samples = self.digits()
        samples[0]["values"]["image"] = None
        write_output(self.output, self.DIGIT_FORMS, samples, self.DIGIT_CLASSES)
        self.fails("avdigits", "missing in the shard and not in the source")

    def test_windows_and_grids_of_aligned_sounds_pass(self) -> None:
        self.make("avdigits", "--takes", "3")
        recorded = self.digits()
        forms = [form("audio", "int16", [400, 1], "time channel", rate=8000)]
        windows = []
        for sample in recorded:
            sound = sample["values"]["audio"]
            for number in range(-(-len(sound) // 400)):
                piece = sound[400 * number : 400 * number + 400]
                valid = np.arange(400) < len(piece)
                piece = np.pad(piece, [(0, 400 - len(piece)), (0, 0)])
                windows.append(
                    sample
                    | {
                        "id": f"{sample['id']}#{number}",
                        "values": {"audio": piece},
                        "valid": {"audio": valid},
                        "window": (0.05 * number, 0.05 * number + 0.05),
                    }
                )
        write_output(self.output, forms, windows, self.DIGIT_CLASSES, kind="align")
        self.assertIn("steps masked", self.passes("avdigits"))
        self.change("test-00000.h5", "modalities/audio/data", (0, 17, 0), 900)
        self.fails("avdigits", "most at [17, 0]")

        self.output = self.folder / "store" / "grid"
        forms = [form("audio", "float32", [100, 1], "time channel", rate=3000, scale=1 / 32768)]
        for sample in recorded:
            sound = sample["values"]["audio"][:, 0].astype(np.float32)
            line = np.interp(np.arange(100) / 3000, np.arange(len(sound)) / 8000, sound)
            sample["values"] = {"audio": line[:, None]}
        write_output(self.output, forms, recorded, self.DIGIT_CLASSES, kind="align")
        self.assertIn("steps on a line", self.passes("avdigits"))

    def test_fields_pass_and_one_changed_label_fails(self) -> None:
        self.make("cwfid")
        forms = [
            form(name, "uint8", [48, 64, 1], "height width channel") for name in ("nir", "red")
        ]
        samples = [
            {
                "id": row["id"],
                "split": split,
                "values": {name: picture(self.data / row[name]) for name in ("nir", "red")},
                "map": picture(self.data / row["label"])[:, :, 0],
            }
            for row, split in self.rows()
        ]
        write_output(self.output, forms, samples, ["soil", "crop", "weed"])
        self.passes("cwfid-redir")
        self.change("unlabelled-00000.h5", "sealed/map", (1, 4, 4), 1)
        self.fails("cwfid-redir", "labels: ")

    def test_opinions_pass_and_the_next_float_fails(self) -> None:
        self.make("mosi")
        widths = {"text": 100, "audio": 73, "video": 100}
        tables = {
            name: np.loadtxt(
                self.data / f"{name}/{name}_test0.csv", np.float32, delimiter=",", quotechar='"'
            )[:, :width]
            for name, width in widths.items()
        }
        forms = [form(name, "float32", [width], "column") for name, width in widths.items()]
        samples = [
            {
                "id": row["id"],
                "split": split,
                "values": {name: table[int(row["row"])] for name, table in tables.items()},
                "class": int(row["label"] == "positive"),
            }
            for row, split in self.rows()
        ]
        write_output(self.output, forms, samples, ["negative", "positive"])
        self.passes("mosi-features")
        with h5py.File(self.output / "labelled-00000.h5", "r+") as file:
            cell = file["modalities/text/data"]
            cell[0, 3] = np.nextafter(cell[0, 3], np.float32(np.inf))
        self.fails("mosi-features", "1 of 100 values differ, most at [3]")

    def test_emotions_with_films_and_features_pass(self) -> None:
        self.make("ravdess", "--video", "--layout", "official", "--takes", "1", "--actors", "3")
        with (self.data / "face_action_units.csv").open(newline="") as file:
            faces = {row["id"]: [*row.values()][1:] for row in csv.DictReader(file)}
        classes = "neutral,calm,happy,sad,angry,fearful,disgust,surprised".split(",")
        forms = [
            form("audio", "int16", [None, 1], "time channel", rate=48_000),
            form("levels", "float32", [None, 40], "time mel", rate=100),
            form("video", "uint8", [None, 64, 64, 3], "time height width channel"),
            form("face", "float32", [35], "column"),
        ]
        settings = {
            "audio": {"kind": "audio", "channels": "mono"},
            "levels": {
                "kind": "audio",
                "channels": "mono",
                "features": {"kind": "log-mel", "n-fft": 1024, "hop-length": 480, "n-mels": 40},
            },
            "video": {"kind": "video"},
            "face": {"kind": "table", "path": "face_action_units.csv", "columns": ["2-36"]},
        }
        samples = []
        for row, split in self.rows():
            sound = wav(self.data / row["audio"])
            film = self.data / row["audio"].replace("/03-", "/01-").replace(".wav", ".mp4")
            with av.open(str(film)) as container:
                stamps = [frame.time for frame in container.decode(video=0)]
            values = {
                "audio": sound,
                "levels": levels(sound[:, 0] / 32768),
                "video": pictures(film, 64),
                "face": np.array(faces[row["id"]], np.float32),
            }
            times = {"video": np.array(stamps)}
            label = classes.index(row["label"])
            samples.append(
                {"id": row["id"], "split": split, "values": values, "times": times, "class": label}
            )
        write_output(self.output, forms, samples, classes, modalities=settings)
        self.passes("ravdess-av")
        self.passes("ravdess-av", "--no-ffmpeg")
        with h5py.File(self.output / "test-00000.h5", "r+") as file:
            file["modalities/video/time/data"][1] += 0.01
        self.fails("ravdess-av", "a time stamp is 0.01 s off")

    def test_rooms_pass_and_one_changed_depth_fails(self) -> None:
        self.make("nyu", "--frames", "9")
        with h5py.File(self.data / "nyu_depth_v2_labeled.mat") as file:
            images = np.transpose(file["images"][:], (0, 3, 2, 1))
            depths = np.transpose(file["depths"][:], (0, 2, 1))[..., None]
            labels = np.transpose(file["labels"][:], (0, 2, 1))
        sys.path.insert(0, str(SCRIPTS))
        from making import nyu_classes

        known = np.array([255] + [number - 1 for number in nyu_classes.TO_40])
        forms = [
            form("image", "uint8", [48, 64, 3], "height width channel"),
            form("depth", "float32", [48, 64, 1], "height width channel", unit="m"),
        ]
        samples = [
            {
                "id": f"{place + 1:04d}",
                "split": "labelled" if place < 6 else "test",
                "values": {"image": images[place], "depth": depths[place]},
                "map": known[labels[place]],
            }
            for place in range(9)
        ]
        write_output(self.output, forms, samples, nyu_classes.NAMES_40)
        self.passes("nyu")
        self.change("test-00000.h5", "modalities/depth/data", (1, 2, 3, 0), 1)
        self.fails("nyu", "most at [2, 3, 0]")

    def test_tables_and_arrays_of_metadata_pass(self) -> None:
        self.make("nyu", "--frames", "9")
        names = self.data / "audioset/class_labels_indices.csv"
        names.parent.mkdir()
        names.write_text('index,mid,display_name\n0,/m/09x0r,"Speech"\n1,/m/0bt9lr,"Dog"\n')
        samples = [
            {"id": id, "split": "unlabelled", "values": {"place": [place]}}
            for place, id in enumerate(["/m/09x0r", "/m/0bt9lr"])
        ]
        write_output(self.output, [form("place", "float32", [1], "column")], samples)
        source: Record = {"kind": "table", "path": "elsewhere/audioset/class_labels_indices.csv"}
        source |= {"id": "mid", "modalities": {"place": {"columns": ["index"]}}}
        record = {"stage": {"configuration": {"source": source}}}
        (self.output / "record.json").write_text(json.dumps(record))
        self.passes("official-metadata")
        self.change("unlabelled-00000.h5", "modalities/place/data", (1, 0), 1)
        self.fails("official-metadata", "1 of 1 values differ")

        self.output = self.folder / "store" / "array"
        manifest = self.folder / "frames.csv"
        rows = "".join(f"f{n},splits.mat,{n}\n" for n in range(6))
        manifest.write_text("id,file,row\n" + rows)
        settings = {"frame": {"kind": "array", "file": "file", "name": "trainNdxs", "row": "row"}}
        forms = [form("frame", "float64", [1], "column")]
        train = scipy.io.loadmat(self.data / "splits.mat")["trainNdxs"]
        samples = [
            {"id": f"f{n}", "split": "unlabelled", "values": {"frame": train[n]}}
            for n in range(len(train))
        ]
        write_output(self.output, forms, samples, modalities=settings)
        self.passes("official-metadata", "--manifest", str(manifest))

    def test_the_manifest_beside_a_pipeline_file_is_found_by_what_it_held(self) -> None:
        self.make("nyu", "--frames", "9")
        rooms = self.data / "nyu-depth-v2"
        rooms.mkdir()
        for file in list(self.data.glob("*.mat")):
            file.rename(rooms / file.name)
        train = scipy.io.loadmat(rooms / "splits.mat")["trainNdxs"]
        samples: list[Record] = [
            {"id": "nyu-depth-v2", "split": "unlabelled", "values": {"frames": train}}
        ]
        forms = [form("frames", "float64", list(train.shape), "axis-0 axis-1")]
        write_output(self.output, forms, samples)
        settings = {"frames": {"kind": "array", "file": "splits", "name": "trainNdxs"}}
        source: Record = {"kind": "manifest", "path": "source.path", "modalities": settings}
        manifest = HERE.parents[1] / "Pipelines/official-metadata.csv"
        stage: Record = {"configuration": {"source": source}}
        stage["files"] = {"source.path": hashlib.sha256(manifest.read_bytes()).hexdigest()}
        (self.output / "record.json").write_text(json.dumps({"stage": stage}))
        self.passes("official-metadata")
        stage["files"]["source.path"] = "another"
        (self.output / "record.json").write_text(json.dumps({"stage": stage}))
        _, text = self.check("official-metadata")
        self.assertIn("name it by --manifest", text)

    def test_media_are_found_by_name_and_resampled(self) -> None:
        self.make("media_samples")
        forms = [form("sound", "int16", [None, 1], "time channel", rate=16_000)]
        settings = {"sound": {"kind": "audio", "rate": 16_000, "channels": "mono"}}
        samples: list[Record] = []
        for path in sorted(self.data.rglob("*.*")):
            command = ["ffmpeg", "-v", "error", "-i", str(path), "-vn", "-ac", "1"]
            command += ["-ar", "16000", "-f", "s16le", "-"]
            data = subprocess.run(command, capture_output=True, check=True).stdout
            start = 0.0
            if path.suffix == ".mp4":
                with av.open(str(path)) as container:
                    start = float(next(container.decode(audio=0)).time or 0)
            samples.append(
                {
                    "id": str(path.relative_to(self.data)),
                    "split": "unlabelled",
                    "values": {"sound": np.frombuffer(data, "<i2")[:, None]},
                    "start": {"sound": start},
                }
            )
        write_output(self.output, forms, samples, modalities=settings)
        self.assertIn("ffmpeg resampled", self.passes("media-samples"))
        self.assertIn("PyAV resampled", self.passes("media-samples", "--no-ffmpeg"))
        samples[0]["start"]["sound"] += 0.5
        self.output = self.folder / "store" / "late"
        write_output(self.output, forms, samples, modalities=settings)
        self.fails("media-samples", "it starts at")


def levels(sound: np.ndarray) -> np.ndarray:
    """Decibels of 40 mel bands of sound of 48 kHz, spelt out: 1024 samples every 480."""
    padded = np.pad(sound, 512, mode="reflect")
    window = np.sin(np.pi * np.arange(1024) / 1024) ** 2
    top = 2595 * np.log10(1 + 24_000 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, 42) / 2595) - 1)
    bins = np.arange(513) * 48_000 / 1024
    result = []
    for first in range(0, len(padded) - 1023, 480):
        energy = np.abs(np.fft.rfft(padded[first : first + 1024] * window)) ** 2
        row = []
        for low, middle, high in zip(edges, edges[1:], edges[2:]):
            weight = np.interp(bins, [low, middle, high], [0, 1, 0])
            row.append(10 * np.log10(max(1e-10, float(weight @ energy))))
        result.append(row)
    return np.array(result, np.float32)


if __name__ == "__main__":
    unittest.main()
