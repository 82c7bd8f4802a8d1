"""Predictions of `application` rows by ONNX Runtime, of the models that PyTorch exports: `npm run bench -- --peer onnxruntime=PYTHON`.

Needs torch, onnx and onnxruntime. Reads one JSON request a line, answers with milliseconds; null for what it has no counterpart of.
"""
import io
import json
import os
import sys
import time

import onnxruntime
import torch

from torch_applications import make_application

threads = int(os.environ.get("TRAE_PEER_THREADS", os.cpu_count()))
sessions = {}


def session(name, rows):
    key = (name, rows)
    if key not in sessions:
        sessions.clear()  # one at a time
        model = torch.nn.Sequential(make_application(name, 1000, "predict"), torch.nn.Softmax(-1)).eval()
        file = io.BytesIO()
        torch.onnx.export(model, (torch.rand(rows, 3, 224, 224),), file, dynamo=False, input_names=["x"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        sessions[key] = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
    return sessions[key]


def answer(request):
    if request["kind"] == "ready":
        return {"version": onnxruntime.__version__, "threads": threads}
    if request["kind"] != "application" or request["task"] != "predict":
        return {"ms": None}
    run = session(request["name"], request["rows"]).run
    x = {"x": torch.rand(request["rows"], 3, 224, 224).numpy()}
    run(None, x)
    run(None, x)
    start = time.perf_counter()
    for _ in range(request["repeats"]):
        run(None, x)
    return {"ms": (time.perf_counter() - start) * 1e3 / request["repeats"]}


output, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), file=output, flush=True)
