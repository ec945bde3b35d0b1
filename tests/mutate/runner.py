"""
runner.py - runs commands for mutate.py: a line of JSON in (command, file for what it says, seconds), a line of JSON out (status or null when it was ended,
seconds, largest process in bytes). A small process of its own, because the kernel counts the memory of the one that starts a program as that program's.
"""
import json
import os
import signal
import subprocess
import sys
import threading
import time

for line in sys.stdin:
    command, path, seconds = json.loads(line)
    began = time.monotonic()
    with open(path, "wb") as said:
        p = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, start_new_session=True)
        timer = threading.Timer(seconds, lambda: os.killpg(p.pid, signal.SIGKILL))
        timer.start()
        _, status, usage = os.wait4(p.pid, 0)
        timer.cancel()
    took = time.monotonic() - began
    print(json.dumps([None if took >= seconds else os.waitstatus_to_exitcode(status), took, usage.ru_maxrss << 10]), flush=True)
