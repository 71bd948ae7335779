"""A web server on this machine that behaves as badly as it is told to."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from proofbook.sources.web import Patience

#: Tests do not wait.
QUICK = Patience(attempts=3, first_wait=0.001, longest_wait=0.01, timeout=2.0)


@dataclass
class Site:
    """The files of a server, and its manners."""

    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    etag: str | None = '"one"'
    last_modified: str | None = "Fri, 06 Nov 2026 04:11:52 GMT"
    #: Bytes of a body after which the connection is closed; one entry for each answer to come.
    drops: list[int] = field(default_factory=list)
    #: Status codes that are answered first, one for each answer to come.
    refusals: list[int] = field(default_factory=list)
    retry_after: str | None = None
    #: Headers that lie, in place of the true ones; None leaves a header out.
    lies: dict[str, str | None] = field(default_factory=dict)
    honours_if_range: bool = True
    #: Bytes at most in an answer to a range.
    longest_range: int | None = None
    chunked: bool = False
    stalls: bool = False
    redirect: str | None = None
    #: What has been asked for: path, Range and If-Range of each request.
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    url: str = ""

    @property
    def ranges_asked(self) -> list[str | None]:
        return [range_ for _, range_, _ in self.asked]


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        site = self.site
        range_, if_range = self.headers.get("Range"), self.headers.get("If-Range")
        site.asked.append((self.path, range_, if_range))
        if site.refusals and (code := site.refusals.pop(0)):
            headers = {"Retry-After": site.retry_after} if site.retry_after else {}
            self._send(code, headers | {"Content-Length": "0"}, b"")
            return
        if site.redirect and self.path != site.redirect:
            self._send(302, {"Location": site.redirect, "Content-Length": "0"}, b"")
            return
        if self.path not in site.files:
            self._send(404, {"Content-Length": "0"}, b"")
            return
        if site.stalls:
            site.stalls = False
            threading.Event().wait(QUICK.timeout + 0.5)
            self.close_connection = True
            return
        body = site.files[self.path]
        headers = {"ETag": site.etag, "Last-Modified": site.last_modified}
        status = 200
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", range_ or "")
        stale = site.honours_if_range and if_range not in (None, site.etag, site.last_modified)
        if found and site.ranges and not stale:
            start, stop = int(found[1]), int(found[2] or len(body) - 1) + 1
            stop = min(stop, len(body), start + (site.longest_range or len(body)))
            if start >= len(body):
                headers |= {"Content-Range": f"bytes */{len(body)}", "Content-Length": "0"}
                self._send(416, headers | site.lies, b"")
                return
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
            status, body = 206, body[start:stop]
        headers["Content-Length"] = str(len(body))
        if site.chunked:
            headers |= {"Content-Length": None, "Transfer-Encoding": "chunked"}
        self._send(status, headers | site.lies, body)

    def _send(self, status: int, headers: dict[str, str | None], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        drop = self.site.drops.pop(0) if self.site.drops and body else None
        sent = body if drop is None else body[:drop]
        if self.site.chunked:
            sent = b"%x\r\n%s\r\n" % (len(sent), sent) if sent else b""
            sent += b"" if drop is not None else b"0\r\n\r\n"
        self.wfile.write(sent)
        self.close_connection = True


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serves a site on 127.0.0.1; its ``url`` is filled in."""
    handler = type("Handler", (_Handler,), {"site": site, "protocol_version": "HTTP/1.1"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
