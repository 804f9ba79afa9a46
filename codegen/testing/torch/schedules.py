"""The rates of PyTorch's schedulers, in float64.

Reads the settings of a step decay and of two cosines, one with a warm-up, as JSON from standard input. Writes
the rates of each at its steps 0, 1, and so on.
"""

import json
import sys

import torch
from torch.optim import lr_scheduler

STEPS = 300


def rates(first, schedule):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=first)
    scheduler = schedule(optimizer)
    found = []
    for _ in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def cosine(settings, length):
    return lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, length, eta_min=settings["final"])


def warmed(settings):
    """peak · t / warmup from LambdaLR, and a cosine of its own after it."""
    peak, warmup = settings["peak"], settings["warmup"]
    rise = rates(peak, lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda t: t / warmup))
    wave = rates(peak, cosine(settings, settings["steps"] - warmup))
    return rise[:warmup] + wave


given = json.load(sys.stdin)
decays = given["decays"]
json.dump(
    {
        "decay": rates(
            decays["initial"],
            lambda optimizer: lr_scheduler.StepLR(optimizer, decays["every"], gamma=decays["factor"]),
        ),
        "wave": rates(given["waves"]["peak"], cosine(given["waves"], given["waves"]["steps"])),
        "warm": warmed(given["warmed"]),
    },
    sys.stdout,
)
