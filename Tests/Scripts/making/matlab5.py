"""MATLAB 5 files (`save -v6` and, as here with compressed elements, `-v7`).

A file is 128 bytes of header and then one element a variable. An element is a tag (type and number
of bytes, both uint32) and data, filled up to 8 bytes; of up to 4 bytes, type and number are uint16
and the data follows in the same 8 bytes. Type 15 holds a zlib stream with one element inside, and
is not filled up. A matrix, type 14, holds elements of its own: flags and class, dimensions, name,
then numbers (which may be stored in a smaller type than the class says), or the matrices of the
cells. Everything is column-major.

Source: MathWorks, "MAT-File Format", the chapter "Level 5 MAT-File Format".
"""

import pathlib
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_INT8, _UINT8, _UINT16, _INT32, _UINT32, _DOUBLE = 1, 2, 4, 5, 6, 9
_MATRIX, _COMPRESSED, _UTF8 = 14, 15, 16
_CELL_CLASS, _STRUCT_CLASS, _CHAR_CLASS = 1, 2, 4
_NUMBER_CLASSES = {"double": 6, "single": 7, "uint8": 9, "uint16": 11, "int32": 12}
_LOGICAL = 0x02


@dataclass
class Numbers:
    """A matrix of two axes: of which MATLAB class, and whether it is a logical one."""

    values: np.ndarray
    matlab_class: str = "double"
    is_logical: bool = False


#: A row of texts is a cell row of char, a mapping a struct of one element.
Variable = Numbers | Sequence[str] | Mapping[str, "Variable"]


def write(path: pathlib.Path, variables: Mapping[str, Variable]) -> None:
    """Writes the variables, each as a compressed element."""
    text = b"MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Thu Jan  1 00:00:00 2026"
    data = text.ljust(116) + bytes(8) + struct.pack("<H2s", 0x0100, b"IM")
    for name, variable in variables.items():
        packed = zlib.compress(_matrix(name, variable))
        data += struct.pack("<II", _COMPRESSED, len(packed)) + packed
    path.write_bytes(data)


def _element(kind: int, data: bytes) -> bytes:
    if 0 < len(data) <= 4:
        return struct.pack("<HH", kind, len(data)) + data.ljust(4, b"\0")
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)


def _matrix(name: str, variable: Variable) -> bytes:
    if isinstance(variable, Numbers):
        return _numbers(name, variable)
    if isinstance(variable, Mapping):
        fields = b"".join(field.encode("ascii").ljust(32, b"\0") for field in variable)
        content = _element(_INT32, struct.pack("<i", 32)) + _element(_INT8, fields)
        content += b"".join(_matrix("", value) for value in variable.values())
        return _array(name, _STRUCT_CLASS, 0, (1, 1), content)
    cells = b"".join(
        _array("", _CHAR_CLASS, 0, (1, len(text)), _element(_UTF8, text.encode("ascii")))
        for text in variable
    )
    return _array(name, _CELL_CLASS, 0, (1, len(variable)), cells)


def _numbers(name: str, numbers: Numbers) -> bytes:
    values = numbers.values
    highest = values.max(initial=0)
    if np.issubdtype(values.dtype, np.floating) and not np.all(values == np.round(values)):
        kind, stored = _DOUBLE, "<f8"
    elif values.min(initial=0) < 0:
        kind, stored = _INT32, "<i4"
    else:
        # As MATLAB does, whole numbers are stored in the smallest type that holds them.
        kind, stored = next(
            (kind, stored)
            for kind, stored, most in [
                (_UINT8, "u1", 0xFF),
                (_UINT16, "<u2", 0xFFFF),
                (_UINT32, "<u4", 0xFFFF_FFFF),
            ]
            if highest <= most
        )
    content = _element(kind, values.astype(stored).tobytes(order="F"))
    flags = _LOGICAL if numbers.is_logical else 0
    return _array(name, _NUMBER_CLASSES[numbers.matlab_class], flags, values.shape, content)


def _array(
    name: str, matlab_class: int, flags: int, shape: tuple[int, ...], content: bytes
) -> bytes:
    return _element(
        _MATRIX,
        _element(_UINT32, struct.pack("<II", matlab_class | flags << 8, 0))
        + _element(_INT32, struct.pack(f"<{len(shape)}i", *shape))
        + _element(_INT8, name.encode("ascii"))
        + content,
    )
