"""A child that ends when its parent does, however the parent ends."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel for a SIGTERM when the parent is gone (Linux; elsewhere the parent's own stop has to do)."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # The parent may have gone before the kernel heard of the wish.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
