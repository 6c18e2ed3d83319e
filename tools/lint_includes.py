#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may know whom: every #include of the tree against the arrows below. A new arrow is a design change (ARCHITECTURE.md)."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
PUBLIC = {
    "jinyin/base.h": "base",
    "jinyin/errors.def": "base",
    "jinyin/limits.def": "base",
    "jinyin/deviation.h": "base",
    "jinyin/deviations.def": "base",
    "jinyin/crypto.h": "crypto",
    "jinyin/cert.h": "crypto",
    "jinyin/ocsp.h": "crypto",
    "jinyin/cms.h": "cms",
    "jinyin/timestamp.h": "tsp",
    "jinyin/cmp.h": "cmp",
    "jinyin/seal.h": "ses",
    "jinyin/container.h": "container",
    "jinyin/digest.h": "container",
    "jinyin/checks.def": "container",
    "jinyin/picture.h": "picture",
    "jinyin/place.h": "place",
    "jinyin/render.h": "render",
    "jinyin/text.h": "container",
    "jinyin/verify.h": "verify",
    "jinyin/inspect.h": "inspect",
    "jinyin/archive.h": "archive",
}
# module: modules that it may include besides itself
ARROWS = {
    "base": set(),
    "codec": {"base"},
    "crypto": {"base", "codec"},
    "cms": {"base", "codec", "crypto"},
    "tsp": {"base", "codec", "crypto", "cms"},
    "cmp": {"base", "codec", "crypto"},
    "ses": {"base", "codec", "crypto", "cms", "tsp"},
    "container": {"base", "codec", "crypto", "ses"},
    "picture": {"base", "codec"},
    "ofd": {"base", "codec", "crypto", "ses", "container"},
    "pdf": {"base", "codec", "crypto", "cms", "tsp", "ses", "container", "picture"},
    "place": {"base", "codec", "container"},
    "render": {"base", "codec", "crypto", "ses", "container", "picture", "ofd"},
    "poppler": {"base"},                                               # starts programs; reads nothing itself
    "archive": {"base", "codec", "crypto"},                            # the package alone: no document is opened
    "verify": {"base", "codec", "crypto", "cms", "tsp", "ses", "container", "picture", "archive"},
    "inspect": {"base", "codec", "crypto", "cms", "tsp", "ses", "container", "verify"},
    "core": {"base"},
    "store": {"base", "codec", "crypto", "core"},
    "ipc": {"base", "codec", "crypto"},
    "net": {"base", "codec"},
    "room": {"base", "codec", "ipc"},
    "jinyind": {"base", "codec", "crypto", "ipc", "room"},
    "doc": {"base", "cms", "codec", "crypto", "tsp", "ses", "container", "picture", "render", "place", "verify", "ipc", "room"},
    "page": {"base", "codec", "crypto", "ses", "container", "picture", "render", "poppler", "ipc", "room"},
    "key": {"base", "codec", "crypto", "ses", "cms", "ipc", "room"},    # no SQL, HTTP, OFD or PDF where the keys are
    "link": {"base", "codec", "crypto", "cms", "tsp", "cmp", "core", "net", "ipc", "room"},  # no keys, no documents; it checks what others signed
    "web": {"base", "codec", "crypto", "archive", "core", "store", "ipc", "net", "room"},  # never opens a document
    "care": {"base", "codec", "crypto", "store", "ipc", "key", "room", "web"},  # an operator's program, linked to no room; of web the audit chain alone
    "sim": {"base", "codec", "crypto", "cms", "tsp", "cmp", "core", "net"},
    "cli": {"base", "core", "codec", "crypto", "cms", "tsp", "ses", "container", "picture", "place", "render", "poppler", "verify", "inspect", "ipc", "net"},
}


def module_of(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] in ("lib", "daemons") else parts[0]


def target_of(name, path):
    if name in PUBLIC:
        return PUBLIC[name]
    head = name.split("/")
    if head[0] == "daemons" and len(head) > 2:
        return head[1]
    if len(head) > 1 and head[0] in ARROWS:
        return head[0]
    return module_of(path) if (path.parent / name).exists() or len(head) == 1 else None


wrong = []
for folder in ("lib", "core", "store", "ipc", "net", "daemons", "sim", "cli", "care"):
    for path in sorted((ROOT / folder).rglob("*.[ch]")):
        module = module_of(path)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+(?:"([^"]+)"|<(jinyin/[^>]+)>)', line)
            if not match:
                continue
            target = target_of(match[1] or match[2], path)
            if module not in ARROWS:
                wrong.append(f"{path.relative_to(ROOT)}: module {module} is not in the list")
                break
            if target is not None and target != module and target not in ARROWS[module]:
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {module} may not know {target}")
if wrong:
    raise SystemExit("\n".join(wrong))
