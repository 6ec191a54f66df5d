"""Makes damaged recordings of every format that `ingest` reads, beside whole ones.

    python make_damaged.py OUTPUT_FOLDER --media GOLDEN_FOLDER [--seed N]

GOLDEN_FOLDER holds whole media files: `Tests/MediaTests/Golden`. For each kind of modality there is a
folder with `manifest.csv`, whose columns are

    id       what the file is and what was done to it, as `tones.flac cut-50`
    file     the file
    split    unlabelled
    expect   good: it can be read; bad: it cannot, and a reader must say so; any: a bit is turned or an
             end is lost that nothing in the format tells of

    sound    wav (8, 16, 24, 32 bit, float, extensible), flac, mp3, m4a, ogg, of mp4
    video    mp4, mkv, webm
    picture  png, jpg, tiff, webp
    depth    png of 16 bits
    plain    npy
    named    npz, HDF5, MATLAB 5 and 7.3 with an array `x`
    clocked  npz with an array `x` and the times `t` of its steps
    steps    CSV with a time step a line

What is done to them: cut to nothing, to 1 byte, to 12 bytes and to shares; bits turned at random, in
the head and anywhere; noise, text or another format under their name; sizes in headers that no file
has; 0 Hz, no channel, no pixel; times that are no numbers, stand still or run back; links in a
circle and to nowhere; a folder, a pipe or a file without permission in their place. `manifests/` has
tables and lists that are damaged themselves, each with `.reason`: a word that the error must hold.
"""

import argparse
import io
import json
import os
import pathlib
import random
import struct
import zipfile
import zlib

import h5py
import numpy as np

from making import command, matlab5, matlab73, png


class Kind:
    """The files of one kind of modality."""

    def __init__(self, folder: pathlib.Path, name: str, seed: int) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self.random = random.Random(f"{seed} {name}")
        self.rows: list[tuple[str, str, str]] = []

    def place(self, name: str, what: str, expect: str) -> pathlib.Path:
        """A new row; the file that its cell points at."""
        stem, extension = name.rsplit(".", 1)
        file = f"{stem}-{what}.{extension}"
        self.rows.append((f"{name} {what}", file, expect))
        return self.folder / file

    def add(self, name: str, what: str, data: bytes, expect: str = "bad") -> None:
        self.place(name, what, expect).write_bytes(data)

    def damage(self, name: str, data: bytes, tells_end: bool = True, tells_bits: bool = False) -> None:
        """A whole file, and what can be done to any.

        tells_end   whether the format says how long it is, so that a lost end shows
        tells_bits  whether it has a checksum over everything
        """
        self.add(name, "whole", data, "good")
        for count in (0, 1, 12):
            self.add(name, f"first-{count}", data[:count])
        for share in (30, 60, 90):
            self.add(
                name, f"cut-{share}", data[: len(data) * share // 100], "bad" if tells_end else "any"
            )
        for turn in range(3):
            self.add(name, f"head-{turn}", self.turned(data, 64), "any")
            self.add(
                name, f"bits-{turn}", self.turned(data, len(data), 8), "bad" if tells_bits else "any"
            )
        self.add(name, "noise", self.random.randbytes(len(data)))
        self.add(name, "text", b"this is no recording, whatever its name says\n" * 20)
        self.add(name, "zeros", bytes(len(data)))

    def turned(self, data: bytes, within: int, count: int = 1) -> bytes:
        result = bytearray(data)
        for _ in range(count):
            result[self.random.randrange(min(within, len(data)))] ^= 1 << self.random.randrange(8)
        return bytes(result)

    def strange_places(self, name: str) -> None:
        """What stands in the place of a file."""
        self.place(name, "folder", "bad").mkdir()
        os.mkfifo(self.place(name, "pipe", "bad"))
        here = self.place(name, "circle", "bad")
        there = here.with_name("other-" + here.name)
        here.symlink_to(there.name)
        there.symlink_to(here.name)
        itself = self.place(name, "itself", "bad")
        itself.symlink_to(itself.name)
        self.place(name, "nowhere", "bad").symlink_to("gone")
        self.place(name, "missing", "bad")
        locked = self.place(name, "locked", "any" if os.geteuid() == 0 else "bad")
        locked.write_bytes(b"locked")
        locked.chmod(0)

    def finish(self) -> None:
        lines = ["id,file,split,expect"]
        lines += [f"{id},{file},unlabelled,{expect}" for id, file, expect in self.rows]
        (self.folder / "manifest.csv").write_text("\n".join(lines) + "\n")


def wav(
    samples: np.ndarray, rate: int = 8000, *, bits: int = 16, code: int = 1, channels: int = 1,
    extensible: bool = False, declared: int | None = None,
) -> bytes:
    """A wav file of samples that are bytes already packed, or int16."""
    data = samples.tobytes()
    form = struct.pack(
        "<HHIIHH", 0xFFFE if extensible else code, channels, rate & 0xFFFFFFFF,
        rate * channels * bits // 8 & 0xFFFFFFFF, channels * bits // 8 & 0xFFFF, bits,
    )
    if extensible:
        guid = struct.pack("<H", code) + bytes.fromhex("000000001000800000aa00389b71")
        form += struct.pack("<HHI", 22, bits, 4) + guid
    size = len(data) if declared is None else declared
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"LIST" + struct.pack("<I", 4) + b"INFO" + b"data" + struct.pack("<I", size) + data
    return b"RIFF" + struct.pack("<I", min(len(body), 0xFFFFFFFF)) + body


def sounds(folder: pathlib.Path, media: pathlib.Path, seed: int) -> None:
    kind = Kind(folder, "sound", seed)
    tone = (np.sin(np.arange(4000) * 0.3) * 20000).astype("<i2")
    wide = tone.astype("<i4")
    packed = (wide << 8).view("u1").reshape(-1, 4)[:, :3]
    kind.damage("pcm.wav", wav(tone))
    kind.add("pcm8.wav", "whole", wav((tone // 256 + 128).astype("u1"), bits=8), "good")
    kind.add("pcm24.wav", "whole", wav(packed, bits=24), "good")
    kind.add("pcm32.wav", "whole", wav(wide << 16, bits=32, extensible=True), "good")
    kind.add("float.wav", "whole", wav((tone / 32768).astype("<f4"), bits=32, code=3), "good")
    kind.add("pcm.wav", "0-hz", wav(tone, 0))
    kind.add("pcm.wav", "4-ghz", wav(tone, 0xFFFFFFF0))
    kind.add("pcm.wav", "0-channels", wav(tone, channels=0))
    kind.add("pcm.wav", "60000-channels", wav(tone, channels=60000))
    kind.add("pcm.wav", "0-bits", wav(tone, bits=0))
    kind.add("pcm.wav", "huge", wav(tone, declared=0xFFFFFFF0))
    kind.add("pcm.wav", "no-samples", wav(tone[:0]))
    kind.add("pcm.wav", "unknown-code", wav(tone, code=0x7777))
    for name, tells_end in [("tones.flac", True), ("tones.m4a", True), ("tones.mp3", True)]:
        # The frames of FLAC carry checksums; the others have none.
        kind.damage(name, (media / name).read_bytes(), tells_end=tells_end)
    kind.add("tones.ogg", "whole", (media / "tones.ogg").read_bytes(), "good")
    kind.add("tones.ogg", "first-40", (media / "tones.ogg").read_bytes()[:40])
    kind.add("tones.ogg", "noise", kind.random.randbytes(9000))
    kind.add("uneven.mp4", "whole", (media / "uneven.mp4").read_bytes(), "good")
    kind.add("turned.mp4", "no-sound", (media / "turned.mp4").read_bytes())
    kind.add("tones.wav", "picture", (media / "alpha.png").read_bytes())
    kind.strange_places("pcm.wav")
    kind.finish()


def videos(folder: pathlib.Path, media: pathlib.Path, seed: int) -> None:
    kind = Kind(folder, "video", seed)
    for name in ("turned.mp4", "clip.mkv", "clip.webm"):
        data = (media / name).read_bytes()
        # Matroska is read to where it ends; a lost end shows only inside of a block.
        kind.damage(name, data, tells_end=name.endswith("mp4"))
    data = bytearray((media / "turned.mp4").read_bytes())
    for what, box in [("huge-moov", b"moov"), ("huge-stsz", b"stsz"), ("huge-mdat", b"mdat")]:
        changed = bytearray(data)
        at = changed.find(box)
        changed[at - 4 : at] = b"\x7f\xff\xff\xff"
        kind.add("turned.mp4", what, bytes(changed), "any" if what == "huge-mdat" else "bad")
    samples = bytearray(data)
    at = samples.find(b"stsz")
    samples[at + 12 : at + 16] = b"\xff\xff\xff\xff"
    kind.add("turned.mp4", "4-billion-frames", bytes(samples), "any")
    kind.add("turned.mp4", "sound-alone", (media / "tones.m4a").read_bytes())
    kind.strange_places("turned.mp4")
    kind.finish()


def pictures(folder: pathlib.Path, media: pathlib.Path, seed: int) -> None:
    kind = Kind(folder, "picture", seed)
    for name in ("palette.png", "colour.jpg", "colour.tiff", "colour.webp"):
        # A JPEG decoder fills what is lost with grey, and says so: we ask it to refuse.
        kind.damage(name, (media / name).read_bytes())
    data = (media / "palette.png").read_bytes()
    for what, width, height in [
        ("huge", 2**31 - 1, 2**31 - 1), ("wide", 2**31 - 1, 1), ("no-width", 0, 5), ("no-rows", 5, 0),
    ]:
        header = struct.pack(">II", width, height) + data[24:29]
        checksum = struct.pack(">I", zlib.crc32(b"IHDR" + header))
        kind.add("palette.png", what, data[:16] + header + checksum + data[33:])
    large = bytearray((media / "colour.jpg").read_bytes())
    at = max(large.find(b"\xff\xc0"), large.find(b"\xff\xc2"))
    large[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    kind.add("colour.jpg", "huge", bytes(large))
    kind.strange_places("palette.png")
    kind.finish()
    deep = Kind(folder, "depth", seed)
    noise = np.random.default_rng(seed).integers(0, 65536, (12, 16)).astype(np.uint16)
    deep.damage("deep.png", grey16(noise))
    deep.add("deep.png", "of-8-bits", (media / "alpha.png").read_bytes(), "any")
    deep.finish()


def grey16(picture: np.ndarray) -> bytes:
    """A png of 16 bits."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data))
        )

    height, width = picture.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in picture)
    header = struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def npy(shape: object, data: bytes, kind: str = "<f4") -> bytes:
    """A npy file whose header says what one likes."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (63 - (len(text) + 10) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


def arrays(folder: pathlib.Path, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(6, 5)).astype("<f4")
    plain = Kind(folder, "plain", seed)
    plain.damage("x.npy", npy("(6, 5)", values.tobytes()))
    for what, shape in [
        ("huge", "(1000000000000, 5)"), ("overflow", "(4294967296, 4294967296, 8)"),
        ("negative", "(-6, 5)"), ("no-shape", "'six'"), ("deep", "(" + "1, " * 300 + ")"),
    ]:
        plain.add("x.npy", what, npy(shape, values.tobytes()))
    plain.add("x.npy", "objects", npy("(6, 5)", values.tobytes(), "|O"))
    plain.add("x.npy", "longer", npy("(6, 4)", values.tobytes()))
    plain.add("x.npy", "not-numbers", npy("(6, 5)", (values * np.nan).tobytes()), "any")
    plain.strange_places("x.npy")
    plain.finish()

    named = Kind(folder, "named", seed)
    packed = io.BytesIO()
    np.savez_compressed(packed, x=values)
    named.damage("x.npz", packed.getvalue())
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", npy("(1000000000, 5)", bytes(20_000_000)))
    named.add("x.npz", "bomb", bomb.getvalue())
    other = io.BytesIO()
    np.savez(other, y=values)
    named.add("x.npz", "other-name", other.getvalue())
    target = named.folder / "source"
    with h5py.File(target, "w") as file:
        file.create_dataset("x", data=values, chunks=(2, 5), compression="gzip", fletcher32=True)
    named.damage("x.h5", target.read_bytes(), tells_end=True)
    with h5py.File(target, "w") as file:
        file.create_dataset("x", (10**12, 5), "f4", chunks=(2, 5))
    named.add("x.h5", "huge", target.read_bytes())
    with h5py.File(target, "w") as file:
        file["x"] = h5py.SoftLink("/y")
        file["y"] = h5py.SoftLink("/x")
    named.add("x.h5", "circle-inside", target.read_bytes())
    with h5py.File(target, "w") as file:
        file["x"] = h5py.ExternalLink("/etc/hostname", "/x")
    named.add("x.h5", "outside", target.read_bytes())
    with h5py.File(target, "w") as file:
        file["x"] = np.array([b"text"])
    named.add("x.h5", "texts", target.read_bytes())
    matlab5.write(target, {"x": matlab5.Numbers(values.astype(float), "double")})
    named.damage("x5.mat", target.read_bytes(), tells_bits=False)
    matlab73.write(target, {"x": values})
    named.damage("x7.mat", target.read_bytes())
    target.unlink()
    named.finish()

    clocked = Kind(folder, "clocked", seed)

    def timed(what: str, times: list[float], expect: str = "bad") -> None:
        data = io.BytesIO()
        np.savez(data, x=values, t=np.array(times))
        clocked.add("x.npz", what, data.getvalue(), expect)

    timed("whole", [0, 0.1, 0.2, 0.35, 0.4, 0.5], "good")
    timed("no-number", [0, 0.1, np.nan, 0.3, 0.4, 0.5])
    timed("infinite", [0, 0.1, 0.2, 0.3, 0.4, np.inf])
    timed("backwards", [0, 0.1, 0.2, 0.15, 0.4, 0.5], "any")
    timed("still", [0, 0.1, 0.1, 0.3, 0.4, 0.5], "any")
    timed("too-few", [0, 0.1])
    timed("far", [0, 0.1, 0.2, 0.3, 0.4, 1e300])
    clocked.finish()


def steps(folder: pathlib.Path, seed: int) -> None:
    kind = Kind(folder, "steps", seed)
    lines = [f"{row * 0.1:.1f},{row * 3},{row * row}" for row in range(8)]
    text = "\n".join(lines) + "\n"
    kind.add("s.csv", "whole", text.encode(), "good")
    kind.add("s.csv", "mark", b"\xef\xbb\xbf" + text.encode(), "good")
    for what, change in [
        ("no-number", ("0.3", "nan")), ("infinite", ("0.3", "inf")), ("quoted", ("0.2", '"0.2"')),
        ("word", ("9", "nine")), ("fewer", (",9", "")), ("more", (",9", ",9,9")),
        ("nul", ("9", "\0")), ("open-quote", (",9", ',"9')), ("long", ("0.3", "9" * 400)),
    ]:
        kind.add("s.csv", what, text.replace(*change, 1).encode())
    # `align` puts steps in order, and counts them.
    kind.add("s.csv", "backwards", text.replace("0.3", "0.1").encode(), "any")
    kind.add("s.csv", "nothing", b"")
    kind.add("s.csv", "blank", b"\n\n\n")
    kind.add("s.csv", "utf-16", text.encode("utf-16"))
    kind.add("s.csv", "latin-1", (text + "0.9,\xe9,1\n").encode("latin-1"))
    kind.add("s.csv", "noise", kind.random.randbytes(500))
    kind.strange_places("s.csv")
    kind.finish()


def manifests(folder: pathlib.Path) -> None:
    """Tables that are damaged themselves, and a word that the error must hold."""
    inside = folder / "manifests"
    inside.mkdir()
    (inside / "a.npy").write_bytes(npy("(2, 2)", bytes(16)))
    head = "id,file,split\n"
    cases: dict[str, tuple[bytes, str]] = {
        "empty.csv": (b"", "empty"),
        "header.csv": (head.encode(), "no sample"),
        "utf-16.csv": ((head + "a,a.npy,unlabelled\n").encode("utf-16"), "UTF"),
        "latin-1.csv": ((head + "\xe9,a.npy,unlabelled\n").encode("latin-1"), "UTF-8"),
        "nul.csv": ((head + "a,a\0.npy,unlabelled\n").encode(), "NUL"),
        "outside.csv": ((head + "a,../../a.npy,unlabelled\n").encode(), "allow-outside"),
        "absolute.csv": ((head + "a,/etc/passwd,unlabelled\n").encode(), "allow-outside"),
        "twice.csv": ((head + "a,a.npy,unlabelled\na,a.npy,test\n").encode(), "twice"),
        "no-id.csv": ((head + ",a.npy,unlabelled\n").encode(), "id"),
        "no-column.csv": (b"id,files,split\na,a.npy,unlabelled\n", "column 'file'"),
        "no-split.csv": ((head + "a,a.npy,later\n").encode(), "later"),
        "ragged.csv": ((head + "a,a.npy\n").encode(), "cells"),
        "open-quote.csv": ((head + 'a,"a.npy,unlabelled\n').encode(), "quot"),
        "noise.csv": (random.Random(5).randbytes(3000), "text"),
        "broken.jsonl": (b'{"id": "a", "file": "a.npy", "split": \n', "JSON"),
        "list.jsonl": (b'["a", "a.npy"]\n', "object"),
        "deep.jsonl": (b"[" * 100_000 + b"\n", "JSON"),
    }
    for name, (data, word) in cases.items():
        (inside / name).write_bytes(data)
        (inside / f"{name}.reason").write_text(word)
    (inside / "folder.csv").mkdir()
    (inside / "folder.csv.reason").write_text("folder")
    (inside / "gone.csv.reason").write_text("gone.csv")
    (inside / "circle.csv").symlink_to("circle.csv")
    (inside / "circle.csv.reason").write_text("circle.csv")
    os.mkfifo(inside / "pipe.csv")
    (inside / "pipe.csv.reason").write_text("pipe.csv")


def tree(folder: pathlib.Path) -> None:
    """A folder a class, with names that are no text and links that lead back."""
    root = folder / "tree" / "class"
    root.mkdir(parents=True)
    (root / "good.npy").write_bytes(npy("(2, 2)", bytes(16)))
    with open(os.fsencode(root) + b"/\xff\xfe.npy", "wb") as file:
        file.write(npy("(2, 2)", bytes(range(16))))
    (root / "back").symlink_to("..")
    other = folder / "tree" / "other"
    other.mkdir()
    (other / "also.npy").write_bytes(npy("(2, 2)", bytes(range(16))))


def make(folder: pathlib.Path, arguments: argparse.Namespace) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    media, seed = arguments.media, arguments.seed
    sounds(folder, media, seed)
    videos(folder, media, seed)
    pictures(folder, media, seed)
    arrays(folder, seed)
    steps(folder, seed)
    manifests(folder)
    tree(folder)
    counts: dict[str, int] = {}
    for manifest in sorted(folder.glob("*/manifest.csv")):
        for line in manifest.read_text().splitlines()[1:]:
            expect = line.rsplit(",", 1)[1]
            counts[expect] = counts.get(expect, 0) + 1
    counts["manifests"] = len(list((folder / "manifests").glob("*.reason")))
    return json.dumps(counts, sort_keys=True)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--media", type=pathlib.Path, required=True, help="folder of whole media")


if __name__ == "__main__":
    command.run(__doc__, make, add_options)
