"""Asks a nursery for what Python would run, and ends as that ends: `python -IS call.py SOCKET -m faircli runs`.

It starts in a fiftieth of a second. A signal that it gets, the process that was asked for gets; if it is killed, so is
that one.
"""

import marshal
import os
import signal
import socket
import sys

SIZE = 8
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


def main() -> None:
    address, *arguments = sys.argv[1:]
    files = inherited()
    nursery = socket.socket(socket.AF_UNIX)
    nursery.connect(address)
    # what comes while it asks waits until it can be passed on
    blocked = [int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)]
    told = marshal.dumps((arguments, dict(os.environ), os.getcwd(), files, blocked))  # noqa: PTH109  # it starts faster
    message = len(told).to_bytes(SIZE, "big") + told
    sent = socket.send_fds(nursery, [message], files)
    if sent < len(message):  # what was short may have ended by now: even to send nothing is refused then
        nursery.sendall(message[sent:])
    for number in PASSED_ON:
        signal.signal(number, lambda number, _: nursery.send(bytes([number])))
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    for file in files:  # whoever has the other end sees that process alone; what is said here is said on 2
        if file != 2:
            os.close(file)
    end(nursery.recv(SIZE))


def inherited() -> list[int]:
    """Return the open files that this process was started with."""
    found = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  # it starts faster
        try:
            os.fstat(int(name))
        except OSError:  # that of the listing itself
            continue
        found.append(int(name))
    return found


def end(told: bytes) -> None:
    """End with the status that a process ended with."""
    if not told:
        sys.exit("the nursery is gone, and what it was asked for with it")
    status = int.from_bytes(told, "big")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


main()
