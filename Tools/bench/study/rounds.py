"""Rounds of the study by mke and by its peer, one after the other; medians and their ratio.

    rounds.py --student PROGRAM [--rounds 3] [--mke COMMAND]

The peer is peer.py with PyTorch's own number of threads or with one, whichever is quicker; its
seconds are those of training alone, without imports and data. Those of mke are of the whole
command in an empty workspace: reading the file, starting workers, shards, training, figures.
"""

import argparse
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MKE = "Tools/mke run Tools/bench/study/study.yaml --workspace {workspace}"
BARS = {"ratio": 10, "student": 0.3}


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} failed:\n{done.stderr}{done.stdout}")
    return done.stdout


def peer(threads):
    return json.loads(run([sys.executable, f"{HERE}/peer.py", *threads]))


def mke(command):
    with tempfile.TemporaryDirectory() as workspace:
        command = [word.format(workspace=workspace) for word in shlex.split(command)]
        started = time.perf_counter()
        run(command)
        return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--student", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mke", default=MKE)
    arguments = parser.parse_args()

    peers, own, students = {"its own": [], "1": []}, [], []
    for number in range(1, arguments.rounds + 1):
        peers["its own"].append(peer([]))
        peers["1"].append(peer(["--threads", "1"]))
        own.append(mke(arguments.mke))
        students.append(json.loads(run([arguments.student])))
        print(
            f"round {number}: PyTorch {peers['its own'][-1]['seconds']:.1f} s"
            f" ({peers['1'][-1]['seconds']:.1f} s on one thread), mke {own[-1]:.2f} s,"
            f" one student {students[-1]['student']:.3f} s", flush=True)

    medians = {threads: statistics.median(r["seconds"] for r in results)
               for threads, results in peers.items()}
    best = min(medians, key=medians.get)
    seconds = statistics.median(own)
    student = statistics.median(s["student"] for s in students)
    one = statistics.median(r["student"] for r in peers[best])
    ratio = medians[best] / seconds

    def line(name, value, bar, is_met):
        print(f"{name}: {value} (bar: {bar}){'' if is_met else '  MISSED'}")

    print(f"\n{os.cpu_count()} cores, {platform.machine()}, PyTorch {peers['1'][0]['torch']},"
          f" medians of {arguments.rounds} rounds")
    print(f"study in PyTorch: {medians[best]:.2f} s (threads: {best}); one student {one:.2f} s")
    print(f"study in mke: {seconds:.2f} s")
    line("ratio", f"{ratio:.1f}", f">= {BARS['ratio']}", ratio >= BARS["ratio"])
    line("one student alone", f"{student:.3f} s", f"<= {BARS['student']} s",
         student <= BARS["student"])
    sys.exit(0 if ratio >= BARS["ratio"] and student <= BARS["student"] else 1)


main()
