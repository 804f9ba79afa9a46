"""y = x · sign(W)ᵀ / √I

Written by `deno task gen` from binary_linear; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class BinaryLinearFunction(torch.autograd.Function):
    """binary_linear in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, W: Tensor) -> Tensor:
        B, I = x.shape
        dtype = x.dtype
        device = x.device
        t_2 = W > 0.0  # [O, I]
        t = torch.where(t_2, torch.full((), 1.0, dtype=dtype, device=device), -1.0)
        y = x @ t.T / math.sqrt(I)  # [B, O]
        ctx.save_for_backward(W, x, t)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        W, x, t = ctx.saved_tensors
        O, I = W.shape
        t_2 = gy / math.sqrt(I)  # [B, O]
        gx = gW = None
        if ctx.needs_input_grad[0]:
            gx = t_2 @ t  # [B, I]
        if ctx.needs_input_grad[1]:
            gW = torch.where(1.0 >= W.abs(), t_2.T @ x, 0.0)  # [O, I]
        return gx, gW


class BinaryLinear(nn.Module):
    """y = x · sign(W)ᵀ / √I"""

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
        return BinaryLinearFunction.apply(x, self.W)
