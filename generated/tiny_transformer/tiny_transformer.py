"""characters → 64 features, 2 blocks of 4 heads → characters

Written by `deno task gen` from tiny_transformer; do not edit.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class TinyTransformerFunction(torch.autograd.Function):
    """The loss and the metrics of each sample; the loss has a gradient."""

    @staticmethod
    def forward(
        ctx,
        token: Tensor,
        next: Tensor,
        l1_W: Tensor,
        l2_W: Tensor,
        block1_l1_gamma: Tensor,
        block1_l1_beta: Tensor,
        block1_attention_l1_W: Tensor,
        block1_attention_l1_b: Tensor,
        block1_attention_l2_W: Tensor,
        block1_attention_l2_b: Tensor,
        block1_attention_l3_W: Tensor,
        block1_attention_l3_b: Tensor,
        block1_attention_l4_W: Tensor,
        block1_attention_l4_b: Tensor,
        block1_l2_gamma: Tensor,
        block1_l2_beta: Tensor,
        block1_l3_W: Tensor,
        block1_l3_b: Tensor,
        block1_l4_W: Tensor,
        block1_l4_b: Tensor,
        block2_l1_gamma: Tensor,
        block2_l1_beta: Tensor,
        block2_attention_l1_W: Tensor,
        block2_attention_l1_b: Tensor,
        block2_attention_l2_W: Tensor,
        block2_attention_l2_b: Tensor,
        block2_attention_l3_W: Tensor,
        block2_attention_l3_b: Tensor,
        block2_attention_l4_W: Tensor,
        block2_attention_l4_b: Tensor,
        block2_l2_gamma: Tensor,
        block2_l2_beta: Tensor,
        block2_l3_W: Tensor,
        block2_l3_b: Tensor,
        block2_l4_W: Tensor,
        block2_l4_b: Tensor,
        l3_gamma: Tensor,
        l3_beta: Tensor,
        l4_W: Tensor,
        l4_b: Tensor,
    ) -> tuple[Tensor, ...]:
        B = token.shape[0]
        dtype = l1_W.dtype
        device = token.device
        l1_y = l1_W[token.reshape(48 * B)]  # [48·B, 64]
        l1_y_2 = l1_y.reshape(B, 48, 64)  # [B, 48, 64]
        l2_y = l1_y_2 + l2_W  # [B, 48, 64]
        t = torch.arange(48, device=device)  # [48]
        t_2 = t[:, None] >= t  # [48, 48]
        l2_y_2 = l2_y.reshape(48 * B, 64)  # [48·B, 64]
        fold_l2_y = l2_y_2.sum(1)  # [48·B]
        centred = l2_y_2 - (fold_l2_y / 64)[:, None]  # [48·B, 64]
        t_3 = ((centred * centred).sum(1) / 64 + 0.00001).sqrt()  # [48·B]
        t_4 = 1.0 / t_3  # [48·B]
        t_5 = centred * t_4[:, None]  # [48·B, 64]
        block1_l1_y = t_5 * block1_l1_gamma + block1_l1_beta  # [48·B, 64]
        t_6 = block1_l1_y @ block1_attention_l1_W.T  # [48·B, 64]
        block1_attention_l1_y = t_6 + block1_attention_l1_b  # [48·B, 64]
        block1_attention_l1_y_3 = block1_attention_l1_y.reshape(B, 48, 4, 16)
        block1_attention_l1_y_2 = block1_attention_l1_y_3.permute(0, 2, 1, 3)
        block1_attention_l1_y_4 = block1_attention_l1_y_2.reshape(4 * B, 48, 16)
        t_7 = block1_l1_y @ block1_attention_l2_W.T  # [48·B, 64]
        block1_attention_l2_y = t_7 + block1_attention_l2_b  # [48·B, 64]
        block1_attention_l2_y_3 = block1_attention_l2_y.reshape(B, 48, 4, 16)
        block1_attention_l2_y_2 = block1_attention_l2_y_3.permute(0, 2, 1, 3)
        block1_attention_l2_y_4 = block1_attention_l2_y_2.reshape(4 * B, 48, 16)
        t_8 = torch.einsum(
            "abc,adc->abd", block1_attention_l1_y_4, block1_attention_l2_y_4
        )
        t_9 = torch.where(t_2, t_8 / math.sqrt(16), -1e30)  # [4·B, 48, 48]
        t_10 = (t_9 - t_9.amax(2)[:, :, None]).exp()  # [4·B, 48, 48]
        t_11 = t_10.sum(2)  # [4·B, 48]
        weights = t_10 / t_11[:, :, None]  # [4·B, 48, 48]
        t_12 = block1_l1_y @ block1_attention_l3_W.T  # [48·B, 64]
        block1_attention_l3_y = t_12 + block1_attention_l3_b  # [48·B, 64]
        block1_attention_l3_y_3 = block1_attention_l3_y.reshape(B, 48, 4, 16)
        block1_attention_l3_y_2 = block1_attention_l3_y_3.permute(0, 2, 1, 3)
        block1_attention_l3_y_4 = block1_attention_l3_y_2.reshape(4 * B, 48, 16)
        t_13 = torch.einsum("abc,acd->abd", weights, block1_attention_l3_y_4)
        t_14 = t_13.reshape(B, 4, 48, 16)  # [B, 4, 48, 16]
        t_16 = t_14.permute(0, 2, 1, 3).reshape(48 * B, 64)  # [48·B, 64]
        t_15 = t_16 @ block1_attention_l4_W.T  # [48·B, 64]
        block1_attention_l4_y = t_15 + block1_attention_l4_b  # [48·B, 64]
        block1_attention_l4_y_2 = block1_attention_l4_y.reshape(B, 48, 64)
        t_17 = l2_y + block1_attention_l4_y_2  # [B, 48, 64]
        t_18 = t_17.reshape(48 * B, 64)  # [48·B, 64]
        centred_2 = t_18 - (t_18.sum(1) / 64)[:, None]  # [48·B, 64]
        t_19 = (centred_2 * centred_2).sum(1) / 64 + 0.00001  # [48·B]
        t_20 = t_19.sqrt()  # [48·B]
        t_21 = 1.0 / t_20  # [48·B]
        t_22 = centred_2 * t_21[:, None]  # [48·B, 64]
        block1_l2_y = t_22 * block1_l2_gamma + block1_l2_beta  # [48·B, 64]
        block1_l3_y = block1_l2_y @ block1_l3_W.T + block1_l3_b  # [48·B, 256]
        t_23 = block1_l3_y * 0.5  # [48·B, 256]
        t_24 = block1_l3_y / 1.4142135623730951  # [48·B, 256]
        t_25 = t_24.erf() + 1.0  # [48·B, 256]
        t_26 = t_23 * t_25  # [48·B, 256]
        block1_l4_y = t_26 @ block1_l4_W.T + block1_l4_b  # [48·B, 64]
        block1_l4_y_2 = block1_l4_y.reshape(B, 48, 64)  # [B, 48, 64]
        t_27 = t_17 + block1_l4_y_2  # [B, 48, 64]
        t_28 = t_27.reshape(48 * B, 64)  # [48·B, 64]
        centred_3 = t_28 - (t_28.sum(1) / 64)[:, None]  # [48·B, 64]
        t_29 = (centred_3 * centred_3).sum(1) / 64 + 0.00001  # [48·B]
        t_30 = t_29.sqrt()  # [48·B]
        t_31 = 1.0 / t_30  # [48·B]
        t_32 = centred_3 * t_31[:, None]  # [48·B, 64]
        block2_l1_y = t_32 * block2_l1_gamma + block2_l1_beta  # [48·B, 64]
        t_33 = block2_l1_y @ block2_attention_l1_W.T  # [48·B, 64]
        block2_attention_l1_y = t_33 + block2_attention_l1_b  # [48·B, 64]
        block2_attention_l1_y_3 = block2_attention_l1_y.reshape(B, 48, 4, 16)
        block2_attention_l1_y_2 = block2_attention_l1_y_3.permute(0, 2, 1, 3)
        block2_attention_l1_y_4 = block2_attention_l1_y_2.reshape(4 * B, 48, 16)
        t_34 = block2_l1_y @ block2_attention_l2_W.T  # [48·B, 64]
        block2_attention_l2_y = t_34 + block2_attention_l2_b  # [48·B, 64]
        block2_attention_l2_y_3 = block2_attention_l2_y.reshape(B, 48, 4, 16)
        block2_attention_l2_y_2 = block2_attention_l2_y_3.permute(0, 2, 1, 3)
        block2_attention_l2_y_4 = block2_attention_l2_y_2.reshape(4 * B, 48, 16)
        t_35 = torch.einsum(
            "abc,adc->abd", block2_attention_l1_y_4, block2_attention_l2_y_4
        )
        t_36 = torch.where(t_2, t_35 / math.sqrt(16), -1e30)  # [4·B, 48, 48]
        t_37 = (t_36 - t_36.amax(2)[:, :, None]).exp()  # [4·B, 48, 48]
        t_38 = t_37.sum(2)  # [4·B, 48]
        weights_2 = t_37 / t_38[:, :, None]  # [4·B, 48, 48]
        t_39 = block2_l1_y @ block2_attention_l3_W.T  # [48·B, 64]
        block2_attention_l3_y = t_39 + block2_attention_l3_b  # [48·B, 64]
        block2_attention_l3_y_3 = block2_attention_l3_y.reshape(B, 48, 4, 16)
        block2_attention_l3_y_2 = block2_attention_l3_y_3.permute(0, 2, 1, 3)
        block2_attention_l3_y_4 = block2_attention_l3_y_2.reshape(4 * B, 48, 16)
        t_40 = torch.einsum("abc,acd->abd", weights_2, block2_attention_l3_y_4)
        t_41 = t_40.reshape(B, 4, 48, 16)  # [B, 4, 48, 16]
        t_43 = t_41.permute(0, 2, 1, 3).reshape(48 * B, 64)  # [48·B, 64]
        t_42 = t_43 @ block2_attention_l4_W.T  # [48·B, 64]
        block2_attention_l4_y = t_42 + block2_attention_l4_b  # [48·B, 64]
        block2_attention_l4_y_2 = block2_attention_l4_y.reshape(B, 48, 64)
        t_44 = t_27 + block2_attention_l4_y_2  # [B, 48, 64]
        t_45 = t_44.reshape(48 * B, 64)  # [48·B, 64]
        centred_4 = t_45 - (t_45.sum(1) / 64)[:, None]  # [48·B, 64]
        t_46 = (centred_4 * centred_4).sum(1) / 64 + 0.00001  # [48·B]
        t_47 = t_46.sqrt()  # [48·B]
        t_48 = 1.0 / t_47  # [48·B]
        t_49 = centred_4 * t_48[:, None]  # [48·B, 64]
        block2_l2_y = t_49 * block2_l2_gamma + block2_l2_beta  # [48·B, 64]
        block2_l3_y = block2_l2_y @ block2_l3_W.T + block2_l3_b  # [48·B, 256]
        t_50 = block2_l3_y * 0.5  # [48·B, 256]
        t_51 = block2_l3_y / 1.4142135623730951  # [48·B, 256]
        t_52 = t_51.erf() + 1.0  # [48·B, 256]
        t_53 = t_50 * t_52  # [48·B, 256]
        block2_l4_y = t_53 @ block2_l4_W.T + block2_l4_b  # [48·B, 64]
        block2_l4_y_2 = block2_l4_y.reshape(B, 48, 64)  # [B, 48, 64]
        t_54 = (t_44 + block2_l4_y_2).reshape(48 * B, 64)  # [48·B, 64]
        centred_5 = t_54 - (t_54.sum(1) / 64)[:, None]  # [48·B, 64]
        t_55 = (centred_5 * centred_5).sum(1) / 64 + 0.00001  # [48·B]
        t_56 = t_55.sqrt()  # [48·B]
        t_57 = 1.0 / t_56  # [48·B]
        t_58 = centred_5 * t_57[:, None]  # [48·B, 64]
        l3_y = t_58 * l3_gamma + l3_beta  # [48·B, 64]
        l4_y = l3_y @ l4_W.T + l4_b  # [48·B, 28]
        largest = l4_y.amax(1)  # [48·B]
        t_59 = l4_y - largest[:, None]  # [48·B, 28]
        t_60 = t_59.exp()  # [48·B, 28]
        sum_exp = t_60.sum(1)  # [48·B]
        next_2 = next.reshape(48 * B)  # [48·B]
        t_61 = torch.arange(28, device=device) == next_2[:, None]  # [48·B, 28]
        t_62 = t_61.to(dtype)  # [48·B, 28]
        at_label = (t_59 * t_62).sum(1)  # [48·B]
        softmax_cross_entropy1 = sum_exp.log() - at_label  # [48·B]
        softmax_cross_entropy1_2 = softmax_cross_entropy1.reshape(B, 48)  # [B, 48]
        fold_softmax_cross_entropy1 = softmax_cross_entropy1_2.sum(1)  # [B]
        loss = fold_softmax_cross_entropy1 / 48.0  # [B]
        best = l4_y.argmax(1)  # [48·B]
        accuracy1 = (best == next_2).to(dtype)  # [48·B]
        accuracy1_2 = accuracy1.reshape(B, 48)  # [B, 48]
        fold_accuracy1 = accuracy1_2.sum(1)  # [B]
        accuracy = fold_accuracy1 / 48.0  # [B]
        ctx.save_for_backward(
            token,
            l4_W,
            l3_gamma,
            block2_l4_W,
            block2_l3_W,
            block2_l2_gamma,
            block2_attention_l4_W,
            block2_attention_l3_W,
            block2_attention_l2_W,
            block2_attention_l1_W,
            block2_l1_gamma,
            block1_l4_W,
            block1_l3_W,
            block1_l2_gamma,
            block1_attention_l4_W,
            block1_attention_l3_W,
            block1_attention_l2_W,
            block1_attention_l1_W,
            block1_l1_gamma,
            t_62,
            sum_exp,
            t_60,
            t_57,
            centred_5,
            t_56,
            t_50,
            t_51,
            t_52,
            t_48,
            centred_4,
            t_47,
            weights_2,
            t_2,
            block2_attention_l3_y,
            t_38,
            t_37,
            block2_attention_l1_y,
            block2_attention_l2_y,
            t_31,
            centred_3,
            t_30,
            t_23,
            t_24,
            t_25,
            t_21,
            centred_2,
            t_20,
            weights,
            block1_attention_l3_y,
            t_11,
            t_10,
            block1_attention_l1_y,
            block1_attention_l2_y,
            t_4,
            centred,
            t_3,
            t_5,
            block1_l1_y,
            t_13,
            t_22,
            block1_l2_y,
            t_26,
            t_32,
            block2_l1_y,
            t_40,
            t_49,
            block2_l2_y,
            t_53,
            t_58,
            l3_y,
        )
        ctx.mark_non_differentiable(accuracy)
        return loss, accuracy

    @staticmethod
    @once_differentiable
    def backward(ctx, g_loss, _accuracy):
        (
            token,
            l4_W,
            l3_gamma,
            block2_l4_W,
            block2_l3_W,
            block2_l2_gamma,
            block2_attention_l4_W,
            block2_attention_l3_W,
            block2_attention_l2_W,
            block2_attention_l1_W,
            block2_l1_gamma,
            block1_l4_W,
            block1_l3_W,
            block1_l2_gamma,
            block1_attention_l4_W,
            block1_attention_l3_W,
            block1_attention_l2_W,
            block1_attention_l1_W,
            block1_l1_gamma,
            t_62,
            sum_exp,
            t_60,
            t_57,
            centred_5,
            t_56,
            t_50,
            t_51,
            t_52,
            t_48,
            centred_4,
            t_47,
            weights_2,
            t_2,
            block2_attention_l3_y,
            t_38,
            t_37,
            block2_attention_l1_y,
            block2_attention_l2_y,
            t_31,
            centred_3,
            t_30,
            t_23,
            t_24,
            t_25,
            t_21,
            centred_2,
            t_20,
            weights,
            block1_attention_l3_y,
            t_11,
            t_10,
            block1_attention_l1_y,
            block1_attention_l2_y,
            t_4,
            centred,
            t_3,
            t_5,
            block1_l1_y,
            t_13,
            t_22,
            block1_l2_y,
            t_26,
            t_32,
            block2_l1_y,
            t_40,
            t_49,
            block2_l2_y,
            t_53,
            t_58,
            l3_y,
        ) = ctx.saved_tensors
        B = token.shape[0]
        dtype = l4_W.dtype
        device = token.device
        t = g_loss / 48.0  # [B]
        t_6 = (-t)[:, None].expand(B, 48).reshape(48 * B)[:, None]
        g_softmax_cross_entropy1 = t[:, None].expand(B, 48).reshape(48 * B)
        t_7 = (g_softmax_cross_entropy1 / sum_exp)[:, None]
        g_l4_y = t_6 * t_62 + t_7 * t_60  # [48·B, 28]
        g_l3_y = g_l4_y @ l4_W  # [48·B, 64]
        t_8 = g_l3_y * l3_gamma  # [48·B, 64]
        t_9 = -((t_8 * centred_5).sum(1) * t_57 / t_56) / (2.0 * t_56)  # [48·B]
        t_12 = (t_9 / 64)[:, None] * centred_5  # [48·B, 64]
        t_14 = t_8 * t_57[:, None] + t_12 + t_12  # [48·B, 64]
        g_block2_l4_y = t_14 + ((-t_14).sum(1) / 64)[:, None]  # [48·B, 64]
        t_15 = g_block2_l4_y @ block2_l4_W  # [48·B, 256]
        t_16 = t_15 * t_50 * (1.1283791670955126 * (-(t_51 * t_51)).exp())
        g_block2_l3_y = t_16 / 1.4142135623730951 + t_15 * t_52 * 0.5  # [48·B, 256]
        g_block2_l2_y = g_block2_l3_y @ block2_l3_W  # [48·B, 64]
        t_17 = g_block2_l2_y * block2_l2_gamma  # [48·B, 64]
        t_18 = -((t_17 * centred_4).sum(1) * t_48 / t_47) / (2.0 * t_47)  # [48·B]
        t_19 = (t_18 / 64)[:, None] * centred_4  # [48·B, 64]
        t_27 = t_17 * t_48[:, None] + t_19 + t_19  # [48·B, 64]
        t_28 = t_27 + ((-t_27).sum(1) / 64)[:, None]  # [48·B, 64]
        g_block2_attention_l4_y = g_block2_l4_y + t_28  # [48·B, 64]
        t_29 = g_block2_attention_l4_y @ block2_attention_l4_W  # [48·B, 64]
        t_33 = t_29.reshape(B, 48, 4, 16).permute(0, 2, 1, 3)  # [B, 4, 48, 16]
        t_34 = t_33.reshape(4 * B, 48, 16)  # [4·B, 48, 16]
        t_35 = torch.einsum("abc,abd->acd", weights_2, t_34)  # [4·B, 48, 16]
        g_block2_attention_l3_y = t_35.reshape(B, 4, 48, 16).permute(0, 2, 1, 3)
        g_block2_attention_l3_y_2 = g_block2_attention_l3_y.reshape(48 * B, 64)
        t_36 = g_block2_attention_l3_y_2 @ block2_attention_l3_W  # [48·B, 64]
        block2_attention_l3_y_3 = block2_attention_l3_y.reshape(B, 48, 4, 16)
        block2_attention_l3_y_2 = block2_attention_l3_y_3.permute(0, 2, 1, 3)
        block2_attention_l3_y_4 = block2_attention_l3_y_2.reshape(4 * B, 48, 16)
        t_39 = torch.einsum("abc,adc->abd", t_34, block2_attention_l3_y_4)
        t_41 = (-(t_39 * weights_2 / t_38[:, :, None])).sum(2)  # [4·B, 48]
        t_42 = (t_39 / t_38[:, :, None] + t_41[:, :, None]) * t_37  # [4·B, 48, 48]
        t_43 = torch.where(t_2, t_42, 0.0) / math.sqrt(16)  # [4·B, 48, 48]
        block2_attention_l1_y_3 = block2_attention_l1_y.reshape(B, 48, 4, 16)
        block2_attention_l1_y_2 = block2_attention_l1_y_3.permute(0, 2, 1, 3)
        block2_attention_l1_y_4 = block2_attention_l1_y_2.reshape(4 * B, 48, 16)
        t_44 = torch.einsum("abc,abd->acd", t_43, block2_attention_l1_y_4)
        g_block2_attention_l2_y = t_44.reshape(B, 4, 48, 16).permute(0, 2, 1, 3)
        g_block2_attention_l2_y_2 = g_block2_attention_l2_y.reshape(48 * B, 64)
        t_45 = g_block2_attention_l2_y_2 @ block2_attention_l2_W  # [48·B, 64]
        block2_attention_l2_y_3 = block2_attention_l2_y.reshape(B, 48, 4, 16)
        block2_attention_l2_y_2 = block2_attention_l2_y_3.permute(0, 2, 1, 3)
        block2_attention_l2_y_4 = block2_attention_l2_y_2.reshape(4 * B, 48, 16)
        t_46 = torch.einsum("abc,acd->abd", t_43, block2_attention_l2_y_4)
        g_block2_attention_l1_y = t_46.reshape(B, 4, 48, 16).permute(0, 2, 1, 3)
        g_block2_attention_l1_y_2 = g_block2_attention_l1_y.reshape(48 * B, 64)
        t_54 = g_block2_attention_l1_y_2 @ block2_attention_l1_W  # [48·B, 64]
        g_block2_l1_y = t_36 + t_45 + t_54  # [48·B, 64]
        t_55 = g_block2_l1_y * block2_l1_gamma  # [48·B, 64]
        t_59 = -((t_55 * centred_3).sum(1) * t_31 / t_30) / (2.0 * t_30)  # [48·B]
        t_61 = (t_59 / 64)[:, None] * centred_3  # [48·B, 64]
        t_63 = t_55 * t_31[:, None] + t_61 + t_61  # [48·B, 64]
        t_64 = t_63 + ((-t_63).sum(1) / 64)[:, None]  # [48·B, 64]
        g_block1_l4_y = g_block2_attention_l4_y + t_64  # [48·B, 64]
        t_65 = g_block1_l4_y @ block1_l4_W  # [48·B, 256]
        t_66 = t_65 * t_23 * (1.1283791670955126 * (-(t_24 * t_24)).exp())
        g_block1_l3_y = t_66 / 1.4142135623730951 + t_65 * t_25 * 0.5  # [48·B, 256]
        g_block1_l2_y = g_block1_l3_y @ block1_l3_W  # [48·B, 64]
        t_67 = g_block1_l2_y * block1_l2_gamma  # [48·B, 64]
        t_68 = -((t_67 * centred_2).sum(1) * t_21 / t_20) / (2.0 * t_20)  # [48·B]
        t_69 = (t_68 / 64)[:, None] * centred_2  # [48·B, 64]
        t_70 = t_67 * t_21[:, None] + t_69 + t_69  # [48·B, 64]
        t_71 = t_70 + ((-t_70).sum(1) / 64)[:, None]  # [48·B, 64]
        g_block1_attention_l4_y = g_block1_l4_y + t_71  # [48·B, 64]
        t_72 = g_block1_attention_l4_y @ block1_attention_l4_W  # [48·B, 64]
        t_73 = t_72.reshape(B, 48, 4, 16).permute(0, 2, 1, 3)  # [B, 4, 48, 16]
        t_74 = t_73.reshape(4 * B, 48, 16)  # [4·B, 48, 16]
        t_75 = torch.einsum("abc,abd->acd", weights, t_74).reshape(B, 4, 48, 16)
        g_block1_attention_l3_y = t_75.permute(0, 2, 1, 3)  # [B, 48, 4, 16]
        g_block1_attention_l3_y_2 = g_block1_attention_l3_y.reshape(48 * B, 64)
        t_76 = g_block1_attention_l3_y_2 @ block1_attention_l3_W  # [48·B, 64]
        block1_attention_l3_y_3 = block1_attention_l3_y.reshape(B, 48, 4, 16)
        block1_attention_l3_y_2 = block1_attention_l3_y_3.permute(0, 2, 1, 3)
        block1_attention_l3_y_4 = block1_attention_l3_y_2.reshape(4 * B, 48, 16)
        t_77 = torch.einsum("abc,adc->abd", t_74, block1_attention_l3_y_4)
        t_78 = (-(t_77 * weights / t_11[:, :, None])).sum(2)  # [4·B, 48]
        t_79 = (t_77 / t_11[:, :, None] + t_78[:, :, None]) * t_10  # [4·B, 48, 48]
        t_80 = torch.where(t_2, t_79, 0.0) / math.sqrt(16)  # [4·B, 48, 48]
        block1_attention_l1_y_3 = block1_attention_l1_y.reshape(B, 48, 4, 16)
        block1_attention_l1_y_2 = block1_attention_l1_y_3.permute(0, 2, 1, 3)
        block1_attention_l1_y_4 = block1_attention_l1_y_2.reshape(4 * B, 48, 16)
        t_81 = torch.einsum("abc,abd->acd", t_80, block1_attention_l1_y_4)
        g_block1_attention_l2_y = t_81.reshape(B, 4, 48, 16).permute(0, 2, 1, 3)
        g_block1_attention_l2_y_2 = g_block1_attention_l2_y.reshape(48 * B, 64)
        t_82 = g_block1_attention_l2_y_2 @ block1_attention_l2_W  # [48·B, 64]
        block1_attention_l2_y_3 = block1_attention_l2_y.reshape(B, 48, 4, 16)
        block1_attention_l2_y_2 = block1_attention_l2_y_3.permute(0, 2, 1, 3)
        block1_attention_l2_y_4 = block1_attention_l2_y_2.reshape(4 * B, 48, 16)
        t_83 = torch.einsum("abc,acd->abd", t_80, block1_attention_l2_y_4)
        g_block1_attention_l1_y = t_83.reshape(B, 4, 48, 16).permute(0, 2, 1, 3)
        g_block1_attention_l1_y_2 = g_block1_attention_l1_y.reshape(48 * B, 64)
        t_84 = g_block1_attention_l1_y_2 @ block1_attention_l1_W  # [48·B, 64]
        g_block1_l1_y = t_76 + t_82 + t_84  # [48·B, 64]
        t_85 = g_block1_l1_y * block1_l1_gamma  # [48·B, 64]
        t_86 = -((t_85 * centred).sum(1) * t_4 / t_3) / (2.0 * t_3)  # [48·B]
        t_87 = (t_86 / 64)[:, None] * centred  # [48·B, 64]
        t_88 = t_85 * t_4[:, None] + t_87 + t_87  # [48·B, 64]
        g_l1_y = g_block1_attention_l4_y + (t_88 + ((-t_88).sum(1) / 64)[:, None])
        t_89 = t_13.reshape(B, 4, 48, 16)  # [B, 4, 48, 16]
        g_block1_l3_b = g_block1_l3_y.sum(0)  # [256]
        t_90 = t_40.reshape(B, 4, 48, 16)  # [B, 4, 48, 16]
        g_block2_l3_b = g_block2_l3_y.sum(0)  # [256]
        g_l4_b = g_l4_y.sum(0)  # [28]
        g_l1_W = g_l2_W = g_block1_l1_gamma = g_block1_l1_beta = None
        g_block1_attention_l1_W = g_block1_attention_l1_b = None
        g_block1_attention_l2_W = g_block1_attention_l2_b = None
        g_block1_attention_l3_W = g_block1_attention_l3_b = None
        g_block1_attention_l4_W = g_block1_attention_l4_b = g_block1_l2_gamma = None
        g_block1_l2_beta = g_block1_l3_W = g_block1_l4_W = g_block1_l4_b = None
        g_block2_l1_gamma = g_block2_l1_beta = g_block2_attention_l1_W = None
        g_block2_attention_l1_b = g_block2_attention_l2_W = None
        g_block2_attention_l2_b = g_block2_attention_l3_W = None
        g_block2_attention_l3_b = g_block2_attention_l4_W = None
        g_block2_attention_l4_b = g_block2_l2_gamma = g_block2_l2_beta = None
        g_block2_l3_W = g_block2_l4_W = g_block2_l4_b = g_l3_gamma = g_l3_beta = None
        g_l4_W = None
        if ctx.needs_input_grad[2]:
            t_91 = token.reshape(48 * B)[:, None] == torch.arange(28, device=device)
            g_l1_W = t_91.to(dtype).T @ g_l1_y  # [28, 64]
        if ctx.needs_input_grad[3]:
            g_l1_y_2 = g_l1_y.reshape(B, 48, 64)  # [B, 48, 64]
            g_l2_W = g_l1_y_2.sum(0)  # [48, 64]
        if ctx.needs_input_grad[4]:
            g_block1_l1_gamma = (g_block1_l1_y * t_5).sum(0)  # [64]
        if ctx.needs_input_grad[5]:
            g_block1_l1_beta = g_block1_l1_y.sum(0)  # [64]
        if ctx.needs_input_grad[6]:
            g_block1_attention_l1_W = g_block1_attention_l1_y_2.T @ block1_l1_y
        if ctx.needs_input_grad[7]:
            g_block1_attention_l1_b = g_block1_attention_l1_y_2.sum(0)  # [64]
        if ctx.needs_input_grad[8]:
            g_block1_attention_l2_W = g_block1_attention_l2_y_2.T @ block1_l1_y
        if ctx.needs_input_grad[9]:
            g_block1_attention_l2_b = g_block1_attention_l2_y_2.sum(0)  # [64]
        if ctx.needs_input_grad[10]:
            g_block1_attention_l3_W = g_block1_attention_l3_y_2.T @ block1_l1_y
        if ctx.needs_input_grad[11]:
            g_block1_attention_l3_b = g_block1_attention_l3_y_2.sum(0)  # [64]
        if ctx.needs_input_grad[12]:
            t_92 = t_89.permute(0, 2, 1, 3).reshape(48 * B, 64)  # [48·B, 64]
            g_block1_attention_l4_W = g_block1_attention_l4_y.T @ t_92  # [64, 64]
        if ctx.needs_input_grad[13]:
            g_block1_attention_l4_b = g_block1_attention_l4_y.sum(0)  # [64]
        if ctx.needs_input_grad[14]:
            g_block1_l2_gamma = (g_block1_l2_y * t_22).sum(0)  # [64]
        if ctx.needs_input_grad[15]:
            g_block1_l2_beta = torch.einsum("ab,a->b", block1_l3_W, g_block1_l3_b)
        if ctx.needs_input_grad[16]:
            g_block1_l3_W = g_block1_l3_y.T @ block1_l2_y  # [256, 64]
        if ctx.needs_input_grad[18]:
            g_block1_l4_W = g_block1_l4_y.T @ t_26  # [64, 256]
        if ctx.needs_input_grad[19]:
            g_block1_l4_b = g_block1_l4_y.sum(0)  # [64]
        if ctx.needs_input_grad[20]:
            g_block2_l1_gamma = (g_block2_l1_y * t_32).sum(0)  # [64]
        if ctx.needs_input_grad[21]:
            g_block2_l1_beta = g_block2_l1_y.sum(0)  # [64]
        if ctx.needs_input_grad[22]:
            g_block2_attention_l1_W = g_block2_attention_l1_y_2.T @ block2_l1_y
        if ctx.needs_input_grad[23]:
            g_block2_attention_l1_b = g_block2_attention_l1_y_2.sum(0)  # [64]
        if ctx.needs_input_grad[24]:
            g_block2_attention_l2_W = g_block2_attention_l2_y_2.T @ block2_l1_y
        if ctx.needs_input_grad[25]:
            g_block2_attention_l2_b = g_block2_attention_l2_y_2.sum(0)  # [64]
        if ctx.needs_input_grad[26]:
            g_block2_attention_l3_W = g_block2_attention_l3_y_2.T @ block2_l1_y
        if ctx.needs_input_grad[27]:
            g_block2_attention_l3_b = g_block2_attention_l3_y_2.sum(0)  # [64]
        if ctx.needs_input_grad[28]:
            t_93 = t_90.permute(0, 2, 1, 3).reshape(48 * B, 64)  # [48·B, 64]
            g_block2_attention_l4_W = g_block2_attention_l4_y.T @ t_93  # [64, 64]
        if ctx.needs_input_grad[29]:
            g_block2_attention_l4_b = g_block2_attention_l4_y.sum(0)  # [64]
        if ctx.needs_input_grad[30]:
            g_block2_l2_gamma = (g_block2_l2_y * t_49).sum(0)  # [64]
        if ctx.needs_input_grad[31]:
            g_block2_l2_beta = torch.einsum("ab,a->b", block2_l3_W, g_block2_l3_b)
        if ctx.needs_input_grad[32]:
            g_block2_l3_W = g_block2_l3_y.T @ block2_l2_y  # [256, 64]
        if ctx.needs_input_grad[34]:
            g_block2_l4_W = g_block2_l4_y.T @ t_53  # [64, 256]
        if ctx.needs_input_grad[35]:
            g_block2_l4_b = g_block2_l4_y.sum(0)  # [64]
        if ctx.needs_input_grad[36]:
            g_l3_gamma = (g_l3_y * t_58).sum(0)  # [64]
        if ctx.needs_input_grad[37]:
            g_l3_beta = torch.einsum("ab,a->b", l4_W, g_l4_b)  # [64]
        if ctx.needs_input_grad[38]:
            g_l4_W = g_l4_y.T @ l3_y  # [28, 64]
        return (
            None,
            None,
            g_l1_W,
            g_l2_W,
            g_block1_l1_gamma,
            g_block1_l1_beta,
            g_block1_attention_l1_W,
            g_block1_attention_l1_b,
            g_block1_attention_l2_W,
            g_block1_attention_l2_b,
            g_block1_attention_l3_W,
            g_block1_attention_l3_b,
            g_block1_attention_l4_W,
            g_block1_attention_l4_b,
            g_block1_l2_gamma,
            g_block1_l2_beta,
            g_block1_l3_W,
            g_block1_l3_b,
            g_block1_l4_W,
            g_block1_l4_b,
            g_block2_l1_gamma,
            g_block2_l1_beta,
            g_block2_attention_l1_W,
            g_block2_attention_l1_b,
            g_block2_attention_l2_W,
            g_block2_attention_l2_b,
            g_block2_attention_l3_W,
            g_block2_attention_l3_b,
            g_block2_attention_l4_W,
            g_block2_attention_l4_b,
            g_block2_l2_gamma,
            g_block2_l2_beta,
            g_block2_l3_W,
            g_block2_l3_b,
            g_block2_l4_W,
            g_block2_l4_b,
            g_l3_gamma,
            g_l3_beta,
            g_l4_W,
            g_l4_b,
        )


def _predict(
    token: Tensor,
    l1_W: Tensor,
    l2_W: Tensor,
    block1_l1_gamma: Tensor,
    block1_l1_beta: Tensor,
    block1_attention_l1_W: Tensor,
    block1_attention_l1_b: Tensor,
    block1_attention_l2_W: Tensor,
    block1_attention_l2_b: Tensor,
    block1_attention_l3_W: Tensor,
    block1_attention_l3_b: Tensor,
    block1_attention_l4_W: Tensor,
    block1_attention_l4_b: Tensor,
    block1_l2_gamma: Tensor,
    block1_l2_beta: Tensor,
    block1_l3_W: Tensor,
    block1_l3_b: Tensor,
    block1_l4_W: Tensor,
    block1_l4_b: Tensor,
    block2_l1_gamma: Tensor,
    block2_l1_beta: Tensor,
    block2_attention_l1_W: Tensor,
    block2_attention_l1_b: Tensor,
    block2_attention_l2_W: Tensor,
    block2_attention_l2_b: Tensor,
    block2_attention_l3_W: Tensor,
    block2_attention_l3_b: Tensor,
    block2_attention_l4_W: Tensor,
    block2_attention_l4_b: Tensor,
    block2_l2_gamma: Tensor,
    block2_l2_beta: Tensor,
    block2_l3_W: Tensor,
    block2_l3_b: Tensor,
    block2_l4_W: Tensor,
    block2_l4_b: Tensor,
    l3_gamma: Tensor,
    l3_beta: Tensor,
    l4_W: Tensor,
    l4_b: Tensor,
) -> Tensor:
    """What the network makes of a batch, in use."""
    B = token.shape[0]
    device = token.device
    l1_y = l1_W[token.reshape(48 * B)]  # [48·B, 64]
    l1_y_2 = l1_y.reshape(B, 48, 64)  # [B, 48, 64]
    l2_y = l1_y_2 + l2_W  # [B, 48, 64]
    t = torch.arange(48, device=device)  # [48]
    l2_y_2 = l2_y.reshape(48 * B, 64)  # [48·B, 64]
    fold_l2_y = l2_y_2.sum(1)  # [48·B]
    centred = l2_y_2 - (fold_l2_y / 64)[:, None]  # [48·B, 64]
    t_2 = ((centred * centred).sum(1) / 64 + 0.00001).sqrt()  # [48·B]
    t_3 = centred * (1.0 / t_2)[:, None] * block1_l1_gamma  # [48·B, 64]
    block1_l1_y = t_3 + block1_l1_beta  # [48·B, 64]
    t_4 = block1_l1_y @ block1_attention_l1_W.T  # [48·B, 64]
    block1_attention_l1_y = t_4 + block1_attention_l1_b  # [48·B, 64]
    block1_attention_l1_y_3 = block1_attention_l1_y.reshape(B, 48, 4, 16)
    block1_attention_l1_y_2 = block1_attention_l1_y_3.permute(0, 2, 1, 3)
    block1_attention_l1_y_4 = block1_attention_l1_y_2.reshape(4 * B, 48, 16)
    t_5 = block1_l1_y @ block1_attention_l2_W.T  # [48·B, 64]
    block1_attention_l2_y = t_5 + block1_attention_l2_b  # [48·B, 64]
    block1_attention_l2_y_3 = block1_attention_l2_y.reshape(B, 48, 4, 16)
    block1_attention_l2_y_2 = block1_attention_l2_y_3.permute(0, 2, 1, 3)
    block1_attention_l2_y_4 = block1_attention_l2_y_2.reshape(4 * B, 48, 16)
    t_6 = torch.einsum("abc,adc->abd", block1_attention_l1_y_4, block1_attention_l2_y_4)
    t_7 = torch.where(t[:, None] >= t, t_6 / math.sqrt(16), -1e30)
    t_8 = (t_7 - t_7.amax(2)[:, :, None]).exp()  # [4·B, 48, 48]
    weights = t_8 / t_8.sum(2)[:, :, None]  # [4·B, 48, 48]
    t_9 = block1_l1_y @ block1_attention_l3_W.T  # [48·B, 64]
    block1_attention_l3_y = t_9 + block1_attention_l3_b  # [48·B, 64]
    block1_attention_l3_y_3 = block1_attention_l3_y.reshape(B, 48, 4, 16)
    block1_attention_l3_y_2 = block1_attention_l3_y_3.permute(0, 2, 1, 3)
    block1_attention_l3_y_4 = block1_attention_l3_y_2.reshape(4 * B, 48, 16)
    t_10 = torch.einsum("abc,acd->abd", weights, block1_attention_l3_y_4)
    t_11 = t_10.reshape(B, 4, 48, 16)  # [B, 4, 48, 16]
    t_13 = t_11.permute(0, 2, 1, 3).reshape(48 * B, 64)  # [48·B, 64]
    t_12 = t_13 @ block1_attention_l4_W.T  # [48·B, 64]
    block1_attention_l4_y = t_12 + block1_attention_l4_b  # [48·B, 64]
    block1_attention_l4_y_2 = block1_attention_l4_y.reshape(B, 48, 64)
    t_14 = l2_y + block1_attention_l4_y_2  # [B, 48, 64]
    t_15 = t_14.reshape(48 * B, 64)  # [48·B, 64]
    centred_2 = t_15 - (t_15.sum(1) / 64)[:, None]  # [48·B, 64]
    t_16 = (centred_2 * centred_2).sum(1) / 64 + 0.00001  # [48·B]
    t_17 = centred_2 * (1.0 / t_16.sqrt())[:, None] * block1_l2_gamma
    block1_l2_y = t_17 + block1_l2_beta  # [48·B, 64]
    block1_l3_y = block1_l2_y @ block1_l3_W.T + block1_l3_b  # [48·B, 256]
    t_18 = (block1_l3_y / 1.4142135623730951).erf() + 1.0  # [48·B, 256]
    block1_l4_y = block1_l3_y * 0.5 * t_18 @ block1_l4_W.T + block1_l4_b
    block1_l4_y_2 = block1_l4_y.reshape(B, 48, 64)  # [B, 48, 64]
    t_19 = t_14 + block1_l4_y_2  # [B, 48, 64]
    t_20 = t_19.reshape(48 * B, 64)  # [48·B, 64]
    centred_3 = t_20 - (t_20.sum(1) / 64)[:, None]  # [48·B, 64]
    t_21 = (centred_3 * centred_3).sum(1) / 64 + 0.00001  # [48·B]
    t_22 = centred_3 * (1.0 / t_21.sqrt())[:, None] * block2_l1_gamma
    block2_l1_y = t_22 + block2_l1_beta  # [48·B, 64]
    t_23 = block2_l1_y @ block2_attention_l1_W.T  # [48·B, 64]
    block2_attention_l1_y = t_23 + block2_attention_l1_b  # [48·B, 64]
    block2_attention_l1_y_3 = block2_attention_l1_y.reshape(B, 48, 4, 16)
    block2_attention_l1_y_2 = block2_attention_l1_y_3.permute(0, 2, 1, 3)
    block2_attention_l1_y_4 = block2_attention_l1_y_2.reshape(4 * B, 48, 16)
    t_24 = block2_l1_y @ block2_attention_l2_W.T  # [48·B, 64]
    block2_attention_l2_y = t_24 + block2_attention_l2_b  # [48·B, 64]
    block2_attention_l2_y_3 = block2_attention_l2_y.reshape(B, 48, 4, 16)
    block2_attention_l2_y_2 = block2_attention_l2_y_3.permute(0, 2, 1, 3)
    block2_attention_l2_y_4 = block2_attention_l2_y_2.reshape(4 * B, 48, 16)
    t_25 = torch.einsum(
        "abc,adc->abd", block2_attention_l1_y_4, block2_attention_l2_y_4
    )
    t_26 = torch.where(t[:, None] >= t, t_25 / math.sqrt(16), -1e30)
    t_27 = (t_26 - t_26.amax(2)[:, :, None]).exp()  # [4·B, 48, 48]
    weights_2 = t_27 / t_27.sum(2)[:, :, None]  # [4·B, 48, 48]
    t_28 = block2_l1_y @ block2_attention_l3_W.T  # [48·B, 64]
    block2_attention_l3_y = t_28 + block2_attention_l3_b  # [48·B, 64]
    block2_attention_l3_y_3 = block2_attention_l3_y.reshape(B, 48, 4, 16)
    block2_attention_l3_y_2 = block2_attention_l3_y_3.permute(0, 2, 1, 3)
    block2_attention_l3_y_4 = block2_attention_l3_y_2.reshape(4 * B, 48, 16)
    t_29 = torch.einsum("abc,acd->abd", weights_2, block2_attention_l3_y_4)
    t_30 = t_29.reshape(B, 4, 48, 16)  # [B, 4, 48, 16]
    t_32 = t_30.permute(0, 2, 1, 3).reshape(48 * B, 64)  # [48·B, 64]
    t_31 = t_32 @ block2_attention_l4_W.T  # [48·B, 64]
    block2_attention_l4_y = t_31 + block2_attention_l4_b  # [48·B, 64]
    block2_attention_l4_y_2 = block2_attention_l4_y.reshape(B, 48, 64)
    t_33 = t_19 + block2_attention_l4_y_2  # [B, 48, 64]
    t_34 = t_33.reshape(48 * B, 64)  # [48·B, 64]
    centred_4 = t_34 - (t_34.sum(1) / 64)[:, None]  # [48·B, 64]
    t_35 = (centred_4 * centred_4).sum(1) / 64 + 0.00001  # [48·B]
    t_36 = centred_4 * (1.0 / t_35.sqrt())[:, None] * block2_l2_gamma
    block2_l2_y = t_36 + block2_l2_beta  # [48·B, 64]
    block2_l3_y = block2_l2_y @ block2_l3_W.T + block2_l3_b  # [48·B, 256]
    t_37 = (block2_l3_y / 1.4142135623730951).erf() + 1.0  # [48·B, 256]
    block2_l4_y = block2_l3_y * 0.5 * t_37 @ block2_l4_W.T + block2_l4_b
    block2_l4_y_2 = block2_l4_y.reshape(B, 48, 64)  # [B, 48, 64]
    t_38 = (t_33 + block2_l4_y_2).reshape(48 * B, 64)  # [48·B, 64]
    centred_5 = t_38 - (t_38.sum(1) / 64)[:, None]  # [48·B, 64]
    t_39 = (centred_5 * centred_5).sum(1) / 64 + 0.00001  # [48·B]
    t_40 = centred_5 * (1.0 / t_39.sqrt())[:, None] * l3_gamma  # [48·B, 64]
    l3_y = t_40 + l3_beta  # [48·B, 64]
    l4_y = l3_y @ l4_W.T + l4_b  # [48·B, 28]
    l4_y_2 = l4_y.reshape(B, 48, 28)  # [B, 48, 28]
    return l4_y_2


class TinyTransformer(nn.Module):
    """characters → 64 features, 2 blocks of 4 heads → characters"""

    def __init__(self) -> None:
        super().__init__()
        self.l1 = nn.Module()
        self.l2 = nn.Module()
        self.block1 = nn.Module()
        self.block1.l1 = nn.Module()
        self.block1.attention = nn.Module()
        self.block1.attention.l1 = nn.Module()
        self.block1.attention.l2 = nn.Module()
        self.block1.attention.l3 = nn.Module()
        self.block1.attention.l4 = nn.Module()
        self.block1.l2 = nn.Module()
        self.block1.l3 = nn.Module()
        self.block1.l4 = nn.Module()
        self.block2 = nn.Module()
        self.block2.l1 = nn.Module()
        self.block2.attention = nn.Module()
        self.block2.attention.l1 = nn.Module()
        self.block2.attention.l2 = nn.Module()
        self.block2.attention.l3 = nn.Module()
        self.block2.attention.l4 = nn.Module()
        self.block2.l2 = nn.Module()
        self.block2.l3 = nn.Module()
        self.block2.l4 = nn.Module()
        self.l3 = nn.Module()
        self.l4 = nn.Module()
        self.l1.W = nn.Parameter(torch.empty(28, 64))
        self.l2.W = nn.Parameter(torch.empty(48, 64))
        self.block1.l1.gamma = nn.Parameter(torch.empty(64))
        self.block1.l1.beta = nn.Parameter(torch.empty(64))
        self.block1.attention.l1.W = nn.Parameter(torch.empty(64, 64))
        self.block1.attention.l1.b = nn.Parameter(torch.empty(64))
        self.block1.attention.l2.W = nn.Parameter(torch.empty(64, 64))
        self.block1.attention.l2.b = nn.Parameter(torch.empty(64))
        self.block1.attention.l3.W = nn.Parameter(torch.empty(64, 64))
        self.block1.attention.l3.b = nn.Parameter(torch.empty(64))
        self.block1.attention.l4.W = nn.Parameter(torch.empty(64, 64))
        self.block1.attention.l4.b = nn.Parameter(torch.empty(64))
        self.block1.l2.gamma = nn.Parameter(torch.empty(64))
        self.block1.l2.beta = nn.Parameter(torch.empty(64))
        self.block1.l3.W = nn.Parameter(torch.empty(256, 64))
        self.block1.l3.b = nn.Parameter(torch.empty(256))
        self.block1.l4.W = nn.Parameter(torch.empty(64, 256))
        self.block1.l4.b = nn.Parameter(torch.empty(64))
        self.block2.l1.gamma = nn.Parameter(torch.empty(64))
        self.block2.l1.beta = nn.Parameter(torch.empty(64))
        self.block2.attention.l1.W = nn.Parameter(torch.empty(64, 64))
        self.block2.attention.l1.b = nn.Parameter(torch.empty(64))
        self.block2.attention.l2.W = nn.Parameter(torch.empty(64, 64))
        self.block2.attention.l2.b = nn.Parameter(torch.empty(64))
        self.block2.attention.l3.W = nn.Parameter(torch.empty(64, 64))
        self.block2.attention.l3.b = nn.Parameter(torch.empty(64))
        self.block2.attention.l4.W = nn.Parameter(torch.empty(64, 64))
        self.block2.attention.l4.b = nn.Parameter(torch.empty(64))
        self.block2.l2.gamma = nn.Parameter(torch.empty(64))
        self.block2.l2.beta = nn.Parameter(torch.empty(64))
        self.block2.l3.W = nn.Parameter(torch.empty(256, 64))
        self.block2.l3.b = nn.Parameter(torch.empty(256))
        self.block2.l4.W = nn.Parameter(torch.empty(64, 256))
        self.block2.l4.b = nn.Parameter(torch.empty(64))
        self.l3.gamma = nn.Parameter(torch.empty(64))
        self.l3.beta = nn.Parameter(torch.empty(64))
        self.l4.W = nn.Parameter(torch.empty(28, 64))
        self.l4.b = nn.Parameter(torch.empty(28))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gives parameters and states their first values."""
        nn.init.normal_(self.l1.W, 0.0, 1.0)
        nn.init.normal_(self.l2.W, 0.0, 0.02)
        nn.init.ones_(self.block1.l1.gamma)
        nn.init.zeros_(self.block1.l1.beta)
        nn.init.normal_(self.block1.attention.l1.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block1.attention.l1.b)
        nn.init.normal_(self.block1.attention.l2.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block1.attention.l2.b)
        nn.init.normal_(self.block1.attention.l3.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block1.attention.l3.b)
        nn.init.normal_(self.block1.attention.l4.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block1.attention.l4.b)
        nn.init.ones_(self.block1.l2.gamma)
        nn.init.zeros_(self.block1.l2.beta)
        nn.init.normal_(self.block1.l3.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block1.l3.b)
        nn.init.normal_(self.block1.l4.W, 0.0, math.sqrt(1.0 / 256))
        nn.init.zeros_(self.block1.l4.b)
        nn.init.ones_(self.block2.l1.gamma)
        nn.init.zeros_(self.block2.l1.beta)
        nn.init.normal_(self.block2.attention.l1.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block2.attention.l1.b)
        nn.init.normal_(self.block2.attention.l2.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block2.attention.l2.b)
        nn.init.normal_(self.block2.attention.l3.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block2.attention.l3.b)
        nn.init.normal_(self.block2.attention.l4.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block2.attention.l4.b)
        nn.init.ones_(self.block2.l2.gamma)
        nn.init.zeros_(self.block2.l2.beta)
        nn.init.normal_(self.block2.l3.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.block2.l3.b)
        nn.init.normal_(self.block2.l4.W, 0.0, math.sqrt(1.0 / 256))
        nn.init.zeros_(self.block2.l4.b)
        nn.init.ones_(self.l3.gamma)
        nn.init.zeros_(self.l3.beta)
        nn.init.normal_(self.l4.W, 0.0, math.sqrt(1.0 / 64))
        nn.init.zeros_(self.l4.b)

    def forward(self, token: Tensor, next: Tensor) -> dict[str, Tensor]:
        """The loss and the metrics of each sample, by name."""
        loss, accuracy = TinyTransformerFunction.apply(
            token,
            next,
            self.l1.W,
            self.l2.W,
            self.block1.l1.gamma,
            self.block1.l1.beta,
            self.block1.attention.l1.W,
            self.block1.attention.l1.b,
            self.block1.attention.l2.W,
            self.block1.attention.l2.b,
            self.block1.attention.l3.W,
            self.block1.attention.l3.b,
            self.block1.attention.l4.W,
            self.block1.attention.l4.b,
            self.block1.l2.gamma,
            self.block1.l2.beta,
            self.block1.l3.W,
            self.block1.l3.b,
            self.block1.l4.W,
            self.block1.l4.b,
            self.block2.l1.gamma,
            self.block2.l1.beta,
            self.block2.attention.l1.W,
            self.block2.attention.l1.b,
            self.block2.attention.l2.W,
            self.block2.attention.l2.b,
            self.block2.attention.l3.W,
            self.block2.attention.l3.b,
            self.block2.attention.l4.W,
            self.block2.attention.l4.b,
            self.block2.l2.gamma,
            self.block2.l2.beta,
            self.block2.l3.W,
            self.block2.l3.b,
            self.block2.l4.W,
            self.block2.l4.b,
            self.l3.gamma,
            self.l3.beta,
            self.l4.W,
            self.l4.b,
        )
        return {"loss": loss, "accuracy": accuracy}

    def predict(self, token: Tensor) -> Tensor:
        """What the network makes of a batch."""
        return _predict(
            token,
            self.l1.W,
            self.l2.W,
            self.block1.l1.gamma,
            self.block1.l1.beta,
            self.block1.attention.l1.W,
            self.block1.attention.l1.b,
            self.block1.attention.l2.W,
            self.block1.attention.l2.b,
            self.block1.attention.l3.W,
            self.block1.attention.l3.b,
            self.block1.attention.l4.W,
            self.block1.attention.l4.b,
            self.block1.l2.gamma,
            self.block1.l2.beta,
            self.block1.l3.W,
            self.block1.l3.b,
            self.block1.l4.W,
            self.block1.l4.b,
            self.block2.l1.gamma,
            self.block2.l1.beta,
            self.block2.attention.l1.W,
            self.block2.attention.l1.b,
            self.block2.attention.l2.W,
            self.block2.attention.l2.b,
            self.block2.attention.l3.W,
            self.block2.attention.l3.b,
            self.block2.attention.l4.W,
            self.block2.attention.l4.b,
            self.block2.l2.gamma,
            self.block2.l2.beta,
            self.block2.l3.W,
            self.block2.l3.b,
            self.block2.l4.W,
            self.block2.l4.b,
            self.l3.gamma,
            self.l3.beta,
            self.l4.W,
            self.l4.b,
        )


def _update(w, g, m, v, step):
    """New values of a parameter and of what is kept for it, after a step."""
    t = min((step - 100.0) / 2400.0, 1.0) * 3.141592653589793
    t_2 = (math.cos(t) + 1.0) * 0.0014500000000000001 + 0.0001
    t_3 = step * 0.00003 if 100.0 >= step else t_2
    rate_t = t_3 / (1.0 - 0.9**step)
    m_next = m * 0.9 + g * 0.09999999999999998
    v_next = v * 0.999 + g * g * 0.0010000000000000009
    root_t = math.sqrt(1.0 - 0.999**step)
    t_4 = rate_t * m_next / (v_next.sqrt() / root_t + 1e-8)
    return w - w * t_3 * 0.01 - t_4, m_next, v_next


def _update_2(w, g, m, v, step):
    """New values of a parameter and of what is kept for it, after a step."""
    t = min((step - 100.0) / 2400.0, 1.0) * 3.141592653589793
    t_2 = (math.cos(t) + 1.0) * 0.0014500000000000001 + 0.0001
    rate_t = (step * 0.00003 if 100.0 >= step else t_2) / (1.0 - 0.9**step)
    m_next = m * 0.9 + g * 0.09999999999999998
    v_next = v * 0.999 + g * g * 0.0010000000000000009
    root_t = math.sqrt(1.0 - 0.999**step)
    t_3 = rate_t * m_next / (v_next.sqrt() / root_t + 1e-8)
    return w - t_3, m_next, v_next


def _prepare(
    g_l1_W,
    g_l2_W,
    g_block1_l1_gamma,
    g_block1_l1_beta,
    g_block1_attention_l1_W,
    g_block1_attention_l1_b,
    g_block1_attention_l2_W,
    g_block1_attention_l2_b,
    g_block1_attention_l3_W,
    g_block1_attention_l3_b,
    g_block1_attention_l4_W,
    g_block1_attention_l4_b,
    g_block1_l2_gamma,
    g_block1_l2_beta,
    g_block1_l3_W,
    g_block1_l3_b,
    g_block1_l4_W,
    g_block1_l4_b,
    g_block2_l1_gamma,
    g_block2_l1_beta,
    g_block2_attention_l1_W,
    g_block2_attention_l1_b,
    g_block2_attention_l2_W,
    g_block2_attention_l2_b,
    g_block2_attention_l3_W,
    g_block2_attention_l3_b,
    g_block2_attention_l4_W,
    g_block2_attention_l4_b,
    g_block2_l2_gamma,
    g_block2_l2_beta,
    g_block2_l3_W,
    g_block2_l3_b,
    g_block2_l4_W,
    g_block2_l4_b,
    g_l3_gamma,
    g_l3_beta,
    g_l4_W,
    g_l4_b,
):
    """What becomes of all gradients before the updates."""
    t = (g_l1_W * g_l1_W).sum() + (g_l2_W * g_l2_W).sum()  # []
    t_2 = (g_block1_l1_gamma * g_block1_l1_gamma).sum()  # []
    t_3 = t + t_2 + (g_block1_l1_beta * g_block1_l1_beta).sum()  # []
    t_4 = g_block1_attention_l1_W * g_block1_attention_l1_W  # [64, 64]
    t_5 = g_block1_attention_l1_b * g_block1_attention_l1_b  # [64]
    t_6 = g_block1_attention_l2_W * g_block1_attention_l2_W  # [64, 64]
    t_7 = g_block1_attention_l2_b * g_block1_attention_l2_b  # [64]
    t_8 = t_3 + t_4.sum() + t_5.sum() + t_6.sum() + t_7.sum()  # []
    t_9 = g_block1_attention_l3_W * g_block1_attention_l3_W  # [64, 64]
    t_10 = g_block1_attention_l3_b * g_block1_attention_l3_b  # [64]
    t_11 = g_block1_attention_l4_W * g_block1_attention_l4_W  # [64, 64]
    t_12 = g_block1_attention_l4_b * g_block1_attention_l4_b  # [64]
    t_13 = t_8 + t_9.sum() + t_10.sum() + t_11.sum() + t_12.sum()  # []
    t_14 = (g_block1_l2_gamma * g_block1_l2_gamma).sum()  # []
    t_15 = t_13 + t_14 + (g_block1_l2_beta * g_block1_l2_beta).sum()  # []
    t_17 = t_15 + (g_block1_l3_W * g_block1_l3_W).sum()  # []
    t_16 = t_17 + (g_block1_l3_b * g_block1_l3_b).sum()  # []
    t_19 = t_16 + (g_block1_l4_W * g_block1_l4_W).sum()  # []
    t_18 = t_19 + (g_block1_l4_b * g_block1_l4_b).sum()  # []
    t_20 = (g_block2_l1_gamma * g_block2_l1_gamma).sum()  # []
    t_21 = t_18 + t_20 + (g_block2_l1_beta * g_block2_l1_beta).sum()  # []
    t_22 = g_block2_attention_l1_W * g_block2_attention_l1_W  # [64, 64]
    t_23 = g_block2_attention_l1_b * g_block2_attention_l1_b  # [64]
    t_24 = g_block2_attention_l2_W * g_block2_attention_l2_W  # [64, 64]
    t_25 = g_block2_attention_l2_b * g_block2_attention_l2_b  # [64]
    t_26 = t_21 + t_22.sum() + t_23.sum() + t_24.sum() + t_25.sum()  # []
    t_27 = g_block2_attention_l3_W * g_block2_attention_l3_W  # [64, 64]
    t_28 = g_block2_attention_l3_b * g_block2_attention_l3_b  # [64]
    t_29 = g_block2_attention_l4_W * g_block2_attention_l4_W  # [64, 64]
    t_30 = g_block2_attention_l4_b * g_block2_attention_l4_b  # [64]
    t_31 = t_26 + t_27.sum() + t_28.sum() + t_29.sum() + t_30.sum()  # []
    t_32 = (g_block2_l2_gamma * g_block2_l2_gamma).sum()  # []
    t_33 = t_31 + t_32 + (g_block2_l2_beta * g_block2_l2_beta).sum()  # []
    t_35 = t_33 + (g_block2_l3_W * g_block2_l3_W).sum()  # []
    t_34 = t_35 + (g_block2_l3_b * g_block2_l3_b).sum()  # []
    t_37 = t_34 + (g_block2_l4_W * g_block2_l4_W).sum()  # []
    t_36 = t_37 + (g_block2_l4_b * g_block2_l4_b).sum()  # []
    t_39 = t_36 + (g_l3_gamma * g_l3_gamma).sum()  # []
    t_38 = t_39 + (g_l3_beta * g_l3_beta).sum()  # []
    t_40 = t_38 + (g_l4_W * g_l4_W).sum() + (g_l4_b * g_l4_b).sum()  # []
    norm = t_40.sqrt()  # []
    clip = (1.0 / (norm + 0.000001)).clamp(max=1.0)  # []
    return (
        g_l1_W * clip,
        g_l2_W * clip,
        g_block1_l1_gamma * clip,
        g_block1_l1_beta * clip,
        g_block1_attention_l1_W * clip,
        g_block1_attention_l1_b * clip,
        g_block1_attention_l2_W * clip,
        g_block1_attention_l2_b * clip,
        g_block1_attention_l3_W * clip,
        g_block1_attention_l3_b * clip,
        g_block1_attention_l4_W * clip,
        g_block1_attention_l4_b * clip,
        g_block1_l2_gamma * clip,
        g_block1_l2_beta * clip,
        g_block1_l3_W * clip,
        g_block1_l3_b * clip,
        g_block1_l4_W * clip,
        g_block1_l4_b * clip,
        g_block2_l1_gamma * clip,
        g_block2_l1_beta * clip,
        g_block2_attention_l1_W * clip,
        g_block2_attention_l1_b * clip,
        g_block2_attention_l2_W * clip,
        g_block2_attention_l2_b * clip,
        g_block2_attention_l3_W * clip,
        g_block2_attention_l3_b * clip,
        g_block2_attention_l4_W * clip,
        g_block2_attention_l4_b * clip,
        g_block2_l2_gamma * clip,
        g_block2_l2_beta * clip,
        g_block2_l3_W * clip,
        g_block2_l3_b * clip,
        g_block2_l4_W * clip,
        g_block2_l4_b * clip,
        g_l3_gamma * clip,
        g_l3_beta * clip,
        g_l4_W * clip,
        g_l4_b * clip,
    )


class TinyTransformerOptimizer(torch.optim.Optimizer):
    """AdamW, α = by schedule, β₁ = 0.9, β₂ = 0.999, ε = 1e-8; gradients clipped to a norm of 1"""

    updates = (_update, _update_2)
    states = ("m", "v")

    def __init__(self, model: TinyTransformer) -> None:
        groups = [
            {
                "update": 0,
                "params": [
                    model.l1.W,
                    model.l2.W,
                    model.block1.attention.l1.W,
                    model.block1.attention.l2.W,
                    model.block1.attention.l3.W,
                    model.block1.attention.l4.W,
                    model.block1.l3.W,
                    model.block1.l4.W,
                    model.block2.attention.l1.W,
                    model.block2.attention.l2.W,
                    model.block2.attention.l3.W,
                    model.block2.attention.l4.W,
                    model.block2.l3.W,
                    model.block2.l4.W,
                    model.l4.W,
                ],
            },
            {
                "update": 1,
                "params": [
                    model.block1.l1.gamma,
                    model.block1.l1.beta,
                    model.block1.attention.l1.b,
                    model.block1.attention.l2.b,
                    model.block1.attention.l3.b,
                    model.block1.attention.l4.b,
                    model.block1.l2.gamma,
                    model.block1.l2.beta,
                    model.block1.l3.b,
                    model.block1.l4.b,
                    model.block2.l1.gamma,
                    model.block2.l1.beta,
                    model.block2.attention.l1.b,
                    model.block2.attention.l2.b,
                    model.block2.attention.l3.b,
                    model.block2.attention.l4.b,
                    model.block2.l2.gamma,
                    model.block2.l2.beta,
                    model.block2.l3.b,
                    model.block2.l4.b,
                    model.l3.gamma,
                    model.l3.beta,
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
        gradients = dict(zip(parameters, _prepare(*(w.grad for w in parameters))))
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
