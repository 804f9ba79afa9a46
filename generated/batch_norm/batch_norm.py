"""y = (x − mean) / √(variance + eps) · gamma + beta, by channel; in training of the batch

Written by `deno task gen` from batch_norm; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class BatchNormFunction(torch.autograd.Function):
    """batch_norm in training, with its derived gradients."""

    @staticmethod
    def forward(
        ctx, x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor
    ) -> tuple[Tensor, ...]:
        B, C = x.shape
        sum_x = x.sum(0)  # [C]
        centre = sum_x / B  # [C]
        t = x - centre  # [B, C]
        spread = (t * t).sum(0) / B  # [C]
        t_2 = (spread + 0.00001).sqrt()  # [C]
        t_3 = 1.0 / t_2  # [C]
        t_4 = t * t_3  # [B, C]
        y = t_4 * gamma + beta  # [B, C]
        mean_next = mean * 0.9 + centre * 0.1  # [C]
        variance_next = variance * 0.9 + spread * (B / max(B - 1.0, 1.0)) * 0.1
        ctx.save_for_backward(gamma, t_3, t, t_2, t_4)
        ctx.mark_non_differentiable(mean_next, variance_next)
        return y, mean_next, variance_next

    @staticmethod
    @once_differentiable
    def backward(ctx, gy, _mean_next, _variance_next):
        gamma, t_3, t, t_2, t_4 = ctx.saved_tensors
        B = t.shape[0]
        gx = ggamma = gbeta = None
        if ctx.needs_input_grad[0]:
            t_5 = gy * gamma  # [B, C]
            t_6 = -((t_5 * t).sum(0) * t_3 / t_2) / (2.0 * t_2)  # [C]
            t_7 = t_6 / B * t  # [B, C]
            t_8 = t_5 * t_3 + t_7 + t_7  # [B, C]
            gx = t_8 + (-t_8).sum(0) / B  # [B, C]
        if ctx.needs_input_grad[1]:
            ggamma = (gy * t_4).sum(0)  # [C]
        if ctx.needs_input_grad[2]:
            gbeta = gy.sum(0)  # [C]
        return gx, ggamma, gbeta, None, None


def _in_use(
    x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor
) -> Tensor:
    """batch_norm in use."""
    t = (x - mean) * (1.0 / (variance + 0.00001).sqrt())  # [B, C]
    return t * gamma + beta


class BatchNorm(nn.Module):
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
        y, mean_next, variance_next = BatchNormFunction.apply(
            x, self.gamma, self.beta, self.mean, self.variance
        )
        with torch.no_grad():
            self.mean.copy_(mean_next)
            self.variance.copy_(variance_next)
        return y
