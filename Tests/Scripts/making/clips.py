"""Sound and moving pictures in mp4, mkv and webm files, and sound in mp3, by PyAV."""

import pathlib
from fractions import Fraction
from typing import Any

import numpy as np

from making.command import Fault

try:
    import av
except ImportError:  # pragma: no cover (only where the package is not there)
    av = None  # type: ignore[assignment]

#: Codecs of pictures and sound by the file's extension.
_CODECS = {
    ".mp4": ("libx264", "aac"),
    ".mkv": ("libx264", "aac"),
    ".webm": ("libvpx", "libopus"),
}
_VIDEO_OPTIONS = {
    "libx264": {"preset": "veryfast", "crf": "23", "bf": "2"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "20"},
}


def write(
    path: pathlib.Path,
    pictures: np.ndarray,
    picture_rate: Fraction,
    sound: np.ndarray | None = None,
    sound_rate: int = 16_000,
    sound_delay: int = 0,
) -> None:
    """Writes a clip whose codecs follow from the extension: H.264 and AAC, or VP8 and Opus.

    `pictures` is uint8 `[time, height, width, 3]` with even sides; `sound` int16 `[time]` or
    `[time, channel]`; it starts `sound_delay` samples after the pictures.
    """
    _require()
    picture_codec, sound_codec = _CODECS[path.suffix]
    # Nothing of the day or of chance goes into the file.
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        track: Any = container.add_stream(
            picture_codec, rate=picture_rate, options=_VIDEO_OPTIONS[picture_codec]
        )
        track.height, track.width = pictures.shape[1:3]
        track.pix_fmt = "yuv420p"
        track.codec_context.thread_count = 1
        if picture_codec == "libvpx":
            track.bit_rate = 200_000
        sounds = None
        if sound is not None:
            sounds = _sound_track(container, sound_codec, sound, sound_rate)
        for place, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = place
            frame.time_base = 1 / picture_rate
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
        if sounds is not None and sound is not None:
            _encode(container, sounds, sound, sound_rate, sound_delay)


def write_mp3(path: pathlib.Path, sound: np.ndarray, rate: int) -> None:
    """Writes int16 `[time]` as MP3 with its Xing/LAME header, which tells the encoder's delay."""
    _require()
    with av.open(str(path), "w") as container:
        track = _sound_track(container, "libmp3lame", sound, rate)
        _encode(container, track, sound, rate, 0)


def _require() -> None:
    if av is None:
        raise Fault("the Python package 'av' is not there", "pip install av")


def _layout(sound: np.ndarray) -> str:
    return "mono" if sound.ndim == 1 else "stereo"


def _sound_track(container: Any, codec: str, sound: np.ndarray, rate: int) -> Any:
    track = container.add_stream(codec, rate=rate)
    track.layout = _layout(sound)
    track.bit_rate = 48_000 * (1 if sound.ndim == 1 else 2)
    return track


def _encode(container: Any, track: Any, sound: np.ndarray, rate: int, delay: int) -> None:
    packed = np.ascontiguousarray(sound, np.int16).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=_layout(sound))
    frame.sample_rate = rate
    frame.time_base = Fraction(1, rate)
    frame.pts = delay
    container.mux(track.encode(frame))
    container.mux(track.encode(None))
