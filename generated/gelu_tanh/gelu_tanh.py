"""y = x · ½·(1 + tanh(√(2/π)·(x + 0.044715·x³)))

Written by `deno task gen` from gelu_tanh; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class GeluTanhFunction(torch.autograd.Function):
    """gelu_tanh in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        t = x * 0.5  # [N]
        t_2 = x * x  # [N]
        t_3 = (x + t_2 * x * 0.044715) * 0.7978845608028654  # [N]
        t_4 = t_3.tanh()  # [N]
        t_5 = t_4 + 1.0  # [N]
        y = t * t_5  # [N]
        ctx.save_for_backward(x, t, t_4, t_2, t_5)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        x, t, t_4, t_2, t_5 = ctx.saved_tensors
        t_3 = gy * t * (1.0 - t_4 * t_4) * 0.7978845608028654  # [N]
        t_6 = t_3 * 0.044715  # [N]
        t_7 = t_6 * x * x  # [N]
        gx = t_3 + t_6 * t_2 + t_7 + t_7 + gy * t_5 * 0.5  # [N]
        return gx


class GeluTanh(nn.Module):
    """y = x · ½·(1 + tanh(√(2/π)·(x + 0.044715·x³)))"""

    def forward(self, x: Tensor) -> Tensor:
        return GeluTanhFunction.apply(x)
