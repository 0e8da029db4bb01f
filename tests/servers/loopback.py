"""A real HTTP server on loopback that hands out files and misbehaves on request.

It honours ``Range`` and ``If-Range`` as a good server does. A fault is put on a path for the next so many requests, or
drawn at random for every request (`LoopbackServer.chaos`).
"""

from __future__ import annotations

import gzip
import hashlib
import random
import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass
class Document:
    """What stands at a path."""

    body: bytes | Callable[[bytes], bytes]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    etag: str | None = None
    last_modified: str = "Sat, 21 Nov 2026 20:21:09 GMT"

    def validators(self, body: bytes) -> dict[str, str]:
        """Say which version this is."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"' if self.etag is None else self.etag
        found = {"ETag": etag, "Last-Modified": self.last_modified}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class Fault:
    """A way to go wrong.

    ``kind`` is one of `KINDS`; ``status`` and ``headers`` serve for kind ``status``.
    """

    kind: str
    status: int = 500
    headers: tuple[tuple[str, str], ...] = ()


#: What can go wrong with a body. Of these a checksum alone tells ``corrupt`` from good.
KINDS = (
    "status", "reset", "short", "truncated", "unannounced", "overlong", "html", "xml", "empty", "drip", "loop",
    "corrupt", "wrong_range", "broken_chunks", "refuse",
)  # fmt: skip
RANDOM_FAULTS = (
    Fault("status", 500), Fault("status", 502), Fault("status", 503, (("Retry-After", "120"),)),
    Fault("status", 429, (("Retry-After", "7"),)),
    Fault("status", 503, (("Retry-After", "Sat, 21 Nov 2026 20:21:09 GMT"),)),
    Fault("status", 404), Fault("status", 403), Fault("status", 416), Fault("reset"), Fault("short"),
    Fault("truncated"), Fault("unannounced"), Fault("overlong"), Fault("html"), Fault("xml"), Fault("empty"),
    Fault("drip"), Fault("loop"),
    Fault("corrupt"), Fault("wrong_range"), Fault("broken_chunks"), Fault("refuse"),
)  # fmt: skip

HTML = b"<!DOCTYPE html><html><head><title>Service unavailable, please log in</title></head><body>...</body></html>"
XML = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>The key does not exist</Message></Error>'


class LoopbackServer:
    """A server with documents by path.

    Use it as a context manager. ``requests`` holds (method, path, headers) of everything asked.
    """

    def __init__(self, *, certificate: Path | None = None, key: Path | None = None) -> None:
        self.documents: dict[str, Document] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.posts: list[bytes] = []
        self._faults: dict[str, list[Fault]] = {}
        self._chaos: tuple[random.Random, float] | None = None
        self._chaos_faults: Sequence[Fault] = RANDOM_FAULTS
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._scheme = "http" if certificate is None else "https"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Base address."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> LoopbackServer:
        self._thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def put(self, path: str, body: bytes | Callable[[bytes], bytes], **options: Any) -> str:
        """Hand out a document at a path; returns its address."""
        self.documents[path] = Document(body, **options)
        return self.url + path

    def fail(self, path: str, *faults: Fault) -> None:
        """Let the next requests for a path go wrong, one by one."""
        self._faults.setdefault(path, []).extend(faults)

    def chaos(self, seed: int, probability: float, faults: Sequence[Fault] = RANDOM_FAULTS) -> None:
        """Let any request go wrong with this probability, reproducibly."""
        self._chaos, self._chaos_faults = (random.Random(seed), probability), faults

    def calm(self) -> None:
        """No more faults of any kind."""
        self._chaos = None
        self._faults.clear()

    def hits(self, path: str | None = None) -> int:
        """How often a path was asked, or anything at all."""
        return Counter(asked for _, asked, _ in self.requests)[path] if path else len(self.requests)

    def next_fault(self, path: str) -> Fault | None:
        """The fault that the coming answer has to have."""
        with self._lock:
            if self._faults.get(path):
                return self._faults[path].pop(0)
            if self._chaos is not None and self._chaos[0].random() < self._chaos[1]:
                return self._chaos[0].choice(self._chaos_faults)
            return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: LoopbackServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *details: Any) -> None:
        """Be silent."""

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, sent: bytes) -> None:
        owner = self.server.owner
        owner.requests.append((self.command, self.path, dict(self.headers)))
        if self.command == "POST":
            owner.posts.append(sent)
        fault = owner.next_fault(self.path)
        document = owner.documents.get(self.path) or owner.documents.get(self.path.split("?")[0])
        if fault is not None and fault.kind in {"status", "loop", "html", "xml", "empty", "refuse"}:
            self._instead(fault)
        elif document is None:
            self._send(404, b"there is no such thing here")
        else:
            body = document.body(sent) if callable(document.body) else document.body
            self._hand_out(document, body, fault)

    def _instead(self, fault: Fault) -> None:
        if fault.kind == "refuse":
            self._reset()
        elif fault.kind == "loop":
            self._send(302, b"", {"Location": self.path})
        elif fault.kind == "status":
            self._send(fault.status, HTML if fault.status >= 500 else b"no", dict(fault.headers))
        else:
            self._send(200, {"html": HTML, "xml": XML, "empty": b""}[fault.kind])

    def _hand_out(self, document: Document, body: bytes, fault: Fault | None) -> None:
        headers = {**document.headers, **document.validators(body)}
        status = document.status
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        validator = self.headers.get("If-Range")
        same = validator is None or validator in document.validators(body).values()
        whole = body
        if asked and document.ranges and same and status == 200:
            start = int(asked[1])
            if start >= len(whole):
                self._send(416, b"", {"Content-Range": f"bytes */{len(whole)}"})
                return
            last = min(int(asked[2] or len(whole)), len(whole) - 1)
            status, body = 206, whole[start : last + 1]
            headers["Content-Range"] = f"bytes {start}-{last}/{len(whole)}"
            if fault is not None and fault.kind == "wrong_range":
                body, headers["Content-Range"] = whole, f"bytes 0-{len(whole) - 1}/{len(whole)}"
        if fault is None or fault.kind == "wrong_range":
            self._send(status, body, headers)
        else:
            self._go_wrong(fault.kind, status, body, headers)

    def _go_wrong(self, kind: str, status: int, body: bytes, headers: dict[str, str]) -> None:
        half = body[: max(1, len(body) // 2)]
        self.close_connection = True
        if kind == "corrupt":
            middle = len(body) // 2
            self._send(
                status, body[:middle] + bytes([body[middle] ^ 0xFF]) + body[middle + 1 :] if body else b"", headers
            )
        elif kind == "truncated":
            self._send(status, half, headers)
        elif kind == "unannounced":
            self._head(status, {**headers, "Connection": "close"})
            self.wfile.write(half)
        elif kind == "broken_chunks":
            self._head(status, {**headers, "Transfer-Encoding": "chunked"})
            self.wfile.write(b"%x\r\n%s\r\n%x\r\n" % (len(half), half, 4096))
        elif kind == "overlong":
            self._head(status, {**headers, "Content-Length": str(len(body) + 7)})
            self.wfile.write(body)
        else:
            self._head(status, {**headers, "Content-Length": str(len(body))})
            if kind == "drip":
                self._drip(body)
            else:
                self.wfile.write(half)
            if kind == "reset":
                self._reset()

    def _drip(self, body: bytes) -> None:
        for position in range(min(len(body), 50)):
            self.wfile.write(body[position : position + 1])
            self.wfile.flush()
            time.sleep(0.002)

    def _reset(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._head(status, {**(headers or {}), "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def gzipped(body: bytes) -> bytes:
    """Compress, always to the same bytes."""
    return gzip.compress(body, mtime=0)
