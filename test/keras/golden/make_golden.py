"""
Writes what real Keras 3.15 computes to the JSON files beside this script. Run by hand, on the CPU:
KERAS_BACKEND=tensorflow COLUMNS=80 python make_golden.py
"""
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["COLUMNS"] = "80"

import golden_attention  # noqa: E402
import golden_boxes  # noqa: E402
import golden_convolutional  # noqa: E402
import golden_distillation  # noqa: E402
import golden_functions  # noqa: E402
import golden_image  # noqa: E402
import golden_layers  # noqa: E402
import golden_preprocessing  # noqa: E402
import golden_pretrained  # noqa: E402
import golden_recurrent  # noqa: E402
import golden_losses  # noqa: E402
import golden_metrics  # noqa: E402
import golden_ops  # noqa: E402
import golden_optimizers  # noqa: E402
import golden_outputs  # noqa: E402
import golden_special_values  # noqa: E402
import golden_spectrograms  # noqa: E402
import golden_summaries  # noqa: E402
import golden_training  # noqa: E402
import golden_utils  # noqa: E402
import golden_weight_options  # noqa: E402

golden_layers.make()
golden_recurrent.make()
golden_functions.make()
golden_losses.make()
golden_metrics.make()
golden_optimizers.make()
golden_training.make()
golden_utils.make()
golden_attention.make()  # starts its random numbers anew
golden_convolutional.make()  # starts its random numbers anew
golden_image.make()  # starts its random numbers anew
golden_outputs.make()  # starts its random numbers anew
golden_boxes.make()  # starts its random numbers anew
golden_ops.make()  # starts its random numbers anew
golden_preprocessing.make()
golden_spectrograms.make()  # starts its random numbers anew
golden_summaries.make()
golden_distillation.make()  # starts its random numbers anew
golden_pretrained.make()
golden_weight_options.make()  # reads the layers' files and defaults.json
golden_special_values.make()
