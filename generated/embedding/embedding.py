"""y[n, e] = W[index[n], e]

Written by `deno task gen` from embedding; do not edit.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class EmbeddingFunction(torch.autograd.Function):
    """embedding in training, with its derived gradients."""

    @staticmethod
    def forward(ctx, index: Tensor, W: Tensor) -> Tensor:
        V, E = W.shape
        y = W[index]  # [N, E]
        ctx.save_for_backward(index)
        ctx.V = V
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, gy):
        (index,) = ctx.saved_tensors
        V = ctx.V
        dtype = gy.dtype
        device = index.device
        t = index[:, None] == torch.arange(V, device=device)  # [N, V]
        gW = t.to(dtype).T @ gy  # [V, E]
        return None, gW


class Embedding(nn.Module):
    """y[n, e] = W[index[n], e]"""

    def __init__(self, V: int, E: int) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.empty(V, E))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.normal_(self.W, 0.0, 1.0)

    def forward(self, index: Tensor) -> Tensor:
        return EmbeddingFunction.apply(index, self.W)
