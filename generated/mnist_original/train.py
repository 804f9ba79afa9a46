"""Trains mnist_original on MNIST with PyTorch, in one process or in several.

    python train.py --data FOLDER --epochs 5 --checkpoint run/checkpoint.safetensors
    torchrun --nproc_per_node 2 train.py --data FOLDER --batch 50

A step of N processes with batches of B is one of a single process with N * B samples. Checkpoints are those of
tilewright: `deno task train --resume` goes on from them, and this script from its.

Written by `deno task gen` from mnist_original; do not edit.
"""

import argparse
import gzip
import json
import math
import os
import pathlib
import struct
import time

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from mnist_original import MnistOriginal as Model
from mnist_original import MnistOriginalOptimizer as Optimizer

NAME = "mnist_original"
DECLARATION = "460e23a6840fe4195ccbd3532a983ef6472042acbcf04a37e92a77c0cd893325"
TOTALS = (
    "loss",
    "accuracy",
)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=f"Trains {NAME} on MNIST.")
    parser.add_argument(
        "--data",
        required=True,
        help="folder with the four MNIST files, plain or gzipped",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=5,
        help="passes over the training data (default: 5)",
    )
    parser.add_argument(
        "--batch",
        type=int,
        default=100,
        help="samples per step and process (default: 100)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=2016,
        help="decides first weights and order (default: 2016)",
    )
    parser.add_argument(
        "--init", help="first weights: parameters in a safetensors file"
    )
    parser.add_argument(
        "--resume", help="go on from a checkpoint of this script or of tilewright"
    )
    parser.add_argument(
        "--checkpoint", help="save a checkpoint in this file after each epoch"
    )
    return parser.parse_args()


def read_idx(folder: str, name: str) -> np.ndarray:
    """An array of bytes from a file of MNIST's form, plain or gzipped."""
    path = pathlib.Path(folder, name)
    data = path.read_bytes() if path.exists() else gzip.open(f"{path}.gz").read()
    axes = data[3]
    shape = struct.unpack(f">{axes}I", data[4 : 4 + 4 * axes])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def read_samples(folder: str, kind: str, device: torch.device) -> tuple[Tensor, Tensor]:
    """Images and labels; they stay bytes until a batch is drawn."""
    images = read_idx(folder, f"{kind}-images-idx3-ubyte")
    labels = read_idx(folder, f"{kind}-labels-idx1-ubyte")
    return torch.tensor(images, device=device), torch.tensor(labels, device=device)


def read_tensors(path: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a safetensors file, and its metadata."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise SystemExit(f"{path}: {name} is {entry['dtype']}, wanted F32")
        begin, end = (8 + length + at for at in entry["data_offsets"])
        array = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.copy())
    return tensors, metadata


def write_tensors(
    path: str, tensors: dict[str, Tensor], metadata: dict[str, str]
) -> None:
    """Writes a safetensors file beside its place, and moves it there when it is whole."""
    header, parts, end = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        part = tensor.detach().cpu().float().numpy().astype("<f4").tobytes()
        offsets = [end, end + len(part)]
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": offsets,
        }
        parts.append(part)
        end += len(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    own = pathlib.Path(f"{path}.{os.getpid()}")
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
    own.replace(path)


def kept(model: Model, optimizer: Optimizer) -> dict[str, Tensor]:
    """Everything that training changes, by the names of tilewright."""
    moments = {
        f"{name}.{each}": optimizer.state[parameter][each]
        for name, parameter in model.named_parameters()
        for each in optimizer.states
        if parameter in optimizer.state
    }
    totals = {f"{name}_total": torch.zeros(()) for name in TOTALS}
    return {**model.state_dict(), **moments, **totals}


def load_weights(model: Model, path: str) -> None:
    """Takes parameters from a file, and leaves everything else as it is."""
    tensors, _ = read_tensors(path)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name not in tensors or tensors[name].shape != parameter.shape:
                raise SystemExit(
                    f"{path} has no {name} of shape {list(parameter.shape)}"
                )
            parameter.copy_(tensors[name])


def resume(model: Model, optimizer: Optimizer, path: str) -> dict:
    """Goes back to where a checkpoint was saved, and gives its position."""
    tensors, metadata = read_tensors(path)
    if metadata.get("module") != NAME or metadata.get("declaration") != DECLARATION:
        raise SystemExit(
            f"{path} is no checkpoint of this {NAME}; use its weights by --init"
        )
    state = json.loads(metadata["state"])
    if state["position"]["batch"] != 0:
        raise SystemExit(
            f"{path} was saved within an epoch; take one of an epoch's end"
        )
    model.load_state_dict({name: tensors[name] for name in model.state_dict()})
    for name, parameter in model.named_parameters():
        moments = {each: f"{name}.{each}" for each in optimizer.states}
        if not all(full in tensors for full in moments.values()):
            continue
        own = {
            each: tensors[full].to(parameter.device) for each, full in moments.items()
        }
        optimizer.state[parameter] = {"step": state["position"]["step"], **own}
    return state


class Run:
    """A training: the processes that share it, the data, and the model."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.world = int(os.environ.get("WORLD_SIZE", 1))
        self.rank = int(os.environ.get("RANK", 0))
        has_gpu = torch.cuda.is_available()
        self.device = torch.device(
            f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if has_gpu else "cpu"
        )
        if self.world > 1:
            dist.init_process_group("nccl" if has_gpu else "gloo")
        torch.manual_seed(options.seed)
        self.model = Model().to(self.device)
        self.optimizer = Optimizer(self.model)
        self.state = {
            "position": {"epoch": 1, "batch": 0, "step": 0},
            "seconds": 0.0,
            "history": [],
            "config": None,
        }
        if options.init is not None:
            load_weights(self.model, options.init)
        if options.resume is not None:
            self.state = resume(self.model, self.optimizer, options.resume)
        self.network = (
            DistributedDataParallel(self.model) if self.world > 1 else self.model
        )
        self.training = read_samples(options.data, "train", self.device)
        self.validation = read_samples(options.data, "t10k", self.device)
        self.step = self.state["position"]["step"]

    def judge(
        self, samples: tuple[Tensor, Tensor], rows: Tensor, network
    ) -> dict[str, Tensor]:
        """The loss and the metrics of some samples."""
        images, labels = samples
        x = images[rows].reshape(-1, 784).float() / 255.0
        return network(x=x, label=labels[rows].long())

    def train_epoch(self, epoch: int) -> dict[str, float]:
        """Steps over all samples in a new order; the means of the loss and the metrics."""
        self.network.train()
        count = len(self.training[1])
        generator = torch.Generator().manual_seed(self.options.seed + epoch)
        order = torch.randperm(count, generator=generator).to(self.device)
        sums = torch.zeros(len(TOTALS), device=self.device)
        for chunk in order.split(self.options.batch * self.world):
            self.step += 1
            judged = self.judge(
                self.training, chunk[self.rank :: self.world], self.network
            )
            self.optimizer.zero_grad(set_to_none=True)
            # Gradients of processes are averaged, also where their parts of a step are not equal.
            (judged["loss"].sum() * self.world / len(chunk)).backward()
            self.optimizer.step()
            sums += torch.stack([judged[name].detach().sum() for name in TOTALS])
        return self.means(sums, count)

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """The means of the loss and the metrics over the test images."""
        self.network.eval()
        count = len(self.validation[1])
        sums = torch.zeros(len(TOTALS), device=self.device)
        for chunk in torch.arange(count, device=self.device).split(
            self.options.batch * self.world
        ):
            judged = self.judge(
                self.validation, chunk[self.rank :: self.world], self.model
            )
            sums += torch.stack([judged[name].sum() for name in TOTALS])
        return self.means(sums, count)

    def means(self, sums: Tensor, count: int) -> dict[str, float]:
        """Sums of all processes, by sample."""
        if self.world > 1:
            dist.all_reduce(sums)
        return {name: total / count for name, total in zip(TOTALS, sums.tolist())}

    def save(self, path: str) -> None:
        """Writes a checkpoint, in one of the processes."""
        batch = self.options.batch * self.world
        batches = math.ceil(len(self.training[1]) / batch)
        settings = {"seed": self.options.seed, "batches": batches, "batchSize": batch}
        sums = {"samples": 0, "totals": {name: 0 for name in TOTALS}}
        state = {**self.state, "settings": settings, "sums": sums}
        metadata = {
            "format": "tilewright checkpoint 1",
            "module": NAME,
            "declaration": DECLARATION,
            "state": json.dumps(state),
        }
        write_tensors(path, kept(self.model, self.optimizer), metadata)

    def run(self) -> None:
        """Trains until all epochs are over."""
        if self.rank == 0:
            heads = [
                f"{phase}{name}"
                for name in TOTALS
                for phase in ("main/", "validation/main/")
            ]
            print("  ".join(["epoch", *heads, "elapsed"]), flush=True)
        began, before = time.monotonic(), self.state["seconds"]
        for epoch in range(self.state["position"]["epoch"], self.options.epochs + 1):
            first, start = self.step, time.monotonic()
            main, validation = self.train_epoch(epoch), self.validate()
            if not math.isfinite(main["loss"]):
                raise SystemExit(f"The loss became {main['loss']} in epoch {epoch}")
            elapsed = before + time.monotonic() - began
            self.state["position"] = {"epoch": epoch + 1, "batch": 0, "step": self.step}
            self.state["seconds"] = elapsed
            self.state["history"].append(
                {
                    "kind": "epoch_end",
                    "epoch": epoch,
                    "steps": self.step - first,
                    "seconds": time.monotonic() - start,
                    "elapsedSeconds": elapsed,
                    "main": main,
                    "validation": validation,
                }
            )
            if self.rank == 0:
                means = [
                    f"{part[name]:.6g}"
                    for name in TOTALS
                    for part in (main, validation)
                ]
                print("  ".join([str(epoch), *means, f"{elapsed:.6g}"]), flush=True)
                if self.options.checkpoint is not None:
                    self.save(self.options.checkpoint)
        if self.world > 1:
            dist.destroy_process_group()


if __name__ == "__main__":
    Run(read_options()).run()
