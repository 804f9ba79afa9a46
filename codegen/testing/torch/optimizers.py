"""Takes steps with PyTorch's optimizers, in float64.

Reads a JSON list of cases from standard input: the name of an optimizer, its settings, two first tensors and
for each step their gradients; `clip` is a norm or null, `bound` a largest element or null, `rates` the learning
rate of each step or null. Writes for each case the tensors after each step.
"""

import json
import sys

import torch

torch.set_default_dtype(torch.float64)

OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adam_w": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
}


def run(case):
    tensors = [torch.tensor(each, requires_grad=True) for each in case["tensors"]]
    optimizer = OPTIMIZERS[case["optimizer"]](tensors, **case["settings"])
    path = []
    for step, gradients in enumerate(case["gradients"]):
        for tensor, gradient in zip(tensors, gradients):
            tensor.grad = torch.tensor(gradient)
        if case["clip"] is not None:
            torch.nn.utils.clip_grad_norm_(tensors, case["clip"])
        if case["bound"] is not None:
            torch.nn.utils.clip_grad_value_(tensors, case["bound"])
        if case["rates"] is not None:
            optimizer.param_groups[0]["lr"] = case["rates"][step]
        optimizer.step()
        path.append([tensor.detach().flatten().tolist() for tensor in tensors])
    return path


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
