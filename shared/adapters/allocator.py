"""OUTSIDE: how this process' C library keeps freed memory; knows nothing of its use."""

import ctypes

ARENAS = 2
_M_ARENA_MAX = -8


def share_freed_memory() -> bool:
    """Have all threads allocate from a few arenas; whether the C library does so.

    glibc gives threads that meet arenas of their own, up to eight a core, and what was
    freed in one serves no thread of another: a quarter of the peak was such memory.
    Documented: mallopt(3), M_ARENA_MAX. As a call, for a platform that sets a waiting
    process' environment has already started it. Other C libraries know no arenas.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_M_ARENA_MAX, ARENAS))
