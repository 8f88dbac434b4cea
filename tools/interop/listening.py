"""Waits for the programs that are checked to listen."""

import contextlib
import socket
import sys
import time


def wait_for(port):
    for _ in range(1_200):
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        time.sleep(0.05)
    sys.exit("record does not listen")
