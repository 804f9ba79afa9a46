"""in training y = 0 with probability 0.5, else x / 0.5; in use y = x

Written by `deno task gen` from dropout; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


def _quotient(a: Tensor, b: Tensor) -> Tensor:
    """Whole quotients, cut off at the point; a number divided by 0 is itself."""
    a, b = torch.as_tensor(a), torch.as_tensor(b)
    whole = torch.div(a, torch.where(b == 0, 1, b), rounding_mode="trunc")
    return torch.where(b == 0, a, whole)


def _random_bits(low, high, key):
    """Philox2x32-10: a counter of two words, encrypted under a key; the first word."""
    for _ in range(10):
        product = 0xD256D193 * low
        low, high = ((product >> 32) & 0xFFFFFFFF) ^ key ^ high, product & 0xFFFFFFFF
        key = (key + 0x9E3779B9) & 0xFFFFFFFF
    return low


class DropoutFunction(torch.autograd.Function):
    """dropout in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, step: float, seed: int) -> Tensor:
        N = x.shape[0]
        dtype = x.dtype
        device = x.device
        t_2 = torch.arange(N, device=device)  # [N]
        t = _random_bits(t_2, int(step), seed + 3883353449 & 0xFFFFFFFF)  # [N]
        t_3 = 8388608.0 > _quotient(t, 256).to(dtype)  # [N]
        y = torch.where(t_3, x / 0.5, 0.0)  # [N]
        ctx.save_for_backward(t_3)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        (t_3,) = ctx.saved_tensors
        gx = torch.where(t_3, gy, 0.0) / 0.5  # [N]
        return gx, None, None


def _in_use(x: Tensor) -> Tensor:
    """dropout in use."""
    return x.clone()


class Dropout(nn.Module):
    """in training y = 0 with probability 0.5, else x / 0.5; in use y = x"""

    def forward(self, x: Tensor, step: float, seed: int) -> Tensor:
        if not self.training:
            return _in_use(x)
        return DropoutFunction.apply(x, step, seed)
