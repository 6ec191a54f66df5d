"""The TwoMoon study as the authors' notebook does it: a plain PyTorch loop.

make_moons(500, noise=0.1), standardised, 40 % test, of the rest 10 % labelled. A teacher on the
x-coordinate (two hidden layers of 32, 1000 full-batch steps of SGD 0.01), its hard pseudo-labels,
then for each seed three students of 2000 steps with T(x) = x + a * mean|x| * eps, a = 1: one on the
x-coordinate (32), one on both (16), one on both with the true labels. Prints accuracies on the test
split and the seconds that training took, without the imports, as one line of JSON.

    peer.py [--threads N] [--seeds N]     threads: PyTorch's own choice when absent
"""

import argparse
import json
import time

import numpy as np
import torch
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn


class MLP(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(inputs, hidden), nn.ReLU(),
            nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, 2))

    def forward(self, x):
        return self.layers(x)


def train(inputs, labels, hidden, steps, noise, seed):
    torch.manual_seed(seed)
    model = MLP(inputs.shape[1], hidden)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    criterion = nn.CrossEntropyLoss()
    model.train()
    for _ in range(steps):
        x = inputs
        if noise:
            x = x + noise * x.abs().mean() * torch.randn_like(x)
        optimizer.zero_grad()
        loss = criterion(model(x), labels)
        loss.backward()
        optimizer.step()
    model.eval()
    return model


def predict(model, inputs):
    with torch.no_grad():
        return model(inputs).argmax(dim=1)


def accuracy(model, inputs, labels):
    return (predict(model, inputs) == labels).float().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)

    points, labels = make_moons(500, noise=0.1, random_state=42)
    points = StandardScaler().fit_transform(points)
    rest, test, rest_labels, test_labels = train_test_split(
        points, labels, test_size=0.4, random_state=42)
    labelled, unlabelled, labelled_truth, truth = train_test_split(
        rest, rest_labels, test_size=0.9, random_state=42)
    tensor = lambda x: torch.tensor(x, dtype=torch.float32)
    labelled, unlabelled, test = tensor(labelled), tensor(unlabelled), tensor(test)
    labelled_truth, truth, test_labels = map(torch.tensor, (labelled_truth, truth, test_labels))

    started = time.perf_counter()
    teacher = train(labelled[:, :1], labelled_truth, 32, 1000, 0, 0)
    pseudo = predict(teacher, unlabelled[:, :1])
    results = {"um-student": [], "mke": [], "supervised": []}
    students = []
    for seed in range(arguments.seeds):
        for name, columns, hidden, targets in (
                ("um-student", 1, 32, pseudo), ("mke", 2, 16, pseudo), ("supervised", 2, 16, truth)):
            before = time.perf_counter()
            student = train(unlabelled[:, :columns], targets, hidden, 2000, 1.0, seed)
            students.append(time.perf_counter() - before)
            results[name].append(accuracy(student, test[:, :columns], test_labels))
    seconds = time.perf_counter() - started
    print(json.dumps({
        "seconds": seconds,
        "student": float(np.median(students)),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "teacher": accuracy(teacher, test[:, :1], test_labels),
        **{name: float(np.mean(values)) for name, values in results.items()}}))


main()
