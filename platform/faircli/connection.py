"""The connection to a backend: one way to send a request, with retries and with words for every fault."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from cloudfair.settings import check_token
from fairfacts.errors import BackendError

TRY_AGAIN_S = 0.25
TIMEOUT_S = 30.0
PATIENCE_S = 300.0
TRIED_AGAIN = f"it is tried again for {PATIENCE_S / 60:g} minutes; after Ctrl-C, fair run --resume RUN goes on"
"""What a line that tells of a backend that is away ends with."""


class Connection:
    """Sends requests over a client whose base URL is a backend's, and tries again while the backend is away."""

    def __init__(
        self,
        client: httpx.Client,
        *,
        patience_s: float = PATIENCE_S,
        on_away: Callable[[str], None] = lambda _: None,
        remedy: str = "start the backend again",
    ) -> None:
        """Prepare to send.

        Args:
            client: may be given another base URL by `on_away`.
            patience_s: how long one request is tried again while the backend is away.
            on_away: called before each new try, with what went wrong.
            remedy: what a user can do when patience ends.
        """
        self.client, self.patience_s, self._on_away, self._remedy = client, patience_s, on_away, remedy

    def request(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Return the successful answer to a request that may be sent more than once.

        Raises:
            BackendError: the backend refuses it, or is away for too long.
        """
        began = time.monotonic()
        while True:
            try:
                answer = self._send(method, path, **parts)
            except httpx.TransportError as fault:
                trouble = f"{self.client.base_url} does not answer ({str(fault) or type(fault).__name__})"
            else:
                if answer.is_success:
                    return answer
                trouble = detail_of(answer)
                if answer.status_code < 500:
                    raise BackendError(trouble)
            if time.monotonic() - began >= self.patience_s:
                raise BackendError(f"{trouble}; gave up after {self.patience_s:g} s: {self._remedy}")
            self._on_away(trouble)
            time.sleep(TRY_AGAIN_S)

    def begin_run(self, body: dict[str, Any], *, imported: bool = False) -> str:
        """Return the id of a new run. The request is sent once: it may take effect unanswered.

        Args:
            imported: whether its seed may be one that only older logs have.

        Raises:
            BackendError: the backend refuses it, or does not answer.
        """
        try:
            answer = self._send("POST", "/runs", json=body, params={"imported": "true"} if imported else {})
        except httpx.TransportError as fault:
            trouble = f"{self.client.base_url} does not answer ({str(fault) or type(fault).__name__})"
            raise BackendError(
                f"{trouble}; try again when it does, and look at fair runs: it may have begun the run"
            ) from fault
        if not answer.is_success:
            raise BackendError(detail_of(answer))
        return str(answer.json()["run"])

    def _send(self, method: str, path: str, **parts: Any) -> httpx.Response:
        answer = self.client.request(method, path, timeout=TIMEOUT_S, **parts)
        # httpx makes it point back to its answer: until the next of few collections, all that was sent would stay
        del answer.stream
        return answer


def authorization(token: str | None) -> dict[str, str]:
    """Return the header that bears a token, if there is one.

    Raises:
        BackendError: no header can carry it.
    """
    check_token("token", token)
    return {"Authorization": f"Bearer {token}"} if token else {}


def is_secure(url: str) -> bool:
    """Return whether a URL is one of TLS: the certificates that all others need none of take 20 ms to be read."""
    return url.lower().startswith("https:")


def detail_of(answer: httpx.Response) -> str:
    """Return what an answer says went wrong: the detail of its problem document (RFC 9457) where it is one."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.url} answered {answer.status_code} {answer.reason_phrase}"
