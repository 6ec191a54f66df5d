#!/usr/bin/env python3
"""Compares every value of an output of `ingest` or `align` with what Python's readers say.

    python spot_check.py DATA_SET DATA_FOLDER OUTPUT_FOLDER [--manifest FILE] [--no-ffmpeg] …

DATA_SET is one of avdigits, ravdess-av, cwfid-redir, mosi-features, media-samples,
official-metadata, nyu; DATA_FOLDER the folder that the pipeline file was given, OUTPUT_FOLDER the
output of a stage (a folder with manifest.json, such as .mke/store/…). Needs numpy, h5py and
hdf5plugin; soundfile for sound, pillow for pictures, av for compressed sound and video, scipy for
MATLAB 5 files.

Sound of wav and flac files as recorded, png pictures in their own size, tables (the float32 nearest
to the decimal) and arrays must be equal. What FFmpeg decodes from lossy codecs, resamples or scales
is compared with its command-line tool where that is there, else with the FFmpeg inside PyAV, and
may be a few steps off; the largest difference is printed. Features of sound are compared with
numpy. Which of that applies, `record.json` beside the output tells. Steps of aligned series must be
recorded ones near their time, or on the line between two.

Also compared: the classes of labels, open and sealed, label maps, time stamps, starts, missing
modalities, and that no sample of the splits is absent unless it is in quarantine.csv.

Exit code: 0 all is as it should be, 1 something differs or could not be compared, 2 wrongly called.
"""

import argparse
import csv
import pathlib
import sys

import numpy as np

import comparing
import references
from comparing import Tally
from data_sets import ALL, DataSet
from outputs import Fault, Output, Sample
from references import Reference


def check(output: Output, data: DataSet, tolerance: float | None) -> list[Tally]:
    """Compares all samples; one tally for each modality, one for labels, one for ids."""
    tallies = {name: Tally(name) for name in output.modalities}
    labels, ids = Tally("labels", sources={"labels"}), Tally("ids", sources={"splits"})
    seen: set[str] = set()
    for sample in output.samples():
        seen.add(data.key(sample.id))
        ids.samples += 1
        right: dict[str, Reference | None] = {}
        for name, tally in tallies.items():
            try:
                right[name] = data.reference(sample, name)
            except (Fault, OSError, ValueError, KeyError) as error:
                tally.fail(sample.id, f"{type(error).__name__}: {error}")
        common = _common_start(right)
        for name, reference in right.items():
            if reference and tolerance is not None and reference.tolerance > 0:
                reference.tolerance = tolerance
            _check_modality(output, sample, name, reference, common, tallies[name])
        _check_labels(output, data, sample, labels)
    _check_ids(output, data, seen, ids)
    shown = list(tallies.values())
    if labels.samples or labels.faults:
        shown.append(labels)
    return [*shown, ids]


def _common_start(right: dict[str, Reference | None]) -> float:
    """Time from which every series of a sample has something, s: windows count from there."""
    times = [one.step_times() for one in right.values() if one is not None]
    return max((float(own[0]) for own in times if own is not None and len(own)), default=0.0)


def _check_modality(
    output: Output,
    sample: Sample,
    name: str,
    reference: Reference | None,
    common: float,
    tally: Tally,
) -> None:
    if comparing.missing(sample, name, reference is None, tally) or reference is None:
        return
    described = output.modalities[name]
    is_series = (described.get("axes") or [""])[0] == "time"
    if output.kind == "align" and is_series:
        comparing.aligned(sample, name, reference, common, described.get("rate"), tally)
    else:
        comparing.equal(sample, name, reference, tally)


def _check_labels(output: Output, data: DataSet, sample: Sample, tally: Tally) -> None:
    if "class" in sample.labels:
        right = data.label(sample.id)
        if right is None:
            return
        tally.samples += 1
        tally.values += 1
        number = int(sample.labels["class"])
        name = output.classes[number] if 0 <= number < len(output.classes) else "none"
        if name != right:
            tally.differing += 1
            tally.fail(sample.id, f"its class is '{name}', '{right}' is right")
    if "map" in sample.labels:
        stored, wanted = sample.labels["map"], data.label_map(sample.id)
        if wanted is None:
            return
        tally.samples += 1
        if stored.shape != wanted.shape:
            wanted = references.nearest(wanted, list(stored.shape))
        tally.count(sample.id, np.abs(stored.astype(int) - wanted.astype(int)), 0)


def _check_ids(output: Output, data: DataSet, seen: set[str], tally: Tally) -> None:
    expected = data.expected()
    if expected is None:
        return
    listed = output.folder / "quarantine.csv"
    quarantined = set()
    if listed.is_file():
        with listed.open(encoding="utf-8", newline="") as file:
            quarantined = {data.key(row["id"]) for row in csv.DictReader(file)}
    tally.values = len(expected)
    for id in sorted(expected - seen - quarantined):
        tally.differing += 1
        tally.fail(id, "the splits name it, and it is not in the output")
    for id in sorted(seen - expected):
        tally.differing += 1
        tally.fail(id, "it is in the output, and no split names it")


def told(tallies: list[Tally]) -> str:
    """A table of what was compared, and examples of what differs."""
    rows = [["", "samples", "values", "differing", "largest", "missing", "against"]]
    for tally in tallies:
        notes = ", ".join(sorted(tally.sources))
        if tally.interpolated:
            notes += f"; {tally.interpolated:,} steps on a line"
        if tally.masked:
            notes += f"; {tally.masked:,} steps masked"
        rows.append(
            [
                tally.name,
                f"{tally.samples:,}",
                f"{tally.values:,}",
                f"{tally.differing:,}",
                f"{tally.largest:.6g}",
                f"{tally.missing:,}",
                notes,
            ]
        )
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:6], widths[1:])]
            + [row[6]]
        ).rstrip()
        for row in rows
    ]
    for tally in tallies:
        lines += [f"{tally.name}: {example}" for example in tally.examples]
        if tally.faults > len(tally.examples):
            lines.append(f"{tally.name}: {tally.faults} samples in all are not right")
        if not tally.samples and not tally.missing:
            lines.append(f"{tally.name}: nothing was compared")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data_set", choices=sorted(ALL), help="which data set")
    parser.add_argument("data", type=pathlib.Path, help="its folder")
    parser.add_argument("output", type=pathlib.Path, help="the folder of the output")
    parser.add_argument(
        "--manifest", type=pathlib.Path, help="the table that the stage read; manifest.csv of data"
    )
    parser.add_argument(
        "--no-ffmpeg", action="store_true", help="compare with PyAV even where ffmpeg is there"
    )
    parser.add_argument(
        "--tolerance",
        type=float,
        help="how far lossy, resampled or scaled values may be off, in units of the stored ones",
    )
    arguments = parser.parse_args()
    try:
        output = Output(arguments.output)
        use_tool = references.tool_is_there() and not arguments.no_ffmpeg
        data = ALL[arguments.data_set](arguments.data, output, arguments.manifest, use_tool)
        tallies = check(output, data, arguments.tolerance)
    except (Fault, OSError) as error:
        sys.exit(f"spot_check.py: error: {error}")
    print(told(tallies))
    is_good = all(tally.is_good for tally in tallies)
    print("all as it should be" if is_good else "NOT as it should be")
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
