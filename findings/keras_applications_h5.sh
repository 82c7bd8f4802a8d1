#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: models of keras.applications that hold layers of their own, saved in `.h5`.
# Expected: load_model opens what model.save wrote, as for every other architecture.
# Happened: ConvNeXt and InceptionResNetV2 are saved without a word and cannot be loaded: the file names the class alone,
#   and `.h5` looks for it among the public layers. The same models in `.keras` load.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen 'ConvNeXtTiny .keras: loaded
ConvNeXtTiny .h5: ValueError
InceptionResNetV2 .keras: loaded
InceptionResNetV2 .h5: ValueError
MobileNetV2 .keras: loaded
MobileNetV2 .h5: loaded' <<'PYTHON'
import tempfile
import keras
folder = tempfile.mkdtemp()
sizes = {'ConvNeXtTiny': 32, 'InceptionResNetV2': 75, 'MobileNetV2': 32}
for name, size in sizes.items():
    model = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(size, size, 3))
    for ending in ('.keras', '.h5'):
        model.save(f'{folder}/model{ending}')
        try:
            keras.models.load_model(f'{folder}/model{ending}')
            print(f'{name} {ending}: loaded')
        except Exception as error:
            print(f'{name} {ending}: {type(error).__name__}')
PYTHON
