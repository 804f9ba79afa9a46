"""y = tanh x

Written by `deno task gen` from tanh_layer; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class TanhLayerFunction(torch.autograd.Function):
    """tanh_layer in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        y = x.tanh()  # [N]
        ctx.save_for_backward(y)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        (y,) = ctx.saved_tensors
        gx = gy * (1.0 - y * y)  # [N]
        return gx


class TanhLayer(nn.Module):
    """y = tanh x"""

    def forward(self, x: Tensor) -> Tensor:
        return TanhLayerFunction.apply(x)
