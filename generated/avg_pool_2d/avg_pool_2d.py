"""y[b,c,i,j] = mean_pq x[b,c,i·s+p,j·s+q]

Written by `deno task gen` from avg_pool_2d; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class AvgPool2dFunction(torch.autograd.Function):
    """avg_pool_2d in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        B = x.shape[0]
        C = x.shape[1]
        x_2 = x.reshape(B, C, 7, 2, 14).permute(0, 1, 2, 4, 3)  # [B, C, 7, 14, 2]
        x_3 = x_2.reshape(B, C, 7, 7, 2, 2).permute(0, 1, 2, 3, 5, 4)
        sum_x = x_3.sum((4, 5))  # [B, C, 7, 7]
        y = sum_x / 4.0  # [B, C, 7, 7]
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        B = gy.shape[0]
        C = gy.shape[1]
        t_2 = (gy / 4.0)[:, :, :, :, None, None]
        t = t_2.expand(B, C, 7, 7, 2, 2).permute(0, 1, 2, 3, 5, 4)
        t_3 = t.reshape(B, C, 7, 14, 2).permute(0, 1, 2, 4, 3)  # [B, C, 7, 2, 14]
        gx = t_3.reshape(B, C, 14, 14)  # [B, C, 14, 14]
        return gx


class AvgPool2d(nn.Module):
    """y[b,c,i,j] = mean_pq x[b,c,i·s+p,j·s+q]"""

    def forward(self, x: Tensor) -> Tensor:
        return AvgPool2dFunction.apply(x)
