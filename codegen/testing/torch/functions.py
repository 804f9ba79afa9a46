"""Runs generated functions of PyTorch in float64, and compares their gradients with slopes.

Reads a JSON list of cases from standard input: the text of a module, the name of a function in it, its tensors by
name as { shape, data }, the names of those that hold whole numbers or bools, and its numbers by name. Writes a list
of results: the values that it gives, and the gradients of the sum of gy * y by the names of its tensors.
"""

import inspect
import json
import math
import sys

import torch

torch.set_default_dtype(torch.float64)
TYPES = {"f32": torch.float64, "u32": torch.int64, "i32": torch.int64, "bool": torch.bool}


def tensor(value):
    return torch.tensor(value["data"], dtype=torch.float64).to(TYPES[value["dtype"]]).reshape(value["shape"])


def told_numbers(values):
    """JSON has no numbers that are not finite."""
    return [value if math.isfinite(value) else str(value) for value in values.flatten().tolist()]


def run(case):
    names = {}
    exec(compile(case["text"], case["function"], "exec"), names)
    function = names[case["function"]]
    is_class = isinstance(function, type)
    wanted = list(inspect.signature(function.forward if is_class else function).parameters)
    wanted = wanted[1:] if is_class else wanted
    given = {name: tensor(value) for name, value in case["tensors"].items()}
    floats = [name for name in wanted if name in given and name in case["differentiated"]]
    for name in floats:
        given[name].requires_grad_()
    apply = function.apply if is_class else function
    results = apply(*[given.get(name, case["numbers"].get(name)) for name in wanted])
    results = results if isinstance(results, tuple) else (results,)
    gradients = {}
    if floats:
        (results[0] * tensor(case["gy"])).sum().backward()
        gradients = {name: told_numbers(given[name].grad) for name in floats}
    if floats and case["slopes"]:

        def first(*values):
            now = {**given, **dict(zip(floats, values))}
            y = apply(*[now.get(name, case["numbers"].get(name)) for name in wanted])
            return y[0] if isinstance(y, tuple) else y

        leaves = tuple(given[name].detach().requires_grad_() for name in floats)
        torch.autograd.gradcheck(first, leaves, eps=1e-6, atol=1e-5, rtol=1e-4)
    return {
        "results": [told_numbers(each) for each in results],
        "gradients": gradients,
    }


def told(case):
    try:
        return run(case)
    except Exception as error:
        raise RuntimeError(f"{case['function']}: {error}\n{case['text']}") from error


json.dump([told(case) for case in json.load(sys.stdin)], sys.stdout)
