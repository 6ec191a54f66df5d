"""Remakes Tests/AlignmentTests/Golden: numpy's and SciPy's resampling of streams, SciPy's regression
of clocks, PyTorch's resizing of pictures, on seeded random values.

    python -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1 torch==2.15.0
    venv/bin/python Tools/golden/alignment.py
"""

import json
import pathlib

import numpy
import scipy
import torch
from scipy import interpolate, stats

FOLDER = pathlib.Path(__file__).parents[2] / "Tests/AlignmentTests/Golden"


def write(name, reference, cases):
    text = json.dumps({"reference": reference, "cases": cases}, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n")


def stream(generator, steps, columns, rate, jitter):
    """Stamps in whole nanoseconds, as ours are, and values."""
    times = numpy.arange(steps) / rate
    if jitter:
        times = times + generator.uniform(-jitter, jitter, steps) / rate
    times = numpy.round(times - times[0], 9)
    return times, generator.normal(size=(steps, columns)).astype(numpy.float32)


def resampled(generator, name, steps, rate, jitter, grid):
    times, values = stream(generator, steps, 2, rate, jitter)
    count = int(numpy.floor(times[-1] * grid))
    wanted = numpy.arange(count) / grid
    columns = values.astype(numpy.float64).T
    linear = numpy.stack([numpy.interp(wanted, times, column) for column in columns], 1)
    # 'nearest' takes the earlier of two that are equally near: our rule.
    nearest = interpolate.interp1d(times, columns, kind="nearest")(wanted).T
    hold = interpolate.interp1d(times, columns, kind="previous")(wanted).T
    return {
        "name": name,
        "times": times.tolist(),
        "values": values.ravel().tolist(),
        "rate": grid,
        "count": count,
        "linear": linear.ravel().tolist(),
        "nearest": nearest.ravel().tolist(),
        "hold": hold.ravel().tolist(),
    }


def clock(generator, name, events, offset, drift, noise):
    reference = numpy.sort(generator.uniform(0, 600, events))
    times = offset + (1 + drift) * reference + generator.normal(0, noise, events)
    fit = stats.linregress(reference, times)
    return {
        "name": name,
        "reference": reference.tolist(),
        "times": times.tolist(),
        "offset": fit.intercept,
        "drift": fit.slope - 1,
        "offsetError": fit.intercept_stderr,
        "driftError": fit.stderr,
    }


def picture(generator, name, source, output, channels, crop=None):
    values = generator.normal(size=(*source, channels)).astype(numpy.float32)
    top, left, height, width = crop or (0, 0, *source)
    part = torch.from_numpy(values[top:top + height, left:left + width].transpose(2, 0, 1))[None]
    case = {
        "name": name,
        "source": source,
        "output": output,
        "channels": channels,
        "crop": [top, left, height, width],
        "values": values.ravel().tolist(),
    }
    for key, mode in [("nearest", "nearest-exact"), ("bilinear", "bilinear"), ("area", "area")]:
        options = {"align_corners": False, "antialias": False} if mode == "bilinear" else {}
        made = torch.nn.functional.interpolate(part, size=output, mode=mode, **options)
        case[key] = made[0].permute(1, 2, 0).contiguous().ravel().tolist()
    return case


def main():
    generator = numpy.random.default_rng(7)
    write(
        "streams", f"numpy {numpy.__version__}, SciPy {scipy.__version__}, float64",
        [
            resampled(generator, "regular, to a higher rate", 20, 25.0, 0, 40.0),
            resampled(generator, "regular, to a lower rate", 40, 50.0, 0, 30.0),
            resampled(generator, "with jitter", 40, 30.0, 0.4, 25.0),
            resampled(generator, "with jitter, to thirds of a second", 30, 10.0, 0.4, 3.0),
        ])
    write(
        "clocks", f"SciPy {scipy.__version__}, stats.linregress",
        [
            clock(generator, "few events", 3, 12.5, 2e-5, 0.004),
            clock(generator, "many events", 40, -3600.25, -5e-5, 0.02),
            clock(generator, "far from zero", 12, 1.7e6, 1e-4, 0.001),
        ])
    write(
        "pictures", f"PyTorch {torch.__version__.split('+')[0]} on a CPU, float32",
        [
            picture(generator, "smaller by a whole number", [12, 8], [4, 4], 3),
            picture(generator, "smaller", [11, 13], [5, 4], 2),
            picture(generator, "larger", [5, 7], [9, 12], 1),
            picture(generator, "the same size", [4, 5], [4, 5], 2),
            picture(generator, "a part", [16, 12], [5, 7], 1, (3, 2, 9, 8)),
        ])


main()
