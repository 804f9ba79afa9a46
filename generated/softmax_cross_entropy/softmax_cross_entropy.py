"""loss[b] = log Σ_c exp(s[b,c]) − s[b, label[b]],  s = z − max_c z

Written by `deno task gen` from softmax_cross_entropy; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class SoftmaxCrossEntropyFunction(torch.autograd.Function):
    """softmax_cross_entropy in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, z: Tensor, label: Tensor) -> Tensor:
        B, C = z.shape
        dtype = z.dtype
        device = z.device
        largest = z.amax(1)  # [B]
        t = z - largest[:, None]  # [B, C]
        t_2 = t.exp()  # [B, C]
        sum_exp = t_2.sum(1)  # [B]
        t_3 = torch.arange(C, device=device) == label[:, None]  # [B, C]
        t_4 = t_3.to(dtype)  # [B, C]
        at_label = (t * t_4).sum(1)  # [B]
        y = sum_exp.log() - at_label  # [B]
        ctx.save_for_backward(t_4, sum_exp, t_2)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        t_4, sum_exp, t_2 = ctx.saved_tensors
        gz = (-gy)[:, None] * t_4 + (gy / sum_exp)[:, None] * t_2  # [B, C]
        return gz, None


class SoftmaxCrossEntropy(nn.Module):
    """loss[b] = log Σ_c exp(s[b,c]) − s[b, label[b]],  s = z − max_c z"""

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        return SoftmaxCrossEntropyFunction.apply(z, label)
