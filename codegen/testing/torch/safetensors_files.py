"""Reads and writes safetensors files with PyTorch.

Reads { read, write } from standard input: the path of a file to read and of one to write. Writes
{ read, written }: the tensors of both by name, those written as the other program is to read them, with their
elements in base64.
"""

import base64
import json
import sys

import torch

import safetensors_file

torch.manual_seed(3)

# What each dtype is read as; none where it stays.
READ_AS = {
    torch.float32: None, torch.float16: None, torch.int32: None, torch.uint8: None,
    torch.float64: torch.float32, torch.bfloat16: torch.float32, torch.bool: torch.uint8,
    torch.int64: torch.int32, torch.int16: torch.int32, torch.int8: torch.int32,
}
SHAPES = [(), (1,), (0,), (7,), (3, 0), (2, 1, 11), (5, 3)]


def described(tensor):
    data = base64.b64encode(safetensors_file.bytes_of(tensor)).decode()
    return {"dtype": safetensors_file.NAMES[tensor.dtype], "shape": list(tensor.shape), "bytes": data}


def all_described(tensors):
    return {name: described(tensor) for name, tensor in tensors.items()}


paths = json.load(sys.stdin)
tensors = {
    f"{dtype} {list(shape)}": (torch.rand(shape) * 100).to(dtype) for dtype in READ_AS for shape in SHAPES
}
safetensors_file.write(paths["write"], tensors)
wanted = {name: tensor.to(READ_AS[tensor.dtype] or tensor.dtype) for name, tensor in tensors.items()}
json.dump({
    "read": all_described(safetensors_file.read(paths["read"])),
    "written": all_described(wanted),
}, sys.stdout)
