"""loss[b] = mean_n (x[b,n] − target[b,n])²

Written by `deno task gen` from mean_squared_error; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class MeanSquaredErrorFunction(torch.autograd.Function):
    """mean_squared_error in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, target: Tensor) -> Tensor:
        B, N = x.shape
        t = x - target  # [B, N]
        y = (t * t).sum(1) / N  # [B]
        ctx.save_for_backward(t)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        (t,) = ctx.saved_tensors
        B, N = t.shape
        t_2 = (gy / N)[:, None] * t  # [B, N]
        gx = t_2 + t_2  # [B, N]
        gtarget = None
        if ctx.needs_input_grad[1]:
            gtarget = -gx  # [B, N]
        return gx, gtarget


class MeanSquaredError(nn.Module):
    """loss[b] = mean_n (x[b,n] − target[b,n])²"""

    def forward(self, x: Tensor, target: Tensor) -> Tensor:
        return MeanSquaredErrorFunction.apply(x, target)
