"""ResNet50, MobileNetV2 and EfficientNetB0 as Keras has them, in PyTorch: what `application` rows are beside.

Where Keras pads an even image below and on the right alone, these pad all sides: the same sizes and the same work.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


def conv(inputs, outputs, size, stride=1, groups=1, bias=False):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=bias)


def normalized(convolution, eps, momentum, activation=None):
    norm = nn.BatchNorm2d(convolution.out_channels, eps=eps, momentum=momentum)
    return nn.Sequential(convolution, norm, *([activation] if activation else []))


class Residual(nn.Module):
    """A bottleneck of ResNet, version 1: the stride stands in the first convolution, all convolutions have a bias."""

    def __init__(self, inputs, filters, stride, is_first):
        super().__init__()
        make = lambda i, o, size, step, activation: normalized(conv(i, o, size, step, bias=True), 1.001e-5, 0.01, activation)
        self.shortcut = make(inputs, 4 * filters, 1, stride, None) if is_first else nn.Identity()
        self.body = nn.Sequential(
            make(inputs, filters, 1, stride, nn.ReLU(inplace=True)),
            make(filters, filters, 3, 1, nn.ReLU(inplace=True)),
            make(filters, 4 * filters, 1, 1, None))

    def forward(self, x):
        return F.relu_(self.body(x) + self.shortcut(x))


def resnet50(classes):
    blocks, inputs = [], 64
    for filters, count, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for i in range(count):
            blocks.append(Residual(inputs, filters, stride if i == 0 else 1, i == 0))
            inputs = 4 * filters
    return nn.Sequential(
        normalized(conv(3, 64, 7, 2, bias=True), 1.001e-5, 0.01, nn.ReLU(inplace=True)), nn.MaxPool2d(3, 2, 1),
        *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, classes))


class Inverted(nn.Module):
    """An inverted residual of MobileNetV2, or with an attention to channels that of EfficientNet."""

    def __init__(self, inputs, outputs, size, stride, expansion, make, activation, with_attention):
        super().__init__()
        hidden = inputs * expansion
        self.is_residual = stride == 1 and inputs == outputs
        self.wide = nn.Sequential(
            *([make(conv(inputs, hidden, 1), activation)] if expansion > 1 else []),
            make(conv(hidden, hidden, size, stride, groups=hidden), activation))
        narrow = max(1, inputs // 4)
        self.attention = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), conv(hidden, narrow, 1, bias=True), nn.SiLU(inplace=True),
            conv(narrow, hidden, 1, bias=True), nn.Sigmoid()) if with_attention else None
        self.project = make(conv(hidden, outputs, 1), None)

    def forward(self, x):
        y = self.wide(x)
        if self.attention is not None:
            y = y * self.attention(y)
        y = self.project(y)
        return x + y if self.is_residual else y


def mobilenet_v2(classes):
    activation = nn.ReLU6(inplace=True)
    make = lambda c, a: normalized(c, 1e-3, 0.001, a)
    layers, inputs = [make(conv(3, 32, 3, 2), activation)], 32
    for expansion, outputs, count, stride in (
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for i in range(count):
            layers.append(Inverted(inputs, outputs, 3, stride if i == 0 else 1, expansion, make, activation, False))
            inputs = outputs
    return nn.Sequential(
        *layers, make(conv(320, 1280, 1), activation), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, classes))


class Scaled(nn.Module):
    """Pixels from 0 to 255 divided by 255, less a mean and divided by a deviation by channel."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))
        self.register_buffer("deviation", torch.ones(1, 3, 1, 1))

    def forward(self, x):
        return (x / 255 - self.mean) / self.deviation


def efficientnet_b0(classes):
    activation = nn.SiLU(inplace=True)
    make = lambda c, a: normalized(c, 1e-3, 0.01, a)
    layers, inputs = [Scaled(), make(conv(3, 32, 3, 2), activation)], 32
    for size, count, outputs, expansion, stride in (
            (3, 1, 16, 1, 1), (3, 2, 24, 6, 2), (5, 2, 40, 6, 2), (3, 3, 80, 6, 2), (5, 3, 112, 6, 1), (5, 4, 192, 6, 2),
            (3, 1, 320, 6, 1)):
        for i in range(count):
            layers.append(Inverted(inputs, outputs, size, stride if i == 0 else 1, expansion, make, activation, True))
            inputs = outputs
    return nn.Sequential(
        *layers, make(conv(320, 1280, 1), activation), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, classes))


def make_application(name, classes, task):
    """The model, channels last. `predict`: for inference; `train`: all of it learns; `tune`: the last block and the head learn."""
    model = {"resnet50": resnet50, "mobilenet_v2": mobilenet_v2, "efficientnet_b0": efficientnet_b0}[name](classes)
    model = model.to(memory_format=torch.channels_last)
    if task == "predict":
        return model.eval()
    model.train()
    if task == "tune":
        for frozen in list(model)[:-4]:
            frozen.eval().requires_grad_(False)
    return model
