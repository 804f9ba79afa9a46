"""loss[b] = mean_n |x[b,n] − target[b,n]|

Written by `deno task gen` from mean_absolute_error; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class MeanAbsoluteErrorFunction(torch.autograd.Function):
    """mean_absolute_error in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, target: Tensor) -> Tensor:
        B, N = x.shape
        t = x - target  # [B, N]
        y = t.abs().sum(1) / N  # [B]
        ctx.save_for_backward(t)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        (t,) = ctx.saved_tensors
        B, N = t.shape
        t_2 = gy / N  # [B]
        t_3 = torch.where(0.0 > t, (-t_2)[:, None], 0.0)  # [B, N]
        gx = torch.where(t > 0.0, t_2[:, None], t_3)  # [B, N]
        gtarget = None
        if ctx.needs_input_grad[1]:
            gtarget = -gx  # [B, N]
        return gx, gtarget


class MeanAbsoluteError(nn.Module):
    """loss[b] = mean_n |x[b,n] − target[b,n]|"""

    def forward(self, x: Tensor, target: Tensor) -> Tensor:
        return MeanAbsoluteErrorFunction.apply(x, target)
