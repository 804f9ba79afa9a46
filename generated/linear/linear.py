"""y = x · Wᵀ + b

Written by `deno task gen` from linear; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class LinearFunction(torch.autograd.Function):
    """linear in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, W: Tensor, b: Tensor) -> Tensor:
        y = x @ W.T + b  # [B, O]
        ctx.save_for_backward(W, x)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        W, x = ctx.saved_tensors
        gx = gW = gb = None
        if ctx.needs_input_grad[0]:
            gx = gy @ W  # [B, I]
        if ctx.needs_input_grad[1]:
            gW = gy.T @ x  # [O, I]
        if ctx.needs_input_grad[2]:
            gb = gy.sum(0)  # [O]
        return gx, gW, gb


class Linear(nn.Module):
    """y = x · Wᵀ + b"""

    def __init__(self, O: int, I: int) -> None:
        super().__init__()
        self._I = I
        self.W = nn.Parameter(torch.empty(O, I))
        self.b = nn.Parameter(torch.empty(O))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        I = self._I
        nn.init.normal_(self.W, 0.0, math.sqrt(1.0 / I))
        nn.init.zeros_(self.b)

    def forward(self, x: Tensor) -> Tensor:
        return LinearFunction.apply(x, self.W, self.b)
