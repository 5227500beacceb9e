"""Freed memory is shared by threads, where the C library has arenas at all."""

import platform
import re
import subprocess
import sys

import pytest

MANY_THREADS = """
import ctypes, sys, threading
from shared.adapters.allocator import ARENAS, share_freed_memory

assert share_freed_memory()
ready = threading.Barrier(12)

def work():
    ready.wait()
    held = [bytearray(5_000) for _ in range(200)]
    ready.wait()

threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_many_threads_share_two_arenas() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MANY_THREADS], check=True, capture_output=True, text=True
    )

    assert 1 <= len(re.findall(r"^Arena \d+:", done.stderr, re.MULTILINE)) <= 2
