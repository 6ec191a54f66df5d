"""Reference values of sound features, by torchaudio.

Writes Tests/SignalsTests/Golden/features.json: signals as int16 values, and for each case the
settings, the shape `[channel, time, feature]` and chosen values of the outcome: whole frames, so that
the file stays small. In float64, for torchaudio's filters in float32 err by up to 8 % where a bin lies
at the very foot of a filter. Run it through Tools/golden/remake.
"""

import json
import math
from pathlib import Path

import torch

# torchaudio refuses a PyTorch that was built for another CUDA than itself; no GPU is used here.
torch.version.cuda = None
import torchaudio  # noqa: E402
from torchaudio import transforms  # noqa: E402

PATH = Path(__file__).resolve().parents[2] / "Tests/SignalsTests/Golden/features.json"
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def rising(samples, rate):
    """A tone whose pitch and loudness rise, over some noise; int16."""
    generator = torch.Generator().manual_seed(7)
    t = torch.arange(samples) / rate
    length = samples / rate
    phase = 2 * math.pi * (100 * t + (0.4 * rate - 100) * t**2 / (2 * length))
    noise = torch.randn(samples, generator=generator)
    values = 0.6 * t / length * torch.sin(phase) + 0.002 * noise
    return (values * 32768).round().clamp(-32768, 32767).to(torch.int16)


def gated(samples, rate):
    """Two loud tones with silence of zeros between them; int16.

    The noise over the tones is there because without it most of their bins were rounding errors.
    """
    generator = torch.Generator().manual_seed(8)
    t = torch.arange(samples) / rate
    noise = torch.randn(samples, generator=generator)
    values = 0.95 * torch.sin(2 * math.pi * 0.11 * rate * t) + 0.002 * noise
    values[samples // 3 : 2 * samples // 3] = 0
    return (values * 32768).round().to(torch.int16)


SIGNALS = {
    "rising": (16000, [rising(2400, 16000)]),
    "short": (8000, [rising(300, 8000)]),
    "gated": (16000, [gated(2400, 16000)]),
    "stereo": (16000, [rising(1300, 16000), gated(1300, 16000)]),
    "odd": (22051, [rising(1200, 22051)]),
}


def case(name, signal, kind, frames=None, log=None, top=None, **settings):
    rate, channels = SIGNALS[signal]
    x = torch.stack(channels).to(torch.float64) / 32768
    arguments = dict(settings)
    if kind == "spectrogram":
        y = transforms.Spectrogram(**arguments)(x)
    elif kind == "mfcc":
        own = {k: arguments.pop(k) for k in ("n_mfcc", "norm", "log_mels") if k in arguments}
        y = transforms.MFCC(rate, melkwargs=arguments or None, **own)(x)
    else:
        y = transforms.MelSpectrogram(rate, **arguments)(x)
        if kind == "log-mel":
            y = (transforms.AmplitudeToDB("power", top)(y) if log == "decibels"
                 else torch.log(y + 1e-6))
    y = y.transpose(1, 2)
    count = y.shape[1]
    frames = sorted({f % count for f in (frames or [0, 1, count // 2, -1])})
    return {"name": name, "signal": signal, "kind": kind, "log": log, "top": top,
            "settings": [{"name": k, "value": str(v)} for k, v in settings.items()],
            "shape": list(y.shape), "frames": frames,
            "values": [round_off(v) for v in y[:, frames].reshape(-1).tolist()]}


def round_off(value):
    """Seven digits: all that float32 holds, in which mke works."""
    return float(f"{value:.7g}")


def cases():
    yield case("defaults", "rising", "spectrogram")
    yield case("magnitude", "rising", "spectrogram", power=1.0)
    yield case("odd power", "short", "spectrogram", n_fft=64, power=0.7)
    yield case("divided by the window", "rising", "spectrogram", n_fft=256, normalized=True)
    yield case("divided by the length", "short", "spectrogram", n_fft=128, normalized="frame_length")
    yield case("not centred", "rising", "spectrogram", n_fft=320, hop_length=100, center=False)
    yield case("zeros around", "short", "spectrogram", n_fft=128, pad_mode="constant")
    yield case("its ends repeated", "short", "spectrogram", n_fft=128, pad_mode="replicate")
    yield case("padded", "short", "spectrogram", n_fft=128, pad=37, hop_length=40)
    yield case("odd length", "short", "spectrogram", n_fft=105, win_length=80, hop_length=33)
    yield case("prime length", "rising", "spectrogram", n_fft=1103, hop_length=500)
    yield case("gaps between frames", "rising", "spectrogram", n_fft=64, hop_length=301)
    yield case("one frame", "short", "spectrogram", n_fft=590, hop_length=1000)
    yield case("defaults", "rising", "mel-spectrogram")
    yield case("slaney", "rising", "mel-spectrogram", n_fft=512, win_length=400, hop_length=160,
               n_mels=64, mel_scale="slaney", norm="slaney")
    yield case("band", "rising", "mel-spectrogram", n_fft=512, hop_length=160, n_mels=40, f_min=125.0,
               f_max=7500.0)
    yield case("8 kHz", "short", "mel-spectrogram", n_fft=256, hop_length=80, n_mels=32)
    yield case("odd rate", "odd", "mel-spectrogram", n_fft=551, hop_length=220, n_mels=40)
    yield case("stereo", "stereo", "mel-spectrogram", hop_length=160, n_mels=23)
    yield case("natural", "rising", "log-mel", hop_length=160, n_mels=64)
    yield case("natural of silence", "gated", "log-mel", hop_length=160, n_mels=64)
    yield case("decibels", "gated", "log-mel", log="decibels", n_mels=64)
    yield case("decibels from the top", "gated", "log-mel", log="decibels", top=80.0, n_mels=64)
    yield case("decibels of both channels", "stereo", "log-mel", log="decibels", top=30.0, n_mels=23)
    yield case("defaults", "rising", "mfcc")
    yield case("thirteen", "rising", "mfcc", n_mfcc=13, n_fft=512, hop_length=160, n_mels=23,
               mel_scale="slaney")
    yield case("of logarithms", "gated", "mfcc", n_mfcc=20, log_mels=True, n_mels=40)
    yield case("of any scale", "short", "mfcc", n_mfcc=12, norm=None, n_fft=200, n_mels=20)


def main():
    torch.manual_seed(0)
    reference = (f"torchaudio {torchaudio.__version__.split('+')[0]}, "
                 f"PyTorch {torch.__version__.split('+')[0]} on a CPU, float64")
    signals = [json.dumps({"name": name, "rate": rate,
                           "channels": [channel.tolist() for channel in channels]})
               for name, (rate, channels) in SIGNALS.items()]
    lines = [json.dumps(line) for line in cases()]
    PATH.write_text(
        f'{{"reference": {json.dumps(reference)},\n"signals": [\n' + ",\n".join(signals)
        + '],\n"cases": [\n' + ",\n".join(lines) + "]}\n")


if __name__ == "__main__":
    main()
