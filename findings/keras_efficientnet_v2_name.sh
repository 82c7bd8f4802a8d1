#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: architectures of keras.applications with a name of one's own.
# Expected: `name` names the model, as in EfficientNetB0, MobileNetV2 and ConvNeXt.
# Happened: EfficientNetV2 looks its blocks up under the name of the model: any name but its own ends in a KeyError, and
#   the name of another architecture gives that one's blocks.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen "EfficientNetB0, name 'mine': mine
EfficientNetV2B0, name 'mine': KeyError
EfficientNetV2B0: 150 layers with weights
EfficientNetV2B0, name 'efficientnetv2-s': 280 layers with weights" <<'PYTHON'
import keras
def build(architecture, **options):
    return getattr(keras.applications, architecture)(weights=None, include_top=False, input_shape=(32, 32, 3), **options)
for architecture in ('EfficientNetB0', 'EfficientNetV2B0'):
    try:
        print(f"{architecture}, name 'mine':", build(architecture, name='mine').name)
    except KeyError:
        print(f"{architecture}, name 'mine': KeyError")
size = lambda model: f'{sum(bool(layer.weights) for layer in model.layers)} layers with weights'
print('EfficientNetV2B0:', size(build('EfficientNetV2B0')))
print("EfficientNetV2B0, name 'efficientnetv2-s':", size(build('EfficientNetV2B0', name='efficientnetv2-s')))
PYTHON
