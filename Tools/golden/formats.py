"""Remakes Tests/ReadersTests/Golden/formats.json: small files of each array format, and their values.

    python -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1 h5py==3.16.0
    venv/bin/python Tools/golden/formats.py

Every file is written by the format's own library (numpy.save, scipy.io.savemat, h5py) and stands in
the JSON, packed with zlib, as base64; its values are those that went in. MATLAB 7.3 files are built with h5py as MATLAB
lays them out: 512 bytes before the HDF5 file, MATLAB_class attributes, axes reversed, cells as
references into #refs#.
"""

import base64
import io
import json
import pathlib
import struct
import zipfile
import zlib

import h5py
import numpy
import scipy
import scipy.io

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDENED = {"int8": "int16", "uint32": "int64", "bool": "uint8"}


def value(name, array, axes=None, shape=None):
    """One expected value: numbers or texts in row-major order."""
    array = numpy.asarray(array)
    entry = {"name": name, "shape": list(array.shape if shape is None else shape)}
    if axes:
        entry["axes"] = axes
    if array.dtype.kind in "US":
        entry["texts"] = [text if isinstance(text, str) else text.decode() for text in array.flat]
    else:
        kind = array.dtype.newbyteorder("=").name
        entry["type"] = WIDENED.get(kind, kind)
        entry["values"] = [float(number) for number in array.flat]
    return entry


def case(file, content, values, refused=()):
    return {
        "file": file,
        "size": len(content),
        "content": base64.b64encode(zlib.compress(content, 9)).decode(),
        "values": values,
        "refused": [list(entry) for entry in refused],
    }


# --- numpy


def npy(array, version=None):
    stream = io.BytesIO()
    numpy.lib.format.write_array(stream, array, version=version)
    return stream.getvalue()


def numpy_cases():
    generator = numpy.random.default_rng(3)
    arrays = {}
    for kind in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]:
        for order in "<>":
            numbers = generator.integers(0, 100, (2, 3)) - (20 if kind[0] != "u" else 0)
            arrays[f"{'little' if order == '<' else 'big'}-{kind}"] = numbers.astype(order + kind)
    arrays["bool"] = numpy.array([[True, False], [False, True]])
    arrays["scalar"] = numpy.float32(2.5)
    arrays["empty"] = numpy.zeros((0, 4), "f4")
    arrays["fortran"] = numpy.asfortranarray(numpy.arange(60, dtype="i4").reshape(3, 4, 5))
    arrays["fortran-vector"] = numpy.asfortranarray(numpy.arange(4, dtype=">f8"))
    arrays["cube"] = numpy.arange(24, dtype="u2").reshape(2, 3, 4)
    arrays["unicode"] = numpy.array([["wall", "Käse"], ["", "日本"]])
    arrays["unicode-fortran"] = numpy.asfortranarray(numpy.array([["a", "b", "c"], ["d", "e", "f"]]))
    arrays["bytes"] = numpy.array([b"one", b"three"])
    for name, array in arrays.items():
        yield case(f"{name}.npy", npy(numpy.asanyarray(array)), [value("", array)])
    for version in [(1, 0), (2, 0), (3, 0)]:
        array = numpy.arange(5, dtype="f4")
        yield case(f"version-{version[0]}.npy", npy(array, version), [value("", array)])
    refused = {
        "records": (numpy.zeros(2, [("a", "i4"), ("b", "f8")]), "records of several fields"),
        "complex": (numpy.zeros(2, "c8"), "complex numbers"),
        "dates": (numpy.zeros(2, "datetime64[s]"), "dates or durations"),
        "long": (numpy.zeros(2, "longdouble"), "reals of type '<f16'"),
        "void": (numpy.zeros(2, "V3"), "raw bytes without a type"),
        "objects": (numpy.array([{}, None]), "Python objects"),
    }
    for name, (array, reason) in refused.items():
        yield case(f"{name}.npy", npy(array), [], [("", reason)])

    several = {
        "x": numpy.linspace(0, 1, 12).reshape(4, 3), "../up/y": numpy.arange(3, dtype="u1"),
        "names": numpy.array(["a", "bb"]), "columns": arrays["fortran"],
    }
    for name, save in [("stored", numpy.savez), ("deflated", numpy.savez_compressed)]:
        stream = io.BytesIO()
        save(stream, **several)
        yield case(f"{name}.npz", stream.getvalue(), [value(*item) for item in several.items()])

    class Pipe(io.RawIOBase):
        """Cannot seek, so that zipfile writes data descriptors."""

        def __init__(self):
            self.bytes = bytearray()

        def writable(self):
            return True

        def write(self, piece):
            self.bytes += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("x.npy", "w", force_zip64=True) as file:
            file.write(npy(several["x"]))
        archive.comment = b"with a comment"
    yield case("streamed.npz", bytes(pipe.bytes), [value("x", several["x"])])
    yield case("shifted.npz", b"#!/bin/sh\n" + bytes(pipe.bytes), [value("x", several["x"])])


# --- MATLAB's own format


def big_endian(bytes_):
    """The file with all its numbers turned round; packed elements are not known here."""
    sizes = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8, 16: 1, 17: 2, 18: 4}

    def swapped(data, size):
        return b"".join(data[i : i + size][::-1] for i in range(0, len(data), size))

    def elements(data):
        result, at = b"", 0
        while at < len(data):
            (word,) = struct.unpack_from("<I", data, at)
            if word >> 16:
                kind, count = word & 0xFFFF, word >> 16
                body = data[at + 4 : at + 8]
                size = sizes[kind]
                body = swapped(body[: count // size * size], size) + body[count // size * size :]
                result += struct.pack(">I", word) + body
                at += 8
                continue
            (count,) = struct.unpack_from("<I", data, at + 4)
            body = data[at + 8 : at + 8 + count]
            filling = data[at + 8 + count : at + 8 + count + -count % 8]
            body = elements(body) if word == 14 else swapped(body, sizes[word])
            result += struct.pack(">II", word, count) + body + filling
            at += 8 + count + -count % 8
        return result

    return bytes_[:124] + b"\x01\x00MI" + elements(bytes_[128:])


def cell(items, shape=None):
    array = numpy.empty(len(items), object)
    array[:] = items
    return array.reshape(shape or (1, len(items)), order="F")


def matlab_variables():
    cube = numpy.arange(24, dtype="u1").reshape(2, 3, 4)
    return {
        "double": numpy.array([[1.5, -2, 3e300], [4, 5, 6]]),
        "single": numpy.array([[0.25, 8]], "f4"),
        **{k: numpy.array([[1, 2, 100]], k) for k in [
            "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]},
        "small": numpy.array([[7.0]]),
        "logical": numpy.array([[True, False, True]]),
        "cube": cube,
        "nothing": numpy.zeros((0, 3)),
        "text": "wall and floor",
        "umlaut": "Käse 日本 🙂",
        "lines": numpy.array(["abc", "de "]),
        "names": cell(["book", "bottle", "", "ceiling"]),
        "grid": cell(["a", "b", "c", "d", "e", "f"], (2, 3)),
        "mixed": cell([numpy.array([[1.0, 2]]), "x", cell(["deep", "er"])]),
        "s": {
            "labels": numpy.array([[3, 1, 2]], "u1"), "names": cell(["p", "q"]),
            "inner": {"value": numpy.array([[9.0], [8]])},
        },
        "many": numpy.array(
            [[(numpy.array([[1.0]]), "one"), (numpy.array([[2.0, 3]]), "two")]],
            [("v", object), ("t", object)]),
        "complex": numpy.array([[1 + 2j]]),
        "sparse": scipy.sparse.csc_matrix(numpy.eye(3)),
    }


def matlab_values(variables, axes):
    def turned(array):
        return array if axes == "matlab" else numpy.asarray(array).T

    yield from (
        value(name, turned(variables[name]), axes) for name in [
            "double", "single", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64",
            "uint64", "small", "logical", "cube", "nothing"])
    yield value("text", ["wall and floor"])
    yield value("umlaut", ["Käse 日本 🙂"])
    yield value("lines", ["abc", "de "])
    yield value("names", ["book", "bottle", "", "ceiling"])
    yield value("names{2}", ["bottle"])
    yield value("grid", ["a", "b", "c", "d", "e", "f"])
    yield value("mixed{1}", turned(numpy.array([[1.0, 2]])), axes)
    yield value("mixed{3}", ["deep", "er"])
    yield value("mixed{3}{2}", ["er"])
    yield value("s.labels", turned(numpy.array([[3, 1, 2]], "u1")), axes)
    yield value("s.names", ["p", "q"])
    yield value("s.inner.value", turned(numpy.array([[9.0], [8]])), axes)
    yield value("many(2).v", turned(numpy.array([[2.0, 3]])), axes)
    yield value("many(1).t", ["one"])


MATLAB_REFUSED = [
    ("complex", "holds complex numbers"), ("sparse", "is a sparse array"),
    ("s", "is a struct"), ("names", "is a cell array"), ("text", "is text"),
    ("many.v", "are 2 structs"), ("many(3).v", "has no element 3"), ("names{9}", "has no element 9"),
    ("s.lables", "has no field 'lables'"), ("doubel", "has no variable 'doubel'"),
    ("double{1}", "is an array of double and has no cells"), ("s.labels.x", "has no field 'x'"),
    ("s..x", "'s..x' is no path"), ("mixed", "is a cell array"),
]


def matlab_cases():
    variables = matlab_variables()
    values = [*matlab_values(variables, "matlab"), *matlab_values(variables, "reversed")]
    for packed in [False, True]:
        stream = io.BytesIO()
        scipy.io.savemat(stream, variables, do_compression=packed)
        # Without the date, so that a remake gives the same bytes.
        content = b"MATLAB 5.0 MAT-file Platform: posix".ljust(116) + stream.getvalue()[116:]
        yield case(f"version-{7 if packed else 6}.mat", content, values, MATLAB_REFUSED)
        if not packed:
            turned = big_endian(content)
            assert scipy.io.loadmat(io.BytesIO(turned))["cube"][1, 2, 3] == 23
            yield case("big-endian.mat", turned, values, MATLAB_REFUSED)
    stream = io.BytesIO()
    scipy.io.savemat(stream, {"a": numpy.eye(2)}, format="4")
    yield case("version-4.mat", stream.getvalue(), [], [("", "a MATLAB file of version 4")])


# --- MATLAB 7.3


class MATLAB73:
    """Writes values as MATLAB's `save -v7.3` lays them out."""

    def __init__(self, path):
        self.file = h5py.File(path, "w", userblock_size=512)
        self.references = self.file.create_group("#refs#")
        self.count = 0

    @staticmethod
    def mark(item, name, **attributes):
        item.attrs["MATLAB_class"] = numpy.bytes_(name)
        for key, number in attributes.items():
            item.attrs[key] = numpy.int32(number)

    def reference(self, content):
        name = f"r{self.count}"
        self.count += 1
        self.write(self.references, name, content)
        return self.references[name].ref

    def write(self, group, name, content):
        if isinstance(content, dict):
            self.mark(group.create_group(name), "struct")
            for key, item in content.items():
                self.write(group[name], key, item)
            return
        if scipy.sparse.issparse(content):
            sparse = group.create_group(name)
            self.mark(sparse, "double")
            sparse.attrs["MATLAB_sparse"] = numpy.uint64(content.shape[0])
            sparse["data"] = content.data
            sparse["ir"] = content.indices.astype("u8")
            sparse["jc"] = content.indptr.astype("u8")
            return
        if isinstance(content, str):
            content = numpy.array([content]) if content else numpy.zeros((0, 0), "U1")
        if content.dtype.names:
            self.mark(group.create_group(name), "struct")
            for key in content.dtype.names:
                pointers = [self.reference(item) for item in content[key].flatten(order="F")]
                group[name].create_dataset(
                    key, data=numpy.array(pointers, h5py.ref_dtype).reshape(content.shape[::-1]),
                    dtype=h5py.ref_dtype)
            return
        if content.dtype.kind == "U":
            units = [numpy.frombuffer(line.encode("utf-16-le"), "<u2") for line in content.flat]
            content = numpy.array(units).T if units else numpy.zeros((0, 0), "<u2")
            kind, extra = "char", {"MATLAB_int_decode": 2}
        elif content.dtype.kind == "O":
            pointers = [self.reference(item) for item in content.flatten(order="F")]
            content = numpy.array(pointers, h5py.ref_dtype).reshape(content.shape[::-1])
            kind, extra = "cell", {}
            self.mark(group.create_dataset(name, data=content, dtype=h5py.ref_dtype), kind)
            return
        elif content.dtype.kind == "b":
            content, kind, extra = content.T.astype("u1"), "logical", {"MATLAB_int_decode": 1}
        else:
            kind = {"float64": "double", "float32": "single", "complex128": "double"}.get(
                content.dtype.name, content.dtype.name)
            if content.dtype.kind == "c":
                pairs = numpy.zeros(content.T.shape, [("real", "f8"), ("imag", "f8")])
                pairs["real"], pairs["imag"] = content.T.real, content.T.imag
                content = pairs.T
            content, extra = content.T, {}
        if content.size == 0:
            sizes = numpy.array(content.shape[::-1], "u8")
            self.mark(group.create_dataset(name, data=sizes), kind, MATLAB_empty=1)
            return
        packed = {"compression": "gzip", "chunks": True} if content.size > 20 else {}
        self.mark(group.create_dataset(name, data=content, **packed), kind, **extra)


def matlab73_bytes(variables):
    path = pathlib.Path("/tmp") / "golden-matlab73.mat"
    writer = MATLAB73(path)
    for name, content in variables.items():
        writer.write(writer.file, name, content)
    writer.file.close()
    content = bytearray(path.read_bytes())
    path.unlink()
    text = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Jan  1 00:00:00 2024 HDF5 schema 1.00 ."
    content[:128] = text.ljust(124) + b"\x00\x02IM"
    return bytes(content)


def matlab73_cases():
    variables = matlab_variables()
    content = matlab73_bytes(variables)
    values = [*matlab_values(variables, "matlab"), *matlab_values(variables, "reversed")]
    yield case("version-73.mat", content, values, MATLAB_REFUSED)


# --- HDF5


def hdf5_cases():
    path = pathlib.Path("/tmp") / "golden.h5"
    values = []
    with h5py.File(path, "w") as file:
        def add(name, array, **options):
            file.create_dataset(name, data=array, **options)
            values.append(value("/" + name, array))

        for kind in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]:
            for order in "<>":
                numbers = numpy.array([[1, 2, 3], [100, 5, 6]], order + kind)
                add(f"{'little' if order == '<' else 'big'}/{kind}", numbers)
        add("bool", numpy.array([True, False, True]))
        add("scalar", numpy.float32(2.5))
        add("empty", numpy.zeros((0, 3)))
        cube = numpy.arange(240, dtype="i2").reshape(10, 6, 4)
        add("packed/gzip", cube, chunks=(3, 6, 2), compression="gzip", shuffle=True)
        add("packed/sum", cube, chunks=(4, 6, 4), fletcher32=True)
        file["texts/fixed"] = numpy.array([b"one", b"three", b""], "S5")
        values.append(value("/texts/fixed", ["one", "three", ""]))
        file["texts/variable"] = numpy.array(["Käse", "", "日本"], object)
        values.append(value("/texts/variable", ["Käse", "", "日本"]))
        file["texts/one"] = "only"
        values.append(value("/texts/one", ["only"], shape=[]))
        file["loop/self"] = h5py.SoftLink("/loop")
        file["loop/hard"] = file["loop"]
        file["loop/dangling"] = h5py.SoftLink("/loop/dangling")
        file["outside"] = h5py.ExternalLink("/etc/hostname", "/x")
        file["alias"] = h5py.SoftLink("/little/i4")
        values.append(value("/alias", numpy.array([[1, 2, 3], [100, 5, 6]], "i4")))
        file["records"] = numpy.zeros(2, [("a", "i4"), ("b", "f8")])
        file["complex"] = numpy.zeros(2, "c8")
        file.create_dataset("lists", (1,), h5py.vlen_dtype("i4"))
        file.create_dataset("elsewhere", (2,), "i4", external=[("/etc/hostname", 0, 8)])
        # Without the time that h5py's own call would write.
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_obj_track_times(False)
        space = h5py.h5s.create_simple((2,))
        properties.set_virtual(space, b"/etc/hostname", b"x", space)
        h5py.h5d.create(file.id, b"virtual", h5py.h5t.STD_I32LE, space, properties)
        file.create_dataset("lzf", data=cube, chunks=(10, 6, 4), compression="lzf")
        file.create_dataset("null", data=h5py.Empty("f4"))
    refused = [
        ("/records", "holds records of fields"), ("/complex", "holds complex numbers"),
        ("/lists", "holds lists of various lengths"),
        ("/elsewhere", "has its values in another file"), ("/virtual", "it is virtual"),
        ("/lzf", "is packed by a filter that is not here (32000)"), ("/null", "holds nothing"),
        ("/outside", "HDF5 could not open it"), ("/loop/dangling", "HDF5 could not open it"),
        ("/lttle/i4", "the file has no data set '/lttle/i4'"),
    ]
    content = path.read_bytes()
    path.unlink()
    yield case("all.h5", content, values, refused)


def main():
    cases = [*numpy_cases(), *matlab_cases(), *matlab73_cases(), *hdf5_cases()]
    reference = (
        f"numpy {numpy.__version__}, scipy {scipy.__version__}, h5py {h5py.__version__} "
        f"with HDF5 {h5py.version.hdf5_version}")
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in cases)
    path = ROOT / "Tests/ReadersTests/Golden/formats.json"
    path.write_text(f'{{"reference": "{reference}", "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
