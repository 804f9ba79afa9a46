"""1 → 32 → 32 → 1, loss = (y − target)²

Written by `deno task gen` from waves; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class WavesFunction(torch.autograd.Function):
    """The loss and the metrics of each sample; the loss has a gradient."""

    @staticmethod
    def forward(
        ctx,
        x: Tensor,
        target: Tensor,
        l1_W: Tensor,
        l1_b: Tensor,
        l2_a: Tensor,
        l3_W: Tensor,
        l4_a: Tensor,
        l5_W: Tensor,
        l5_b: Tensor,
    ) -> Tensor:
        B = x.shape[0]
        dtype = x.dtype
        device = x.device
        l1_y = x @ l1_W.T + l1_b  # [B, 32]
        t = l2_a + 1.0  # [32]
        t_2 = l1_y * t  # [B, 32]
        t_3 = t_2.sin()  # [B, 32]
        t_4 = t_3 * t_3 / t  # [B, 32]
        l2_y = l1_y + t_4  # [B, 32]
        t_6 = l3_W > 0.0  # [32, 32]
        t_5 = torch.where(t_6, torch.full((), 1.0, dtype=dtype, device=device), -1.0)
        l3_y = l2_y @ t_5.T / math.sqrt(32)  # [B, 32]
        t_7 = l4_a + 1.0  # [32]
        t_8 = l3_y * t_7  # [B, 32]
        t_9 = t_8.sin()  # [B, 32]
        t_10 = t_9 * t_9 / t_7  # [B, 32]
        l4_y = l3_y + t_10  # [B, 32]
        l5_y = l4_y @ l5_W.T + l5_b  # [B, 1]
        t_11 = l5_y - target  # [B, 1]
        loss_2 = t_11 * t_11  # [B, 1]
        loss = loss_2.reshape(B)  # [B]
        ctx.save_for_backward(
            l5_W,
            x,
            l3_W,
            t_11,
            t_8,
            t_5,
            t_2,
            l1_y,
            t_4,
            t,
            l2_y,
            l3_y,
            t_10,
            t_7,
            l4_y,
        )
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx, g_loss):
        (
            l5_W,
            x,
            l3_W,
            t_11,
            t_8,
            t_5,
            t_2,
            l1_y,
            t_4,
            t,
            l2_y,
            l3_y,
            t_10,
            t_7,
            l4_y,
        ) = ctx.saved_tensors
        t_3 = g_loss[:, None] * t_11  # [B, 1]
        g_l5_y = t_3 + t_3  # [B, 1]
        g_l4_y = g_l5_y @ l5_W  # [B, 32]
        t_6 = (t_8 * 2.0).sin()  # [B, 32]
        g_l3_y = g_l4_y * (t_6 + 1.0)  # [B, 32]
        t_9 = g_l3_y / math.sqrt(32)  # [B, 32]
        g_l2_y = t_9 @ t_5  # [B, 32]
        t_12 = (t_2 * 2.0).sin()  # [B, 32]
        g_l1_y = g_l2_y * (t_12 + 1.0)  # [B, 32]
        g_l1_W = g_l1_b = g_l2_a = g_l3_W = g_l4_a = g_l5_W = g_l5_b = None
        if ctx.needs_input_grad[2]:
            g_l1_W = g_l1_y.T @ x  # [32, 1]
        if ctx.needs_input_grad[3]:
            g_l1_b = g_l1_y.sum(0)  # [32]
        if ctx.needs_input_grad[4]:
            g_l2_a = (g_l2_y * ((l1_y * t_12 - t_4) / t)).sum(0)  # [32]
        if ctx.needs_input_grad[5]:
            g_l3_W = torch.where(1.0 >= l3_W.abs(), t_9.T @ l2_y, 0.0)  # [32, 32]
        if ctx.needs_input_grad[6]:
            g_l4_a = (g_l4_y * ((l3_y * t_6 - t_10) / t_7)).sum(0)  # [32]
        if ctx.needs_input_grad[7]:
            g_l5_W = g_l5_y.T @ l4_y  # [1, 32]
        if ctx.needs_input_grad[8]:
            g_l5_b = g_l5_y.sum(0)  # [1]
        return None, None, g_l1_W, g_l1_b, g_l2_a, g_l3_W, g_l4_a, g_l5_W, g_l5_b


def _predict(
    x: Tensor,
    l1_W: Tensor,
    l1_b: Tensor,
    l2_a: Tensor,
    l3_W: Tensor,
    l4_a: Tensor,
    l5_W: Tensor,
    l5_b: Tensor,
) -> Tensor:
    """What the network makes of a batch, in use."""
    dtype = x.dtype
    device = x.device
    l1_y = x @ l1_W.T + l1_b  # [B, 32]
    t = (l1_y * (l2_a + 1.0)).sin()  # [B, 32]
    l2_y = l1_y + t * t / (l2_a + 1.0)  # [B, 32]
    t_3 = l3_W > 0.0  # [32, 32]
    t_2 = torch.where(t_3, torch.full((), 1.0, dtype=dtype, device=device), -1.0)
    l3_y = l2_y @ t_2.T / math.sqrt(32)  # [B, 32]
    t_4 = (l3_y * (l4_a + 1.0)).sin()  # [B, 32]
    l4_y = l3_y + t_4 * t_4 / (l4_a + 1.0)  # [B, 32]
    l5_y = l4_y @ l5_W.T + l5_b  # [B, 1]
    return l5_y


class Waves(nn.Module):
    """1 → 32 → 32 → 1, loss = (y − target)²"""

    def __init__(self) -> None:
        super().__init__()
        self.l1 = nn.Module()
        self.l2 = nn.Module()
        self.l3 = nn.Module()
        self.l4 = nn.Module()
        self.l5 = nn.Module()
        self.l1.W = nn.Parameter(torch.empty(32, 1))
        self.l1.b = nn.Parameter(torch.empty(32))
        self.l2.a = nn.Parameter(torch.empty(32))
        self.l3.W = nn.Parameter(torch.empty(32, 32))
        self.l4.a = nn.Parameter(torch.empty(32))
        self.l5.W = nn.Parameter(torch.empty(1, 32))
        self.l5.b = nn.Parameter(torch.empty(1))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.normal_(self.l1.W, 0.0, math.sqrt(1.0 / 1))
        nn.init.zeros_(self.l1.b)
        nn.init.zeros_(self.l2.a)
        nn.init.normal_(self.l3.W, 0.0, math.sqrt(1.0 / 32))
        nn.init.zeros_(self.l4.a)
        nn.init.normal_(self.l5.W, 0.0, math.sqrt(1.0 / 32))
        nn.init.zeros_(self.l5.b)

    def forward(self, x: Tensor, target: Tensor) -> dict[str, Tensor]:
        """The loss and the metrics of each sample, by name."""
        loss = WavesFunction.apply(
            x,
            target,
            self.l1.W,
            self.l1.b,
            self.l2.a,
            self.l3.W,
            self.l4.a,
            self.l5.W,
            self.l5.b,
        )
        return {"loss": loss}

    def predict(self, x: Tensor) -> Tensor:
        """What the network makes of a batch."""
        return _predict(
            x,
            self.l1.W,
            self.l1.b,
            self.l2.a,
            self.l3.W,
            self.l4.a,
            self.l5.W,
            self.l5.b,
        )


def _update(w, g, m, v, step):
    """New values of a parameter and of what is kept for it, after a step."""
    t = math.cos(min(step / 1500.0, 1.0) * 3.141592653589793)
    root_t = math.sqrt(1.0 - 0.999**step)
    t_2 = (t + 1.0) * 0.005 / (1.0 - 0.9**step) * root_t
    m_next = m * 0.9 + g * 0.09999999999999998
    v_next = v * 0.999 + g * g * 0.0010000000000000009
    return w - t_2 * m_next / (v_next.sqrt() + 1e-8), m_next, v_next


class WavesOptimizer(torch.optim.Optimizer):
    """Adam, chainer's rule, α = by schedule, β₁ = 0.9, β₂ = 0.999, ε = 1e-8"""

    updates = (_update,)
    states = ("m", "v")

    def __init__(self, model: Waves) -> None:
        groups = [
            {
                "update": 0,
                "params": [
                    model.l1.W,
                    model.l1.b,
                    model.l2.a,
                    model.l3.W,
                    model.l4.a,
                    model.l5.W,
                    model.l5.b,
                ],
            },
        ]
        super().__init__(groups, {})

    @torch.no_grad()
    def step(self, closure=None):
        """Changes every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        parameters = [w for group in self.param_groups for w in group["params"]]
        gradients = {w: w.grad for w in parameters}
        for group in self.param_groups:
            update = self.updates[group["update"]]
            for w in group["params"]:
                if gradients[w] is None:
                    continue
                state = self.state[w]
                if not state:
                    state["step"] = 0
                    state.update({name: torch.zeros_like(w) for name in self.states})
                state["step"] += 1
                kept = [state[name] for name in self.states]
                new = update(w, gradients[w], *kept, state["step"])
                for tensor, value in zip((w, *kept), new):
                    tensor.copy_(value)
        return loss
