"""Times single matrix products of NumPy, whose products are those of OpenBLAS."""

import argparse
import json
import time

import numpy as np

from run import tell, tell_end

# Calls between two looks at the clock take about this many seconds.
BLOCK = 0.02

parser = argparse.ArgumentParser()
parser.add_argument("--products", type=json.loads, required=True)
parser.add_argument("--seconds", type=float, required=True)
parser.add_argument("--threads", type=int, required=True)
options = parser.parse_args()
tell("about", engine=f"NumPy {np.__version__}", device="cpu", threads=options.threads)

random = np.random.default_rng(2016)


def operand(rows, columns, transposed):
    shape = (columns, rows) if transposed else (rows, columns)
    values = random.standard_normal(shape, dtype=np.float32)
    return values.T if transposed else values


for product in options.products:
    m, n, k, layout = (product[name] for name in ("m", "n", "k", "layout"))
    a = operand(m, k, layout[0] == "T")
    b = operand(k, n, layout[1] == "T")
    c = np.empty((m, n), np.float32)

    def seconds_of(calls):
        started = time.perf_counter()
        for _ in range(calls):
            np.dot(a, b, out=c)
        return time.perf_counter() - started

    seconds_of(1)
    per_block = max(1, int(BLOCK / seconds_of(1)))
    blocks, spent = [], 0.0
    while len(blocks) < 2 or spent < options.seconds:
        elapsed = seconds_of(per_block)
        spent += elapsed
        blocks.append(1e3 * elapsed / per_block)
    tell(
        "product",
        name=product["name"],
        median=sorted(blocks)[len(blocks) // 2],
        best=min(blocks),
        calls=len(blocks) * per_block,
    )
tell_end()
