"""Writes and reads NumPy's files of arrays.

Reads a JSON list of paths from standard input; writes the arrays of these files, which another program has
written, and the files that NumPy writes of its own, in base64, with what stands in them.
"""

import base64
import io
import json
import sys

import numpy as np

random = np.random.default_rng(5)


def text(data):
    return base64.b64encode(data).decode()


def described(array, dtype=None):
    """An array in C order, least significant byte first, as `dtype` if given."""
    wanted = array.astype(array.dtype.newbyteorder("<") if dtype is None else dtype)
    return {"dtype": wanted.dtype.str[1:], "shape": list(array.shape), "bytes": text(wanted.tobytes("C"))}


def saved(save, *arrays, **named):
    file = io.BytesIO()
    save(file, *arrays, **named)
    return text(file.getvalue())


def any_array(dtype, shape):
    if np.dtype(dtype).kind == "b":
        return random.integers(0, 2, shape).astype(dtype)
    return (random.standard_normal(shape) * 50).astype(dtype)


# Shapes with none, 1 and primes; two orders in memory, two orders of bytes.
SHAPES = [(), (1,), (7,), (0,), (3, 0, 2), (5, 3), (2, 1, 11), (3, 5, 2, 7)]
DTYPES = {  # What each becomes; none where it stays.
    "f4": None, "f2": None, "u4": None, "i4": None, "u1": None,
    "f8": "<f4", "i8": "<i4", "i2": "<i4", "i1": "<i4", "u2": "<u4", "?": "|u1",
}
REFUSED = {
    "complex": np.zeros(2, "c8"),
    "text": np.array(["a", "bc"]),
    "objects": np.array([{}, None]),
    "fields": np.zeros(2, [("a", "f4"), ("b", "i4")]),
    "dates": np.zeros(2, "M8[D]"),
    "long double": np.zeros(2, np.longdouble),
}


def npy_files():
    for dtype, wanted in DTYPES.items():
        for order in "<>":
            for shape in SHAPES:
                array = any_array(np.dtype(dtype).newbyteorder(order), shape)
                for memory in "CF":
                    laid = np.asarray(array, order=memory)
                    yield {"file": saved(np.save, laid), "arrays": {"any": described(array, wanted)}}
    # np.load keeps these values; unsigned ones would be negative as numbers below 0.
    large = np.array([0, 2**32 - 1], "u8")
    yield {"file": saved(np.save, large), "arrays": {"any": described(large, "<u4")}}
    strided = any_array("f4", (6, 8))[::2, ::-3]
    yield {"file": saved(np.save, strided), "arrays": {"any": described(strided)}}


def npz_files():
    arrays = {"l1.W": any_array("f4", (5, 3)), "l1.b": any_array("f2", ()), "ü": any_array("i4", (0,))}
    arrays["transposed"] = np.asfortranarray(any_array(">f4", (4, 7)))
    wanted = {name: described(array) for name, array in arrays.items()}
    yield {"file": saved(np.savez, **arrays), "arrays": wanted}
    yield {"file": saved(np.savez_compressed, **arrays), "arrays": wanted}
    unnamed = any_array("u1", (3,))
    yield {"file": saved(np.savez, unnamed), "arrays": {"arr_0": described(unnamed)}}
    yield {"file": saved(np.savez), "arrays": {}}


def read(path):
    loaded = np.load(path)
    arrays = {"": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    return {name: described(array) for name, array in arrays.items()}


json.dump({
    "read": [read(path) for path in json.load(sys.stdin)],
    "written": [*npy_files(), *npz_files()],
    "refused": {name: saved(np.save, array) for name, array in REFUSED.items()},
}, sys.stdout)
