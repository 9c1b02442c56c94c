"""One HTTP request within hard bounds of time and bytes, whatever the server does.

The exchange runs in a thread of its own, and the caller waits on a clock: at the deadline the socket is shut down and
the caller goes on, whichever call of whichever library was reading, writing or looking up a name. Bytes are counted
before anything is decoded, and again afterwards.

    ExchangeError
    ├── NotReached      the connection was never made
    ├── Stalled         no answer, or nothing for too long
    ├── TooSlow         still coming when the time for the whole answer was over
    ├── TooLarge        more bytes than an answer may have
    └── BrokenOff       the connection ended in the middle, or what comes is no HTTP
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from codepolicy.redaction import keep_secret, shown_url, userinfo
from primitives.errors import ConfigurationError

T = TypeVar("T")

PIECE = 16_384
MAX_ERROR_BODY = 65_536
"""Bytes that are read of an answer with an error status."""
MAX_REDIRECTS = 5
_TICK_S = 0.25


class ExchangeError(Exception):
    """A request that led to no answer."""


class NotReached(ExchangeError):
    """The connection was never made."""


class Stalled(ExchangeError):
    """Nothing came for too long."""


class TooSlow(ExchangeError):
    """The answer was still coming when its time was over."""


class TooLarge(ExchangeError):
    """The answer has too many bytes."""


class BrokenOff(ExchangeError):
    """The connection ended in the middle, or what comes is no HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long and how large an answer may be."""

    first_s: float
    """Until its headers are there."""
    idle_s: float
    """Between two pieces."""
    total_s: float
    """Until its end."""
    size: int
    """Bytes of its body, as sent and as decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers (names in lower case) and body, which is read as it comes."""

    status: int
    headers: Mapping[str, str]
    body: Iterator[bytes]


def exchange(
    url: str, body: bytes | None, headers: Mapping[str, str], bounds: Bounds, read: Callable[[Answer], T]
) -> T:
    """What `read` makes of the answer to a POST of `body`, or to a GET without one.

    Args:
        url: absolute; user and password in it are sent as basic authorization.
        body: JSON.
        headers: further ones.
        bounds: kept by a clock that nothing the server does can delay.
        read: runs in another thread and is abandoned at the deadline.

    Raises:
        ExchangeError: no answer within the bounds.
        ConfigurationError: an address or a proxy that cannot be used.
        Exception: as `read` does.
    """
    link = _Link(bounds)

    def run() -> T:
        with link.closing:
            return read(_answer(url, body, headers, link))

    work: _Work[T] = _Work(run)
    worker = threading.Thread(target=work, name="model-request", daemon=True)
    worker.start()
    try:
        while not work.done.wait(min(_TICK_S, link.left)):
            link.check()
    finally:
        link.sever()  # also when Ctrl-C ends the waiting
    return work.result()


@dataclass(slots=True)
class _Work(Generic[T]):
    run: Callable[[], T]
    done: threading.Event = field(default_factory=threading.Event)
    _value: T | None = None
    _error: BaseException | None = None

    def __call__(self) -> None:
        try:
            self._value = self.run()
        except BaseException as error:
            self._error = error
        finally:
            self.done.set()

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return cast(T, self._value)


class _Link:
    """The socket of an exchange, its clock and its count of bytes."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._began = time.monotonic()
        self._due = self._began + min(bounds.first_s, bounds.total_s)
        self.closing = ExitStack()
        """What the working thread has opened."""
        self._answering = False
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._severed = False

    @property
    def left(self) -> float:
        """Seconds until the next deadline."""
        return max(0.001, min(self._due, self._began + self.bounds.total_s) - time.monotonic())

    def check(self) -> None:
        """Raise when a deadline has passed."""
        now = time.monotonic()
        if now >= self._began + self.bounds.total_s and self._answering:
            raise TooSlow(f"still answering after {self.bounds.total_s:g} s")
        if now >= self._due:
            limit = self.bounds.idle_s if self._answering else self.bounds.first_s
            raise Stalled(f"sent nothing for {limit:g} s")

    def hold(self, sock: socket.socket) -> None:
        """Keep a second handle of a connected socket, which `sever` may use from any thread."""
        with self._lock:
            if self._severed:
                sock.close()
                raise BrokenOff("given up")
            if self._handle is not None:  # of the server that redirected
                self._handle.close()
            self._handle = socket.socket(sock.family, sock.type, sock.proto, fileno=os.dup(sock.fileno()))

    def piece(self) -> None:
        """Something of the body has come."""
        self._answering = True
        self._due = time.monotonic() + self.bounds.idle_s

    def sever(self) -> None:
        """End the connection. Idempotent."""
        with self._lock:
            self._severed = True
            handle, self._handle = self._handle, None
        if handle is not None:
            with suppress(OSError):  # the server was faster
                handle.shutdown(socket.SHUT_RDWR)
            handle.close()


def _answer(url: str, body: bytes | None, headers: Mapping[str, str], link: _Link) -> Answer:
    """Send the request, follow redirects on the same server, and return what it answers."""
    for _ in range(MAX_REDIRECTS):
        response = _sent(url, body, headers, link)
        place = response.getheader("location")
        if response.status not in (307, 308) or place is None:
            link.piece()
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(status=response.status, headers=told, body=_body(response, link))
        target = urljoin(url, place)
        if _origin(target) != _origin(url):  # whoever sits there gets neither the key nor the prompt
            raise ConfigurationError(
                f"{shown_url(url)} redirects to {shown_url(target)[:200]}; give that as --base-url"
            )
        url = target
    raise ConfigurationError(f"{shown_url(url)} redirects in a circle; check --base-url")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _sent(url: str, body: bytes | None, headers: Mapping[str, str], link: _Link) -> http.client.HTTPResponse:
    """The response, its headers read."""
    connection, target, more = _connection(url, link)
    link.closing.callback(connection.close)
    try:
        connection.connect()
        link.hold(connection.sock)
    except ssl.SSLCertVerificationError as error:
        raise NotReached(f"its certificate is not trusted: {error.verify_message}; see SSL_CERT_FILE") from error
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise NotReached(str(error) or type(error).__name__) from error
    sent = {"accept-encoding": "identity", "user-agent": "codepolicy", "connection": "close", **more, **headers}
    try:
        connection.request("GET" if body is None else "POST", target, body=body, headers=sent)
        response = connection.getresponse()
        link.closing.callback(response.close)
        while 102 <= response.status < 200:  # early hints and the like, before the answer itself
            response.headers = cast(Any, None)
            response.begin()
    except TimeoutError as error:
        raise Stalled(f"sent nothing for {link.bounds.first_s:g} s") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise BrokenOff(_words(error)) from error
    return response


def _connection(url: str, link: _Link) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
    """A connection to the server of `url` or to its proxy, the target to ask for there, and headers."""
    parts = urlsplit(url)
    secure, host = parts.scheme == "https", parts.hostname or ""
    path = quote(parts.path or "/", safe="/%~:@!$&'()*+,;=")
    path += f"?{quote(parts.query, safe='/%~:@!$&()*+,;=?')}" if parts.query else ""
    headers = _basic("authorization", url)
    try:
        place, timeout = (host, parts.port or (443 if secure else 80)), link.left
    except ValueError as error:
        raise ConfigurationError(f"base URL {shown_url(url)!r} is no address: {error}") from error
    proxy = _proxy(parts.scheme, host)
    context = ssl.create_default_context() if secure else None
    if proxy is None:
        if context is not None:
            return http.client.HTTPSConnection(*place, timeout=timeout, context=context), path, headers
        return http.client.HTTPConnection(*place, timeout=timeout), path, headers
    via = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if via.scheme != "http":
        raise ConfigurationError(
            f"the proxy {shown_url(proxy)!r} from the environment speaks {via.scheme!r}, and only http:// proxies are "
            f"supported; set {parts.scheme}_proxy=http://HOST:PORT, or no_proxy={host} to go without"
        )
    try:
        hop = (via.hostname or "", via.port or 80)
    except ValueError as error:
        raise ConfigurationError(f"the proxy {shown_url(proxy)!r} from the environment is no address") from error
    authorization = _basic("proxy-authorization", via.geturl())
    if context is not None:
        tunnelled = http.client.HTTPSConnection(*hop, timeout=timeout, context=context)
        tunnelled.set_tunnel(*place, headers=authorization)
        return tunnelled, path, headers
    netloc = parts.netloc.rpartition("@")[2]
    return http.client.HTTPConnection(*hop, timeout=timeout), f"http://{netloc}{path}", {**authorization, **headers}


def _basic(header: str, url: str) -> dict[str, str]:
    told = userinfo(url)
    if told is None:
        return {}
    keep_secret(told[1] or told[0])
    return {header: "Basic " + b64encode(":".join(told).encode()).decode()}


def _proxy(scheme: str, host: str) -> str | None:
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    return None if not proxy or proxy_bypass(host) else proxy


def _body(response: http.client.HTTPResponse, link: _Link) -> Iterator[bytes]:
    """The body as it comes, decoded, within the bounds."""
    size = MAX_ERROR_BODY if response.status >= 400 else link.bounds.size
    decode = _decoder(response.getheader("content-encoding", ""))
    raw = decoded = 0
    while True:
        try:
            piece = response.read1(PIECE)
        except TimeoutError as error:
            raise Stalled(f"sent nothing for {link.bounds.idle_s:g} s") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise BrokenOff(_words(error)) from error
        if not piece:
            if response.length:
                raise BrokenOff(f"{response.length} bytes are missing")
            return
        link.piece()
        raw += len(piece)
        piece = decode(piece, size - decoded + 1)
        decoded += len(piece)
        if max(raw, decoded) > size:
            if response.status >= 400:  # the beginning says what is wrong
                return
            raise TooLarge(f"sent more than {size} bytes")
        if piece:
            yield piece


def _decoder(encoding: str) -> Callable[[bytes, int], bytes]:
    """Undoes a content encoding, giving no more than so many bytes."""
    if encoding.strip().lower() in ("", "identity"):
        return lambda data, _most: data
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise BrokenOff(f"it sends the encoding {encoding[:40]!r}, which was not asked for")
    inflater = zlib.decompressobj(47)

    def inflate(data: bytes, most: int) -> bytes:
        try:
            return inflater.decompress(data, max(1, most))
        except zlib.error as error:
            raise BrokenOff(f"what it sends is no {encoding}") from error

    return inflate


def _words(error: Exception) -> str:
    text = "it closed the connection" if isinstance(error, http.client.RemoteDisconnected) else str(error)
    return text or type(error).__name__
