"""y[b,c] = mean_ij x[b,c,i,j]

Written by `deno task gen` from global_avg_pool_2d; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class GlobalAvgPool2dFunction(torch.autograd.Function):
    """global_avg_pool_2d in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        B, C, H, W = x.shape
        sum_x = x.sum((2, 3))  # [B, C]
        y = sum_x / (H * W)  # [B, C]
        ctx.H = H
        ctx.W = W
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        H = ctx.H
        W = ctx.W
        B, C = gy.shape
        gx = (gy / (H * W))[:, :, None, None]
        gx = gx.expand(B, C, H, W)
        return gx


class GlobalAvgPool2d(nn.Module):
    """y[b,c] = mean_ij x[b,c,i,j]"""

    def forward(self, x: Tensor) -> Tensor:
        return GlobalAvgPool2dFunction.apply(x)
