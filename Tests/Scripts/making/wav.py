"""Sound: WAV files of 16-bit samples, and tones to fill them with."""

import pathlib
import wave

import numpy as np


def write(path: pathlib.Path, samples: np.ndarray, rate: int) -> None:
    """Writes int16 samples, `[time]` or `[time, channel]`, of `rate` Hz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(samples, "<i2").tobytes())


def whole(sound: np.ndarray) -> np.ndarray:
    """Sound of -1…1 as int16."""
    return np.clip(np.round(sound * 32767), -32768, 32767).astype(np.int16)


def tone(frequency: np.ndarray | float, count: int, rate: int, phase: float = 0.0) -> np.ndarray:
    """A sine of so many samples; `frequency` in Hz, one number or one for every sample."""
    steps = np.broadcast_to(np.asarray(frequency, float), count) / rate
    return np.sin(2 * np.pi * np.cumsum(steps) + phase)


def faded(sound: np.ndarray, rate: int, seconds: float = 0.01) -> np.ndarray:
    """The sound with its ends faded, so that it neither starts nor stops with a click."""
    count = min(int(seconds * rate), len(sound) // 2)
    ramp = np.ones(len(sound))
    ramp[:count] = np.linspace(0, 1, count, endpoint=False)
    ramp[len(sound) - count :] = np.linspace(1, 0, count, endpoint=False)
    return sound * ramp
