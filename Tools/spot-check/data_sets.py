"""Where the modalities and labels of each data set's samples are."""

import hashlib
import pathlib
import re
from typing import Any

import h5py
import numpy as np

import references
from outputs import Fault, Output, Sample
from references import Part, Reference, Settings

_EXTENSIONS = {
    "audio": (".wav", ".flac", ".mp3", ".m4a", ".mp4", ".mkv", ".webm"),
    "video": (".mp4", ".mkv", ".webm"),
    "array": (".mat", ".h5", ".hdf5", ".npy", ".npz"),
    "image": (".png", ".jpg", ".jpeg", ".tif", ".tiff"),
}

#: Where the pipeline files are, with the manifests that come with them.
_PIPELINES = pathlib.Path(__file__).resolve().parents[2] / "Pipelines"


class DataSet:
    """A folder of recordings, with a manifest where it has one."""

    #: Name of the manifest's column of labels.
    label_column: str | None = "label"

    def __init__(
        self, folder: pathlib.Path, output: Output, manifest: pathlib.Path | None, use_tool: bool
    ) -> None:
        self.folder = folder
        self.output = output
        self.use_tool = use_tool
        self.settings = output.settings()
        path = manifest or folder / "manifest.csv"
        self.manifest_folder = path.parent
        self.rows: dict[str, dict[str, str]] = {}
        if manifest or path.is_file():
            header, rows = references.read_table(path, True)
            for row in rows:
                cells = dict(zip(header or [], row))
                self.rows[self.key(cells.get("id", ""))] = cells

    def key(self, id: str) -> str:
        """What an id of the output is in the data set; windows have `#n` behind their id."""
        return re.sub(r"#\d+$", "", id)

    def expected(self) -> set[str] | None:
        """Keys of the samples that the output should have; `None` where nothing tells."""
        ids = set()
        for path in (self.folder / "splits").glob("*.csv"):
            header, rows = references.read_table(path, True)
            ids |= {self.key(row[(header or []).index("id")]) for row in rows}
        return ids or None

    def label(self, id: str) -> str | None:
        """Name of the sample's class; `None` where nothing tells."""
        return self.rows.get(self.key(id), {}).get(self.label_column or "")

    def label_map(self, id: str) -> np.ndarray | None:
        """Classes of the sample's pixels, `[height, width]`, 255 for none."""
        return None

    def reference(self, sample: Sample, name: str) -> Reference | None:
        """What a modality of a sample should be; `None` where the source has none.

        Raises `Fault` where that cannot be told.
        """
        settings = self.settings.get(name, {})
        kind = settings.get("kind") or self._kind(name)
        stored = sample.modalities[name].array.dtype
        if kind == "table":
            return self.table(sample, name, settings)
        if kind == "array":
            return self.array(sample, name, settings)
        part = self.part(sample.id, name, kind, settings)
        if part is None:
            return None
        if kind == "audio":
            scale = self.output.modalities[name].get("scale") or 1.0
            if abs(scale * 32768 - 1) < 1e-6:
                # Counts of 16 bits, whatever type a grid made of them.
                stored = np.dtype(np.int16)
            return references.sound(part, settings, stored, self.use_tool)
        if kind == "video":
            return references.video(part, settings, self.use_tool)
        if kind == "image":
            return references.picture(part, settings, self.use_tool)
        raise Fault(f"modality '{name}' of kind '{kind}' is none that is compared")

    def _kind(self, name: str) -> str:
        """The kind of a modality that no record tells of, by its axes."""
        axes = tuple(self.output.modalities[name].get("axes") or [])
        kinds = {
            ("time", "channel"): "audio",
            ("time",): "audio",
            ("height", "width", "channel"): "image",
            ("height", "width"): "image",
            ("time", "height", "width", "channel"): "video",
            ("column",): "table",
        }
        if axes not in kinds:
            raise Fault(f"nothing tells what modality '{name}' with the axes {list(axes)} is")
        return kinds[axes]

    def part(self, id: str, name: str, kind: str, settings: Settings) -> Part | None:
        """The file of a modality, by the manifest."""
        row = self.rows.get(self.key(id))
        if row is None:
            raise Fault(f"no row of the manifest has the id '{self.key(id)}'")
        column = settings.get("file") or name
        if column not in row:
            fitting = [
                other for other, cell in row.items() if cell.lower().endswith(_EXTENSIONS[kind])
            ]
            if len(fitting) != 1:
                raise Fault(f"no column of the manifest is named '{column}'")
            column = fitting[0]
        if not row[column]:
            return None
        limits = [row.get("start"), row.get("stop") or row.get("end")]
        start, stop = (float(cell) if cell else None for cell in limits)
        for base in (self.manifest_folder, self.folder):
            if (base / row[column]).is_file():
                return Part(base / row[column], start, stop)
        raise Fault(f"there is no file '{row[column]}'")

    def table(self, sample: Sample, name: str, settings: Settings) -> Reference:
        """A row of a table, by row number of the manifest or by id."""
        if "path" not in settings:
            raise Fault(f"no record tells which table modality '{name}' is from")
        part = Part(self.find(settings["path"]), name=self.key(sample.id))
        if settings.get("row"):
            part.row = int(self.rows[self.key(sample.id)][settings["row"]])
        return references.table_row(
            part, settings["columns"], settings.get("header", True), settings.get("id")
        )

    def array(self, sample: Sample, name: str, settings: Settings) -> Reference:
        """An array, or the row of it that the manifest names."""
        part = self.part(sample.id, name, "array", settings)
        if part is None:
            raise Fault(f"no file of modality '{name}' is named")
        values = references.read_array(part.path, settings.get("name"))
        row = self.rows[self.key(sample.id)].get(settings.get("row") or "row")
        if row is None:
            return Reference(values, 0.0, "array")
        shape = sample.modalities[name].array.shape
        # A row is along the first axis of the file, which is MATLAB's last in its HDF5 files.
        pieces = [values[int(row)]] if int(row) < values.shape[0] else []
        pieces += [values[..., int(row)]] if int(row) < values.shape[-1] else []
        for piece in pieces:
            if np.size(piece) == int(np.prod(shape)):
                return Reference(np.reshape(piece, shape), 0.0, "array")
        raise Fault(f"row {row} of '{part.path.name}' does not have the shape {list(shape)}")

    def find(self, path: str) -> pathlib.Path:
        """A file by the path of the pipeline file, or by its name within the data folder."""
        given = pathlib.Path(path)
        if given.is_file():
            return given
        parts = given.parts
        for first in range(len(parts)):
            inside = self.folder.joinpath(*parts[first:])
            if inside.is_file():
                return inside
        # A record names outside files by their keys, beside which it keeps what they held.
        wanted = self.output.files().get(path)
        if wanted:
            for file in sorted(self.folder.rglob("*")):
                if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == wanted:
                    return file
        raise Fault(f"'{given.name}' is nowhere in '{self.folder}'")


class Digits(DataSet):
    """avdigits: a manifest with the columns audio and image."""


class Fields(DataSet):
    """cwfid-redir: a manifest whose column `label` points at maps of classes."""

    label_column = None

    def label_map(self, id: str) -> np.ndarray | None:
        row = self.rows.get(self.key(id))
        if row is None:
            return None
        return references.picture(Part(self.folder / row["label"]), {}, False).values[:, :, 0]


class Opinions(DataSet):
    """mosi-features: tables without header, whose row the manifest names."""

    def table(self, sample: Sample, name: str, settings: Settings) -> Reference:
        width = self.output.modalities[name]["shape"][-1]
        guess = {
            "path": f"{name}/{name}_test0.csv",
            "columns": f"1-{width}",
            "header": False,
            "row": "row",
        }
        return super().table(sample, name, guess | settings)


class Emotions(DataSet):
    """ravdess-av, and RAVDESS itself: files named by seven fields, and a table of faces."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.files: dict[str, list[pathlib.Path]] = {}
        for path in sorted(self.folder.rglob("Actor_*/*-*-*-*-*-*-*.*")):
            self.files.setdefault(self.key(path.stem), []).append(path)

    def key(self, id: str) -> str:
        """The last five fields: emotion, intensity, statement, repetition, actor."""
        return "-".join(super().key(id).split("-")[-5:])

    def label(self, id: str) -> str | None:
        names = "neutral,calm,happy,sad,angry,fearful,disgust,surprised".split(",")
        return names[int(self.key(id).split("-")[0]) - 1]

    def part(self, id: str, name: str, kind: str, settings: Settings) -> Part | None:
        # Sound has a file of its own before it is looked for in a film.
        fitting = [
            path
            for extension in _EXTENSIONS[kind]
            for path in self.files.get(self.key(id), [])
            if path.suffix.lower() == extension
        ]
        return Part(fitting[0]) if fitting else None

    def table(self, sample: Sample, name: str, settings: Settings) -> Reference:
        guess = {"path": "face_action_units.csv", "id": "id", "columns": "2-36", "header": True}
        return super().table(sample, name, guess | settings)


class Media(DataSet):
    """media-samples: files that are samples by their name, unless a manifest says otherwise."""

    def part(self, id: str, name: str, kind: str, settings: Settings) -> Part | None:
        if self.rows:
            return super().part(id, name, kind, settings)
        key = self.key(id)
        files = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        for spell in (
            lambda path: str(path.relative_to(self.folder)),
            lambda path: str(path.relative_to(self.folder).with_suffix("")),
            lambda path: path.name,
            lambda path: path.stem,
        ):
            found = [
                path
                for path in files
                if spell(path) == key and path.suffix.lower() in _EXTENSIONS[kind]
            ]
            if len(found) == 1:
                return Part(found[0])
            if found:
                raise Fault(f"'{id}' may be any of {[path.name for path in found]}: --manifest")
        return None


class Metadata(DataSet):
    """official-metadata: tables and MATLAB files, by a table source or a manifest."""

    def __init__(
        self, folder: pathlib.Path, output: Output, manifest: pathlib.Path | None, use_tool: bool
    ) -> None:
        super().__init__(folder, output, manifest, use_tool)
        source = output.source()
        self.label_column = source.get("label")
        if self.rows or source.get("kind") != "manifest":
            return
        # Among the data themselves or beside the pipeline file, with names for its columns where it
        # has none.
        names = source.get("header")
        header, rows = references.read_table(self._manifest(source["path"]), names is None)
        for row in rows:
            cells = dict(zip(names or header or [], row))
            self.rows[self.key(cells[source.get("id", "id")])] = cells

    def _manifest(self, path: str) -> pathlib.Path:
        """A record calls the file by its key, beside which it keeps what the file held."""
        try:
            return self.find(path)
        except Fault:
            wanted = self.output.files().get(path)
            for file in sorted(_PIPELINES.glob("*.csv")):
                if hashlib.sha256(file.read_bytes()).hexdigest() == wanted:
                    return file
            raise Fault(f"the manifest is not in '{self.folder}'; name it by --manifest") from None

    def table(self, sample: Sample, name: str, settings: Settings) -> Reference:
        if "of" in settings:
            part = Part(self.find(settings["path"]))
            part.name = self.rows[self.key(sample.id)][settings["of"]]
            return references.table_row(
                part, settings["columns"], settings.get("header", True), settings.get("id")
            )
        if "path" in settings or self.rows:
            return super().table(sample, name, settings)
        source = self.output.source()
        if "path" not in source:
            raise Fault(f"no record tells which table modality '{name}' is from")
        described = source["modalities"][name]
        columns = described["columns"] if isinstance(described, dict) else described
        part = Part(self.find(source["path"]), name=self.key(sample.id))
        return references.table_row(part, columns, True, source.get("id", "id"))


class Rooms(DataSet):
    """nyu: the labelled MATLAB file, with frames by number, and the maps of classes."""

    #: Number of the frame that comes first, in ids.
    first = 1
    _ARRAYS = {
        "image": "images",
        "rgb": "images",
        "color": "images",
        "colour": "images",
        "depth": "depths",
        "raw-depth": "rawDepths",
        "rawDepth": "rawDepths",
    }

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.file = h5py.File(self.find("nyu_depth_v2_labeled.mat"))
        self.maps = self._maps()

    def _maps(self) -> np.ndarray:
        """By label, 0…894: the class in the output, 255 where nobody labelled."""
        from scipy.io import loadmat

        count = len(self.output.classes)
        known = np.arange(894)
        if count in (40, 13):
            known = loadmat(self.find("classMapping40.mat"))["mapClass"].ravel().astype(int) - 1
        if count == 13:
            mapping = loadmat(self.find("class13Mapping.mat"))["classMapping13"][0, 0]
            known = mapping["labels13"].ravel().astype(int)[known] - 1
        return np.concatenate([[255], known])

    def _frame(self, id: str) -> int:
        digits = re.findall(r"\d+", self.key(id))
        if not digits:
            raise Fault(f"id '{id}' has no number of a frame")
        place = int(digits[-1]) - self.first
        if not 0 <= place < len(self.file["labels"]):
            raise Fault(f"id '{id}' is none of {len(self.file['labels'])} frames")
        return place

    def label_map(self, id: str) -> np.ndarray | None:
        return self.maps[self.file["labels"][self._frame(id)].T]

    def label(self, id: str) -> str | None:
        return None

    def reference(self, sample: Sample, name: str) -> Reference | None:
        settings = self.settings.get(name, {})
        wanted = settings.get("file") or settings.get("name") or name
        array = self._ARRAYS.get(wanted, wanted)
        if array not in self.file:
            last = sample.modalities[name].array.shape[-1]
            array = "images" if last == 3 else "depths"
        frame = self.file[array][self._frame(sample.id)]
        # Column-major: HDF5 shows [channel, width, height].
        values = frame.transpose(2, 1, 0) if frame.ndim == 3 else frame.T[:, :, None]
        stored = sample.modalities[name].array.dtype
        scale = self.output.modalities[name].get("scale")
        if values.dtype == np.float32 and stored == np.uint16:
            # Millimetres, or whatever the scale says.
            return Reference(values / (scale or 0.001), 0.5, "h5py, scaled")
        if stored == np.float16:
            return Reference(values.astype(np.float16), 0.0, "h5py, float16")
        return Reference(values, 0.0, "h5py")


ALL: dict[str, type[DataSet]] = {
    "avdigits": Digits,
    "ravdess-av": Emotions,
    "cwfid-redir": Fields,
    "mosi-features": Opinions,
    "media-samples": Media,
    "official-metadata": Metadata,
    "nyu": Rooms,
}
