"""Runs the Python of a page about weights, in a folder that holds the files that it names.

Reads { page, folder } from standard input. Where the package `safetensors` is missing, the reader and writer here
take its place.
"""

import json
import os
import re
import sys
import types

import safetensors_file

try:
    import safetensors.torch
except ImportError:
    package, module = types.ModuleType("safetensors"), types.ModuleType("safetensors.torch")
    module.load_file = safetensors_file.read
    module.save_file = lambda tensors, path: safetensors_file.write(path, tensors)
    sys.modules.update({"safetensors": package, "safetensors.torch": module})

given = json.load(sys.stdin)
with open(given["page"], encoding="utf-8") as page:
    examples = re.findall(r"^```python\n(.*?)^```$", page.read(), re.DOTALL | re.MULTILINE)
os.chdir(given["folder"])
for example in examples:
    exec(example, {})
json.dump(len(examples), sys.stdout)
