#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/embed.py: the compiled table gives back every file of the first page byte for byte. usage: embed_test.py ROOT CC…"""
import pathlib
import re
import subprocess
import sys
import tempfile

root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2:]
static = root / "daemons" / "web" / "static"
names = ["index.html", "app.js", "build.js", "report.js", "words.js", "style.css", "favicon.svg"]
SHOW = r'''
#include "daemons/web/static.h"
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    for (const struct jy_static_file *f = jy_static_files; f->path != NULL; f++)
        if (argc == 1)
            printf("%s %s %s\n", f->path, f->etag, f->type);
        else if (strcmp(f->path, argv[1]) == 0)
            fwrite(f->bytes, 1, f->len, stdout);
    return 0;
}
'''


def embed(out, *files):
    return subprocess.run([sys.executable, root / "tools" / "embed.py", out, *files], capture_output=True, text=True)


def table(folder, *files):
    """Compiles the table of these files; (lines, function that gives a path's bytes)."""
    done = embed(folder / "table.c", *files)
    assert done.returncode == 0, done.stderr
    (folder / "show.c").write_text(SHOW)
    subprocess.run([*compiler, "-std=gnu17", "-Wall", "-Wextra", "-Wconversion", "-Werror", f"-I{root}",
                    folder / "show.c", folder / "table.c", "-o", folder / "show"], check=True)

    def show(*path):
        return subprocess.run([folder / "show", *path], check=True, capture_output=True).stdout
    return show().decode().splitlines(), show


built = re.findall(r"'([\w.]+)'", re.search(r"input: files\((.*)\)", (static / "meson.build").read_text())[1])
present = [p.name for p in static.iterdir() if p.name != "meson.build"]
assert sorted(built) == sorted(names) == sorted(present), "a file of the page is not built in"

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    lines, show = table(folder, *(static / name for name in names))
    assert [line.split()[0] for line in lines] == ["/" if name == "index.html" else "/" + name for name in names], lines
    assert [line.split(" ", 2)[2] for line in lines] == ["text/html; charset=utf-8", *["text/javascript; charset=utf-8"] * 4,
                                                         "text/css; charset=utf-8", "image/svg+xml"], lines
    etags = [line.split()[1] for line in lines]
    assert len(set(etags)) == len(etags) and all(e[0] == e[-1] == '"' and len(e) == 34 for e in etags), etags
    for name in names:
        assert show("/" if name == "index.html" else "/" + name) == (static / name).read_bytes(), name

    # Every byte value survives, and a changed byte is a changed ETag.
    (folder / "a.css").write_bytes(bytes(range(256)))
    first, show = table(folder, folder / "a.css")
    assert show("/a.css") == bytes(range(256))
    (folder / "a.css").write_bytes(bytes(range(1, 256)))
    assert table(folder, folder / "a.css")[0] != first

    # What cannot be served rightly is refused.
    (folder / "page.exe").write_bytes(b"x")
    (folder / "empty.css").write_bytes(b"")
    for wrong in ([folder / "page.exe"], [folder / "empty.css"], [folder / "a.css", folder / "a.css"], []):
        assert embed(folder / "never.c", *wrong).returncode != 0 and not (folder / "never.c").exists(), wrong
