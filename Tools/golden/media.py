"""Makes the recordings that the tests of Media decode, and what the ffmpeg tool makes of them.

Tests/MediaTests/Golden/<name> and media.json. Needs ffmpeg with libx264, libvpx, libopus, libmp3lame
and libwebp on the path, and Pillow (for what ffmpeg does not write: CMYK, Exif, compressed tiff).

media.json holds, for each recording, what `ffmpeg` and `ffprobe` say: count and stamps of frames,
and every 211th number of the decoded samples or pixels; the flags of the scaler are those of
VideoFile's documentation.
"""

import io
import json
import os
import shutil
import struct
import subprocess
import sys

FOLDER = "Tests/MediaTests/Golden"
SCALE = "bilinear+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"
STEP = 211

if shutil.which("ffmpeg") is None:
    sys.exit("media.py: error: there is no ffmpeg on the path")
try:
    from PIL import Image
except ImportError:
    sys.exit("media.py: error: this Python has no Pillow")


def ffmpeg(*words):
    command = ["ffmpeg", "-v", "error", "-y", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def path(name):
    return os.path.join(FOLDER, name)


# Everything that would make the same input give other bytes is off.
EXACT = ["-threads", "1", "-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1"]
X264 = ["-c:v", "libx264", "-preset", "medium", "-crf", "30", "-pix_fmt", "yuv420p"]
PICTURES = "testsrc2=size=96x64:rate=25"
TONES = "0.3*sin(2*PI*(300+200*t)*t)+0.1*sin(2*PI*1700*t)|0.3*sin(2*PI*500*t)*cos(3*t)"


def sound(rate, seconds, channels=2):
    tones = TONES if channels == 2 else TONES.split("|")[0]
    return ["-f", "lavfi", "-i", f"aevalsrc={tones}:s={rate}:d={seconds}"]


def recordings():
    # Without the noise that AAC may leave to decoders to make up: it depends on where they begin.
    # Frames at uneven times, B-frames, and sound that begins 0.37 s after the pictures.
    ffmpeg(
        "-f", "lavfi", "-i", PICTURES + ":duration=2", "-itsoffset", "0.37", *sound(16000, 1.2),
        "-map", "0:v", "-map", "1:a",
        "-vf", "setpts='(N*1.3+mod(N*7,5)*0.21+gt(N,20)*9)/25/TB'", "-vsync", "vfr",
        "-enc_time_base", "1/12800", *X264, "-bf", "3", "-g", "15", "-c:a", "aac", "-aac_pns", "0", "-b:a", "24k",
        *EXACT, path("uneven.mp4"))
    # Upright sizes are changed by a matrix in the header, written below.
    ffmpeg(
        "-f", "lavfi", "-i", PICTURES + ":duration=0.4", *X264, "-bf", "0", *EXACT,
        path("turned.mp4"))
    turn(path("turned.mp4"))
    # Groups of pictures whose first frames rest on the group before.
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=2.4", *X264, "-x264-params",
        "open-gop=1:keyint=15:min-keyint=15:scenecut=0:bframes=3", *EXACT, path("open.mp4"))
    # Cut out of it without encoding anew: it begins at a key frame that forgets nothing.
    ffmpeg("-ss", "0.8", "-i", path("open.mp4"), "-c", "copy", *EXACT, path("cut.mp4"))
    # Depth.
    ffmpeg(
        "-f", "lavfi", "-i", "gradients=size=40x30:rate=25:duration=0.2:seed=1", "-c:v", "ffv1", "-pix_fmt",
        "gray16le", *EXACT, path("depth.mkv"))
    # Stamps in milliseconds.
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30000/1001:duration=2", *sound(44100, 2, 1),
        *X264, "-bf", "2", "-g", "20", "-c:a", "aac", "-aac_pns", "0", "-b:a", "32k", *EXACT, path("clip.mkv"))
    ffmpeg(
        "-f", "lavfi", "-i", PICTURES + ":duration=1.2", *sound(48000, 1.2), "-c:v", "libvpx-vp9",
        "-b:v", "60k", "-g", "10", "-c:a", "libopus", "-b:a", "24k", *EXACT, path("clip.webm"))
    ffmpeg(
        *sound(44100, 2.5), "-c:a", "libmp3lame", "-b:a", "48k", "-write_xing", "1",
        "-threads", "1", path("tones.mp3"))
    ffmpeg(*sound(32000, 3, 1), "-c:a", "aac", "-aac_pns", "0", "-b:a", "24k", *EXACT, path("tones.m4a"))
    ffmpeg(*sound(8000, 3), "-c:a", "flac", "-sample_fmt", "s16", *EXACT, path("tones.flac"))
    ffmpeg(
        *sound(8000, 1), "-c:a", "flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24",
        *EXACT, path("deep.flac"))
    ffmpeg(*sound(8000, 2.5, 1), "-c:a", "adpcm_ima_wav", *EXACT, path("adpcm.wav"))
    ffmpeg(*sound(16000, 1, 1), "-c:a", "libvorbis", "-b:a", "24k", *EXACT, path("tones.ogg"))


def turn(name):
    """Writes 'turn a quarter clockwise' into the first track's header."""
    data = bytearray(open(name, "rb").read())
    place = data.find(struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30), data.find(b"tkhd"))
    data[place : place + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 64 << 16, 0, 1 << 30)
    open(name, "wb").write(data)


def pictures():
    raw = ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=60x44:rate=1", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt",
        "rgb24", "-")
    colour = Image.frombytes("RGB", (60, 44), raw)
    colour.save(path("colour.jpg"), quality=85, subsampling="4:2:0")
    colour.convert("L").save(path("grey.jpg"), quality=85)
    colour.convert("CMYK").save(path("cmyk.jpg"), quality=85)
    exif = Image.Exif()
    exif[0x0112] = 6
    colour.save(path("turned.jpg"), quality=85, exif=exif)
    colour.save(path("colour.tiff"), compression="tiff_lzw")
    colour.save(path("colour.webp"), lossless=True)
    colour.quantize(16).save(path("palette.png"))
    alpha = colour.copy()
    alpha.putalpha(colour.convert("L"))
    alpha.save(path("alpha.png"))
    return {
        "colour.tiff": colour.tobytes(), "colour.webp": colour.tobytes(),
        "palette.png": Image.open(path("palette.png")).convert("RGB").tobytes(),
        "alpha.png": colour.tobytes(),
    }


def sampled(data, kind="B"):
    size = struct.calcsize(kind)
    numbers = struct.unpack(f"<{len(data) // size}{kind}", data)
    return {"count": len(numbers), "every211th": list(numbers[::STEP])}


def probe(name, kind, entry):
    words = ["ffprobe", "-v", "error", "-select_streams", kind, "-show_entries", entry, "-of", "csv=p=0"]
    text = subprocess.run([*words, path(name)], check=True, stdout=subprocess.PIPE).stdout.decode()
    return [float(word) for word in text.replace(",", " ").split() if word != "N/A"]


def decoded():
    result = {}
    for name in ["uneven.mp4", "clip.mkv", "clip.webm", "tones.mp3", "tones.m4a", "tones.flac", "tones.ogg", "adpcm.wav"]:
        result.setdefault(name, {})["sound"] = sampled(
            ffmpeg("-i", path(name), "-f", "s16le", "-"), "h")
        # mp3 files have no time stamps: FFmpeg counts what the encoder put before the sound.
        result[name]["start"] = (
            0.0 if name.endswith(".mp3") else probe(name, "a", "frame=pts_time")[0])
        result[name]["mono8000"] = sampled(
            ffmpeg("-i", path(name), "-ac", "1", "-ar", "8000", "-f", "s16le", "-"), "h")
    result["deep.flac"] = {"sound": sampled(ffmpeg("-i", path("deep.flac"), "-f", "f32le", "-"), "f")}
    result["depth.mkv"] = {
        "grey": sampled(
            ffmpeg("-i", path("depth.mkv"), "-pix_fmt", "gray16le", "-f", "rawvideo", "-"), "H")
    }
    for name in ["uneven.mp4", "turned.mp4", "open.mp4", "cut.mp4", "clip.mkv", "clip.webm"]:
        entry = result.setdefault(name, {})
        entry["times"] = probe(name, "v", "frame=pts_time")
        for colour, form in [("rgb", "rgb24"), ("grey", "gray")]:
            upright = ",transpose=clock" if name == "turned.mp4" else ""
            entry[colour] = sampled(
                ffmpeg(
                    "-noautorotate", "-i", path(name), "-an", "-vf",
                    f"scale=40:30:flags={SCALE},format={form}{upright}", "-vsync", "passthrough", "-f",
                    "rawvideo", "-"))
    for name in ["colour.jpg", "grey.jpg", "cmyk.jpg", "turned.jpg"]:
        form = "gray" if name == "grey.jpg" else "rgb24"
        upright = ",transpose=clock" if name == "turned.jpg" else ""
        result[name] = {
            "pixels": sampled(
                ffmpeg(
                    "-noautorotate", "-i", path(name), "-vf", f"scale=flags={SCALE},format={form}{upright}",
                    "-f", "rawvideo", "-"))
        }
    return result


os.makedirs(FOLDER, exist_ok=True)
recordings()
exact = pictures()
golden = decoded()
for name, data in exact.items():
    golden[name] = {"pixels": sampled(data)}
version = subprocess.run(["ffmpeg", "-version"], stdout=subprocess.PIPE).stdout.decode().split()[2]
golden = {"ffmpeg": version, "pillow": Image.__version__, "recordings": golden}
with open(path("media.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"), sort_keys=True)
    file.write("\n")
