#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""contact_sheet.py BUILD OUT [WORD…]: the first two pages of every OFD of the corpus as Jinyin draws them, each beside ofdrw's picture, in OUT/index.html;
with words only files whose name has one of them. What is not drawn as its document asks stands below each page."""
import html
import pathlib
import subprocess
import sys

CORPUS = pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"


def draw(tool, source, page, target):
    done = subprocess.run([tool, "render", source, "--page", str(page), "--dpi", "102", "--out", target], capture_output=True, text=True, timeout=120)
    return done.stderr.strip()


def main():
    build, out, words = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    if not CORPUS.is_dir():
        sys.exit(f"{CORPUS} is not there")
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for reference in sorted((CORPUS / "rendered").rglob("*-p[12].png")):
        name, page = reference.stem[:-3], int(reference.stem[-1])
        folder = reference.parent.relative_to(CORPUS / "rendered")
        sources = [s for s in (CORPUS / "ofd" / folder).rglob(f"{name}.ofd")] or list((CORPUS / "ofd" / folder.parts[0]).rglob(f"{name}.ofd"))
        if not sources or (words and not any(word in name for word in words)):
            continue
        target = out / f"{len(rows):03}.png"
        notes = draw(build / "jinyin", sources[0], page, target)
        ours = f"<img src={target.name}>" if target.exists() else "refused"
        rows.append(f"<tr><th>{html.escape(str(folder / name))} {page}<td>{ours}<pre>{html.escape(notes)}</pre>"
                    f"<td><img src='{html.escape(reference.as_uri())}'>")
    (out / "index.html").write_text("<!doctype html><meta charset=utf-8><title>contact sheet</title><style>img{max-width:40vw;border:1px solid #ccc}"
                                    "td,th{vertical-align:top;text-align:left}</style><table><tr><th>file, page<th>Jinyin<th>ofdrw" +
                                    "".join(rows) + "</table>\n")
    print(f"{out}/index.html: {len(rows)} pages")


if __name__ == "__main__":
    main()
