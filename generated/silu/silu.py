"""y = x / (1 + e⁻ˣ)

Written by `deno task gen` from silu; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class SiluFunction(torch.autograd.Function):
    """silu in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        t = x.sigmoid()  # [N]
        y = x * t  # [N]
        ctx.save_for_backward(x, t)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        x, t = ctx.saved_tensors
        gx = gy * t + gy * x * (t * (1.0 - t))  # [N]
        return gx


class Silu(nn.Module):
    """y = x / (1 + e⁻ˣ)"""

    def forward(self, x: Tensor) -> Tensor:
        return SiluFunction.apply(x)
