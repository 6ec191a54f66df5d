"""Outputs of `ingest` and `align`: a folder with `manifest.json`, HDF5 shards and `record.json`.

A modality NAME of a shard is the data set `/modalities/NAME/data`, whose first axis is the sample;
of a ragged one, the steps of all samples stand there one after the other, and sample i has the
steps `offsets[i]` up to, not including, `offsets[i + 1]`. Beside it may stand `present` (0:
missing), `start` (s, of the first step), `time/data` (s, of every step; ragged too) and `valid` (0:
a step is padding).
"""

import json
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import h5py
import hdf5plugin  # noqa: F401 (registers zstd)
import numpy as np


class Fault(Exception):
    """What is wrong with an output, or with what it is compared with."""


@dataclass
class Values:
    """One modality of one sample, as stored."""

    array: np.ndarray
    is_present: bool
    #: Of the first step, s; `None` where the shard does not say.
    start: float | None
    #: Of every step, s.
    times: np.ndarray | None
    #: 1 where a step is a recorded one; `None` where all are.
    valid: np.ndarray | None


@dataclass
class Sample:
    id: str
    split: str
    #: Of a window, s.
    window: tuple[float, float] | None
    modalities: dict[str, Values]
    #: `class`, `classes` or `map`, open or sealed.
    labels: dict[str, np.ndarray] = field(default_factory=dict)


class Output:
    """A finished output."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        path = folder / "manifest.json"
        if not path.is_file():
            raise Fault(f"'{folder}' is no finished output: it has no manifest.json")
        self.manifest: dict[str, Any] = json.loads(path.read_text())
        self.kind: str = self.manifest["kind"]
        if self.kind not in ("ingest", "align"):
            raise Fault(f"'{folder}' is the output of '{self.kind}', not of ingest or align")
        self.classes: list[str] = self.manifest.get("classes") or []
        self.modalities: dict[str, dict[str, Any]] = {
            modality["name"]: modality for modality in self.manifest["modalities"]
        }
        record = folder / "record.json"
        self.record: dict[str, Any] = (
            json.loads(record.read_text())["stage"] if record.is_file() else {}
        )

    def settings(self) -> dict[str, dict[str, Any]]:
        """How each modality was decoded, as the pipeline file says it, with defaults filled in.

        For an output of `align`, its inputs are looked up beside it. Modalities that no record
        tells of have no entry.
        """
        if self.kind == "ingest":
            modalities = self.source().get("modalities", {})
            return {name: own for name, own in modalities.items() if isinstance(own, dict)}
        found: dict[str, dict[str, Any]] = {}
        for own in self._inputs():
            found |= own.settings()
        return found

    def source(self) -> dict[str, Any]:
        """What the pipeline file says of the source; of several inputs, that of the last."""
        found: dict[str, Any] = self.record.get("configuration", {}).get("source", {})
        for own in self._inputs():
            found = own.source()
        return found

    def files(self) -> dict[str, str]:
        """SHA-256 of the files from outside that it was made of, by the keys that name them."""
        found: dict[str, str] = {}
        for own in self._inputs():
            found |= own.files()
        return found | self.record.get("files", {})

    def _inputs(self) -> list["Output"]:
        """The outputs it was made of, as far as they lie beside it."""
        folders = [
            self.folder.resolve().parent / one["fingerprint"]
            for inputs in self.record.get("inputs", {}).values()
            for one in inputs
        ]
        return [Output(folder) for folder in folders if (folder / "manifest.json").is_file()]

    def samples(self) -> Iterator[Sample]:
        """Every sample of every shard, one after the other.

        Raises `Fault` where shards hold another number of samples than the manifest says, or an id
        comes twice.
        """
        seen: set[str] = set()
        for shard in self.manifest["shards"]:
            path = self.folder / shard["file"]
            # Room for a chunk of each data set, so that none is unpacked once for every sample.
            with h5py.File(path, rdcc_nbytes=256 << 20, rdcc_nslots=10007) as file:
                count = file["samples/id"].shape[0]
                if count != shard["samples"]:
                    raise Fault(f"'{path}' has {count} samples, its manifest {shard['samples']}")
                reader = _ShardReader(file, list(self.modalities))
                for row in range(count):
                    sample = reader.sample(row, shard["stream"])
                    if sample.id in seen:
                        raise Fault(f"'{path}': id '{sample.id}' comes twice")
                    seen.add(sample.id)
                    yield sample
        if len(seen) != self.manifest["samples"]:
            raise Fault(
                f"{len(seen)} samples in shards, {self.manifest['samples']} in the manifest"
            )


class _ShardReader:
    def __init__(self, file: h5py.File, names: list[str]) -> None:
        self.file = file
        self.ids = [text.decode() for text in file["samples/id"][:]]
        self.offsets = {
            path: file[path][:]
            for name in names
            for path in (f"modalities/{name}/offsets", f"modalities/{name}/time/offsets")
            if path in file
        }
        self.names = names

    def sample(self, row: int, split: str) -> Sample:
        window = None
        if "samples/start" in self.file and "samples/stop" in self.file:
            window = (float(self.file["samples/start"][row]), float(self.file["samples/stop"][row]))
        labels = {
            name: np.asarray(self.file[f"{group}/{name}"][row])
            for group in ("labels", "sealed")
            for name in ("class", "classes", "map")
            if f"{group}/{name}" in self.file
        }
        modalities = {name: self._values(name, row) for name in self.names}
        return Sample(self.ids[row], split, window, modalities, labels)

    def _values(self, name: str, row: int) -> Values:
        path = f"modalities/{name}"
        array = self._cell(path, row)
        if array is None:
            raise Fault(f"'{self.file.filename}' has no data set '/{path}/data'")
        present = self._one(f"{path}/present", row)
        start = self._one(f"{path}/start", row)
        return Values(
            array=array,
            is_present=present is None or bool(present),
            start=None if start is None else float(start),
            times=self._cell(f"{path}/time", row),
            valid=self._one(f"{path}/valid", row),
        )

    def _cell(self, group: str, row: int) -> np.ndarray | None:
        if f"{group}/data" not in self.file:
            return None
        offsets = self.offsets.get(f"{group}/offsets")
        if offsets is None:
            return np.asarray(self.file[f"{group}/data"][row])
        return np.asarray(self.file[f"{group}/data"][offsets[row] : offsets[row + 1]])

    def _one(self, path: str, row: int) -> Any:
        return self.file[path][row] if path in self.file else None
