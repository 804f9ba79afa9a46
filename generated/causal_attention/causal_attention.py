"""y = softmax(q · kᵀ / √D where s ≤ t) · v

Written by `deno task gen` from causal_attention; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class CausalAttentionFunction(torch.autograd.Function):
    """causal_attention in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        B, T, D = q.shape
        device = q.device
        t = torch.arange(T, device=device)  # [T]
        t_2 = t[:, None] >= t  # [T, T]
        t_3 = torch.einsum("abc,adc->abd", q, k) / math.sqrt(D)  # [B, T, T]
        t_4 = torch.where(t_2, t_3, -1e30)  # [B, T, T]
        t_5 = (t_4 - t_4.amax(2)[:, :, None]).exp()  # [B, T, T]
        t_6 = t_5.sum(2)  # [B, T]
        weights = t_5 / t_6[:, :, None]  # [B, T, T]
        y = torch.einsum("abc,acd->abd", weights, v)  # [B, T, E]
        ctx.save_for_backward(v, k, q, t_2, t_6, weights, t_5)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        v, k, q, t_2, t_6, weights, t_5 = ctx.saved_tensors
        D = k.shape[2]
        gy_times_v = torch.einsum("abc,adc->abd", gy, v)  # [B, T, T]
        t = (-(gy_times_v * weights / t_6[:, :, None])).sum(2)  # [B, T]
        t_3 = (gy_times_v / t_6[:, :, None] + t[:, :, None]) * t_5  # [B, T, T]
        t_4 = torch.where(t_2, t_3, 0.0) / math.sqrt(D)  # [B, T, T]
        gq = gk = gv = None
        if ctx.needs_input_grad[0]:
            gq = torch.einsum("abc,acd->abd", t_4, k)  # [B, T, D]
        if ctx.needs_input_grad[1]:
            gk = torch.einsum("abc,abd->acd", t_4, q)  # [B, T, D]
        if ctx.needs_input_grad[2]:
            gv = torch.einsum("abc,abd->acd", weights, gy)  # [B, T, E]
        return gq, gk, gv


class CausalAttention(nn.Module):
    """y = softmax(q · kᵀ / √D where s ≤ t) · v"""

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return CausalAttentionFunction.apply(q, k, v)
