"""The same work in PyTorch, for `npm run bench -- --peer PYTHON`. Reads one JSON request a line, answers with milliseconds.

Requests: {"kind": "ready"}, {"kind": "matmul", "m", "k", "n", "repeats"}, {"kind": "conv", ..., "direction", "repeats"},
{"kind": "model", "name", "batch", "rows"}: one epoch of shuffled training with accuracy, name being mlp, cnn, lstm, gru,
embedding_lstm, embedding_gru, transformer or mobile,
{"kind": "predict", "name", "rows", "calls"}, {"kind": "movement", "name", "shape", "times", "repeats"},
{"kind": "application", "name", "task": "predict" | "train" | "tune", "rows", "repeats"},
{"kind": "linalg", "name", "n", "repeats"}, {"kind": "eager", "name": "add" | "matmul" | "conv", "n", "repeats"},
{"kind": "recurrent", "cell": "lstm" | "gru", "direction": "forward" | "training", ...}, or
{"kind": "elementwise", "name", "shape", "repeats"}.
"""
import json
import os
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from torch_applications import make_application

torch.manual_seed(0)
torch.set_num_threads(int(os.environ.get("TRAE_PEER_THREADS", os.cpu_count())))
models = {}


def average(f, repeats):
    f()
    f()
    start = time.perf_counter()
    for _ in range(repeats):
        f()
    return (time.perf_counter() - start) * 1e3 / repeats


class ConvBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Recurrent(nn.Module):
    def __init__(self, name):
        super().__init__()
        is_text = name.startswith("embedding_")
        self.embedding = nn.Embedding(20000, 128) if is_text else None
        inputs, units, outputs = (128, 128, 1) if is_text else (16, 64, 10)
        self.cell = (nn.LSTM if name.endswith("lstm") else nn.GRU)(inputs, units, batch_first=True)
        self.out = nn.Linear(units, outputs)

    def forward(self, x):
        if self.embedding is not None:
            x = self.embedding(x)
        y = self.out(self.cell(x)[0][:, -1])
        return y[:, 0] if self.embedding is not None else y


class Block(nn.Module):
    """A pre-norm block: attention of 4 heads of 32, then Linear(512), gelu, Linear(128)."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(128, eps=1e-3), nn.LayerNorm(128, eps=1e-3)
        self.qkv, self.project = nn.Linear(128, 384), nn.Linear(128, 128)
        self.up, self.down = nn.Linear(128, 512), nn.Linear(512, 128)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, 4, 32).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v)
        x = x + self.project(a.transpose(1, 2).reshape(b, t, 128))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.blocks, self.out = nn.Embedding(8000, 128), nn.Sequential(Block(), Block()), nn.Linear(128, 2)

    def forward(self, x):
        return self.out(self.blocks(self.embedding(x)).mean(1))


def make_mobile():
    layers = []

    def add(conv):
        layers.extend([conv, nn.BatchNorm2d(conv.out_channels, eps=1e-3, momentum=0.01), nn.ReLU6()])

    add(nn.Conv2d(3, 32, 3, stride=2, padding=1, bias=False))
    inputs = 32
    for filters, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)):
        add(nn.Conv2d(inputs, inputs, 3, stride=stride, padding=1, groups=inputs, bias=False))
        add(nn.Conv2d(inputs, filters, 1, bias=False))
        inputs = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)).to(memory_format=torch.channels_last)


def make_model(name):
    if name.endswith(("lstm", "gru")):
        model = Recurrent(name)
    elif name == "transformer":
        model = Transformer()
    elif name == "mobile":
        model = make_mobile()
    elif name == "mlp":
        model = nn.Sequential(
            nn.Linear(20, 64), nn.ReLU(), nn.Dropout(0.5), nn.BatchNorm1d(64, eps=1e-3, momentum=0.01),
            nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    else:
        model = nn.Sequential(
            ConvBlock(3, 32), nn.MaxPool2d(2), ConvBlock(32, 64), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(4096, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)).to(memory_format=torch.channels_last)
    return model, torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)


def make_inputs(name, rows):
    if name.startswith("embedding_"):
        return torch.randint(0, 20000, (rows, 80))
    if name == "transformer":
        return torch.randint(0, 8000, (rows, 128))
    if name in ("lstm", "gru"):
        return torch.rand(rows, 100, 16)
    if name == "mlp":
        return torch.rand(rows, 20)
    side = 64 if name == "mobile" else 32
    return torch.rand(rows, 3, side, side).contiguous(memory_format=torch.channels_last)


def prepare(name, rows):
    if name not in models:
        model, optimizer = make_model(name)
        x = make_inputs(name, rows)
        classes = 2 if name == "transformer" or name.startswith("embedding_") else 10
        models[name] = (model, optimizer, x, torch.randint(0, classes, (rows,)))
    return models[name]


def epoch(request):
    name, batch, rows = request["name"], request["batch"], request["rows"]
    model, optimizer, x, y = prepare(name, rows)
    model.train()
    start = time.perf_counter()
    order = torch.randperm(rows)
    total = torch.zeros(())
    right = torch.zeros((), dtype=torch.long)
    for first in range(0, rows - batch + 1, batch):
        at = order[first:first + batch]
        xb, yb = x[at], y[at]
        out = model(xb)
        is_binary = out.ndim == 1
        loss = F.binary_cross_entropy_with_logits(out, yb.float()) if is_binary else F.cross_entropy(out, yb)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach() * batch
        right += ((out.detach() > 0) == yb if is_binary else out.detach().argmax(1) == yb).sum()
    total.item(), right.item()
    return (time.perf_counter() - start) * 1e3 / (rows // batch)


def predict(request):
    model = make_model(request["name"])[0].eval()
    x = make_inputs(request["name"], request["rows"])
    with torch.inference_mode():
        return average(lambda: torch.softmax(model(x), -1).numpy(), request["calls"])


def prepare_application(request):
    name, task, rows = request["name"], request["task"], request["rows"]
    key = f"{task} {name} {rows}"
    if key not in models:
        models.clear()  # one at a time
        classes = 1000 if task == "predict" else 10
        x = torch.rand(rows, 3, 224, 224).contiguous(memory_format=torch.channels_last)
        models[key] = (make_application(name, classes, task), x, torch.randint(0, classes, (rows,)))
    return models[key]


def application(request):
    """A prediction of a batch of photographs, or a step of Adam on one."""
    task = request["task"]
    model, x, y = prepare_application(request)
    if task == "predict":
        with torch.inference_mode():
            return average(lambda: torch.softmax(model(x), -1).numpy(), request["repeats"])
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-5, eps=1e-7, fused=True)

    def step():
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return average(step, request["repeats"])


def movement(request):
    name, shape, times = request["name"], request["shape"], request["times"]
    x = torch.rand(*shape)
    if name == "upsampling_gradient":
        n, h, w, c = shape
        dy = torch.rand(n, c, h * times, w * times).contiguous(memory_format=torch.channels_last)
        f = lambda: torch.ops.aten.upsample_nearest2d_backward(dy, [h * times, w * times], [n, c, h, w])
    else:
        f = {
            "repeat": lambda: torch.repeat_interleave(x, times, dim=-1), "tile": lambda: torch.tile(x, (1, times)),
            "read_out": lambda: x.numpy().copy(),
        }[name]
    with torch.no_grad():
        return average(f, request["repeats"])


def conv(request):
    n, h, w, c, o, k = (request[key] for key in ("n", "h", "w", "c", "o", "k"))
    x = torch.rand(n, c, h, w).contiguous(memory_format=torch.channels_last)
    kernel = torch.rand(o, c, k, k).contiguous(memory_format=torch.channels_last)
    if request["direction"] == "forward":
        return average(lambda: F.conv2d(x, kernel, padding=k // 2), request["repeats"])
    dy = torch.rand(n, o, h, w).contiguous(memory_format=torch.channels_last)
    mask = (True, False, False) if request["direction"] == "data" else (False, True, False)
    return average(lambda: torch.ops.aten.convolution_backward(
        dy, x, kernel, None, (1, 1), (k // 2, k // 2), (1, 1), False, (0, 0), 1, mask), request["repeats"])


def recurrent(request):
    cell = {"lstm": nn.LSTM, "gru": nn.GRU}[request["cell"]](request["n"], request["units"], batch_first=True)
    x = torch.rand(request["batch"], request["steps"], request["n"])

    def training():
        cell.zero_grad(set_to_none=True)
        cell(x)[0][:, -1].square().sum().backward()

    if request["direction"] == "training":
        return average(training, request["repeats"])
    with torch.no_grad():
        return average(lambda: cell(x), request["repeats"])


def elementwise(request):
    x = torch.rand(*request["shape"])
    functions = {
        "gelu": lambda: F.gelu(x, approximate="tanh"), "softmax": lambda: torch.softmax(x, -1),
        "add": lambda: x + x, "sum": lambda: x.sum(), "layer_norm": lambda: F.layer_norm(x, x.shape[-1:]),
        "tanh": lambda: torch.tanh(x), "softmax_first": lambda: torch.softmax(x, 0),
        "normal": lambda: torch.randn(*request["shape"]),
    }
    with torch.no_grad():
        return average(functions[request["name"]], request["repeats"])


def eager(request):
    n = request["n"]
    if request["name"] == "add":
        x, y = torch.rand(n), torch.rand(n)
        f = lambda: (x + y).numpy()
    elif request["name"] == "matmul":
        x, y = torch.rand(n, n), torch.rand(n, n)
        f = lambda: (x @ y).numpy()
    else:
        x, y = torch.rand(1, 1, n, n), torch.rand(8, 1, 3, 3)
        f = lambda: F.conv2d(x, y).numpy()
    with torch.no_grad():
        return average(f, request["repeats"])


def linalg(request):
    n = request["n"]
    any_, right = torch.rand(n, n) * 2 - 1, torch.rand(n, n) * 2 - 1
    symmetric, definite = (any_ + any_.T) / 2, any_ @ any_.T + n * torch.eye(n)
    functions = {
        "cholesky": lambda: torch.linalg.cholesky(definite), "lu": lambda: torch.linalg.lu_factor(any_),
        "solve": lambda: torch.linalg.solve(any_, right), "inv": lambda: torch.linalg.inv(definite),
        "det": lambda: torch.linalg.slogdet(definite), "qr": lambda: torch.linalg.qr(any_),
        "eigh": lambda: torch.linalg.eigh(symmetric), "eig": lambda: torch.linalg.eig(any_),
        "svd": lambda: torch.linalg.svd(any_, full_matrices=False), "norm": lambda: torch.linalg.matrix_norm(any_, 2),
        "lstsq": lambda: torch.linalg.lstsq(definite, right),
    }
    with torch.no_grad():
        return average(functions[request["name"]], request["repeats"])


def answer(request):
    kind = request["kind"]
    if kind == "ready":
        return {"version": torch.__version__, "threads": torch.get_num_threads()}
    if kind == "model":
        return {"ms": epoch(request)}
    if kind == "predict":
        return {"ms": predict(request)}
    if kind == "application":
        return {"ms": application(request)}
    if kind == "movement":
        return {"ms": movement(request)}
    if kind == "eager":
        return {"ms": eager(request)}
    if kind == "linalg":
        return {"ms": linalg(request)}
    if kind == "recurrent":
        return {"ms": recurrent(request)}
    if kind == "matmul":
        dtype = getattr(torch, request["dtype"])
        a, b = torch.rand(request["m"], request["k"], dtype=dtype), torch.rand(request["k"], request["n"], dtype=dtype)
        with torch.no_grad():
            return {"ms": average(lambda: a @ b, request["repeats"])}
    if kind == "conv":
        with torch.no_grad():
            return {"ms": conv(request)}
    return {"ms": elementwise(request)}


def status(field):
    """A field of this process's status, in bytes."""
    with open("/proc/self/status") as lines:
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith(field + ":"))


def memory(name, batch, rows):
    """Peak resident bytes of two epochs, and how far they lie above what was resident with model and data made."""
    request = {"name": name, "batch": int(batch), "rows": int(rows)}
    if request["rows"]:
        prepare(request["name"], request["rows"])
    else:  # an architecture of keras.applications: four steps
        request = {"name": name, "task": "train", "rows": int(batch), "repeats": 1}
        prepare_application(request)
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")
    before = status("VmRSS")
    if "task" in request:
        application(request)
    else:
        epoch(request)
        epoch(request)
    return {"process": status("VmHWM"), "training": status("VmHWM") - before}


if sys.argv[1:2] == ["--memory"]:
    print(json.dumps(memory(*sys.argv[2:5])), flush=True)
    sys.exit()
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
