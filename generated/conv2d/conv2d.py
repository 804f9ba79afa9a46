"""y[b,o,i,j] = Σ_cpq x[b,c,i·s+p·d,j·s+q·d] · W[o,c,p,q] + b[o]; windows of 3 × 3, stride 1 × 1, padding 1 × 1, dilation 1 × 1, 1 groups

Written by `deno task gen` from conv2d; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class Conv2dFunction(torch.autograd.Function):
    """conv2d in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, x: Tensor, W: Tensor, b: Tensor) -> Tensor:
        t = nn.functional.pad(nn.functional.pad(x, (0, 0, 1, 1)), (1, 1))
        t_2 = t.unfold(2, 3, 1).unfold(3, 3, 1)  # [B, C, 14, 14, 3, 3]
        y = torch.einsum("abcdef,gbef->agcd", t_2, W) + b[:, None, None]
        ctx.save_for_backward(W, t_2)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        W, t_2 = ctx.saved_tensors
        device = W.device
        gx = gW = gb = None
        if ctx.needs_input_grad[0]:
            t = nn.functional.pad(nn.functional.pad(gy, (1, 1)), (0, 0, 1, 1))
            t_3 = 2 - torch.arange(3, device=device) & 0xFFFFFFFF  # [3]
            t_4 = W.permute(3, 0, 1, 2)[t_3].permute(3, 0, 1, 2)  # [3, 3, O, C]
            t_5 = t.unfold(3, 3, 1).unfold(2, 3, 1)  # [B, O, 14, 14, 3, 3]
            gx = torch.einsum("abcdef,febg->agcd", t_5, t_4[t_3])  # [B, C, 14, 14]
        if ctx.needs_input_grad[1]:
            gW = torch.einsum("abcd,aecdfg->befg", gy, t_2)  # [O, C, 3, 3]
        if ctx.needs_input_grad[2]:
            gb = gy.sum((0, 2, 3))  # [O]
        return gx, gW, gb


class Conv2d(nn.Module):
    """y[b,o,i,j] = Σ_cpq x[b,c,i·s+p·d,j·s+q·d] · W[o,c,p,q] + b[o]; windows of 3 × 3, stride 1 × 1, padding 1 × 1, dilation 1 × 1, 1 groups"""

    def __init__(self, O: int, C: int) -> None:
        super().__init__()
        self._C = C
        self.W = nn.Parameter(torch.empty(O, C, 3, 3))
        self.b = nn.Parameter(torch.empty(O))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        C = self._C
        nn.init.normal_(self.W, 0.0, math.sqrt(2.0 / (9 * C)))
        nn.init.zeros_(self.b)

    def forward(self, x: Tensor) -> Tensor:
        return Conv2dFunction.apply(x, self.W, self.b)
