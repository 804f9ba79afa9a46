"""y = (x − mean) / √(variance + eps) · gamma + beta, by channel; in training of the batch

Written by `deno task gen` from batch_norm_2d; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class BatchNorm2dFunction(torch.autograd.Function):
    """batch_norm_2d in training, with its derived gradients."""

    @staticmethod
    def forward(
        ctx, x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor
    ) -> tuple[Tensor, ...]:
        B, C, H, W = x.shape
        sum_x = x.sum((0, 2, 3))  # [C]
        centre = sum_x / (B * H * W)  # [C]
        t = x - centre[:, None, None]  # [B, C, H, W]
        spread = (t * t).sum((0, 2, 3)) / (B * H * W)  # [C]
        t_2 = (spread + 0.00001).sqrt()  # [C]
        t_3 = 1.0 / t_2  # [C]
        t_4 = t * t_3[:, None, None]  # [B, C, H, W]
        y = t_4 * gamma[:, None, None] + beta[:, None, None]  # [B, C, H, W]
        mean_next = mean * 0.9 + centre * 0.1  # [C]
        t_5 = spread * (B * H * W / max(B * H * W - 1.0, 1.0))  # [C]
        variance_next = variance * 0.9 + t_5 * 0.1  # [C]
        ctx.save_for_backward(gamma, t_3, t, t_2, t_4)
        ctx.mark_non_differentiable(mean_next, variance_next)
        return y, mean_next, variance_next

    @staticmethod
    @once_differentiable
    def backward(ctx, gy, _mean_next, _variance_next):
        gamma, t_3, t, t_2, t_4 = ctx.saved_tensors
        B = t.shape[0]
        H = t.shape[2]
        W = t.shape[3]
        gx = ggamma = gbeta = None
        if ctx.needs_input_grad[0]:
            t_5 = gy * gamma[:, None, None]  # [B, C, H, W]
            t_6 = -((t_5 * t).sum((0, 2, 3)) * t_3 / t_2) / (2.0 * t_2)  # [C]
            t_7 = (t_6 / (B * H * W))[:, None, None] * t  # [B, C, H, W]
            t_8 = t_5 * t_3[:, None, None] + t_7 + t_7  # [B, C, H, W]
            t_9 = ((-t_8).sum((0, 2, 3)) / (B * H * W))[:, None, None]
            gx = t_8 + t_9  # [B, C, H, W]
        if ctx.needs_input_grad[1]:
            ggamma = (gy * t_4).sum((0, 2, 3))  # [C]
        if ctx.needs_input_grad[2]:
            gbeta = gy.sum((0, 2, 3))  # [C]
        return gx, ggamma, gbeta, None, None


def _in_use(
    x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor
) -> Tensor:
    """batch_norm_2d in use."""
    t = (1.0 / (variance + 0.00001).sqrt())[:, None, None]
    t_2 = (x - mean[:, None, None]) * t * gamma[:, None, None]  # [B, C, H, W]
    return t_2 + beta[:, None, None]


class BatchNorm2d(nn.Module):
    """y = (x − mean) / √(variance + eps) · gamma + beta, by channel; in training of the batch"""

    def __init__(self, C: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(C))
        self.beta = nn.Parameter(torch.empty(C))
        self.register_buffer("mean", torch.empty(C))
        self.register_buffer("variance", torch.empty(C))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.ones_(self.gamma)
        nn.init.zeros_(self.beta)
        nn.init.zeros_(self.mean)
        nn.init.ones_(self.variance)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return _in_use(x, self.gamma, self.beta, self.mean, self.variance)
        y, mean_next, variance_next = BatchNorm2dFunction.apply(
            x, self.gamma, self.beta, self.mean, self.variance
        )
        with torch.no_grad():
            self.mean.copy_(mean_next)
            self.variance.copy_(variance_next)
        return y
