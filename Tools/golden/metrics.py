"""Remakes Tests/MetricsTests/Golden/{metrics,multi-label,segmentation,regression}.json:
scikit-learn's values for seeded random answers.

    python -m venv venv && venv/bin/pip install scikit-learn==1.9.1
    venv/bin/python Tools/golden/metrics.py
"""

import json
import pathlib
import warnings

import numpy
import scipy
import sklearn
from scipy.stats import norm, pearsonr
from sklearn.metrics import (
    accuracy_score, average_precision_score, balanced_accuracy_score, confusion_matrix, f1_score,
    jaccard_score, mean_absolute_error, r2_score, roc_auc_score, root_mean_squared_error)

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


UNKNOWN = 255


def multi_label(name, generator, samples, classes, rate=0.3, levels=None, unknown=0.0, truth=None):
    """Scores that know something of the truth; `levels` rounds them, so that many are equal."""
    if truth is None:
        truth = (generator.random((samples, classes)) < rate).astype(int)
    scores = truth + generator.normal(size=truth.shape) * 0.8
    if levels:
        scores = numpy.round(scores * levels) / levels
    scores = scores.astype(numpy.float32)
    truth = numpy.where(generator.random(truth.shape) < unknown, UNKNOWN, truth)
    precisions, areas = [], []
    for number in range(classes):
        known = truth[:, number] != UNKNOWN
        own, score = truth[known, number], scores[known, number]
        precisions.append(average_precision_score(own, score) if own.any() else None)
        areas.append(roc_auc_score(own, score) if 0 < own.sum() < len(own) else None)
    precision = [p for p in precisions if p is not None]
    area = [a for a in areas if a is not None]
    mean_area = float(numpy.mean(area)) if area else None
    distance = None if mean_area in (None, 0.0, 1.0) else 2 ** 0.5 * norm.ppf(mean_area)
    return {
        "name": name,
        "scores": scores.tolist(),
        "truth": truth.tolist(),
        "average-precisions": precisions,
        "areas": areas,
        "map": float(numpy.mean(precision)) if precision else None,
        "map-classes": len(precision),
        "macro-auc": mean_area,
        "macro-auc-classes": len(area),
        "d-prime": distance,
    }


def multi_labels(generator):
    yield multi_label("many samples", generator, 80, 6)
    yield multi_label("scores that tie", generator, 60, 4, levels=2)
    yield multi_label("all scores equal", generator, 20, 3, levels=1e-9)
    yield multi_label("some truths unknown", generator, 60, 5, unknown=0.4)
    empty = (generator.random((30, 4)) < 0.4).astype(int)
    empty[:, 1] = 0
    empty[:, 3] = 1
    yield multi_label("a class without a positive, one without a negative", generator, 30, 4,
                      truth=empty)
    yield multi_label("no positive at all", generator, 10, 2, truth=numpy.zeros((10, 2), int))
    yield multi_label("nothing known", generator, 10, 2, unknown=2.0)
    yield multi_label("one sample", generator, 1, 3, truth=numpy.array([[1, 0, 1]]))


def mean_overlap(truth, prediction):
    known = truth != UNKNOWN
    truth, prediction = truth[known], prediction[known]
    shown = numpy.union1d(truth, prediction)
    if not len(shown):
        return None
    return float(jaccard_score(truth, prediction, labels=shown, average="macro", zero_division=0))


def segmentation(name, generator, pictures, size, classes, unknown=0.1, truths=None, blank=()):
    shape = (pictures, *size)
    truth = generator.choice(truths or classes, shape)
    prediction = numpy.where(
        generator.random(shape) < 0.6, truth, generator.choice(truths or classes, shape))
    truth = numpy.where(generator.random(shape) < unknown, UNKNOWN, truth)
    for picture in blank:
        truth[picture] = UNKNOWN
    known = truth != UNKNOWN
    own, answered = truth[known], prediction[known]
    shown = set(numpy.union1d(own, answered).tolist())
    overlaps = [
        jaccard_score(own == number, answered == number) if number in shown else None
        for number in range(classes)]
    of_pictures = [mean_overlap(t, p) for t, p in zip(truth, prediction)]
    of_pictures = [value for value in of_pictures if value is not None]
    return {
        "name": name,
        "classes": classes,
        "size": list(size),
        "truth": truth.reshape(pictures, -1).tolist(),
        "prediction": prediction.reshape(pictures, -1).tolist(),
        "confusion": confusion_matrix(own, answered, labels=range(classes)).tolist() if len(own)
        else [[0] * classes] * classes,
        "iou": overlaps,
        "miou": mean_overlap(truth, prediction),
        "miou-per-image": float(numpy.mean(of_pictures)) if of_pictures else None,
        "pixel-accuracy": float(accuracy_score(own, answered)) if len(own) else None,
        "mean-class-accuracy": float(balanced_accuracy_score(own, answered)) if len(own) else None,
    }


def segmentations(generator):
    yield segmentation("plain", generator, 4, (5, 6), 3)
    yield segmentation("nothing ignored", generator, 3, (4, 4), 5, unknown=0)
    yield segmentation("a class that no pixel shows", generator, 3, (4, 5), 4, truths=[0, 1, 3])
    yield segmentation("one picture all ignored", generator, 3, (4, 4), 3, blank=[1])
    yield segmentation("all ignored", generator, 2, (3, 3), 3, blank=[0, 1])


def regression(name, truth, prediction):
    truth, prediction = numpy.asarray(truth, float), numpy.asarray(prediction, float)
    explained = float(r2_score(truth, prediction)) if len(truth) > 1 else None
    varies = len(truth) > 1 and numpy.ptp(truth) > 0 and numpy.ptp(prediction) > 0
    return {
        "name": name,
        "truth": truth.tolist(),
        "prediction": prediction.tolist(),
        "mae": float(mean_absolute_error(truth, prediction)),
        "rmse": float(root_mean_squared_error(truth, prediction)),
        "r2": explained,
        "pearson": float(pearsonr(truth, prediction).statistic) if varies else None,
    }


def regressions(generator):
    truth = generator.normal(size=40)
    yield regression("noisy", truth, truth + 0.3 * generator.normal(size=40))
    yield regression("unrelated", truth, generator.normal(size=40))
    yield regression("far off", truth, -20 * truth + 5)
    yield regression("exact", truth, truth)
    # Far from zero: what sums of squares lose.
    yield regression("far from zero", 1e6 + truth, 1e6 + truth + generator.normal(size=40))
    yield regression("tiny", 1e-6 * truth, 1e-6 * truth + 1e-7 * generator.normal(size=40))
    yield regression("values that tie", numpy.round(truth), numpy.round(truth + 0.6))
    yield regression("a truth that never changes", numpy.full(12, 3.0), generator.normal(size=12))
    yield regression("a truth that never changes, exact", numpy.full(5, 3.0), numpy.full(5, 3.0))
    yield regression("predictions that never change", truth, numpy.full(40, truth.mean()))
    yield regression("two samples", [1.0, 2.0], [1.5, 1.0])
    yield regression("one sample", [1.0], [3.0])


def write(name, cases):
    reference = f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, float64"
    path = pathlib.Path(__file__).parents[2] / f"Tests/MetricsTests/Golden/{name}.json"
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.write_text(f'{{"reference": {json.dumps(reference)}, "cases": [\n{lines}\n]}}\n')


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
    write("multi-label", multi_labels(numpy.random.default_rng(20170305)))
    write("segmentation", segmentations(numpy.random.default_rng(20150608)))
    write("regression", regressions(numpy.random.default_rng(18860101)))


if __name__ == "__main__":
    main()
