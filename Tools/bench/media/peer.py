"""Decodes mp4 files as people do it with PyAV, or with the bare ffmpeg tool.

peer.py pyav PROCESSES FILE…     16 frames of 112 × 112 of each file
peer.py ffmpeg PROCESSES FILE…   all frames of each file, to nowhere

Prints seconds and processor seconds; for PyAV the sum of all pixels and the number of frames, too.
"""

import os
import resource
import subprocess
import sys
import time
from multiprocessing import get_context

FRAMES = 16
SIZE = 112


def decode(path):
    import av

    with av.open(path) as container:
        stream = container.streams.video[0]
        # One thread a file: the files are decoded side by side.
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        packets = [packet for packet in container.demux(stream) if packet.pts is not None]
        stamps = sorted((p.pts, p.duration or 0) for p in packets if not p.is_discard)
        start, stop = stamps[0][0], stamps[-1][0] + stamps[-1][1]
        wanted, place = [], 0
        for k in range(FRAMES):
            now = start + (k + 0.5) * (stop - start) / FRAMES + 0.5
            while place + 1 < len(stamps) and stamps[place + 1][0] <= now:
                place += 1
            wanted.append(stamps[place][0])
        result = []
        for packet in packets + [None]:
            for frame in stream.codec_context.decode(packet):
                while len(result) < FRAMES and frame.pts == wanted[len(result)]:
                    small = frame.reformat(SIZE, SIZE, "rgb24", interpolation="BILINEAR")
                    result.append(small.to_ndarray())
            if len(result) == FRAMES:
                break
        return sum(int(picture.sum()) for picture in result), len(result)


def used():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def processor(_):
    usage = resource.getrusage(resource.RUSAGE_SELF)
    time.sleep(0.05)  # So that every process answers once.
    return os.getpid(), usage.ru_utime + usage.ru_stime


def pyav(processes, files):
    with get_context("spawn").Pool(processes) as pool:
        pool.map(decode, files[:1] * processes, chunksize=1)
        before = dict(pool.map(processor, range(4 * processes), chunksize=1))
        begin = time.perf_counter()
        parts = pool.map(decode, files, chunksize=1)
        wall = time.perf_counter() - begin
        after = dict(pool.map(processor, range(4 * processes), chunksize=1))
    spent = sum(after[pid] - before.get(pid, after[pid]) for pid in after)
    print(wall, spent, sum(part[0] for part in parts), sum(part[1] for part in parts))


def ffmpeg(processes, files):
    begin, before = time.perf_counter(), used()
    running = []
    for index in range(processes):
        share = files[index::processes]
        if not share:
            continue
        command = ["ffmpeg", "-v", "error", "-nostdin"]
        for path in share:
            command += ["-threads", "1", "-i", path]
        for place in range(len(share)):
            command += ["-map", f"{place}:v:0"]
        command += ["-vsync", "passthrough", "-f", "null", "-"]
        running.append(subprocess.Popen(command))
    if any(process.wait() != 0 for process in running):
        sys.exit("ffmpeg failed")
    print(time.perf_counter() - begin, used() - before)


if __name__ == "__main__":
    {"pyav": pyav, "ffmpeg": ffmpeg}[sys.argv[1]](int(sys.argv[2]), sys.argv[3:])
