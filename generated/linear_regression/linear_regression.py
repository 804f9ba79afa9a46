"""y = x · Wᵀ + b, loss = (y − target)²

Written by `deno task gen` from linear_regression; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class LinearRegressionFunction(torch.autograd.Function):
    """The loss and the metrics of each sample; the loss has a gradient."""

    @staticmethod
    def forward(ctx, x: Tensor, target: Tensor, l1_W: Tensor, l1_b: Tensor) -> Tensor:
        B = x.shape[0]
        l1_y = x @ l1_W.T + l1_b  # [B, 1]
        t = l1_y - target  # [B, 1]
        loss_2 = t * t  # [B, 1]
        loss = loss_2.reshape(B)  # [B]
        ctx.save_for_backward(x, t)
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx, g_loss):
        x, t = ctx.saved_tensors
        t_2 = g_loss[:, None] * t  # [B, 1]
        g_l1_y = t_2 + t_2  # [B, 1]
        g_l1_W = g_l1_b = None
        if ctx.needs_input_grad[2]:
            g_l1_W = g_l1_y.T @ x  # [1, 2]
        if ctx.needs_input_grad[3]:
            g_l1_b = g_l1_y.sum(0)  # [1]
        return None, None, g_l1_W, g_l1_b


def _predict(x: Tensor, l1_W: Tensor, l1_b: Tensor) -> Tensor:
    """What the network makes of a batch, in use."""
    l1_y = x @ l1_W.T + l1_b  # [B, 1]
    return l1_y


class LinearRegression(nn.Module):
    """y = x · Wᵀ + b, loss = (y − target)²"""

    def __init__(self) -> None:
        super().__init__()
        self.l1 = nn.Module()
        self.l1.W = nn.Parameter(torch.empty(1, 2))
        self.l1.b = nn.Parameter(torch.empty(1))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.normal_(self.l1.W, 0.0, math.sqrt(1.0 / 2))
        nn.init.zeros_(self.l1.b)

    def forward(self, x: Tensor, target: Tensor) -> dict[str, Tensor]:
        """The loss and the metrics of each sample, by name."""
        loss = LinearRegressionFunction.apply(x, target, self.l1.W, self.l1.b)
        return {"loss": loss}

    def predict(self, x: Tensor) -> Tensor:
        """What the network makes of a batch."""
        return _predict(x, self.l1.W, self.l1.b)


def _update(w, g, step):
    """New values of a parameter and of what is kept for it, after a step."""
    return (w - g * 0.1,)


class LinearRegressionOptimizer(torch.optim.Optimizer):
    """w ← w − 0.1 · g"""

    updates = (_update,)
    states = ()

    def __init__(self, model: LinearRegression) -> None:
        groups = [
            {
                "update": 0,
                "params": [
                    model.l1.W,
                    model.l1.b,
                ],
            },
        ]
        super().__init__(groups, {})

    @torch.no_grad()
    def step(self, closure=None):
        """Changes every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        parameters = [w for group in self.param_groups for w in group["params"]]
        gradients = {w: w.grad for w in parameters}
        for group in self.param_groups:
            update = self.updates[group["update"]]
            for w in group["params"]:
                if gradients[w] is None:
                    continue
                state = self.state[w]
                if not state:
                    state["step"] = 0
                    state.update({name: torch.zeros_like(w) for name in self.states})
                state["step"] += 1
                kept = [state[name] for name in self.states]
                new = update(w, gradients[w], *kept, state["step"])
                for tensor, value in zip((w, *kept), new):
                    tensor.copy_(value)
        return loss
