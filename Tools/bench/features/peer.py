"""Sound files to log-mel spectrograms as people do it with torchaudio.

    peer.py FOLDER

Reads ways of working from its standard input, one a line, `LOADER MANNER COUNT`:

    LOADER   soundfile | torchaudio
    MANNER   inside (one Python thread, COUNT threads in PyTorch)
             threads | processes (COUNT of them, one thread in PyTorch each)

and answers each with seconds, processor seconds, frames and the mean of all features, or with `none`
where the loader does not work here (torchaudio.load needs torchcodec).
"""

import multiprocessing
import os
import pathlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import soundfile
import torch

# torchaudio refuses a PyTorch that was built for another CUDA than itself; no GPU is used here.
torch.version.cuda = None
import torchaudio  # noqa: E402

mel = torchaudio.transforms.MelSpectrogram(16000, n_fft=400, hop_length=160, n_mels=64)


def by_soundfile(path):
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return torch.from_numpy(samples.T)


def by_torchaudio(path):
    return torchaudio.load(path)[0]


LOADERS = {"soundfile": by_soundfile, "torchaudio": by_torchaudio}


def features(loader, paths):
    """Of each file, and the processor seconds of this process."""
    begin = time.process_time()
    load = LOADERS[loader]
    with torch.inference_mode():
        outputs = [torch.log(mel(load(path)) + 1e-6)[0].T.contiguous() for path in paths]
    return outputs, time.process_time() - begin


def summary(outputs):
    """What a process gives back: sending the features themselves to another takes longer."""
    frames = sum(len(output) for output in outputs)
    total = sum(output.double().sum().item() for output in outputs)
    return frames, total


def in_process(loader, paths):
    begin = time.perf_counter()
    outputs, processor = features(loader, paths)
    return time.perf_counter() - begin, processor, *summary(outputs)


def works(loader, path):
    try:
        LOADERS[loader](path)
    except (ImportError, RuntimeError) as error:
        print(f"peer: {loader} does not load: {error}", file=sys.stderr)
        return False
    return True


def main():
    files = sorted(str(path) for path in pathlib.Path(sys.argv[1]).rglob("*.wav"))
    pools, working = {}, {loader: works(loader, files[0]) for loader in LOADERS}
    for line in sys.stdin:
        loader, manner, count = line.split()
        if not working[loader]:
            print("none", flush=True)
            continue
        count = int(count)
        torch.set_num_threads(count if manner == "inside" else 1)
        if manner == "processes":
            if count not in pools:
                pools[count] = ProcessPoolExecutor(
                    count, multiprocessing.get_context("spawn"), initializer=torch.set_num_threads,
                    initargs=(1,))
                # So that all have loaded their modules before the clock starts.
                list(pools[count].map(time.sleep, [1] * count))
            parts = [files[part::count] for part in range(count)]
            results = list(pools[count].map(in_process, [loader] * count, parts))
            seconds = max(result[0] for result in results)
            processor = sum(result[1] for result in results)
            frames = sum(result[2] for result in results)
            total = sum(result[3] for result in results)
        else:
            begin = time.perf_counter(), time.process_time()
            if manner == "inside":
                outputs, _ = features(loader, files)
            else:
                with ThreadPoolExecutor(count) as pool:
                    chunks = [files[start : start + 8] for start in range(0, len(files), 8)]
                    outputs = [
                        output for made, _ in pool.map(features, [loader] * len(chunks), chunks)
                        for output in made]
            seconds = time.perf_counter() - begin[0]
            processor = time.process_time() - begin[1]
            frames, total = summary(outputs)
        print(seconds, processor, frames, total / (frames * mel.n_mels), flush=True)
    for pool in pools.values():
        pool.shutdown()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
