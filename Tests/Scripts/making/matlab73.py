"""MATLAB 7.3 files (`save -v7.3`): HDF5 behind a user block of 512 bytes.

The block begins with a line of text, a version and the letters IM, as MATLAB 5 files do. Every data
set carries the attribute `MATLAB_class`. MATLAB is column-major and HDF5 row-major, so axes appear
in HDF5 in reversed order: 480 × 640 × 3 × N is [N, 3, 640, 480]. A char array holds UTF-16 code
units; a cell array holds references to data sets in the group `#refs#`.
"""

import pathlib
import struct
from collections.abc import Mapping, Sequence

import h5py
import numpy as np

#: An array of numbers, with axes as HDF5 shows them, or a cell array of texts: a column of them.
Variable = np.ndarray | Sequence[str]

_CLASSES = {"float32": "single", "float64": "double"}
_USER_BLOCK = 512


def write(path: pathlib.Path, variables: Mapping[str, Variable]) -> None:
    """Writes the variables; numbers of more than two axes chunk by chunk, packed."""
    with h5py.File(path, "w", userblock_size=_USER_BLOCK, libver="earliest") as file:
        references = file.create_group("#refs#")
        for name, variable in variables.items():
            if isinstance(variable, np.ndarray):
                _write_numbers(file, name, variable)
            else:
                _write_cells(file, references, name, variable)
    text = (
        b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Thu Jan  1 00:00:00 2026 "
        b"HDF5 schema 1.00 ."
    )
    with path.open("r+b") as file:
        file.write(text.ljust(116) + bytes(8) + struct.pack("<H2s", 0x0200, b"IM"))


def _write_numbers(file: h5py.File, name: str, values: np.ndarray) -> None:
    packing = {}
    if values.ndim > 2:
        packing = {"chunks": (1, *values.shape[1:]), "compression": "gzip", "compression_opts": 3}
    dataset = file.create_dataset(name, data=values, **packing)
    _mark(dataset, _CLASSES.get(values.dtype.name, values.dtype.name))


def _write_cells(file: h5py.File, references: h5py.Group, name: str, texts: Sequence[str]) -> None:
    cells = np.empty((1, len(texts)), h5py.ref_dtype)
    for place, text in enumerate(texts):
        units = np.frombuffer(text.encode("utf-16-le"), "<u2").reshape(-1, 1)
        cell = references.create_dataset(f"{name}{place}", data=units)
        _mark(cell, "char")
        cell.attrs.create("MATLAB_int_decode", 2, dtype="i4")
        cell.attrs.create("H5PATH", np.bytes_(b"/#refs#"))
        cells[0, place] = cell.ref
    _mark(file.create_dataset(name, data=cells, dtype=h5py.ref_dtype), "cell")


def _mark(dataset: h5py.Dataset, matlab_class: str) -> None:
    dataset.attrs.create("MATLAB_class", np.bytes_(matlab_class.encode()))
