"""Reads a shard as people do it with h5py and hdf5plugin.

Prints seconds and processor seconds of the work asked for, and the number of samples read.

peer.py sequential DATASET FILE…        every chunk, in order
peer.py random DATASET SAMPLES FILE…    so many samples of all, one by one, in random order
"""

import sys
import time

import h5py
import hdf5plugin  # noqa: F401 (registers the filters)
import numpy as np


def elapsed(begin):
    return time.perf_counter() - begin[0], time.process_time() - begin[1]


def sequential(dataset, files):
    begin = time.perf_counter(), time.process_time()
    total = 0
    for path in files:
        with h5py.File(path) as file:
            data = file[dataset]
            step = data.chunks[0]
            block = np.empty((step, *data.shape[1:]), data.dtype)
            for start in range(0, data.shape[0], step):
                count = min(step, data.shape[0] - start)
                data.read_direct(block, np.s_[start : start + count], np.s_[:count])
                total += count
    return elapsed(begin), total


def random(dataset, samples, files):
    opened = [h5py.File(path)[dataset] for path in files]
    places = [(i, j) for i, data in enumerate(opened) for j in range(data.shape[0])]
    chosen = np.random.default_rng(0).permutation(len(places))[:samples]
    begin = time.perf_counter(), time.process_time()
    for index in chosen:
        shard, sample = places[index]
        opened[shard][sample]
    return elapsed(begin), len(chosen)


if sys.argv[1] == "sequential":
    seconds, samples = sequential(sys.argv[2], sys.argv[3:])
else:
    seconds, samples = random(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
print(*seconds, samples)
