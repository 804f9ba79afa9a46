"""y = x · tile(W, (1, n))ᵀ + b

Written by `deno task gen` from shared_linear_with_bias; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class SharedLinearWithBiasFunction(torch.autograd.Function):
    """shared_linear_with_bias in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, W: Tensor, b: Tensor) -> Tensor:
        B = x.shape[0]
        O, K = W.shape
        n = x.shape[1] // K
        fold_x = x.reshape(B, n, K).sum(1)  # [B, K]
        y = fold_x @ W.T + b  # [B, O]
        ctx.save_for_backward(W, fold_x)
        ctx.n = n
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        W, fold_x = ctx.saved_tensors
        n = ctx.n
        gx = gW = gb = None
        if ctx.needs_input_grad[0]:
            gx_untiled = gy @ W  # [B, K]
            gx = gx_untiled.repeat(1, n)  # [B, n·K]
        if ctx.needs_input_grad[1]:
            gW = gy.T @ fold_x  # [O, K]
        if ctx.needs_input_grad[2]:
            gb = gy.sum(0)  # [O]
        return gx, gW, gb


class SharedLinearWithBias(nn.Module):
    """y = x · tile(W, (1, n))ᵀ + b"""

    def __init__(self, O: int, K: int) -> None:
        super().__init__()
        self._K = K
        self.W = nn.Parameter(torch.empty(O, K))
        self.b = nn.Parameter(torch.empty(O))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        K = self._K
        nn.init.normal_(self.W, 0.0, math.sqrt(1.0 / K))
        nn.init.zeros_(self.b)

    def forward(self, x: Tensor) -> Tensor:
        return SharedLinearWithBiasFunction.apply(x, self.W, self.b)
