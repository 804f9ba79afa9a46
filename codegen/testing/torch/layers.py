"""Computes layers and their gradients with PyTorch, in float64.

Reads a JSON list of cases from standard input, each with the name of a layer, its options, and its tensors
by name as { shape, data }; writes a list of results: y, the gradient of the sum of gy * y for each tensor of
floats, and new states.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def attention(t, mask=None):
    score = t["q"] @ t["k"].transpose(1, 2) / math.sqrt(t["q"].shape[-1])
    if mask is not None:
        score = score.masked_fill(mask, -math.inf)
    return torch.softmax(score, -1) @ t["v"]


def causal(t):
    places = t["q"].shape[1]
    later = torch.triu(torch.ones(places, places, dtype=torch.bool), 1)
    return attention(t, later)


def batch_norm(t, o):
    return F.batch_norm(
        t["x"], t["mean"], t["variance"], t["gamma"], t["beta"],
        training=o["training"], momentum=o["momentum"], eps=o["eps"],
    )


def conv2d(t, o):
    return F.conv2d(
        t["x"], t["W"], t.get("b"), o["stride"], o["padding"], o["dilation"], o["groups"]
    )


def shared(t):
    n = t["x"].shape[1] // t["W"].shape[1]
    return F.linear(t["x"], t["W"].tile(1, n), t.get("b"))


LAYERS = {
    "linear": lambda t, o: F.linear(t["x"], t["W"], t["b"]),
    "linear_without_bias": lambda t, o: F.linear(t["x"], t["W"]),
    "shared_linear": lambda t, o: shared(t),
    "shared_linear_with_bias": lambda t, o: shared(t),
    "relu": lambda t, o: F.relu(t["x"]),
    "leaky_relu": lambda t, o: F.leaky_relu(t["x"], o["slope"]),
    "sigmoid_layer": lambda t, o: torch.sigmoid(t["x"]),
    "tanh_layer": lambda t, o: torch.tanh(t["x"]),
    "gelu": lambda t, o: F.gelu(t["x"]),
    "gelu_tanh": lambda t, o: F.gelu(t["x"], approximate="tanh"),
    "silu": lambda t, o: F.silu(t["x"]),
    "softmax": lambda t, o: F.softmax(t["z"], 1),
    "log_softmax": lambda t, o: F.log_softmax(t["z"], 1),
    "layer_norm": lambda t, o: F.layer_norm(
        t["x"], t["x"].shape[1:], t["gamma"], t["beta"], o["eps"]
    ),
    "rms_norm": lambda t, o: t["x"]
    * torch.rsqrt(t["x"].square().mean(1, keepdim=True) + o["eps"])
    * t["gamma"],
    "batch_norm": batch_norm,
    "batch_norm_2d": batch_norm,
    "embedding": lambda t, o: F.embedding(t["index"], t["W"]),
    "attention": lambda t, o: attention(t),
    "causal_attention": lambda t, o: causal(t),
    "conv2d": conv2d,
    "conv2d_without_bias": conv2d,
    "max_pool_2d": lambda t, o: F.max_pool2d(t["x"], o["size"], o["stride"], o["padding"]),
    "avg_pool_2d": lambda t, o: F.avg_pool2d(t["x"], o["size"], o["stride"], o["padding"]),
    "global_avg_pool_2d": lambda t, o: F.adaptive_avg_pool2d(t["x"], 1).flatten(1),
    "mean_squared_error": lambda t, o: F.mse_loss(t["x"], t["target"], reduction="none").mean(1),
    "mean_absolute_error": lambda t, o: F.l1_loss(t["x"], t["target"], reduction="none").mean(1),
    "binary_cross_entropy_with_logits": lambda t, o: F.binary_cross_entropy_with_logits(
        t["x"], t["target"], reduction="none"
    ).mean(1),
    "softmax_cross_entropy": lambda t, o: F.cross_entropy(
        t["z"],
        t["label"],
        reduction="none",
        label_smoothing=o.get("smoothing", 0.0),
        ignore_index=o.get("ignored", -100),
    ),
    "accuracy": lambda t, o: (t["z"].argmax(1) == t["label"]).double(),
}


def tensor(value, is_whole):
    dtype = torch.int64 if is_whole else torch.float64
    return torch.tensor(value["data"], dtype=dtype).reshape(value["shape"])


def run(case):
    whole = set(case["whole"])
    tensors = {name: tensor(value, name in whole) for name, value in case["tensors"].items()}
    floats = [name for name in tensors if name not in whole and name not in case["states"]]
    for name in floats:
        tensors[name].requires_grad_()
    y = LAYERS[case["layer"]](tensors, case["options"])
    gradients = {}
    if y.requires_grad:
        (y * tensor(case["gy"], False)).sum().backward()
        gradients = {
            name: tensors[name].grad.flatten().tolist()
            for name in floats
            if tensors[name].grad is not None
        }
    return {
        "y": y.flatten().tolist(),
        "gradients": gradients,
        "states": {name: tensors[name].flatten().tolist() for name in case["states"]},
    }


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
