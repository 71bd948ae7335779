"""Reading a page the way an outside checker would: elements, addresses, what is announced."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

#: Attributes whose value a browser fetches or follows.
FETCHED = {
    "href", "src", "srcset", "action", "formaction", "data", "poster", "background", "cite",
    "ping", "manifest", "xlink:href", "longdesc", "codebase", "classid", "archive", "profile",
}  # fmt: skip
VOID = {"meta", "link", "img", "br", "hr", "col", "input"}


class Page(HTMLParser):
    """A page's elements in order, the text it shows, and its faults of nesting."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text, self.styles = "", ""
        self._open: list[str] = []
        self.misnested: list[str] = []
        self.feed(html)
        self.close()
        self.misnested += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.misnested.append(f"/{tag} in {self._open[-3:]}")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.styles += data
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of that name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def external(self) -> list[str]:
        """Every address outside the page's own folder that a browser would fetch or follow."""
        found = [
            f"<{tag} {name}={value[:60]}>"
            for tag, attributes in self.elements
            for name, value in attributes.items()
            if name in FETCHED and not re.match(r"data:(image/(png|svg\+xml);base64)?,|#", value)
            and (":" in value.split("/")[0] or value.startswith(("/", "\\")))
        ]  # fmt: skip
        return found + re.findall(r"url\([^)]*\)|@import[^;]*", self.styles)

    def active(self) -> list[str]:
        """Everything that could run: scripts, events, frames, forms, inline styles."""
        tags = {"script", "iframe", "object", "embed", "form", "input", "base", "svg", "math"}
        return [
            f"<{tag} {sorted(attributes)}>"
            for tag, attributes in self.elements
            if tag in tags or any(name.startswith("on") or name == "style" for name in attributes)
        ]


def faults(html: str) -> list[str]:
    """What is wrong with a page: structure, accessibility, addresses, activity."""
    page = Page(html)
    ids = [a["id"] for _, a in page.elements if "id" in a]
    regions = [a.get("aria-label", "") for _, a in page.elements if a.get("role") == "region"]
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    found = [f"external: {x}" for x in page.external()]
    found += [f"active: {x}" for x in page.active()]
    found += [f"nesting: {x}" for x in page.misnested]
    found += [f"twice: #{i}" for i in set(ids) if ids.count(i) > 1]
    found += [f"region named twice: {r}" for r in set(regions) if regions.count(r) > 1 or not r]
    found += [
        f"no such place: {a['href']}"
        for a in page.all("a")
        if a.get("href", "").startswith("#") and a["href"][1:] not in ids
    ]
    found += [
        f"labelled by nothing: {a['aria-labelledby']}"
        for _, a in page.elements
        if "aria-labelledby" in a and a["aria-labelledby"] not in ids
    ]
    found += ["img without alt" for a in page.all("img") if not a.get("alt", "").strip()]
    found += ["th without scope" for a in page.all("th") if "scope" not in a]
    found += [f"h{b} after h{a}" for a, b in itertools.pairwise(levels) if b > a + 1]
    checks = {
        "one h1": levels.count(1) == 1,
        "language": page.all("html") == [{"lang": "en"}],
        "title": len(page.all("title")) == 1,
        "main": len(page.all("main")) == 1,
        "skip link": ("a", {"class": "skip", "href": "#main"}) in page.elements,
        "no address even as text": "://" not in html,
        "policy": "default-src 'none'" in str(page.all("meta")),
    }
    return found + [f"not so: {name}" for name, so in checks.items() if not so]
