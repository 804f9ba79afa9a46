"""y = (x − mean x) / √(var x + 0.00001) · gamma + beta

Written by `deno task gen` from layer_norm; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class LayerNormFunction(torch.autograd.Function):
    """layer_norm in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        B, N = x.shape
        sum_x = x.sum(1)  # [B]
        centred = x - (sum_x / N)[:, None]  # [B, N]
        t = ((centred * centred).sum(1) / N + 0.00001).sqrt()  # [B]
        t_2 = 1.0 / t  # [B]
        t_3 = centred * t_2[:, None]  # [B, N]
        y = t_3 * gamma + beta  # [B, N]
        ctx.save_for_backward(gamma, t_2, centred, t, t_3)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        gamma, t_2, centred, t, t_3 = ctx.saved_tensors
        N = gamma.shape[0]
        gx = ggamma = gbeta = None
        if ctx.needs_input_grad[0]:
            t_4 = gy * gamma  # [B, N]
            t_5 = -((t_4 * centred).sum(1) * t_2 / t) / (2.0 * t)  # [B]
            t_6 = (t_5 / N)[:, None] * centred  # [B, N]
            t_7 = t_4 * t_2[:, None] + t_6 + t_6  # [B, N]
            gx = t_7 + ((-t_7).sum(1) / N)[:, None]  # [B, N]
        if ctx.needs_input_grad[1]:
            ggamma = (gy * t_3).sum(0)  # [N]
        if ctx.needs_input_grad[2]:
            gbeta = gy.sum(0)  # [N]
        return gx, ggamma, gbeta


class LayerNorm(nn.Module):
    """y = (x − mean x) / √(var x + 0.00001) · gamma + beta"""

    def __init__(self, N: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(N))
        self.beta = nn.Parameter(torch.empty(N))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.ones_(self.gamma)
        nn.init.zeros_(self.beta)

    def forward(self, x: Tensor) -> Tensor:
        return LayerNormFunction.apply(x, self.gamma, self.beta)
