"""y[b,c] = z[b,c] − log Σ_c exp(z[b,c])

Written by `deno task gen` from log_softmax; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class LogSoftmaxFunction(torch.autograd.Function):
    """log_softmax in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, z: Tensor) -> Tensor:
        largest = z.amax(1)  # [B]
        t = z - largest[:, None]  # [B, C]
        t_2 = t.exp()  # [B, C]
        t_3 = t_2.sum(1)  # [B]
        y = t - t_3.log()[:, None]  # [B, C]
        ctx.save_for_backward(t_3, t_2)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        t_3, t_2 = ctx.saved_tensors
        sum_minus_gy = (-gy).sum(1)  # [B]
        gz = gy + (sum_minus_gy / t_3)[:, None] * t_2  # [B, C]
        return gz


class LogSoftmax(nn.Module):
    """y[b,c] = z[b,c] − log Σ_c exp(z[b,c])"""

    def forward(self, z: Tensor) -> Tensor:
        return LogSoftmaxFunction.apply(z)
