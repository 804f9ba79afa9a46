"""y = x · Wᵀ

Written by `deno task gen` from linear_without_bias; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class LinearWithoutBiasFunction(torch.autograd.Function):
    """linear_without_bias in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, W: Tensor) -> Tensor:
        y = x @ W.T  # [B, O]
        ctx.save_for_backward(W, x)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        W, x = ctx.saved_tensors
        gx = gW = None
        if ctx.needs_input_grad[0]:
            gx = gy @ W  # [B, I]
        if ctx.needs_input_grad[1]:
            gW = gy.T @ x  # [O, I]
        return gx, gW


class LinearWithoutBias(nn.Module):
    """y = x · Wᵀ"""

    def __init__(self, O: int, I: int) -> None:
        super().__init__()
        self._I = I
        self.W = nn.Parameter(torch.empty(O, I))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        I = self._I
        nn.init.normal_(self.W, 0.0, math.sqrt(1.0 / I))

    def forward(self, x: Tensor) -> Tensor:
        return LinearWithoutBiasFunction.apply(x, self.W)
