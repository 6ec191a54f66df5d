"""Remakes Tests/MetricsTests/Golden/metrics.json: scikit-learn's values for seeded random answers.

    python -m venv venv && venv/bin/pip install scikit-learn==1.9.1
    venv/bin/python Tools/golden/metrics.py
"""

import json
import pathlib
import warnings

import numpy
import sklearn
from sklearn.metrics import (
    accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score)

BINS = 15


def calibration_error(confidence, correct):
    """Guo et al. 2017, eq. 3; the lower edge in the bin, 1.0 in the last."""
    bins = numpy.minimum((confidence * BINS).astype(int), BINS - 1)
    error = 0.0
    for number in range(BINS):
        chosen = bins == number
        if chosen.any():
            gap = abs(correct[chosen].mean() - confidence[chosen].mean())
            error += chosen.mean() * gap
    return error


def case(name, generator, samples, classes, truths=None, answers=None):
    truth = generator.choice(truths or classes, samples)
    right = generator.random(samples) < 0.6
    prediction = numpy.where(right, truth, generator.choice(answers or classes, samples))
    confidence = generator.random(samples)
    confidence[0] = 1.0
    return {
        "name": name,
        "classes": classes,
        "truth": truth.tolist(),
        "prediction": prediction.tolist(),
        "confidence": confidence.tolist(),
        "accuracy": accuracy_score(truth, prediction),
        "balanced-accuracy": balanced_accuracy_score(truth, prediction),
        "macro-f1": f1_score(truth, prediction, average="macro", zero_division=0),
        "ece": calibration_error(confidence, truth == prediction),
        "confusion": confusion_matrix(truth, prediction, labels=range(classes)).tolist(),
    }


def main():
    warnings.simplefilter("ignore")
    generator = numpy.random.default_rng(20211017)
    cases = [
        case("two classes", generator, 50, 2),
        case("many classes", generator, 200, 19),
        case("one sample", generator, 1, 3),
        case("a class that is never true", generator, 60, 4, truths=[0, 1, 3]),
        case("a class that is never predicted", generator, 60, 4, answers=[0, 1]),
        case("a class that is neither", generator, 60, 6, truths=[0, 2, 5], answers=[0, 2]),
    ]
    document = {"reference": f"scikit-learn {sklearn.__version__}, float64", "cases": cases}
    path = pathlib.Path(__file__).parents[2] / "Tests/MetricsTests/Golden/metrics.json"
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
