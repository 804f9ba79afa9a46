"""y[b,c] = exp(z[b,c]) / Σ_c exp(z[b,c])

Written by `deno task gen` from softmax; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class SoftmaxFunction(torch.autograd.Function):
    """softmax in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, z: Tensor) -> Tensor:
        largest = z.amax(1)  # [B]
        t = (z - largest[:, None]).exp()  # [B, C]
        t_2 = t.sum(1)  # [B]
        y = t / t_2[:, None]  # [B, C]
        ctx.save_for_backward(t_2, y, t)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        t_2, y, t = ctx.saved_tensors
        t_3 = gy / t_2[:, None] + (-(gy * y / t_2[:, None])).sum(1)[:, None]
        gz = t_3 * t  # [B, C]
        return gz


class Softmax(nn.Module):
    """y[b,c] = exp(z[b,c]) / Σ_c exp(z[b,c])"""

    def forward(self, z: Tensor) -> Tensor:
        return SoftmaxFunction.apply(z)
