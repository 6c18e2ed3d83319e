#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""contact_sheet.py BUILD OUT [WORD…]: every page of every document of the corpus as Jinyin draws it, beside ofdrw's picture where there is one, in
OUT/index.html, and many pages to a sheet in OUT/sheet-NN.html; with words only files whose path has one of them. What is not drawn as its document asks stands
below each document."""
import html
import pathlib
import shutil
import subprocess
import sys

CORPUS = pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
DPI = "102"                     # about 4 pixels a millimetre, as ofdrw's pictures
SHEET = 40                      # pages on one sheet
STYLE = ("<!doctype html><meta charset=utf-8><title>contact sheet</title><style>img{max-width:40vw;border:1px solid #ccc}td,th{vertical-align:top;"
         "text-align:left}figure{display:inline-block;margin:4px;width:185px;font-size:10px;overflow-wrap:anywhere;vertical-align:top}"
         "figure img{max-width:100%}</style>")


def reference_of(source, page):
    """ofdrw drew the first two pages of each OFD; its folder is the document's own or its topmost one."""
    folder = source.parent.relative_to(CORPUS / source.suffix[1:])
    for candidate in (folder, pathlib.Path(*folder.parts[:1])):
        picture = CORPUS / "rendered" / candidate / f"{source.stem}-p{page}.png"
        if picture.exists():
            return picture
    return None


def draw(tool, source, target):
    """The pages that could be drawn, by number, and what was said of them."""
    shutil.rmtree(target, ignore_errors=True)
    done = subprocess.run([tool, "render", source, "--dpi", DPI, "-o", target], capture_output=True, text=True, timeout=600)
    pages = {int(picture.stem.removeprefix("page-")): picture for picture in sorted(target.glob("page-*.png"))}
    return pages, done.stderr.strip()


def main():
    build, out, words = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    if not CORPUS.is_dir():
        sys.exit(f"{CORPUS} is not there")
    out.mkdir(parents=True, exist_ok=True)
    rows, figures, refused = [], [], 0
    for source in sorted([*(CORPUS / "ofd").rglob("*.ofd"), *(CORPUS / "pdf").rglob("*.pdf")]):
        name = html.escape(str(source.relative_to(CORPUS)))
        if words and not any(word in name for word in words):
            continue
        folder = out / f"{len(rows):03}"
        pages, notes = draw(build / "jinyin", source, folder)
        refused += not pages
        pairs = []
        for number, picture in pages.items():
            reference = reference_of(source, number)
            ours = f"{folder.name}/{picture.name}"
            pairs.append(f"<tr><td>{number}<td><img src='{ours}'><td>" + (f"<img src='{html.escape(reference.as_uri())}'>" if reference else ""))
            figures.append(f"<figure><img src='{ours}'>{name} {number}</figure>")
        rows.append(f"<tr><th colspan=3>{name}" + "".join(pairs) + f"<tr><td colspan=3><pre>{html.escape(notes)}</pre>")
    (out / "index.html").write_text(STYLE + "<table><tr><th>page<th>Jinyin<th>ofdrw" + "".join(rows) + "</table>\n")
    for old in out.glob("sheet-*.html"):
        old.unlink()
    for n in range(0, len(figures), SHEET):
        (out / f"sheet-{n // SHEET + 1:02}.html").write_text(STYLE + "".join(figures[n:n + SHEET]) + "\n")
    print(f"{out}/index.html: {len(rows)} documents, {len(figures)} pages, {refused} documents without any page")


if __name__ == "__main__":
    main()
