#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How light a built kuzet is: memory, processor, start, bytes written to the disk, size. Needs a program and a video file.

  tests/bench/light.py --program build/release/kuzet --video scene.mp4
  tests/bench/light.py --program TREE/usr/bin/kuzet --emulator "qemu-aarch64-static -L TREE" --video scene.mp4
      (under an emulator everything but the bytes is the emulator's too: the table says so)
  --rtsp build/dev/tests/cameras/kuzet-rtsp: also a live camera    --package kuzet.deb: also its sizes    --seconds 60: of each row
  --loop: as root, the stores lie on an ext4 file system of their own, so that "whole device" is what Kuzet costs a card, with
      what the file system adds; else in the folder for temporary files    --settling 60: seconds after the first picture
"""
import argparse
import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

DETECT = """
    zones:
      bins: [[0.10, 0.40], [0.55, 0.40], [0.55, 0.68], [0.10, 0.68]]
      no_parking: [[0.60, 0.50], [0.98, 0.50], [0.98, 0.95], [0.60, 0.95]]
    detect:
      - {type: fire}
      - {type: illegal_parking, zone: no_parking}
      - {type: waste_overflow, zone: bins, for: 10min}
"""
PATIENCE = 120  # seconds for a first picture: an emulator is slow


class Agent:
    """`kuzet run` with these cameras; a failure to watch is an exception that holds its log."""

    def __init__(self, command, folder, stores, name, sources):
        self.folder = os.path.join(folder, name)
        self.store = os.path.join(stores, name)
        os.makedirs(self.folder)
        configuration = os.path.join(self.folder, "kuzet.yaml")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write("node: {id: n1, site: bench}\nstore: {path: %s, keep_free: 0B}\n" % json.dumps(self.store))
            file.write("sensors:\n  - {id: board, driver: board}\n")
            if sources:
                file.write("cameras:\n")
            for number, source in enumerate(sources):
                file.write("  - id: c%d\n    source: %s%s" % (number, json.dumps(source), DETECT))
        self.ears = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = os.path.join(self.folder, "notify")
        self.ears.bind(path)
        self.log = os.path.join(self.folder, "log")
        self.heard = threading.Event()
        threading.Thread(target=self.listen, daemon=True).start()
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command + ["run", "--config", configuration], env=dict(os.environ, NOTIFY_SOCKET=path),
            stdout=open(self.log, "w", encoding="utf-8"), stderr=subprocess.STDOUT)

    def fail(self, what):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            raise RuntimeError(what + "; its log:\n" + file.read())

    def listen(self):
        while True:
            if b"READY=1" in self.ears.recv(4096):
                self.heard.set()

    def ready(self):
        """Seconds from exec to READY=1."""
        while time.monotonic() - self.began < PATIENCE and self.process.poll() is None:
            if self.heard.wait(0.5):
                return time.monotonic() - self.began
        self.fail("it did not become ready")

    def status(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(10)
            line.connect(os.path.join(self.store, "control.sock"))
            text = b""
            while part := line.recv(65536):
                text += part
        return json.loads(text)

    def first_look(self):
        """Seconds from exec to the first picture that every camera's detectors looked at."""
        while time.monotonic() - self.began < PATIENCE and self.process.poll() is None:
            if all(camera.get("looks", 0) > 0 for camera in self.status()["cameras"]):
                return time.monotonic() - self.began
            time.sleep(0.02)
        self.fail("it did not look at a picture")

    def proc(self, name):
        with open("/proc/%d/%s" % (self.process.pid, name), encoding="utf-8") as file:
            return file.read()

    def processor(self):
        """Seconds of processor so far."""
        fields = self.proc("stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """MiB: resident, its share of what others have too, its own."""
        found = {}
        for line in self.proc("smaps_rollup").splitlines()[1:]:
            name, value = line.split(":")
            found[name] = int(value.split()[0]) / 1024
        return found["Rss"], found["Pss"], found["Private_Dirty"] + found["Private_Clean"]

    def written(self):
        for line in self.proc("io").splitlines():
            if line.startswith("write_bytes"):
                return int(line.split()[1])
        return 0

    def libraries(self):
        return {line.split()[-1] for line in self.proc("maps").splitlines() if ".so" in line}

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def device_written(folder):
    """Bytes written to the device that holds the folder; nothing where it is on none."""
    subprocess.run(["sync", "-f", folder], check=True)
    number = os.stat(folder).st_dev
    path = "/sys/dev/block/%d:%d/stat" % (os.major(number), os.minor(number))
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return int(file.read().split()[6]) * 512


@contextlib.contextmanager
def stores_in(folder, loop):
    """Where the stores lie."""
    if not loop:
        yield folder
        return
    image, mounted = os.path.join(folder, "image"), os.path.join(folder, "disk")
    with open(image, "wb") as file:
        file.truncate(2**30)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image], check=True)
    os.mkdir(mounted)
    subprocess.run(["mount", "-o", "loop,noatime", image, mounted], check=True)
    try:
        yield mounted
    finally:
        subprocess.run(["umount", mounted], check=True)


def a_day(before, after, seconds):
    return "-" if before is None or after is None else "%.0f" % ((after - before) / seconds * 86400 / 1e6)


def measure(command, folder, stores, name, sources, asked):
    agent = Agent(command, folder, stores, name, sources)
    try:
        ready = agent.ready()
        started = agent.processor()
        look = agent.first_look() if sources else None
        time.sleep(asked.settling)
        device, written, used, since = device_written(agent.store), agent.written(), agent.processor(), time.monotonic()
        time.sleep(asked.seconds)
        passed = time.monotonic() - since
        load = (agent.processor() - used) / passed * 100
        row = [name, "%.2f" % ready, "%.2f" % started, "-" if look is None else "%.2f" % look]
        row += ["%.1f" % value for value in agent.memory()] + ["%.1f" % load]
        row += [a_day(written, agent.written(), passed), a_day(device, device_written(agent.store), passed)]
        row.append(str(len(agent.libraries())))
        agent.end()
        return row
    finally:
        if agent.process.poll() is None:
            agent.process.kill()
            agent.process.wait()


def table(rows):
    for number, row in enumerate(rows):
        print("| " + " | ".join(row) + " |")
        if number == 0:
            print("|" + "---|" * len(row))


def package_sizes(package):
    told = subprocess.run(["dpkg-deb", "--field", package, "Installed-Size"], check=True, capture_output=True, text=True)
    print("\nPackage: %.2f MiB, installed %.2f MiB (%s)" %
          (os.path.getsize(package) / 2**20, int(told.stdout) / 1024, os.path.basename(package)))


def live_camera(rtsp, video):
    """The camera, and its address."""
    camera = subprocess.Popen([rtsp, "--mount", "/live=" + video], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = camera.stdout.readline().split()
    if len(said) != 2 or said[0] != "port":
        camera.kill()
        raise RuntimeError(rtsp + " does not say its port")
    return camera, "rtsp://127.0.0.1:%s/live" % said[1]


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--program", required=True)
    words.add_argument("--emulator", default="", help="before the program: \"qemu-aarch64-static -L TREE\"")
    words.add_argument("--video", required=True, help="a video file, or a folder of pictures")
    words.add_argument("--rtsp", help="the RTSP camera of the tests (kuzet-rtsp)")
    words.add_argument("--package", help="a .deb")
    words.add_argument("--seconds", type=int, default=30)
    words.add_argument("--settling", type=int, default=15)
    words.add_argument("--loop", action="store_true")
    asked = words.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started and mounted goes too
    command = shlex.split(asked.emulator) + [os.path.abspath(asked.program)]
    video = os.path.abspath(asked.video)
    said = subprocess.run(command + ["--version"], check=True, capture_output=True, text=True).stdout.strip()
    emulated = " under %s, whose own cost is in every figure but the bytes" % command[0] if asked.emulator else ""
    print("%s%s; %d cores, load %s\n" % (said, emulated, os.cpu_count(), " ".join("%.1f" % one for one in os.getloadavg())))
    rows = [["", "ready, s", "processor until then, s", "first look, s", "RSS, MiB", "PSS, MiB", "own, MiB", "% of a core",
             "written, MB a day", "whole device, MB a day", "libraries"]]
    with tempfile.TemporaryDirectory(prefix="kuzet-light-") as folder, stores_in(folder, asked.loop) as stores:
        cases = [("no camera", []), ("one file", [video]), ("two files", [video, video])]
        for name, sources in cases:
            rows.append(measure(command, folder, stores, name, sources, asked))
        if asked.rtsp:
            camera, address = live_camera(asked.rtsp, video)
            try:
                rows.append(measure(command, folder, stores, "one RTSP", [address], asked))
            finally:
                camera.kill()
                camera.wait()
    table(rows)
    if asked.package:
        package_sizes(asked.package)
    return 0


if __name__ == "__main__":
    sys.exit(main())
