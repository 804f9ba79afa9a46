"""Trains with PyTorch on the CPU: autograd and `torch.optim.Adam`."""

import pathlib
import sys

import torch
import torch.nn.functional as F

from run import BATCH, TILES, read_data, read_options, read_parameters, tell, tell_end, train



def refuse_reference_products():
    """Debian's PyTorch takes whatever BLAS there is; nobody would train with the reference one."""
    torch.mm(torch.ones(2, 2), torch.ones(2, 2))
    maps = pathlib.Path("/proc/self/maps")
    libraries = maps.read_text() if maps.exists() else ""
    if "/libblas.so" in libraries and "openblas" not in libraries:
        sys.exit("PyTorch multiplies by the reference BLAS here; install libopenblas0-pthread")


refuse_reference_products()
options = read_options()
torch.set_num_threads(options.threads)
tell("about", engine=f"PyTorch {torch.__version__}", device="cpu", threads=torch.get_num_threads())

parameters = {
    name: torch.from_numpy(values.copy()).requires_grad_()
    for name, values in read_parameters(options).items()
}
images, labels, order = (torch.from_numpy(each) for each in read_data(options))


def written(h):
    return h @ parameters["W2"].repeat(1, TILES).T


def folded(h):
    return h.view(BATCH, TILES, -1).sum(1) @ parameters["W2"].T


def ordinary(h):
    return F.linear(h, parameters["W2"], parameters["b2"])


middle = {"written": written, "folded": folded, "ordinary": ordinary}[options.form]
optimizer = torch.optim.Adam(parameters.values(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8)


def step(indices, _):
    h = F.relu(F.linear(images[indices], parameters["W1"], parameters["b1"]))
    z = F.linear(F.relu(middle(h)), parameters["W3"], parameters["b3"])
    loss = F.cross_entropy(z, labels[indices])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.detach()


train(options, order, step)
tell_end()
