"""What Python's readers say of a file: sounds, pictures, videos, tables, arrays.

Lossless files that come out as they are recorded are read by soundfile and PIL, and must be met bit
by bit. Where a codec is lossy, a rate changes or channels are mixed, FFmpeg's command-line tool is
the reference where it is on the path, else the FFmpeg inside PyAV; another version of it may round
otherwise, so that a tolerance is given.
"""

import csv
import functools
import pathlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import h5py
import numpy as np

import features
from outputs import Fault

Settings = dict[str, Any]

#: Versions of libswscale place the colours of 4:2:0 pictures half a pixel apart, which at sharp
#: edges makes so many levels.
OTHER_CHROMA = 24.0


@dataclass
class Part:
    """Where a modality of a sample is: a file, and which part or row of it."""

    path: pathlib.Path
    start: float | None = None
    stop: float | None = None
    row: int | None = None
    #: Name of an array or a table's id.
    name: str | None = None


@dataclass
class Reference:
    """What a modality of a sample should be."""

    #: Of a series `[time, …]`.
    values: np.ndarray
    #: How far a value may be from it; 0 means equal.
    tolerance: float
    #: What was asked, in words.
    source: str
    rate: float | None = None
    #: Of the first step, s.
    start: float = 0.0
    #: Of every step, s.
    times: np.ndarray | None = None
    #: Steps by which the lengths may differ.
    slack: int = 0

    def step_times(self) -> np.ndarray | None:
        """Seconds of every step; `None` where nothing tells."""
        if self.times is not None:
            return self.times
        if self.rate is None:
            return None
        return self.start + np.arange(len(self.values)) / self.rate


# Sound


def sound(part: Part, settings: Settings, stored: np.dtype, use_tool: bool) -> Reference:
    """The sound of a file as stored: int16 `[time, channel]`, or float; or features of it."""
    rate, wanted = settings.get("rate"), settings.get("channels", "mono")
    described = settings.get("features")
    kind = np.dtype(np.int16) if stored == np.int16 else np.dtype(np.float32)
    begin = _sound_start(part.path)
    lossless = _read_lossless(part.path, kind)
    own_rate, own_channels = lossless[1:] if lossless else _sound_form(part.path)
    channels = {"mono": 1, "stereo": 2, "keep": own_channels}[wanted]
    rate = rate or own_rate
    if lossless and rate == own_rate and channels == own_channels:
        values, tolerance, source = lossless[0], 0.0, "soundfile"
    else:
        is_resampled = rate != own_rate
        if use_tool:
            values = _tool_sound(part.path, kind, rate, channels)
            steps, source = (1 if lossless and not is_resampled else 2), "ffmpeg"
        else:
            values = _pyav_sound(part.path, kind, rate, channels)
            steps, source = 3, "PyAV"
        tolerance = steps * (1.0 if kind == np.int16 else 1 / 32768)
        source += " resampled" if is_resampled else ""
    slack = 0 if rate == own_rate else 1
    if part.start is not None or part.stop is not None:
        first = 0 if part.start is None else _first_step(part.start - begin, rate)
        last = len(values) if part.stop is None else _first_step(part.stop - begin, rate)
        values = values[first:last]
        begin += first / rate
    if not described:
        return Reference(values, tolerance, source, rate, begin, slack=slack)
    full_scale = values.astype(np.float64) / (32768 if kind == np.int16 else 1)
    computed = features.of(full_scale, rate, described)
    # Single precision and, in float16, eleven bits of mantissa; logarithms amplify.
    allowed = 5e-3 if tolerance == 0 else 0.1
    largest = float(np.abs(computed.values).max(initial=0))
    allowed += largest * (2**-11 if stored == np.float16 else 1e-5)
    return Reference(
        computed.values,
        allowed,
        f"{described['kind']} in numpy of {source}",
        computed.rate,
        begin + computed.start,
        slack=slack,
    )


def _first_step(seconds: float, rate: float) -> int:
    return max(0, int(np.ceil(seconds * rate - 1e-6)))


def _read_lossless(path: pathlib.Path, kind: np.dtype) -> tuple[np.ndarray, int, int] | None:
    """Values, rate and channels of wav and flac."""
    if path.suffix.lower() not in (".wav", ".flac"):
        return None
    import soundfile

    with soundfile.SoundFile(str(path)) as file:
        rate, channels, subtype = file.samplerate, file.channels, file.subtype
        if kind == np.int16 and subtype in ("PCM_24", "PCM_32"):
            values = (file.read(dtype="int32", always_2d=True) >> 16).astype(np.int16)
        elif kind == np.int16 and subtype in ("FLOAT", "DOUBLE"):
            return None
        else:
            values = file.read(dtype=kind.name, always_2d=True)
    return values, rate, channels


def _sound_form(path: pathlib.Path) -> tuple[int, int]:
    import av

    with av.open(str(path)) as container:
        if not container.streams.audio:
            raise Fault(f"'{path}' has no sound")
        stream = container.streams.audio[0]
        return stream.rate, stream.channels


def _sound_start(path: pathlib.Path) -> float:
    """Time of the first sample on the file's clock, s."""
    # mp3 files have no time stamps: FFmpeg counts what the encoder put before the sound.
    if path.suffix.lower() in (".wav", ".flac", ".mp3"):
        return 0.0
    import av

    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            return float(frame.time or 0)
    return 0.0


def _tool_sound(path: pathlib.Path, kind: np.dtype, rate: int, channels: int) -> np.ndarray:
    form, number = ("s16le", "<i2") if kind == np.int16 else ("f32le", "<f4")
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", f"file:{path}", "-map", "0:a:0"]
    command += ["-ar", str(rate), "-ac", str(channels), "-f", form, "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise Fault(
            f"ffmpeg does not read '{path}': {done.stderr.decode(errors='replace').strip()}"
        )
    return np.frombuffer(done.stdout, number).reshape(-1, channels)


def _pyav_sound(path: pathlib.Path, kind: np.dtype, rate: int, channels: int) -> np.ndarray:
    import av

    form = "s16" if kind == np.int16 else "flt"
    resampler = av.AudioResampler(form, "mono" if channels == 1 else "stereo", rate)
    pieces = []
    with av.open(str(path)) as container:
        for frame in [*container.decode(audio=0), None]:
            pieces += [
                piece.to_ndarray().reshape(-1, channels) for piece in resampler.resample(frame)
            ]
    return np.concatenate(pieces) if pieces else np.zeros((0, channels), kind)


# Pictures


def picture(part: Part, settings: Settings, use_tool: bool) -> Reference:
    """A picture `[height, width, channel]`: uint8, or uint16 of 16-bit grey."""
    from PIL import Image

    with Image.open(part.path) as image:
        plain = _plain(image)
    colour, size = settings.get("color", "keep"), settings.get("size")
    channels = {"keep": plain.shape[2], "grey": 1, "rgb": 3}[colour]
    if channels == plain.shape[2] and (size is None or tuple(size) == plain.shape[:2]):
        return Reference(plain, 0.0, "PIL")
    if size is not None and channels == plain.shape[2] and settings.get("filter") == "nearest":
        # libswscale takes the pixel under the middle of each new one; where that lies between two,
        # versions differ, so that either is right.
        return Reference(nearest(plain, size), 0.0, "PIL, nearest")
    frames = _converted(part.path, settings, channels, plain.shape[:2], use_tool)
    return Reference(next(frames), 2.0, "ffmpeg scaled" if use_tool else "PyAV scaled")


def _plain(image: Any) -> np.ndarray:
    if image.mode in ("I;16", "I;16B", "I;16L"):
        return np.asarray(image, np.uint16)[:, :, None]
    if image.mode == "I":
        return np.asarray(image).astype(np.uint16)[:, :, None]
    if image.mode in ("L", "1"):
        return np.asarray(image.convert("L"))[:, :, None]
    return np.asarray(image.convert("RGB"))


def nearest(plain: np.ndarray, size: list[int]) -> np.ndarray:
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
        for new, old in zip(size, plain.shape)
    )
    return plain[rows][:, columns]


def video(part: Part, settings: Settings, use_tool: bool) -> Reference:
    """Pictures `[time, height, width, channel]` of a film, with their time stamps.

    Which of them are kept: all in start ≤ stamp < stop; with `frame-rate` those shown at
    start + k / rate; with `frames` n those shown at start + (k + ½)·(stop − start) / n, where a
    frame is shown from its stamp to the next, and the first one before it too.
    """
    stamps, tick, end, size, declared = _stamps(part.path)
    start = stamps[0] if part.start is None else part.start
    stop = end if part.stop is None else part.stop
    if settings.get("frames"):
        count = settings["frames"]
        grid = start + (np.arange(count) + 0.5) * (stop - start) / count
    elif settings.get("frame-rate"):
        count = max(1, int(np.ceil((stop - start) * settings["frame-rate"] - 1e-6)))
        grid = start + np.arange(count) / settings["frame-rate"]
    else:
        grid = None
    if grid is None:
        chosen = np.flatnonzero((stamps >= start - 1e-9) & (stamps < stop - 1e-9))
    else:
        chosen = np.maximum(np.searchsorted(stamps, grid + 0.5 * tick, "right") - 1, 0)
    channels = 1 if settings.get("color") == "grey" else 3
    wanted = set(chosen.tolist())
    kept = {}
    count = 0
    for place, frame in enumerate(_converted(part.path, settings, channels, size, use_tool)):
        count += 1
        if place in wanted:
            kept[place] = frame
    if count != len(stamps):
        raise Fault(f"'{part.path}': {count} pictures decoded, {len(stamps)} stamps")
    return Reference(
        np.stack([kept[place] for place in chosen.tolist()]),
        2.0 if use_tool else OTHER_CHROMA,
        "ffmpeg" if use_tool else "PyAV",
        settings.get("frame-rate"),
        float(stamps[chosen[0]]),
        times=stamps[chosen],
    )


def _stamps(
    path: pathlib.Path,
) -> tuple[np.ndarray, float, float, tuple[int, int], float | None]:
    """Stamps of all frames, s; their tick; the end of the last; height and width; declared rate."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        tick = float(stream.time_base or 0)
        declared = float(stream.average_rate) if stream.average_rate else None
        frames = [
            (int(frame.pts or 0), int(frame.duration or 0), (frame.height, frame.width))
            for frame in container.decode(stream)
        ]
    if not frames:
        raise Fault(f"'{path}' has no pictures")
    stamps = np.array([stamp for stamp, _, _ in frames], float) * tick
    last = frames[-1][1] * tick or (1 / declared if declared else 0.0)
    return stamps, tick, float(stamps[-1]) + last, frames[0][2], declared


def _converted(
    path: pathlib.Path,
    settings: Settings,
    channels: int,
    own_size: tuple[int, ...],
    use_tool: bool,
) -> Iterator[np.ndarray]:
    """All pictures of a file in the wanted size and colours, by libswscale."""
    height, width = settings.get("size") or own_size
    form = "gray" if channels == 1 else "rgb24"
    scaling = (
        f"{settings.get('filter', 'bilinear')}"
        "+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"
    ).replace("nearest", "neighbor")
    if use_tool:
        command = ["ffmpeg", "-v", "error", "-nostdin", "-i", f"file:{path}", "-map", "0:v:0"]
        command += ["-vf", f"scale={width}:{height}:flags={scaling}", "-fps_mode", "passthrough"]
        command += ["-pix_fmt", form, "-f", "rawvideo", "-"]
        yield from _tool_pictures(command, path, (height, width, channels))
        return
    import av
    from av.filter import Graph

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        graph = Graph()
        source = graph.add_buffer(template=stream)
        scale = graph.add("scale", f"{width}:{height}:flags={scaling}")
        changed = graph.add("format", form)
        sink = graph.add("buffersink")
        graph.link_nodes(source, scale, changed, sink).configure()
        for frame in container.decode(stream):
            graph.push(frame)
            yield graph.pull().to_ndarray().reshape(height, width, channels)


def _tool_pictures(
    command: list[str], path: pathlib.Path, shape: tuple[int, int, int]
) -> Iterator[np.ndarray]:
    size = shape[0] * shape[1] * shape[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        while len(data := process.stdout.read(size)) == size:
            yield np.frombuffer(data, np.uint8).reshape(shape)
        message = process.stderr.read().decode(errors="replace").strip()
        if process.wait() or data:
            raise Fault(f"ffmpeg does not read '{path}': {message}")


def tool_is_there() -> bool:
    """Whether FFmpeg's command-line tool can be called."""
    return shutil.which("ffmpeg") is not None


# Tables and arrays


@functools.cache
def read_table(
    path: pathlib.Path, has_header: bool, delimiter: str = ","
) -> tuple[list[str] | None, list[list[str]]]:
    """Header and rows of a delimited table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=delimiter) if row]
    return (rows[0], rows[1:]) if has_header else (None, rows)


def columns(described: list[str] | str | int, header: list[str] | None) -> list[int]:
    """Places of columns that are described by name, or by numbers and ranges from 1: `1-100`."""
    pieces = described if isinstance(described, list) else [described]
    places: list[int] = []
    for piece in map(str, pieces):
        first, _, last = piece.partition("-")
        if header and piece in header:
            places.append(header.index(piece))
        elif first.isdigit() and (not last or last.isdigit()):
            places += range(int(first) - 1, int(last or first))
        else:
            raise Fault(f"there is no column '{piece}'")
    return places


def table_row(
    part: Part, described: list[str] | str | int, has_header: bool, id_column: str | None
) -> Reference:
    """Numbers of one row, float32: row `part.row`, or the one whose id is `part.name`."""
    delimiter = "\t" if part.path.suffix == ".tsv" else ","
    header, rows = read_table(part.path, has_header, delimiter)
    places = columns(described, header)
    if part.row is None:
        try:
            (place,) = columns(id_column or "id", header)
        except (Fault, ValueError):
            raise Fault(f"'{part.path}' has no column '{id_column or 'id'}' of ids") from None
        row = _rows_by_id(part.path, has_header, delimiter, place).get(part.name or "")
        if row is None:
            raise Fault(f"'{part.path}' has no row '{part.name}'")
    else:
        row = rows[part.row]
    return Reference(
        np.array([nearest_float32(row[place]) for place in places], np.float32), 0.0, "csv"
    )


@functools.cache
def _rows_by_id(
    path: pathlib.Path, has_header: bool, delimiter: str, column: int
) -> dict[str, list[str]]:
    return {row[column]: row for row in read_table(path, has_header, delimiter)[1]}


def nearest_float32(text: str) -> np.float32:
    """The float32 nearest to a decimal number.

    By way of float64 a number may be rounded twice; where that matters, which is where float64 lies
    in the middle of two float32, the decimal itself decides.
    """
    wide = float(text)
    near = np.float32(wide)
    if not np.isfinite(near) or float(near) == wide:
        return near
    other = np.nextafter(near, np.float32(np.inf if wide > float(near) else -np.inf))
    if abs(float(other) - wide) != abs(float(near) - wide):
        return near
    exact = Fraction(text)
    distances = [abs(Fraction(float(one)) - exact) for one in (near, other)]
    return near if distances[0] <= distances[1] else other


@functools.lru_cache(maxsize=8)
def read_array(path: pathlib.Path, name: str | None) -> np.ndarray:
    """An array of a npy, npz, HDF5 or MATLAB file, the latter with their axes as MATLAB says."""
    if path.suffix == ".npy":
        return np.load(path)
    if path.suffix == ".npz":
        with np.load(path) as file:
            return file[name or file.files[0]]
    if path.suffix == ".mat" and not h5py.is_hdf5(path):
        from scipy.io import loadmat, whosmat

        variable, *fields = (name or whosmat(path)[0][0]).split(".")
        values = loadmat(path)[variable]
        for field in fields:
            values = values[0, 0][field]
        return values
    with h5py.File(path) as file:
        dataset = file[name or next(iter(file))]
        values = dataset[()]
        return values.T if "MATLAB_class" in dataset.attrs else values
