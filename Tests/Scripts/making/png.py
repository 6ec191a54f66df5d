"""PNG pictures (ISO/IEC 15948) of 8-bit grey, 16-bit grey, or 8-bit red, green and blue.

Every row gets filter 0 (none); the rows are one zlib stream in one IDAT chunk.
"""

import pathlib
import struct
import zlib

import numpy as np


def encode(picture: np.ndarray) -> bytes:
    """The file of a picture: uint8 or uint16 `[height, width]`, or uint8 `[height, width, 3]`."""
    colour_type = 2 if picture.ndim == 3 else 0
    depth = 16 if picture.dtype == np.uint16 else 8
    height, width = picture.shape[:2]
    rows = np.ascontiguousarray(picture.astype(picture.dtype.newbyteorder(">")))
    rows = rows.view(np.uint8).reshape(height, -1)
    filtered = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1)
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(filtered.tobytes(), 6))
        + _chunk(b"IEND", b"")
    )


def write(path: pathlib.Path, picture: np.ndarray) -> None:
    """Writes a picture as `encode` takes it."""
    path.write_bytes(encode(picture))


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
