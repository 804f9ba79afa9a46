"""What the peers in Python share: their command line, the data, and how they tell their times."""

import argparse
import json
import resource
import time

import numpy as np

BATCH, PIXELS, CLASSES, TILES = 100, 784, 10, 10


def read_options():
    """The options of a training run: see `bench/step_contestants.ts`, which gives them."""
    parser = argparse.ArgumentParser()
    for name in ("form", "model", "data", "start"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("chunks", "chunk", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    return parser.parse_args()


def tell(kind, **fields):
    """Prints a message for the benchmark."""
    print(json.dumps({"kind": kind, **fields}), flush=True)


def tell_end():
    """The last message. The system counts memory in KiB."""
    tell("end", peakMiB=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def read_parameters(options):
    """The first parameters by name, each a float32 array."""
    ordinary = options.model == "original"
    hidden = 1000 if ordinary else 900
    shapes = {
        "W1": (1000, PIXELS),
        "b1": (1000,),
        "W2": (hidden, 1000 if ordinary else 1000 // TILES),
        **({"b2": (hidden,)} if ordinary else {}),
        "W3": (CLASSES, hidden),
        "b3": (CLASSES,),
    }
    values = np.fromfile(f"{options.start}/{options.model}.f32", np.float32)
    ends = np.cumsum([np.prod(shape) for shape in shapes.values()])
    parts = np.split(values, ends[:-1])
    return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts)}


def read_data(options):
    """Images of [60000, 784] in [0, 1], labels of [60000], and the order in which to visit them."""
    pixels = np.fromfile(f"{options.data}/train-images-idx3-ubyte", np.uint8, offset=16)
    images = pixels.reshape(-1, PIXELS).astype(np.float32) / np.float32(255)
    labels = np.fromfile(f"{options.data}/train-labels-idx1-ubyte", np.uint8, offset=8)
    order = np.fromfile(f"{options.start}/order.u32", np.uint32).astype(np.int64)
    return images, labels.astype(np.int64), order


def train(options, samples, step):
    """
    Trains and tells the times: one step by itself, then chunks of steps.

    `step(indices, t)` draws the samples of these indices and takes step `t`, counted from 1; it returns
    the loss, or a handle that `float` turns into it.
    """
    taken = 0
    for at in range(options.chunks + 1):
        steps = 1 if at == 0 else options.chunk
        started = time.perf_counter()
        losses = []
        for _ in range(steps):
            first = taken * BATCH % len(samples)
            taken += 1
            losses.append(step(samples[first : first + BATCH], taken))
        loss = sum(float(each) for each in losses) / steps
        seconds = time.perf_counter() - started
        tell("chunk", steps=steps, milliseconds=1e3 * seconds, loss=loss)
