"""y = 1 / (1 + e⁻ˣ)

Written by `deno task gen` from sigmoid_layer; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class SigmoidLayerFunction(torch.autograd.Function):
    """sigmoid_layer in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        y = x.sigmoid()  # [N]
        ctx.save_for_backward(y)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        (y,) = ctx.saved_tensors
        gx = gy * (y * (1.0 - y))  # [N]
        return gx


class SigmoidLayer(nn.Module):
    """y = 1 / (1 + e⁻ˣ)"""

    def forward(self, x: Tensor) -> Tensor:
        return SigmoidLayerFunction.apply(x)
