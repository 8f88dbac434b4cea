"""The programs that the benches run and watch."""

import os
import socket
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILT = os.path.join(ROOT, ".build", "release")


def fail(reason):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {reason}")


def program(name, built=BUILT):
    path = os.path.join(built, name)
    if not os.path.exists(path):
        fail(f"{path} is not built; run: swift build -c release --product {name}")
    return path


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, process):
    """Returns once a program listens."""
    for _ in range(750):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    fail(f"nothing listens on port {port}")


def peak_memory(process):
    """The largest resident size so far, in bytes."""
    with open(f"/proc/{process.pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
