"""y = x · tile(W, (1, n))ᵀ

Written by `deno task gen` from shared_linear; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class SharedLinearFunction(torch.autograd.Function):
    """shared_linear in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, W: Tensor) -> Tensor:
        B = x.shape[0]
        O, K = W.shape
        n = x.shape[1] // K
        fold_x = x.reshape(B, n, K).sum(1)  # [B, K]
        y = fold_x @ W.T  # [B, O]
        ctx.save_for_backward(W, fold_x)
        ctx.n = n
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        W, fold_x = ctx.saved_tensors
        n = ctx.n
        gx = gW = None
        if ctx.needs_input_grad[0]:
            gx_untiled = gy @ W  # [B, K]
            gx = gx_untiled.repeat(1, n)  # [B, n·K]
        if ctx.needs_input_grad[1]:
            gW = gy.T @ fold_x  # [O, K]
        return gx, gW


class SharedLinear(nn.Module):
    """y = x · tile(W, (1, n))ᵀ"""

    def __init__(self, O: int, K: int) -> None:
        super().__init__()
        self._K = K
        self.W = nn.Parameter(torch.empty(O, K))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        K = self._K
        nn.init.normal_(self.W, 0.0, math.sqrt(1.0 / K))

    def forward(self, x: Tensor) -> Tensor:
        return SharedLinearFunction.apply(x, self.W)
