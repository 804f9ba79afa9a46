"""784 → 1000 → 1000 → 10

Written by `deno task gen` from mnist_original; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class MnistOriginalFunction(torch.autograd.Function):
    """The loss and the metrics of each sample; the loss has a gradient."""

    @staticmethod
    def forward(
        ctx,
        x: Tensor,
        label: Tensor,
        l1_W: Tensor,
        l1_b: Tensor,
        l2_W: Tensor,
        l2_b: Tensor,
        l3_W: Tensor,
        l3_b: Tensor,
    ) -> tuple[Tensor, ...]:
        dtype = x.dtype
        device = x.device
        l1_y = x @ l1_W.T + l1_b  # [B, 1000]
        relu1 = l1_y.relu()  # [B, 1000]
        l2_y = relu1 @ l2_W.T + l2_b  # [B, 1000]
        relu2 = l2_y.relu()  # [B, 1000]
        l3_y = relu2 @ l3_W.T + l3_b  # [B, 10]
        largest = l3_y.amax(1)  # [B]
        t = l3_y - largest[:, None]  # [B, 10]
        t_2 = t.exp()  # [B, 10]
        sum_exp = t_2.sum(1)  # [B]
        t_3 = torch.arange(10, device=device) == label[:, None]  # [B, 10]
        t_4 = t_3.to(dtype)  # [B, 10]
        at_label = (t * t_4).sum(1)  # [B]
        loss = sum_exp.log() - at_label  # [B]
        best = l3_y.argmax(1)  # [B]
        accuracy = (best == label).to(dtype)  # [B]
        ctx.save_for_backward(l3_W, l2_W, x, relu1, relu2, t_4, sum_exp, t_2)
        ctx.mark_non_differentiable(accuracy)
        return loss, accuracy

    @staticmethod
    @once_differentiable
    def backward(ctx, g_loss, _accuracy):
        l3_W, l2_W, x, relu1, relu2, t_4, sum_exp, t_2 = ctx.saved_tensors
        g_l3_y = (-g_loss)[:, None] * t_4 + (g_loss / sum_exp)[:, None] * t_2
        g_relu2 = g_l3_y @ l3_W  # [B, 1000]
        g_l2_y = torch.where(relu2 > 0.0, g_relu2, 0.0)  # [B, 1000]
        g_relu1 = g_l2_y @ l2_W  # [B, 1000]
        g_l1_y = torch.where(relu1 > 0.0, g_relu1, 0.0)  # [B, 1000]
        g_l1_W = g_l1_b = g_l2_W = g_l2_b = g_l3_W = g_l3_b = None
        if ctx.needs_input_grad[2]:
            g_l1_W = g_l1_y.T @ x  # [1000, 784]
        if ctx.needs_input_grad[3]:
            g_l1_b = g_l1_y.sum(0)  # [1000]
        if ctx.needs_input_grad[4]:
            g_l2_W = g_l2_y.T @ relu1  # [1000, 1000]
        if ctx.needs_input_grad[5]:
            g_l2_b = g_l2_y.sum(0)  # [1000]
        if ctx.needs_input_grad[6]:
            g_l3_W = g_l3_y.T @ relu2  # [10, 1000]
        if ctx.needs_input_grad[7]:
            g_l3_b = g_l3_y.sum(0)  # [10]
        return None, None, g_l1_W, g_l1_b, g_l2_W, g_l2_b, g_l3_W, g_l3_b


def _predict(
    x: Tensor,
    l1_W: Tensor,
    l1_b: Tensor,
    l2_W: Tensor,
    l2_b: Tensor,
    l3_W: Tensor,
    l3_b: Tensor,
) -> Tensor:
    """What the network makes of a batch, in use."""
    l1_y = x @ l1_W.T + l1_b  # [B, 1000]
    relu1 = l1_y.relu()  # [B, 1000]
    l2_y = relu1 @ l2_W.T + l2_b  # [B, 1000]
    relu2 = l2_y.relu()  # [B, 1000]
    l3_y = relu2 @ l3_W.T + l3_b  # [B, 10]
    return l3_y


class MnistOriginal(nn.Module):
    """784 → 1000 → 1000 → 10"""

    def __init__(self) -> None:
        super().__init__()
        self.l1 = nn.Module()
        self.l2 = nn.Module()
        self.l3 = nn.Module()
        self.l1.W = nn.Parameter(torch.empty(1000, 784))
        self.l1.b = nn.Parameter(torch.empty(1000))
        self.l2.W = nn.Parameter(torch.empty(1000, 1000))
        self.l2.b = nn.Parameter(torch.empty(1000))
        self.l3.W = nn.Parameter(torch.empty(10, 1000))
        self.l3.b = nn.Parameter(torch.empty(10))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.normal_(self.l1.W, 0.0, math.sqrt(1.0 / 784))
        nn.init.zeros_(self.l1.b)
        nn.init.normal_(self.l2.W, 0.0, math.sqrt(1.0 / 1000))
        nn.init.zeros_(self.l2.b)
        nn.init.normal_(self.l3.W, 0.0, math.sqrt(1.0 / 1000))
        nn.init.zeros_(self.l3.b)

    def forward(self, x: Tensor, label: Tensor) -> dict[str, Tensor]:
        """The loss and the metrics of each sample, by name."""
        loss, accuracy = MnistOriginalFunction.apply(
            x, label, self.l1.W, self.l1.b, self.l2.W, self.l2.b, self.l3.W, self.l3.b
        )
        return {"loss": loss, "accuracy": accuracy}

    def predict(self, x: Tensor) -> Tensor:
        """What the network makes of a batch."""
        return _predict(
            x, self.l1.W, self.l1.b, self.l2.W, self.l2.b, self.l3.W, self.l3.b
        )


def _update(w, g, m, v, step):
    """New values of a parameter and of what is kept for it, after a step."""
    rate_t = 0.001 / (1.0 - 0.9**step)
    root_t = math.sqrt(1.0 - 0.999**step)
    alpha_t = rate_t * root_t
    m_next = m * 0.9 + g * 0.09999999999999998
    v_next = v * 0.999 + g * g * 0.0010000000000000009
    t = w - alpha_t * m_next / (v_next.sqrt() + 1e-8)
    return t, m_next, v_next


class MnistOriginalOptimizer(torch.optim.Optimizer):
    """Adam, chainer's rule, α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8"""

    updates = (_update,)
    states = ("m", "v")

    def __init__(self, model: MnistOriginal) -> None:
        groups = [
            {
                "update": 0,
                "params": [
                    model.l1.W,
                    model.l1.b,
                    model.l2.W,
                    model.l2.b,
                    model.l3.W,
                    model.l3.b,
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
