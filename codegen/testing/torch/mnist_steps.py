"""Trains the networks of the MNIST example with PyTorch, in float64.

Reads { images, labels, batches, networks } from standard input: paths of two IDX files and of an NPZ file with the
samples of each batch, and for each network { name, before, after, generated }: paths of its first weights, of those
to write, both by PyTorch and by NumPy, and of the module that was generated for PyTorch. Each batch but the last is a
step; writes for each network the losses of all batches, of the network that is written here and of the generated one.
"""

import importlib.util
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import safetensors_file


class Shared(nn.Module):
    """One matrix for equal slices of the input, which are added up."""

    def __init__(self, slices, features, outputs):
        super().__init__()
        self.slices = slices
        self.weight = nn.Parameter(torch.empty(outputs, features))

    def forward(self, x):
        return sum(F.linear(part, self.weight) for part in x.chunk(self.slices, 1))


NETWORKS = {
    "mnist_shared": lambda: (nn.Linear(784, 1000), Shared(10, 100, 900), nn.Linear(900, 10)),
    "mnist_original": lambda: (nn.Linear(784, 1000), nn.Linear(1000, 1000), nn.Linear(1000, 10)),
}
# How each parameter is called in the files.
NAMES = {"weight": "W", "bias": "b"}


class Chainer:
    """Adam by Chainer's rule: its eps stands beside the uncorrected root, PyTorch's beside the corrected one."""

    ALPHA, BETA1, BETA2, EPS = 0.001, 0.9, 0.999, 1e-8

    def __init__(self, parameters):
        self.adam = torch.optim.Adam(parameters, lr=self.ALPHA, betas=(self.BETA1, self.BETA2))
        self.steps = 0

    def step(self):
        self.steps += 1
        self.adam.param_groups[0]["eps"] = self.EPS / (1 - self.BETA2**self.steps) ** 0.5
        self.adam.step()
        self.adam.zero_grad()


def elements(path, header, shape):
    return torch.from_numpy(np.fromfile(path, np.uint8)[header:].reshape(shape))


def by_file_names(layers):
    return {
        f"l{at}.{NAMES[name]}": parameter
        for at, layer in enumerate(layers, 1)
        for name, parameter in layer.named_parameters()
    }


def loss_of(layers, batch):
    l1, l2, l3 = layers
    x = images[batch].to(torch.float64) / 255
    return F.cross_entropy(l3(F.relu(l2(F.relu(l1(x))))), labels[batch].long())


def write(paths, weights):
    """As safetensors with PyTorch, or as NPZ with NumPy."""
    for path in paths:
        if path.endswith(".npz"):
            np.savez(path, **{name: each.numpy() for name, each in weights.items()})
        else:
            safetensors_file.write(path, weights)


def run(network):
    layers = [layer.double() for layer in NETWORKS[network["name"]]()]
    parameters = by_file_names(layers)
    before = safetensors_file.read(network["before"])
    assert before.keys() == parameters.keys(), before.keys()
    with torch.no_grad():
        for name, parameter in parameters.items():
            assert before[name].shape == parameter.shape, name
            parameter.copy_(before[name])
    optimizer = Chainer(parameters.values())
    losses = []
    for batch in batches[:-1]:
        loss = loss_of(layers, batch)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    write(network["after"], {name: each.detach().float() for name, each in parameters.items()})
    with torch.no_grad():
        losses.append(loss_of(layers, batches[-1]).item())
    return losses


def run_generated(network):
    """The same with the generated module and optimizer, from the same weights."""
    path = pathlib.Path(network["generated"])
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    name = "".join(word.capitalize() for word in path.stem.split("_"))
    model = getattr(module, name)().double()
    model.load_state_dict(safetensors_file.read(network["before"]))
    optimizer = getattr(module, f"{name}Optimizer")(model)
    losses = []
    for batch in batches:
        x = images[batch].to(torch.float64) / 255
        loss = model(x, labels[batch].long())["loss"].mean()
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


given = json.load(sys.stdin)
images = elements(given["images"], 16, (-1, 784))
labels = elements(given["labels"], 8, -1)
batches = torch.from_numpy(np.load(given["batches"])["batches"]).long()
networks = given["networks"]
json.dump([{"written": run(each), "generated": run_generated(each)} for each in networks], sys.stdout)
