"""The entry point of `fair`: it runs a command, and turns every fault into one line and an exit status.

It imports nothing at its top, so that Ctrl-C ends the command without a traceback from the first moment on.
"""

from __future__ import annotations

import sys
from typing import NoReturn, TextIO

FAILED, BAD_ARGUMENTS, INTERRUPTED = 1, 2, 130
"""Exit statuses beside 0; a command that Ctrl-C ends has that of a shell's, 128 + SIGINT."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command of the arguments (those of the process by default), and leave with an exit status.

    It is 0 well, 1 failed, 2 bad arguments, 130 interrupted.
    """
    _open_streams()
    try:
        sys.exit(_run(arguments))
    except KeyboardInterrupt:
        import signal

        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C ends whatever still waits, without a traceback
        sys.exit(INTERRUPTED)
    finally:
        _discard(sys.stderr)


def _open_streams() -> None:
    """Open every standard stream that the caller has closed (`>&-`), and let it take all that is written.

    Its number would be that of the next file that is opened, and what a program writes that is started from here would
    go to that file.
    """
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115  # until the process ends
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)


def _run(arguments: list[str] | None) -> int:
    import os

    from fairfacts.errors import FairError, FigureError, LabError, MomentError, ScenarioError

    # before numpy is imported: its threads wait for each other longer than these small matrices take, and fairs that
    # are played at the same time have the cores already
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if not os.environ.get("COLUMNS", "").strip("0"):
        os.environ.pop("COLUMNS", None)  # some shells and terminals say 0 of a width that they do not know
    given = sys.argv[1:] if arguments is None else arguments
    if (odd := next((argument for argument in given if not _is_text(argument)), None)) is not None:
        return _complain(f"{odd!a} is not UTF-8; write it in UTF-8, and rename a file of that name", BAD_ARGUMENTS)
    try:
        from faircli.app import app

        app(arguments, prog_name="fair")
    except (ScenarioError, FigureError, LabError, MomentError) as fault:
        return _complain(fault, BAD_ARGUMENTS)
    except FairError as fault:
        return _complain(fault, FAILED)
    except OSError as fault:
        if (trouble := _trouble_around(fault)) is None:
            raise
        return _complain(trouble, FAILED)
    return 0


def _trouble_around(fault: OSError) -> str | None:
    """Return what is wrong with the standard output or the working folder; None if it is neither."""
    import errno
    import os

    # a file that commands write is named by the error of its own
    if fault.filename is None and fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        _discard(sys.stdout)
        return f"standard output cannot be written ({fault.strerror}); see that its disk has room"
    try:
        os.getcwd()  # noqa: PTH109  # pathlib means the same
    except OSError as gone:
        return f"the working folder is gone or cannot be read ({gone.strerror}); change to another folder"
    return None


def _discard(stream: TextIO) -> None:
    """Drop what a stream cannot write: Python would write it once more as it ends, and end with a status of its own."""
    import os

    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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
