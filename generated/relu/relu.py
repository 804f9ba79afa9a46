"""y = max(x, 0)

Written by `deno task gen` from relu; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class ReluFunction(torch.autograd.Function):
    """relu in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        y = x.relu()  # [B, N]
        ctx.save_for_backward(y)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        (y,) = ctx.saved_tensors
        gx = torch.where(y > 0.0, gy, 0.0)  # [B, N]
        return gx


class Relu(nn.Module):
    """y = max(x, 0)"""

    def forward(self, x: Tensor) -> Tensor:
        return ReluFunction.apply(x)
