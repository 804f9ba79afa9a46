"""1 × 28 × 28 → 16 × 14 × 14 → 32 × 7 × 7 → 10

Written by `deno task gen` from mnist_cnn; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class MnistCnnFunction(torch.autograd.Function):
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
        l4_W: Tensor,
        l4_b: Tensor,
    ) -> tuple[Tensor, ...]:
        B = x.shape[0]
        dtype = x.dtype
        device = x.device
        t = nn.functional.pad(nn.functional.pad(x, (0, 0, 2, 2)), (2, 2))
        t_2 = t.unfold(2, 5, 1).unfold(3, 5, 1)  # [B, 1, 28, 28, 5, 5]
        l1_y = torch.einsum("abcdef,gbef->agcd", t_2, l1_W) + l1_b[:, None, None]
        relu1 = l1_y.relu()  # [B, 16, 28, 28]
        relu1_2 = relu1.reshape(B, 16, 14, 2, 28).permute(0, 1, 2, 4, 3)
        relu1_3 = relu1_2.reshape(B, 16, 14, 14, 2, 2).permute(0, 1, 2, 3, 5, 4)
        max_pool_2d1 = relu1_3.amax((4, 5))  # [B, 16, 14, 14]
        t_3 = nn.functional.pad(max_pool_2d1, (0, 0, 2, 2))  # [B, 16, 18, 14]
        t_4 = nn.functional.pad(t_3, (2, 2)).unfold(2, 5, 1)  # [B, 16, 14, 18, 5]
        t_5 = t_4.unfold(3, 5, 1)  # [B, 16, 14, 14, 5, 5]
        l2_y = torch.einsum("abcdef,gbef->agcd", t_5, l2_W) + l2_b[:, None, None]
        relu2 = l2_y.relu()  # [B, 32, 14, 14]
        relu2_2 = relu2.reshape(B, 32, 7, 2, 14).permute(0, 1, 2, 4, 3)
        relu2_3 = relu2_2.reshape(B, 32, 7, 7, 2, 2).permute(0, 1, 2, 3, 5, 4)
        max_pool_2d2 = relu2_3.amax((4, 5))  # [B, 32, 7, 7]
        l3_y = max_pool_2d2.reshape(B, 1568) @ l3_W.T + l3_b  # [B, 128]
        relu3 = l3_y.relu()  # [B, 128]
        l4_y = relu3 @ l4_W.T + l4_b  # [B, 10]
        largest = l4_y.amax(1)  # [B]
        t_6 = l4_y - largest[:, None]  # [B, 10]
        t_7 = t_6.exp()  # [B, 10]
        sum_exp = t_7.sum(1)  # [B]
        t_8 = torch.arange(10, device=device) == label[:, None]  # [B, 10]
        t_9 = t_8.to(dtype)  # [B, 10]
        at_label = (t_6 * t_9).sum(1)  # [B]
        loss = sum_exp.log() - at_label  # [B]
        best = l4_y.argmax(1)  # [B]
        accuracy = (best == label).to(dtype)  # [B]
        ctx.save_for_backward(
            l4_W,
            l3_W,
            l2_W,
            relu1,
            max_pool_2d1,
            relu2,
            max_pool_2d2,
            relu3,
            t_9,
            sum_exp,
            t_7,
            t_2,
            t_5,
        )
        ctx.mark_non_differentiable(accuracy)
        return loss, accuracy

    @staticmethod
    @once_differentiable
    def backward(ctx, g_loss, _accuracy):
        (
            l4_W,
            l3_W,
            l2_W,
            relu1,
            max_pool_2d1,
            relu2,
            max_pool_2d2,
            relu3,
            t_9,
            sum_exp,
            t_7,
            t_2,
            t_5,
        ) = ctx.saved_tensors
        B = relu1.shape[0]
        device = l4_W.device
        relu1_2 = relu1.reshape(B, 16, 14, 2, 28).permute(0, 1, 2, 4, 3)
        relu1_3 = relu1_2.reshape(B, 16, 14, 14, 2, 2).permute(0, 1, 2, 3, 5, 4)
        t = relu1_3 == max_pool_2d1[:, :, :, :, None, None]  # [B, 16, 14, 14, 2, 2]
        relu2_2 = relu2.reshape(B, 32, 7, 2, 14).permute(0, 1, 2, 4, 3)
        relu2_3 = relu2_2.reshape(B, 32, 7, 7, 2, 2).permute(0, 1, 2, 3, 5, 4)
        t_3 = relu2_3 == max_pool_2d2[:, :, :, :, None, None]  # [B, 32, 7, 7, 2, 2]
        g_l4_y = (-g_loss)[:, None] * t_9 + (g_loss / sum_exp)[:, None] * t_7
        g_relu3 = g_l4_y @ l4_W  # [B, 128]
        g_l3_y = torch.where(relu3 > 0.0, g_relu3, 0.0)  # [B, 128]
        g_max_pool_2d2 = g_l3_y @ l3_W  # [B, 1568]
        g_max_pool_2d2_2 = g_max_pool_2d2.reshape(B, 32, 7, 7)  # [B, 32, 7, 7]
        t_4 = torch.where(t_3, g_max_pool_2d2_2[:, :, :, :, None, None], 0.0)
        t_6 = t_4.permute(0, 1, 2, 3, 5, 4).reshape(B, 32, 7, 14, 2)
        g_relu2 = t_6.permute(0, 1, 2, 4, 3)  # [B, 32, 7, 2, 14]
        g_relu2_2 = g_relu2.reshape(448 * B, 14)  # [448·B, 14]
        g_l2_y = torch.where((relu2 > 0.0).reshape(448 * B, 14), g_relu2_2, 0.0)
        g_l2_y_2 = g_l2_y.reshape(B, 32, 14, 14)  # [B, 32, 14, 14]
        t_8 = nn.functional.pad(nn.functional.pad(g_l2_y_2, (2, 2)), (0, 0, 2, 2))
        t_10 = 4 - torch.arange(5, device=device) & 0xFFFFFFFF  # [5]
        t_11 = l2_W.permute(3, 0, 1, 2)[t_10].permute(3, 0, 1, 2)  # [5, 5, 32, 16]
        t_12 = t_8.unfold(3, 5, 1).unfold(2, 5, 1)  # [B, 32, 14, 14, 5, 5]
        g_max_pool_2d1 = torch.einsum("abcdef,febg->agcd", t_12, t_11[t_10])
        t_13 = torch.where(t, g_max_pool_2d1[:, :, :, :, None, None], 0.0)
        t_14 = t_13.permute(0, 1, 2, 3, 5, 4).reshape(B, 16, 14, 28, 2)
        g_relu1 = t_14.permute(0, 1, 2, 4, 3)  # [B, 16, 14, 2, 28]
        g_relu1_2 = g_relu1.reshape(448 * B, 28)  # [448·B, 28]
        g_l1_y = torch.where((relu1 > 0.0).reshape(448 * B, 28), g_relu1_2, 0.0)
        g_l1_y_2 = g_l1_y.reshape(B, 16, 28, 28)  # [B, 16, 28, 28]
        g_l1_W = g_l1_b = g_l2_W = g_l2_b = g_l3_W = g_l3_b = g_l4_W = g_l4_b = None
        if ctx.needs_input_grad[2]:
            g_l1_W = torch.einsum("abcd,aecdfg->befg", g_l1_y_2, t_2)  # [16, 1, 5, 5]
        if ctx.needs_input_grad[3]:
            g_l1_b = g_l1_y_2.sum((0, 2, 3))  # [16]
        if ctx.needs_input_grad[4]:
            g_l2_W = torch.einsum("abcd,aecdfg->befg", g_l2_y_2, t_5)  # [32, 16, 5, 5]
        if ctx.needs_input_grad[5]:
            g_l2_b = g_l2_y_2.sum((0, 2, 3))  # [32]
        if ctx.needs_input_grad[6]:
            g_l3_W = g_l3_y.T @ max_pool_2d2.reshape(B, 1568)  # [128, 1568]
        if ctx.needs_input_grad[7]:
            g_l3_b = g_l3_y.sum(0)  # [128]
        if ctx.needs_input_grad[8]:
            g_l4_W = g_l4_y.T @ relu3  # [10, 128]
        if ctx.needs_input_grad[9]:
            g_l4_b = g_l4_y.sum(0)  # [10]
        return (
            None,
            None,
            g_l1_W,
            g_l1_b,
            g_l2_W,
            g_l2_b,
            g_l3_W,
            g_l3_b,
            g_l4_W,
            g_l4_b,
        )


def _predict(
    x: Tensor,
    l1_W: Tensor,
    l1_b: Tensor,
    l2_W: Tensor,
    l2_b: Tensor,
    l3_W: Tensor,
    l3_b: Tensor,
    l4_W: Tensor,
    l4_b: Tensor,
) -> Tensor:
    """What the network makes of a batch, in use."""
    B = x.shape[0]
    t = nn.functional.pad(nn.functional.pad(x, (0, 0, 2, 2)), (2, 2))
    t_3 = t.unfold(2, 5, 1).unfold(3, 5, 1)  # [B, 1, 28, 28, 5, 5]
    t_2 = torch.einsum("abcdef,gbef->agcd", t_3, l1_W)  # [B, 16, 28, 28]
    l1_y = t_2 + l1_b[:, None, None]  # [B, 16, 28, 28]
    relu1 = l1_y.relu()  # [B, 16, 28, 28]
    relu1_2 = relu1.reshape(B, 16, 14, 2, 28).permute(0, 1, 2, 4, 3)
    relu1_3 = relu1_2.reshape(B, 16, 14, 14, 2, 2).permute(0, 1, 2, 3, 5, 4)
    max_pool_2d1 = relu1_3.amax((4, 5))  # [B, 16, 14, 14]
    t_4 = nn.functional.pad(max_pool_2d1, (0, 0, 2, 2))  # [B, 16, 18, 14]
    t_5 = nn.functional.pad(t_4, (2, 2)).unfold(2, 5, 1)  # [B, 16, 14, 18, 5]
    t_6 = torch.einsum("abcdef,gbef->agcd", t_5.unfold(3, 5, 1), l2_W)
    l2_y = t_6 + l2_b[:, None, None]  # [B, 32, 14, 14]
    relu2 = l2_y.relu()  # [B, 32, 14, 14]
    relu2_2 = relu2.reshape(B, 32, 7, 2, 14).permute(0, 1, 2, 4, 3)
    relu2_3 = relu2_2.reshape(B, 32, 7, 7, 2, 2).permute(0, 1, 2, 3, 5, 4)
    max_pool_2d2 = relu2_3.amax((4, 5))  # [B, 32, 7, 7]
    l3_y = max_pool_2d2.reshape(B, 1568) @ l3_W.T + l3_b  # [B, 128]
    relu3 = l3_y.relu()  # [B, 128]
    l4_y = relu3 @ l4_W.T + l4_b  # [B, 10]
    return l4_y


class MnistCnn(nn.Module):
    """1 × 28 × 28 → 16 × 14 × 14 → 32 × 7 × 7 → 10"""

    def __init__(self) -> None:
        super().__init__()
        self.l1 = nn.Module()
        self.l2 = nn.Module()
        self.l3 = nn.Module()
        self.l4 = nn.Module()
        self.l1.W = nn.Parameter(torch.empty(16, 1, 5, 5))
        self.l1.b = nn.Parameter(torch.empty(16))
        self.l2.W = nn.Parameter(torch.empty(32, 16, 5, 5))
        self.l2.b = nn.Parameter(torch.empty(32))
        self.l3.W = nn.Parameter(torch.empty(128, 1568))
        self.l3.b = nn.Parameter(torch.empty(128))
        self.l4.W = nn.Parameter(torch.empty(10, 128))
        self.l4.b = nn.Parameter(torch.empty(10))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.normal_(self.l1.W, 0.0, math.sqrt(2.0 / 25))
        nn.init.zeros_(self.l1.b)
        nn.init.normal_(self.l2.W, 0.0, math.sqrt(2.0 / 400))
        nn.init.zeros_(self.l2.b)
        nn.init.normal_(self.l3.W, 0.0, math.sqrt(1.0 / 1568))
        nn.init.zeros_(self.l3.b)
        nn.init.normal_(self.l4.W, 0.0, math.sqrt(1.0 / 128))
        nn.init.zeros_(self.l4.b)

    def forward(self, x: Tensor, label: Tensor) -> dict[str, Tensor]:
        """The loss and the metrics of each sample, by name."""
        loss, accuracy = MnistCnnFunction.apply(
            x,
            label,
            self.l1.W,
            self.l1.b,
            self.l2.W,
            self.l2.b,
            self.l3.W,
            self.l3.b,
            self.l4.W,
            self.l4.b,
        )
        return {"loss": loss, "accuracy": accuracy}

    def predict(self, x: Tensor) -> Tensor:
        """What the network makes of a batch."""
        return _predict(
            x,
            self.l1.W,
            self.l1.b,
            self.l2.W,
            self.l2.b,
            self.l3.W,
            self.l3.b,
            self.l4.W,
            self.l4.b,
        )


def _update(w, g, m, v, step):
    """New values of a parameter and of what is kept for it, after a step."""
    t = min((step - 100.0) / 1100.0, 1.0) * 3.141592653589793
    t_2 = (math.cos(t) + 1.0) * 0.0014500000000000001 + 0.0001
    rate_t = (step * 0.00003 if 100.0 >= step else t_2) / (1.0 - 0.9**step)
    root_t = math.sqrt(1.0 - 0.999**step)
    alpha_t = rate_t * root_t
    m_next = m * 0.9 + g * 0.09999999999999998
    v_next = v * 0.999 + g * g * 0.0010000000000000009
    t_3 = w - alpha_t * m_next / (v_next.sqrt() + 1e-8)
    return t_3, m_next, v_next


class MnistCnnOptimizer(torch.optim.Optimizer):
    """Adam, chainer's rule, α = by schedule, β₁ = 0.9, β₂ = 0.999, ε = 1e-8"""

    updates = (_update,)
    states = ("m", "v")

    def __init__(self, model: MnistCnn) -> None:
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
                    model.l4.W,
                    model.l4.b,
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
