# SPDX-License-Identifier: MIT
"""A page, held against what HTML, CSP and readers with a keyboard ask for.

usage: page.py check FILE          well-formed, labelled, nothing from elsewhere
       page.py text FILE           what a reader sees, a line for each piece
       page.py has FILE TAG NAME=VALUE...    an element with these attributes
"""
import html.parser
import sys

VOID = {"br", "img", "input", "link", "meta"}
FORBIDDEN = {"script", "style", "iframe", "object", "embed", "base", "b", "i"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts, self.wrong = [], [], [], []

    def handle_starttag(self, tag, attrs):
        if len(dict(attrs)) != len(attrs):
            self.wrong.append(f"{tag}: an attribute twice")
        self.elements.append((tag, dict(attrs), list(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), list(self.open)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> ends something else")

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data.strip())


def read(path):
    page = Page()
    with open(path, encoding="utf-8") as f:
        text = f.read()
    page.feed(text)
    page.close()
    if not text.startswith("<!DOCTYPE html>\n"):
        page.wrong.append("no doctype")
    if page.open:
        page.wrong.append(f"not ended: {page.open}")
    return page


def of(page, tag):
    return [attrs for t, attrs, _ in page.elements if t == tag]


def references(page):
    """Ids are unique, and what refers to one finds it."""
    ids = [a["id"] for _, a, _ in page.elements if "id" in a]
    if len(set(ids)) != len(ids):
        yield f"an id twice: {ids}"
    for tag, attrs, _ in page.elements:
        for name in ("for", "aria-labelledby"):
            for ref in attrs.get(name, "").split():
                if ref not in ids:
                    yield f"{tag} {name}={ref}: there is none"
        if attrs.get("href", "").startswith("#") and attrs["href"][1:] not in ids:
            yield f"no {attrs['href']}"


def elsewhere(page):
    """Nothing is fetched, run or styled but what has a path here."""
    for tag, attrs, _ in page.elements:
        if tag in FORBIDDEN:
            yield f"<{tag}>"
        for name, value in attrs.items():
            if name.startswith("on") or name == "style":
                yield f"{tag} {name}="
            if name in ("href", "src", "action") and (
                    value[:1] not in "/#" or value.startswith("//")):
                yield f"{tag} {name}={value}"


def structure(page):
    levels = [int(t[1]) for t, _, _ in page.elements
              if len(t) == 2 and t[0] == "h" and t[1].isdigit()]
    if levels[:1] != [1] or levels.count(1) != 1 or any(
            b > a + 1 for a, b in zip(levels, levels[1:])):
        yield f"headings: {levels}"
    for tag in ("main", "header", "footer", "title"):
        if len([1 for t, _, up in page.elements
                if t == tag and "svg" not in up]) != 1:
            yield f"not one <{tag}>"
    if of(page, "html") != [{"lang": "en"}]:
        yield "no language"
    links = of(page, "a")
    if links[:1] != [{"class": "skip", "href": "#main"}]:
        yield "the first link does not skip to the content"
    if any(a.get("aria-label") in (None, "") for a in of(page, "nav")):
        yield "a nav without a name"
    if len(of(page, "table")) != len(of(page, "caption")):
        yield "a table without caption"
    if any(a.get("scope") not in ("col", "row") for a in of(page, "th")):
        yield "a th without scope"
    labels = {a.get("for") for a in of(page, "label")}
    for tag in ("select", "input"):
        if any(a.get("id") not in labels for a in of(page, tag)):
            yield f"a {tag} without label"
    for attrs in of(page, "svg"):
        if attrs.get("role") != "img" or not attrs.get("aria-labelledby"):
            yield "a figure without a name"


def main():
    page = read(sys.argv[2])
    if sys.argv[1] == "check":
        wrong = page.wrong + [w for check in (references, elsewhere, structure)
                              for w in check(page)]
        print("\n".join(wrong))
        sys.exit(bool(wrong))
    if sys.argv[1] == "text":
        print("\n".join(page.texts))
        return
    want = dict(pair.split("=", 1) for pair in sys.argv[4:])
    found = [a for a in of(page, sys.argv[3]) if want.items() <= a.items()]
    print(found or of(page, sys.argv[3]))
    sys.exit(not found)


main()
