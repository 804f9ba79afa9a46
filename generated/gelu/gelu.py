"""y = x · ½·(1 + erf(x / √2))

Written by `deno task gen` from gelu; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class GeluFunction(torch.autograd.Function):
    """gelu in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        t = x * 0.5  # [N]
        t_2 = x / 1.4142135623730951  # [N]
        t_3 = t_2.erf() + 1.0  # [N]
        y = t * t_3  # [N]
        ctx.save_for_backward(t, t_2, t_3)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        t, t_2, t_3 = ctx.saved_tensors
        t_4 = gy * t * (1.1283791670955126 * (-(t_2 * t_2)).exp())  # [N]
        gx = t_4 / 1.4142135623730951 + gy * t_3 * 0.5  # [N]
        return gx


class Gelu(nn.Module):
    """y = x · ½·(1 + erf(x / √2))"""

    def forward(self, x: Tensor) -> Tensor:
        return GeluFunction.apply(x)
