#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""JBIG2 pictures for the tests (ITU-T T.88), one for each way of coding, and beside each what a reader must see: tests/data/jbig2/NAME.jb2, NAME.pbm.
usage: jbig2_fixtures.py        makes them anew; the same program gives the same bytes. annex-h-* are the pages of the standard's own example (Annex H)."""
import pathlib
import random
import struct

from jbig2_encoder import (NOMINAL, STANDARD, Arithmetic, Bits, blank, compose, dictionary, generic, mmr, noise, changed, prefixes,
                           refinement, table_segment, text)

DATA = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data" / "jbig2"

# -- segments --

class File:
    def __init__(self, width, height, default=0, unknown=False, stripe=0, number=1):
        self.page, self.parts, self.number, self.default = blank(width, height, default), [], 0, default
        self.stripe = stripe
        self.add(48, struct.pack(">IIIIBH", width, 0xFFFFFFFF if unknown else height, 0, 0, default << 2 | 0x40, (0x8000 | stripe) if stripe else 0))

    def add(self, kind, data, refers=(), length=None, page=1):
        number = self.number
        self.number += 1
        size = ">B" if number <= 256 else ">H"
        count = bytes([len(refers) << 5]) if len(refers) <= 4 else struct.pack(">I", 7 << 29 | len(refers)) + bytes(len(refers) // 8 + 1)
        head = struct.pack(">IB", number, kind) + count + b"".join(struct.pack(size, r) for r in refers) + bytes([page])
        self.parts.append((head + struct.pack(">I", len(data) if length is None else length), data))
        return number

    def region(self, kind, bitmap, data, x=0, y=0, operator=0, refers=(), length=None, height=None, draw=True):
        info = struct.pack(">IIIIB", len(bitmap[0]), height or len(bitmap), x, y, operator)
        if draw:
            compose(self.page, bitmap, x, y, operator)
        return self.add(kind, info + data, refers, length)

    def write(self, name, form="sequential"):
        if form != "bare":
            self.add(49, b"")
            self.add(51, b"", page=0)
        magic = b"\x97JB2\r\n\x1a\n" + (b"\1" if form == "sequential" else b"\0") + struct.pack(">I", 1)
        if form == "apart":
            out = magic + b"".join(h for h, _ in self.parts) + b"".join(d for _, d in self.parts)
        else:
            out = (b"" if form == "bare" else magic) + b"".join(h + d for h, d in self.parts)
        (DATA / f"{name}.jb2").write_bytes(out)
        write_pbm(name, self.page)


def write_pbm(name, page):
    bits = Bits()
    for row in page:
        bits.text += "".join(map(str, row))
        bits.align()
    (DATA / f"{name}.pbm").write_bytes(b"P4\n%d %d\n" % (len(page[0]), len(page)) + bits.bytes())


def pairs(adaptive):
    return b"".join(struct.pack("bb", *p) for p in adaptive)


def generic_data(bitmap, template=0, adaptive=None, typical=False):
    coder = Arithmetic()
    generic(coder, bitmap, template, adaptive, typical)
    return bytes([template << 1 | typical << 3]) + pairs(adaptive or NOMINAL[template]) + coder.bytes()


def refinement_data(bitmap, reference, template=0, adaptive=((-1, -1), (-1, -1)), typical=False):
    coder = Arithmetic()
    refinement(coder, bitmap, reference, 0, 0, template, adaptive, typical)
    return bytes([template | typical << 1]) + (pairs(adaptive) if template == 0 else b"") + coder.bytes()


# -- the pictures --

def generics():
    rng = random.Random(1)
    odd = [[(-5, -3), (6, -1), (-2, -4), (4, -2)], [(-6, -2)], [(5, -3)], [(-9, 0)]]
    for template in range(4):
        for typical in (False, True):
            for adaptive in (None, odd[template]):
                bitmap = noise(rng, 61, 40)
                bitmap[7:11] = [bitmap[6][:] for _ in range(4)]
                f = File(61, 40)
                f.region(38, bitmap, generic_data(bitmap, template, adaptive, typical))
                f.write(f"generic-{template}{'-typical' if typical else ''}{'-at' if adaptive else ''}")
    bitmap = noise(rng, 300, 30, 0.05)
    f = File(300, 30)
    f.region(39, bitmap, b"\1" + mmr(bitmap))
    f.write("generic-mmr")
    f = File(300, 30)
    f.region(39, bitmap, b"\1" + mmr(bitmap, eofb=False))
    f.write("generic-mmr-apart", "apart")
    for name, form, data in (("generic-unknown", "sequential", None), ("generic-unknown-mmr", "sequential", b"\1"), ("generic-bare", "bare", None)):
        f = File(300, 30)
        body = generic_data(bitmap) if data is None else data + mmr(bitmap) + b"\0\0"
        unknown = "unknown" in name
        f.region(38, bitmap, body + (struct.pack(">I", 30) if unknown else b""), length=0xFFFFFFFF if unknown else None, height=40 if unknown else None)
        f.write(name, form)
    f = File(70, 50, default=1)
    for operator in range(5):
        bitmap = noise(rng, 40, 30)
        f.region(38, bitmap, generic_data(bitmap, operator % 4), x=operator * 9, y=operator * 7, operator=operator)
    f.write("compose", "apart")
    f = File(50, 45, unknown=True, stripe=20)
    for y in (0, 20, 40):
        bitmap = noise(rng, 50, min(20, 45 - y))
        f.region(38, bitmap, generic_data(bitmap), y=y)
        f.add(50, struct.pack(">I", min(y + 19, 44)))
    f.write("stripes")


def refinements():
    rng = random.Random(2)
    for template in (0, 1):
        for typical in (False, True):
            for adaptive in (((-1, -1), (-1, -1)), ((-3, -1), (2, 4))):
                if template == 1 and adaptive[0][0] == -3:
                    continue
                first = noise(rng, 60, 40)
                second = changed(rng, first, 0.02)
                f = File(64, 44)
                n = f.region(36, first, generic_data(first), draw=False)
                f.region(42, second, refinement_data(second, first, template, adaptive, typical), x=2, y=3, refers=[n])
                f.write(f"refine-{template}{'-typical' if typical else ''}{'-at' if adaptive[0][0] == -3 else ''}")
    first = noise(rng, 60, 40)
    f = File(60, 40)
    f.region(38, first, generic_data(first))
    part = [row[10:40] for row in first[5:30]]
    second = changed(rng, part)
    f.region(43, second, refinement_data(second, part), x=10, y=5, operator=4)
    f.write("refine-page")


def glyphs(rng, count=6):
    """Height classes of symbols."""
    return [[noise(rng, rng.randrange(3, 12), h, 0.5) for _ in range(count // 3)] for h in (5, 8, 9)]


def symbol_flags(*, huffman=0, refagg=0, dh=0, dw=0, size=0, agg=0, used=0, kept=0, template=0, rtemplate=0):
    return struct.pack(">H", huffman | refagg << 1 | dh << 2 | dw << 4 | size << 6 | agg << 7 | used << 8 | kept << 9 | template << 10 | rtemplate << 12)


def rows_of(rng, symbols, width, height, strips, refined=None, step=(2, 6)):
    rows, t = [], 0
    while (t << strips) < height:
        row, s = [], rng.randrange(0, 5)
        while s < width - 6:
            symbol = rng.randrange(len(symbols))
            new = refined(symbol) if refined and rng.random() < 0.5 else None
            row.append((rng.randrange(1 << strips), s, symbol, new))
            s += rng.randrange(*step) + max(len(symbols[symbol][0]), len(symbols[symbol]))
        rows.append((t, row))
        t += 1 + 9 // (1 << strips)
    return rows


def symbols_file(rng, template=0, adaptive=None, width=80, height=60):
    classes = glyphs(rng)
    coder, count = Arithmetic(), sum(map(len, classes))
    _, out = dictionary(coder, [], classes, set(range(count)), template=template, adaptive=adaptive)
    f = File(width, height)
    n = f.add(0, symbol_flags(template=template) + pairs(adaptive or NOMINAL[template]) + struct.pack(">II", count, count) + coder.bytes())
    return f, n, out


def text_flags(*, huffman=0, refine=0, strips=0, corner=1, transposed=0, operator=0, default=0, offset=0, rtemplate=0):
    return struct.pack(">H", huffman | refine << 1 | strips << 2 | corner << 4 | transposed << 6 | operator << 7 | default << 9 |
                       (offset & 31) << 10 | rtemplate << 15)


def count_of(rows):
    return struct.pack(">I", sum(len(r) for _, r in rows))


def texts():
    rng = random.Random(3)
    for template in range(4):
        odd = [[(-4, -2), (5, -1), (3, -2), (-3, -2)], [(4, -1)], [(-3, -1)], [(3, -1)]][template]
        f, n, symbols = symbols_file(rng, template, odd if template % 2 else None)
        rows, coder = rows_of(rng, symbols, 80, 60, 0), Arithmetic()
        region = text(coder, 80, 60, symbols, rows, id_bits=3)
        f.region(6, region, text_flags() + count_of(rows) + coder.bytes(), refers=[n])
        f.write(f"text-template-{template}")
    for corner in range(4):
        for transposed in (0, 1):
            f, n, symbols = symbols_file(rng)
            strips, offset, operator = corner, (-3, 0, 5, -16)[corner], (corner + transposed) % 4
            width, height = (60, 80) if transposed else (80, 60)
            f.page = blank(80, 60)
            rows, coder = rows_of(rng, symbols, *((height, width) if transposed else (width, height)), strips), Arithmetic()
            region = text(coder, 80, 60, symbols, rows, id_bits=3, strips=strips, corner=corner, transposed=bool(transposed), operator=operator,
                          default=transposed, offset=offset)
            f.region(7, region, text_flags(strips=strips, corner=corner, transposed=transposed, operator=operator, default=transposed, offset=offset) +
                     count_of(rows) + coder.bytes(), refers=[n])
            f.write(f"text-corner-{corner}{'-transposed' if transposed else ''}")
    for rtemplate in (0, 1):
        f, n, symbols = symbols_file(rng)

        def refined(symbol, symbols=symbols):
            old = symbols[symbol]
            return changed(rng, noise(rng, len(old[0]) + rng.randrange(-1, 3), len(old) + rng.randrange(-1, 3))), rng.randrange(-1, 2), rng.randrange(-1, 2)
        rows, coder = rows_of(rng, symbols, 80, 60, 1, refined), Arithmetic()
        adaptive = ((-2, -1), (1, 3)) if rtemplate == 0 else ((-1, -1), (-1, -1))
        region = text(coder, 80, 60, symbols, rows, id_bits=3, refine=True, strips=1, rtemplate=rtemplate, adaptive=adaptive)
        f.region(6, region, text_flags(refine=1, strips=1, rtemplate=rtemplate) + (pairs(adaptive) if rtemplate == 0 else b"") + count_of(rows) + coder.bytes(),
                 refers=[n])
        f.write(f"text-refine-{rtemplate}")


def dictionaries():
    rng = random.Random(4)
    # Two dictionaries, the second made of the first: one symbol refined, one of several; some are exported. And the contexts go on.
    for rtemplate in (0, 1):
        for huffman in (False, True):
            f, n, symbols = symbols_file(rng)
            tables = {"DH": STANDARD[4], "DW": STANDARD[3], "AI": STANDARD[1], "SIZE": STANDARD[1], "EX": STANDARD[1], "FS": STANDARD[6], "DS": STANDARD[8],
                      "DT": STANDARD[11], "RDW": STANDARD[15], "RDH": STANDARD[15],
                      "RDX": STANDARD[15], "RDY": STANDARD[15], "RSIZE": STANDARD[1]}
            contexts = {}
            coder = Bits() if huffman else Arithmetic()
            classes = [[changed(rng, symbols[0]), changed(rng, symbols[1])], [blank(24, 10)]]
            several = [(0, [(0, 0, 0, None), (0, 9, 6, None)]), (1, [(0, 2, 3, (changed(rng, symbols[3]), 0, 0))])]
            how = [(0, 0, 0), (1, 1, -1), several]
            known, out = dictionary(coder, symbols, classes, {1, 2, 6, 8}, tables=tables, aggregates=how, rtemplate=rtemplate, contexts=contexts)
            data = symbol_flags(huffman=huffman, refagg=1, dw=int(huffman), rtemplate=rtemplate) + (b"" if huffman else pairs(NOMINAL[0]))
            data += (pairs(((-1, -1), (-1, -1))) if rtemplate == 0 else b"") + struct.pack(">II", 4, 3) + coder.bytes()
            m = f.add(0, data, refers=[n])
            rows, coder = rows_of(rng, symbols + out, 80, 60, 0), Arithmetic()
            region = text(coder, 80, 60, symbols + out, rows, id_bits=4)
            f.region(6, region, text_flags() + count_of(rows) + coder.bytes(), refers=[n, m])
            f.write(f"dictionary-refine-{rtemplate}{'-huffman' if huffman else ''}")
    f = File(80, 60)
    contexts, numbers, symbols = {}, [], []
    for used in (0, 1):
        classes = glyphs(rng)
        coder = Arithmetic({k: list(v) for k, v in contexts.items() if k[0] == "GB"})
        _, out = dictionary(coder, [], classes, set(range(6)))
        contexts = coder.contexts
        data = symbol_flags(used=used, kept=1) + pairs(NOMINAL[0]) + struct.pack(">II", 6, 6) + coder.bytes()
        if used:                                                      # what it refers to comes in as well, and is not exported
            coder = Arithmetic({k: list(v) for k, v in kept.items()})
            _, out = dictionary(coder, symbols, classes, set(range(6, 12)))
            data = symbol_flags(used=1, kept=1) + pairs(NOMINAL[0]) + struct.pack(">II", 6, 6) + coder.bytes()
        kept = {k: list(v) for k, v in coder.contexts.items() if k[0] == "GB"}
        numbers.append(f.add(0, data, refers=numbers[-1:]))
        symbols += out
    rows, coder = rows_of(rng, symbols, 80, 60, 0), Arithmetic()
    region = text(coder, 80, 60, symbols, rows, id_bits=4)
    f.region(6, region, text_flags() + count_of(rows) + coder.bytes(), refers=numbers)
    f.write("dictionary-contexts", "bare")


def huffman_ids(coder, count):
    """7.4.3.1.7: symbol codes, all of one length, told by run codes; gives the table."""
    lengths = [(count - 1).bit_length() or 1] * count
    for i in range(35):
        coder.put({0: 3, 32: 3, 33: 3, 34: 3, lengths[0]: 3}.get(i, 0), 4)
    codes = prefixes([{0: 3, 32: 3, 33: 3, 34: 3, lengths[0]: 3}.get(i, 0) for i in range(35)])
    coder.put(codes[lengths[0]], 3)
    left = count - 1
    while left:
        if left >= 3:
            n = min(left, 6)
            coder.put(codes[32], 3)
            coder.put(n - 3, 2)
            left -= n
        else:
            coder.put(codes[lengths[0]], 3)
            left -= 1
    coder.align()
    return [(i, lengths[i], 0) for i in range(count)]


def huffmans():
    rng = random.Random(5)
    own = [(-40, 3, 6), (24, 2, 4), (40, 2, 8), (("lower", -41), 5, 32), (296, 4, 32), ("oob", 3, 0)]
    for name, raw, user, choice in (("mmr", False, False, 0), ("raw", True, False, 1), ("tables", False, True, 2)):
        f = File(80, 60)
        extra = [f.add(53, table_segment(own, 4, 4))] if user else []
        tables = {"DH": STANDARD[5 if choice else 4], "DW": STANDARD[3], "SIZE": STANDARD[1], "EX": STANDARD[1]}
        select = dict(dh=int(choice == 1), dw=1)
        if user:
            tables["DH"] = tables["DW"] = own
            select = dict(dh=3, dw=3)
        coder, classes = Bits(), glyphs(rng)
        _, symbols = dictionary(coder, [], classes, set(range(6)), tables=tables, raw=raw)
        n = f.add(0, symbol_flags(huffman=1, **select) + struct.pack(">II", 6, 6) + coder.bytes(), refers=extra * 2)
        fs, ds, dt = ((6, 8, 11), (7, 9, 12), (6, 10, 13))[choice]
        tables = {"FS": STANDARD[fs], "DS": STANDARD[ds], "DT": STANDARD[dt], "RDW": STANDARD[15], "RDH": STANDARD[15], "RDX": STANDARD[14],
                  "RDY": STANDARD[14], "RSIZE": STANDARD[1]}
        bits = int(fs == 7) | (ds - 8) << 2 | (dt - 11) << 4 | 1 << 6 | 1 << 8

        def refined(symbol, symbols=symbols):
            old = symbols[symbol]
            return changed(rng, noise(rng, len(old[0]) + rng.randrange(-1, 3), len(old) + 1)), rng.randrange(-1, 2), rng.randrange(-1, 2)
        if user:
            tables["DS"] = own
            bits = bits & ~(3 << 2) | 3 << 2
        coder = Bits()
        ids = huffman_ids(coder, 6)
        rows = rows_of(rng, symbols, 80, 60, 2, refined)
        region = text(coder, 80, 60, symbols, rows, tables=tables, ids=ids, refine=True, strips=2, contexts={})
        f.region(6, region, text_flags(huffman=1, refine=1, strips=2) + struct.pack(">H", bits) + pairs(((-1, -1), (-1, -1))) + count_of(rows) + coder.bytes(),
                 refers=[n] + extra)
        f.write(f"huffman-{name}")




def halftones():
    rng = random.Random(6)
    for template in range(4):
        for name, is_mmr, skip, angle in (("", False, False, False), ("-skip", False, True, True), ("-mmr", True, False, True)):
            if is_mmr and template:
                continue
            patterns = [[[int((u * 3 + v * 5) % 16 < level) for u in range(4)] for v in range(4)] for level in range(13)]
            together = [sum((q[y] for q in patterns), []) for y in range(4)]
            coder = Arithmetic()
            generic(coder, together, template, [(-4, 0), (-3, -1), (2, -2), (-2, -2)][:4 if template == 0 else 1])
            f = File(70, 50)
            n = f.add(16, bytes([template << 1 | is_mmr, 4, 4]) + struct.pack(">I", 12) + (mmr(together) if is_mmr else coder.bytes()))
            width, height = (22, 14) if angle else (12, 9)
            x0, y0, rx, ry = (-1200, 3000, 900, 500) if angle else (512, 256, 1024, 0)
            grey = [[(u + v + rng.randrange(3)) % 13 for u in range(width)] for v in range(height)]
            region = blank(60, 40, int(skip))

            def place(column, row, x0=x0, y0=y0, rx=rx, ry=ry):
                return x0 + row * ry + column * rx >> 8, y0 + row * rx - column * ry >> 8
            outside = [[int(not (-4 < place(u, v)[0] < 60 and -4 < place(u, v)[1] < 40)) for u in range(width)] for v in range(height)]
            operator = (0, 2, 4, 3)[template]
            for v in range(height):
                for u in range(width):
                    if skip and outside[v][u]:
                        grey[v][u] = 0
                    compose(region, patterns[grey[v][u]], *place(u, v), operator)
            coder, data, above = Arithmetic(), b"", blank(width, height)
            adaptive = [(3 if template <= 1 else 2, -1), (-3, -1), (2, -2), (-2, -2)][:4 if template == 0 else 1]
            for bit in reversed(range(4)):
                plane = [[p >> bit & 1 for p in row] for row in grey]
                coded = [[p ^ q for p, q in zip(a, b)] for a, b in zip(plane, above)]
                if is_mmr:
                    data += mmr(coded)
                else:
                    generic(coder, coded, template, adaptive, skip=outside if skip else None)
                above = plane
            flags = is_mmr | template << 1 | skip << 3 | operator << 4 | skip << 7
            f.region(22, region, struct.pack(">BIIiiHH", flags, width, height, x0, y0, rx, ry) + (data if is_mmr else coder.bytes()), x=5, y=6, refers=[n])
            f.write(f"halftone-{template}{name}")


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for make in (generics, refinements, texts, dictionaries, huffmans, halftones):
        make()
