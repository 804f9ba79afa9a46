"""loss[b] = mean_n max(x, 0) − x·target + log(1 + exp(−|x|))

Written by `deno task gen` from binary_cross_entropy_with_logits; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class BinaryCrossEntropyWithLogitsFunction(torch.autograd.Function):
    """binary_cross_entropy_with_logits in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, target: Tensor) -> Tensor:
        B, N = x.shape
        t = x.relu()  # [B, N]
        t_2 = (-x.abs()).exp()  # [B, N]
        t_3 = t_2 + 1.0  # [B, N]
        y = (t - x * target + t_3.log()).sum(1) / N  # [B]
        ctx.save_for_backward(x, target, t_3, t_2, t)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        x, target, t_3, t_2, t = ctx.saved_tensors
        B, N = x.shape
        t_4 = gy / N  # [B]
        gx = gtarget = None
        if ctx.needs_input_grad[0]:
            t_5 = t_4[:, None] / t_3 * t_2  # [B, N]
            t_6 = torch.where(x > 0.0, -t_5, torch.where(0.0 > x, t_5, 0.0))  # [B, N]
            t_7 = torch.where(t > 0.0, t_4[:, None], 0.0)  # [B, N]
            gx = t_6 + (-t_4)[:, None] * target + t_7  # [B, N]
        if ctx.needs_input_grad[1]:
            gtarget = (-t_4)[:, None] * x  # [B, N]
        return gx, gtarget


class BinaryCrossEntropyWithLogits(nn.Module):
    """loss[b] = mean_n max(x, 0) − x·target + log(1 + exp(−|x|))"""

    def forward(self, x: Tensor, target: Tensor) -> Tensor:
        return BinaryCrossEntropyWithLogitsFunction.apply(x, target)
