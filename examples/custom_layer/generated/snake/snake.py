"""y = x + sin²(αx) / α,  α = 1 + a

Written by `deno task gen` from snake; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class SnakeFunction(torch.autograd.Function):
    """snake in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, a: Tensor) -> Tensor:
        t = a + 1.0  # [N]
        t_2 = x * t  # [B, N]
        t_3 = t_2.sin()  # [B, N]
        t_4 = t_3 * t_3 / t  # [B, N]
        y = x + t_4  # [B, N]
        ctx.save_for_backward(x, t_2, t_4, t)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        x, t_2, t_4, t = ctx.saved_tensors
        t_3 = (t_2 * 2.0).sin()  # [B, N]
        gx = ga = None
        if ctx.needs_input_grad[0]:
            gx = gy * (t_3 + 1.0)  # [B, N]
        if ctx.needs_input_grad[1]:
            ga = (gy * ((x * t_3 - t_4) / t)).sum(0)  # [N]
        return gx, ga


class Snake(nn.Module):
    """y = x + sin²(αx) / α,  α = 1 + a"""

    def __init__(self, N: int) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.empty(N))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.zeros_(self.a)

    def forward(self, x: Tensor) -> Tensor:
        return SnakeFunction.apply(x, self.a)
