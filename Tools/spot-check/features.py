"""Features of sounds in numpy, float64, by the definitions of torchaudio's transforms.

Spectrogram: frames of `n-fft` samples, `hop-length` apart, times a periodic window of `win-length`
in their middle; |DFT|^power. Mel: triangular filters, evenly spaced on the mel scale (htk:
2595·log10(1 + f/700); slaney: linear below 1 kHz). Log-mel: ln(mel + offset), or 10·log10(max(mel,
1e-10)), cut `top-db` below its maximum. MFCC: orthonormal DCT-II of log-mel.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Features:
    #: `[time, feature]`, or `[time, channel, feature]` of several channels.
    values: np.ndarray
    #: Hz.
    rate: float
    #: Time of the middle of the first frame after the first sample, s.
    start: float


def of(sound: np.ndarray, rate: int, settings: dict[str, Any]) -> Features:
    """Features of sound `[time, channel]` of full scale 1, described as in a pipeline file."""
    length = int(settings.get("n-fft", 400))
    window_length = int(settings.get("win-length") or length)
    hop = int(settings.get("hop-length") or window_length // 2)
    is_centred = settings.get("center", True)
    kind = settings["kind"]
    window = _window(settings.get("window", "hann"), window_length, length)
    power = float(settings.get("power", 2))
    channels = []
    for samples in sound.T:
        if is_centred:
            samples = np.pad(samples, length // 2, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]
        values = np.abs(np.fft.rfft(frames * window)) ** power
        if kind != "spectrogram":
            values = values @ _filters(rate, length // 2 + 1, settings)
        channels.append(values)
    stacked = np.stack(channels, axis=1)
    if kind in ("log-mel", "mfcc"):
        # The maximum that decibels are cut below is that of all channels.
        stacked = _logarithm(stacked, settings)
    if kind == "mfcc":
        stacked = stacked @ _cosines(stacked.shape[2], int(settings.get("n-mfcc", 40)))
    start = 0.0 if is_centred else length / 2 / rate
    return Features(stacked[:, 0] if len(channels) == 1 else stacked, rate / hop, start)


def _window(name: str, count: int, length: int) -> np.ndarray:
    turn = np.cos(2 * np.pi * np.arange(count) / count)
    window = 0.5 - 0.5 * turn if name == "hann" else 0.54 - 0.46 * turn
    before = (length - count) // 2
    return np.pad(window, (before, length - count - before))


def _to_mel(frequency: np.ndarray | float, scale: str) -> np.ndarray:
    frequency = np.asarray(frequency, float)
    if scale == "htk":
        return 2595 * np.log10(1 + frequency / 700)
    step = np.log(6.4) / 27
    above = 15 + np.log(np.maximum(frequency, 1e-9) / 1000) / step
    return np.where(frequency >= 1000, above, frequency * 3 / 200)


def _from_mel(mel: np.ndarray, scale: str) -> np.ndarray:
    if scale == "htk":
        return 700 * (10 ** (mel / 2595) - 1)
    above = 1000 * np.exp(np.log(6.4) / 27 * (mel - 15))
    return np.where(mel >= 15, above, mel * 200 / 3)


def _filters(rate: int, bins: int, settings: dict[str, Any]) -> np.ndarray:
    """`[bin, mel]`."""
    scale = settings.get("mel-scale", "htk")
    low = float(settings.get("f-min", 0))
    high = float(settings.get("f-max") or rate // 2)
    count = int(settings.get("n-mels", 128))
    frequencies = np.linspace(0, rate // 2, bins)
    mels = np.linspace(float(_to_mel(low, scale)), float(_to_mel(high, scale)), count + 2)
    edges = _from_mel(mels, scale)
    distances = edges[None, :] - frequencies[:, None]
    widths = np.diff(edges)
    rising = -distances[:, :-2] / widths[:-1]
    falling = distances[:, 2:] / widths[1:]
    filters = np.maximum(0, np.minimum(rising, falling))
    if settings.get("norm") == "slaney":
        filters = filters * 2 / (edges[2:] - edges[:-2])
    return filters


def _logarithm(mel: np.ndarray, settings: dict[str, Any]) -> np.ndarray:
    offset = settings.get("log-offset")
    if offset is not None:
        return np.log(mel + float(offset))
    top = settings.get("top-db")
    if top is None and settings["kind"] == "mfcc":
        top = 80
    decibels = 10 * np.log10(np.maximum(mel, 1e-10))
    return decibels if top is None else np.maximum(decibels, decibels.max() - float(top))


def _cosines(inputs: int, count: int) -> np.ndarray:
    """`[mel, coefficient]`, columns of unit length."""
    place = (np.arange(inputs)[:, None] + 0.5) / inputs
    cosines = np.cos(np.pi * place * np.arange(count)) * np.sqrt(2 / inputs)
    cosines[:, 0] /= np.sqrt(2)
    return cosines
