"""y = softmax(q · kᵀ / √D) · v

Written by `deno task gen` from attention; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class AttentionFunction(torch.autograd.Function):
    """attention in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        B, T, D = q.shape
        t = torch.einsum("abc,adc->abd", q, k) / math.sqrt(D)  # [B, T, S]
        t_2 = (t - t.amax(2)[:, :, None]).exp()  # [B, T, S]
        t_3 = t_2.sum(2)  # [B, T]
        weights = t_2 / t_3[:, :, None]  # [B, T, S]
        y = torch.einsum("abc,acd->abd", weights, v)  # [B, T, E]
        ctx.save_for_backward(v, k, q, t_3, weights, t_2)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        v, k, q, t_3, weights, t_2 = ctx.saved_tensors
        D = k.shape[2]
        gy_times_v = torch.einsum("abc,adc->abd", gy, v)  # [B, T, S]
        t = (-(gy_times_v * weights / t_3[:, :, None])).sum(2)  # [B, T]
        t_4 = (gy_times_v / t_3[:, :, None] + t[:, :, None]) * t_2  # [B, T, S]
        t_5 = t_4 / math.sqrt(D)  # [B, T, S]
        gq = gk = gv = None
        if ctx.needs_input_grad[0]:
            gq = torch.einsum("abc,acd->abd", t_5, k)  # [B, T, D]
        if ctx.needs_input_grad[1]:
            gk = torch.einsum("abc,abd->acd", t_5, q)  # [B, S, D]
        if ctx.needs_input_grad[2]:
            gv = torch.einsum("abc,abd->acd", weights, gy)  # [B, S, E]
        return gq, gk, gv


class Attention(nn.Module):
    """y = softmax(q · kᵀ / √D) · v"""

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return AttentionFunction.apply(q, k, v)
