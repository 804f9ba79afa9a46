"""Trains generated models of PyTorch in float64.

Reads a JSON list of cases from standard input: the text of a module, the name of a class in it, first values of
parameters and states by name, batches of inputs by name, and the numbers of the run. Writes for each case the losses
and metrics of each step, and all tensors after them: parameters, states, and what the optimizer keeps.
"""

import inspect
import json
import sys

import torch

torch.set_default_dtype(torch.float64)
TYPES = {"f32": torch.float64, "u32": torch.int64, "i32": torch.int64}


def tensor(value):
    return torch.tensor(value["data"], dtype=TYPES[value["dtype"]]).reshape(value["shape"])


def run(case):
    names = {"__name__": case["class"]}
    exec(compile(case["text"], case["class"], "exec"), names)
    model = names[case["class"]](**case["sizes"])
    model.load_state_dict({name: tensor(value) for name, value in case["tensors"].items()})
    optimizer = names[case["class"] + "Optimizer"](model)
    wanted = list(inspect.signature(model.forward).parameters)
    told = []
    for step, batch in enumerate(case["batches"], 1):
        given = {**case["numbers"], "step": step, **{name: tensor(each) for name, each in batch.items()}}
        judged = model(*[given[name] for name in wanted])
        optimizer.zero_grad(set_to_none=True)
        judged["loss"].mean().backward()
        optimizer.step()
        told.append({name: each.sum().item() for name, each in judged.items()})
    kept = {
        f"{name}.{state}": optimizer.state[parameter][state]
        for name, parameter in model.named_parameters()
        if parameter in optimizer.state
        for state in optimizer.states
    }
    model.eval()
    last = {name: tensor(each) for name, each in case["batches"][-1].items()}
    wanted = list(inspect.signature(model.predict).parameters)
    predicted = model.predict(*[last[name] for name in wanted])
    predicted = predicted if isinstance(predicted, dict) else {"logits": predicted}
    after = {**model.state_dict(), **kept, **predicted}
    return {"told": told, "after": {name: each.flatten().tolist() for name, each in after.items()}}


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
