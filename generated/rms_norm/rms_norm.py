"""y = x / √(mean x² + 0.00001) · gamma

Written by `deno task gen` from rms_norm; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class RmsNormFunction(torch.autograd.Function):
    """rms_norm in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, gamma: Tensor) -> Tensor:
        B, N = x.shape
        t = ((x * x).sum(1) / N + 0.00001).sqrt()  # [B]
        t_2 = 1.0 / t  # [B]
        t_3 = x * t_2[:, None]  # [B, N]
        y = t_3 * gamma  # [B, N]
        ctx.save_for_backward(gamma, x, t_2, t, t_3)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        gamma, x, t_2, t, t_3 = ctx.saved_tensors
        N = gamma.shape[0]
        gx = ggamma = None
        if ctx.needs_input_grad[0]:
            t_4 = gy * gamma  # [B, N]
            t_5 = -((t_4 * x).sum(1) * t_2 / t) / (2.0 * t) / N  # [B]
            t_6 = t_5[:, None] * x  # [B, N]
            gx = t_4 * t_2[:, None] + t_6 + t_6  # [B, N]
        if ctx.needs_input_grad[1]:
            ggamma = (gy * t_3).sum(0)  # [N]
        return gx, ggamma


class RmsNorm(nn.Module):
    """y = x / √(mean x² + 0.00001) · gamma"""

    def __init__(self, N: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(N))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.ones_(self.gamma)

    def forward(self, x: Tensor) -> Tensor:
        return RmsNormFunction.apply(x, self.gamma)
