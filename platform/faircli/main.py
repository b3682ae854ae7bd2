"""The entry point of `fair`: it runs a command, and turns every fault into one line and an exit status.

It imports nothing at its top, so that Ctrl-C ends the command without a traceback from the first moment on.
"""

from __future__ import annotations

import sys
from typing import NoReturn

FAILED, BAD_ARGUMENTS, INTERRUPTED = 1, 2, 130
"""Exit statuses beside 0; a command that Ctrl-C ends has that of a shell's, 128 + SIGINT."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command of the arguments (those of the process by default), and leave with an exit status.

    It is 0 well, 1 failed, 2 bad arguments, 130 interrupted.
    """
    try:
        sys.exit(_run(arguments))
    except KeyboardInterrupt:
        import signal

        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C ends whatever still waits, without a traceback
        sys.exit(INTERRUPTED)


def _run(arguments: list[str] | None) -> int:
    import os

    from fairfacts.errors import FairError, FigureError, LabError, MomentError, ScenarioError

    # before numpy is imported: its threads wait for each other longer than these small matrices take, and fairs that
    # are played at the same time have the cores already
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = sys.argv[1:] if arguments is None else arguments
    if (odd := next((one for one in given if not _is_text(one)), None)) is not None:
        return _complain(f"{odd!a} is not UTF-8; write it in UTF-8, and rename a file of that name", BAD_ARGUMENTS)
    try:
        from faircli.app import app

        app(arguments, prog_name="fair")
    except (ScenarioError, FigureError, LabError, MomentError) as fault:
        return _complain(fault, BAD_ARGUMENTS)
    except FairError as fault:
        return _complain(fault, FAILED)
    return 0


def _is_text(argument: str) -> bool:
    """Return whether an argument is UTF-8: other bytes come as half characters, which nothing can write."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _complain(fault: Exception | str, status: int) -> int:
    from faircli.console import complain

    complain(str(fault))
    return status
