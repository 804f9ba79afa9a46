"""y = x where x > 0, else 0.01·x

Written by `deno task gen` from leaky_relu; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class LeakyReluFunction(torch.autograd.Function):
    """leaky_relu in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        t = x > 0.0  # [N]
        y = torch.where(t, x, x * 0.01)  # [N]
        ctx.save_for_backward(t)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        (t,) = ctx.saved_tensors
        gx = torch.where(t, gy, 0.0) + torch.where(t, 0.0, gy) * 0.01  # [N]
        return gx


class LeakyRelu(nn.Module):
    """y = x where x > 0, else 0.01·x"""

    def forward(self, x: Tensor) -> Tensor:
        return LeakyReluFunction.apply(x)
