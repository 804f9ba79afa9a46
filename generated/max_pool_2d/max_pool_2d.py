"""y[b,c,i,j] = max_pq x[b,c,i·s+p,j·s+q]

Written by `deno task gen` from max_pool_2d; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class MaxPool2dFunction(torch.autograd.Function):
    """max_pool_2d in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        B = x.shape[0]
        C = x.shape[1]
        x_2 = x.reshape(B, C, 7, 2, 14).permute(0, 1, 2, 4, 3)  # [B, C, 7, 14, 2]
        x_3 = x_2.reshape(B, C, 7, 7, 2, 2).permute(0, 1, 2, 3, 5, 4)
        y = x_3.amax((4, 5))  # [B, C, 7, 7]
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        x, y = ctx.saved_tensors
        B = x.shape[0]
        C = x.shape[1]
        x_2 = x.reshape(B, C, 7, 2, 14).permute(0, 1, 2, 4, 3)  # [B, C, 7, 14, 2]
        x_3 = x_2.reshape(B, C, 7, 7, 2, 2).permute(0, 1, 2, 3, 5, 4)
        t_2 = x_3 == y[:, :, :, :, None, None]  # [B, C, 7, 7, 2, 2]
        t = torch.where(t_2, gy[:, :, :, :, None, None], 0.0)  # [B, C, 7, 7, 2, 2]
        t_3 = t.permute(0, 1, 2, 3, 5, 4).reshape(B, C, 7, 14, 2)
        gx = t_3.permute(0, 1, 2, 4, 3).reshape(B, C, 14, 14)  # [B, C, 14, 14]
        return gx


class MaxPool2d(nn.Module):
    """y[b,c,i,j] = max_pq x[b,c,i·s+p,j·s+q]"""

    def forward(self, x: Tensor) -> Tensor:
        return MaxPool2dFunction.apply(x)
