# SPDX-License-Identifier: Apache-2.0
"""An encoder of JBIG2 (ITU-T T.88) for fixtures and seeds: small pictures in every coding, no care for speed or size. A coder is Arithmetic or Bits
(Huffman); bitmaps are lists of rows of 0 and 1."""
import struct

# -- bitmaps: lists of rows --


def blank(width, height, value=0):
    return [[value] * width for _ in range(height)]


def at(bitmap, x, y):
    return bitmap[y][x] if 0 <= y < len(bitmap) and 0 <= x < len(bitmap[y]) else 0


def noise(rng, width, height, share=0.3):
    """Blobs, so that contexts have something to learn, and some dots."""
    bitmap = blank(width, height)
    for _ in range(max(2, width * height // 60)):
        x, y, w, h = rng.randrange(width), rng.randrange(height), rng.randrange(1, 7), rng.randrange(1, 4)
        value = rng.random() < share + 0.3
        for v in range(y, min(height, y + h)):
            for u in range(x, min(width, x + w)):
                bitmap[v][u] = int(value)
    return bitmap


def changed(rng, bitmap, share=0.06):
    return [[p ^ (rng.random() < share) for p in row] for row in bitmap]


OPERATORS = [lambda a, b: a | b, lambda a, b: a & b, lambda a, b: a ^ b, lambda a, b: 1 - (a ^ b), lambda a, b: b]


def compose(to, bitmap, x, y, operator=0):
    for v, row in enumerate(bitmap):
        for u, p in enumerate(row):
            if 0 <= y + v < len(to) and 0 <= x + u < len(to[0]):
                to[y + v][x + u] = OPERATORS[operator](to[y + v][x + u], p)


# -- arithmetic coding (Annex E.2, A.2) --

QE = [(0x5601, 1, 1, 1), (0x3401, 2, 6, 0), (0x1801, 3, 9, 0), (0x0AC1, 4, 12, 0), (0x0521, 5, 29, 0), (0x0221, 38, 33, 0), (0x5601, 7, 6, 1),
      (0x5401, 8, 14, 0), (0x4801, 9, 14, 0), (0x3801, 10, 14, 0), (0x3001, 11, 17, 0), (0x2401, 12, 18, 0), (0x1C01, 13, 20, 0), (0x1601, 29, 21, 0),
      (0x5601, 15, 14, 1), (0x5401, 16, 14, 0), (0x5101, 17, 15, 0), (0x4801, 18, 16, 0), (0x3801, 19, 17, 0), (0x3401, 20, 18, 0), (0x3001, 21, 19, 0),
      (0x2801, 22, 19, 0), (0x2401, 23, 20, 0), (0x2201, 24, 21, 0), (0x1C01, 25, 22, 0), (0x1801, 26, 23, 0), (0x1601, 27, 24, 0), (0x1401, 28, 25, 0),
      (0x1201, 29, 26, 0), (0x1101, 30, 27, 0), (0x0AC1, 31, 28, 0), (0x09C1, 32, 29, 0), (0x08A1, 33, 30, 0), (0x0521, 34, 31, 0), (0x0441, 35, 32, 0),
      (0x02A1, 36, 33, 0), (0x0221, 37, 34, 0), (0x0141, 38, 35, 0), (0x0111, 39, 36, 0), (0x0085, 40, 37, 0), (0x0049, 41, 38, 0), (0x0025, 42, 39, 0),
      (0x0015, 43, 40, 0), (0x0009, 44, 41, 0), (0x0005, 45, 42, 0), (0x0001, 45, 43, 0), (0x5601, 46, 46, 0)]
RANGES = [(0, 2), (4, 4), (20, 6), (84, 8), (340, 12), (4436, 32)]


class Arithmetic:
    huffman = False

    def __init__(self, contexts=None):
        self.a, self.c, self.ct, self.out = 0x8000, 0, 12, bytearray([0])
        self.contexts = {} if contexts is None else contexts          # (label, number) → [index, MPS]

    def bit(self, label, number, value):
        state = self.contexts.setdefault((label, number), [0, 0])
        qe, mps, lps, switch = QE[state[0]]
        self.a -= qe
        if value == state[1]:
            if self.a & 0x8000:
                self.c += qe
                return
            if self.a < qe:
                self.a = qe
            else:
                self.c += qe
            state[0] = mps
        else:
            if self.a < qe:
                self.c += qe
            else:
                self.a = qe
            state[1] ^= switch
            state[0] = lps
        while not self.a & 0x8000:
            self.a, self.c, self.ct = self.a << 1, self.c << 1, self.ct - 1
            if self.ct == 0:
                self.byte()

    def byte(self):
        if self.out[-1] != 0xFF and self.c >= 0x8000000:
            self.out[-1] += 1
            if self.out[-1] == 0xFF:
                self.c &= 0x7FFFFFF
        if self.out[-1] == 0xFF:
            self.out.append(self.c >> 20)
            self.c, self.ct = self.c & 0xFFFFF, 7
        else:
            self.out.append(self.c >> 19 & 0xFF)
            self.c, self.ct = self.c & 0x7FFFF, 8

    def bytes(self):
        top = self.c + self.a
        self.c |= 0xFFFF
        if self.c >= top:
            self.c -= 0x8000
        for _ in range(2):
            self.c <<= self.ct
            self.byte()
        if self.out[-1] != 0xFF:
            self.out.append(0xFF)
        self.out.append(0xAC)
        return bytes(self.out[1:])

    def number(self, label, value):
        """None is OOB."""
        previous, sign, size = 1, int(value is None or value < 0), abs(value or 0)
        which = max(i for i, (start, _) in enumerate(RANGES) if size >= start)
        bits = [sign] + [1] * which + ([0] if which < 5 else [])
        bits += [size - RANGES[which][0] >> i & 1 for i in reversed(range(RANGES[which][1]))]
        for b in bits:
            self.bit(label, previous, b)
            previous = previous << 1 | b if previous < 256 else (previous << 1 | b) & 511 | 256

    def identity(self, value, length):
        previous = 1
        for i in reversed(range(length)):
            self.bit("IAID", previous, value >> i & 1)
            previous = previous << 1 | value >> i & 1


# -- Huffman coding (Annex B): lines of low, prefix, range; "lower", "oob" --

STANDARD = {
    1: [(0, 1, 4), (16, 2, 8), (272, 3, 16), (65808, 3, 32)],
    2: [(0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 4, 3), (11, 5, 6), (75, 6, 32), ("oob", 6, 0)],
    3: [(-256, 8, 8), (0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 4, 3), (11, 5, 6), (("lower", -257), 8, 32), (75, 7, 32), ("oob", 6, 0)],
    4: [(1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 4, 3), (12, 5, 6), (76, 5, 32)],
    5: [(-255, 7, 8), (1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 4, 3), (12, 5, 6), (("lower", -256), 7, 32), (76, 6, 32)],
    6: [(-2048, 5, 10), (-1024, 4, 9), (-512, 4, 8), (-256, 4, 7), (-128, 5, 6), (-64, 5, 5), (-32, 4, 5), (0, 2, 7), (128, 3, 7), (256, 3, 8), (512, 4, 9),
        (1024, 4, 10), (("lower", -2049), 6, 32), (2048, 6, 32)],
    7: [(-1024, 4, 9), (-512, 3, 8), (-256, 4, 7), (-128, 5, 6), (-64, 5, 5), (-32, 4, 5), (0, 4, 5), (32, 5, 5), (64, 5, 6), (128, 4, 7), (256, 3, 8),
        (512, 3, 9), (1024, 3, 10), (("lower", -1025), 5, 32), (2048, 5, 32)],
    8: [(-15, 8, 3), (-7, 9, 1), (-5, 8, 1), (-3, 9, 0), (-2, 7, 0), (-1, 4, 0), (0, 2, 1), (2, 5, 0), (3, 6, 0), (4, 3, 4), (20, 6, 1), (22, 4, 4), (38, 4, 5),
        (70, 5, 6), (134, 5, 7), (262, 6, 7), (390, 7, 8), (646, 6, 10), (("lower", -16), 9, 32), (1670, 9, 32), ("oob", 2, 0)],
    9: [(-31, 8, 4), (-15, 9, 2), (-11, 8, 2), (-7, 9, 1), (-5, 7, 1), (-3, 4, 1), (-1, 3, 1), (1, 3, 1), (3, 5, 1), (5, 6, 1), (7, 3, 5), (39, 6, 2),
        (43, 4, 5),
        (75, 4, 6), (139, 5, 7), (267, 5, 8), (523, 6, 8), (779, 7, 9), (1291, 6, 11), (("lower", -32), 9, 32), (3339, 9, 32), ("oob", 2, 0)],
    10: [(-21, 7, 4), (-5, 8, 0), (-4, 7, 0), (-3, 5, 0), (-2, 2, 2), (2, 5, 0), (3, 6, 0), (4, 7, 0), (5, 8, 0), (6, 2, 6), (70, 5, 5), (102, 6, 5),
        (134, 6, 6),
         (198, 6, 7), (326, 6, 8), (582, 6, 9), (1094, 6, 10), (2118, 7, 11), (("lower", -22), 8, 32), (4166, 8, 32), ("oob", 2, 0)],
    11: [(1, 1, 0), (2, 2, 1), (4, 4, 0), (5, 4, 1), (7, 5, 1), (9, 5, 2), (13, 6, 2), (17, 7, 2), (21, 7, 3), (29, 7, 4), (45, 7, 5), (77, 7, 6),
        (141, 7, 32)],
    12: [(1, 1, 0), (2, 2, 0), (3, 3, 1), (5, 5, 0), (6, 5, 1), (8, 6, 1), (10, 7, 0), (11, 7, 1), (13, 7, 2), (17, 7, 3), (25, 7, 4), (41, 8, 5), (73, 8, 32)],
    13: [(1, 1, 0), (2, 3, 0), (3, 4, 0), (4, 5, 0), (5, 4, 1), (7, 3, 3), (15, 6, 1), (17, 6, 2), (21, 6, 3), (29, 6, 4), (45, 6, 5), (77, 7, 6),
        (141, 7, 32)],
    14: [(-2, 3, 0), (-1, 3, 0), (0, 1, 0), (1, 3, 0), (2, 3, 0)],
    15: [(-24, 7, 4), (-8, 6, 2), (-4, 5, 1), (-2, 4, 0), (-1, 3, 0), (0, 1, 0), (1, 3, 0), (2, 4, 0), (3, 5, 1), (5, 6, 2), (9, 7, 4), (("lower", -25), 7, 32),
         (25, 7, 32)],
}


def prefixes(lengths):
    """B.3: the code of each line."""
    codes, code = [None] * len(lengths), 0
    for length in range(1, max(lengths) + 1):
        code <<= 1
        for i, l in enumerate(lengths):
            if l == length:
                codes[i] = code
                code += 1
    return codes


class Bits:
    huffman = True

    def __init__(self):
        self.text = ""

    def put(self, value, count):
        self.text += format(value, f"0{count}b") if count else ""

    def align(self):
        self.text += "0" * (-len(self.text) % 8)

    def raw(self, data):
        self.align()
        self.text += "".join(format(b, "08b") for b in data)

    def bytes(self):
        self.align()
        return bytes(int(self.text[i:i + 8], 2) for i in range(0, len(self.text), 8))

    def value(self, table, value):
        codes = prefixes([line[1] for line in table])
        for (low, length, size), code in zip(table, codes):
            if not length:
                continue
            if low == "oob":
                if value is None:
                    return self.put(code, length)
            elif value is not None and isinstance(low, tuple):
                if value <= low[1]:
                    self.put(code, length)
                    return self.put(low[1] - value, size)
            elif value is not None and low <= value < low + (1 << size):
                self.put(code, length)
                return self.put(value - low, size)
        raise ValueError(value)


def table_segment(lines, prefix_bits, range_bits):
    """B.2: ordinary lines, then the lower, the upper, and OOB where there is one."""
    ordinary = [line for line in lines if not isinstance(line[0], (str, tuple)) and line[2] < 32]
    lower = [line for line in lines if isinstance(line[0], tuple)]
    upper = [line for line in lines if isinstance(line[0], int) and line[2] == 32]
    oob = [line for line in lines if line[0] == "oob"]
    bits = Bits()
    bits.put((range_bits - 1) << 4 | (prefix_bits - 1) << 1 | bool(oob), 8)
    high = ordinary[-1][0] + (1 << ordinary[-1][2])
    bits.raw(struct.pack(">ii", ordinary[0][0], high))
    for _, length, size in ordinary:
        bits.put(length, prefix_bits)
        bits.put(size, range_bits)
    for line in lower or [(None, 0, 0)]:
        bits.put(line[1], prefix_bits)
    for line in upper or [(None, 0, 0)]:
        bits.put(line[1], prefix_bits)
    for line in oob:
        bits.put(line[1], prefix_bits)
    return bits.bytes()


# -- MMR (T.6): the codes that these pictures need --

WHITE = ("00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101 101010 101011 0100111 0001100 0001000 0010111 "
         "0000011 0000100 0101000 0101011 0010011 0100100 0011000 00000010 00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111 "
         "00101000 00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010 01010011 01010100 01010101 00100100 00100101 "
         "01011000 01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100 11011 10010").split()
BLACK = ("0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 000011000 0000010111 0000011000 0000001000 "
         "00001100111 00001101000 00001101100 00000110111 00000101000 00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 "
         "000001101000 000001101001 000001101010 000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111 000001101100 "
         "000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111 000001100100 000001100101 000001010010 000001010011 "
         "000000100100 000000110111 000000111000 000000100111 000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 "
         "000001100111 0000001111 000011001000").split()


def run_code(colour, length):
    codes, text = (BLACK if colour else WHITE), ""
    while length >= 192:
        text, length = text + codes[65], length - 128
    if length >= 64:
        text, length = text + codes[63 + length // 64], length % 64
    return text + codes[length]


def change(row, start, colour):
    """The first changing element from start on, of a colour other than `colour`."""
    for x in range(start, len(row)):
        if row[x] != (row[x - 1] if x else 0) and row[x] != colour:
            return x
    return len(row)


def mmr(bitmap, eofb=True):
    text, above = "", [0] * len(bitmap[0]) if bitmap else []
    for row in bitmap:
        width, a0, colour = len(row), -1, 0
        while a0 < width:
            start = a0 + 1 if a0 >= 0 else 0
            b1 = change(above, start, colour)
            b2 = next((x for x in range(b1 + 1, width) if above[x] != above[x - 1]), width)
            a1 = next((x for x in range(max(a0, 0), width) if row[x] != colour), width)
            if b2 < a1:
                text, a0 = text + "0001", b2
            elif abs(a1 - b1) <= 3:
                text += {0: "1", 1: "011", 2: "000011", 3: "0000011", -1: "010", -2: "000010", -3: "0000010"}[a1 - b1]
                a0, colour = a1, colour ^ 1
            else:
                a2 = next((x for x in range(a1, width) if row[x] == colour), width)
                text += "001" + run_code(colour, a1 - max(a0, 0)) + run_code(colour ^ 1, a2 - a1)
                a0 = a2
        above = row
    bits = Bits()
    bits.text = text + ("000000000001" * 2 if eofb else "")
    return bits.bytes()


# -- regions --

# Figures 3 to 6 in reading order; "A" and a number are adaptive pixels.
TEMPLATES = [
    ["A3", (-1, -2), (0, -2), (1, -2), "A2", "A1", (-2, -1), (-1, -1), (0, -1), (1, -1), (2, -1), "A0", (-4, 0), (-3, 0), (-2, 0), (-1, 0)],
    [(-1, -2), (0, -2), (1, -2), (2, -2), (-2, -1), (-1, -1), (0, -1), (1, -1), (2, -1), "A0", (-3, 0), (-2, 0), (-1, 0)],
    [(-1, -2), (0, -2), (1, -2), (-2, -1), (-1, -1), (0, -1), (1, -1), "A0", (-2, 0), (-1, 0)],
    [(-3, -1), (-2, -1), (-1, -1), (0, -1), (1, -1), "A0", (-4, 0), (-3, 0), (-2, 0), (-1, 0)],
]
NOMINAL = [[(3, -1), (-3, -1), (2, -2), (-2, -2)], [(3, -1)], [(2, -1)], [(2, -1)]]
TYPICAL = [0b1001101100100101, 0b0011110010101, 0b0011100101, 0b0110010101]


def generic(coder, bitmap, template=0, adaptive=None, typical=False, skip=None):
    adaptive = adaptive or NOMINAL[template]
    pixels = [adaptive[int(p[1])] if isinstance(p, str) else p for p in TEMPLATES[template]]
    same = False
    for y, row in enumerate(bitmap):
        if typical:
            now = row == (bitmap[y - 1] if y else [0] * len(row))
            coder.bit("GB", TYPICAL[template], int(now != same))
            same = now
            if same:
                continue
        for x, p in enumerate(row):
            if skip is None or not skip[y][x]:
                coder.bit("GB", int("".join(str(at(bitmap, x + dx, y + dy)) for dx, dy in pixels), 2), p)


def refinement(coder, bitmap, reference, dx=0, dy=0, template=0, adaptive=((-1, -1), (-1, -1)), typical=False):
    own = [adaptive[0], (0, -1), (1, -1), (-1, 0)] if template == 0 else [(-1, -1), (0, -1), (1, -1), (-1, 0)]
    others = ([adaptive[1], (0, -1), (1, -1), (-1, 0), (0, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] if template == 0 else
              [(0, -1), (-1, 0), (0, 0), (1, 0), (0, 1), (1, 1)])
    on = False

    def predicted(x, y):
        around = {at(reference, x - dx + u, y - dy + v) for u in (-1, 0, 1) for v in (-1, 0, 1)}
        return around.pop() if len(around) == 1 else None
    for y, row in enumerate(bitmap):
        if typical:
            now = all(predicted(x, y) in (None, p) for x, p in enumerate(row))
            coder.bit("GR", 0x10 if template == 0 else 0x8, int(now != on))
            on = now
        for x, p in enumerate(row):
            if not on or predicted(x, y) is None:
                context = [at(bitmap, x + u, y + v) for u, v in own] + [at(reference, x - dx + u, y - dy + v) for u, v in others]
                coder.bit("GR", int("".join(map(str, context)), 2), p)


def refine_symbol(coder, tables, contexts, *args, **options):
    """In a Huffman stream a refinement has its own arithmetic coder, and its size before it."""
    if not coder.huffman:
        return refinement(coder, *args, **options)
    inner = Arithmetic(contexts)
    refinement(inner, *args, **options)
    data = inner.bytes()
    put_number(coder, "RSIZE", tables, len(data))
    coder.raw(data)


def put_number(coder, label, tables, value):
    if coder.huffman:
        coder.value(tables[label], value)
    else:
        coder.number(label, value)


def text(coder, width, height, symbols, instances, *, tables=None, ids=None, id_bits=0, refine=False, strips=0, corner=1, transposed=False,
         operator=0, default=0,
         offset=0, rtemplate=0, adaptive=((-1, -1), (-1, -1)), contexts=None):
    """instances: strips of (t within the strip, s, symbol, refined bitmap or None with its dx, dy). Gives the region."""
    region = blank(width, height, default)
    at_strip, first = -1 if coder.huffman else 0, 0                   # the standard tables of strips begin with 1
    put_number(coder, "DT", tables, -at_strip)
    for number, row in instances:
        put_number(coder, "DT", tables, number - at_strip)
        at_strip = number
        for i, (t, s, symbol, refined) in enumerate(row):
            if i == 0:
                put_number(coder, "FS", tables, s - first)
                first = current = s
            else:
                put_number(coder, "DS", tables, s - current - offset)
                current = s
            if strips and coder.huffman:
                coder.put(t, strips)
            elif strips:
                coder.number("IT", t)
            if coder.huffman:
                coder.value(ids, symbol)
            else:
                coder.identity(symbol, id_bits)
            bitmap = symbols[symbol]
            if refine and coder.huffman:
                coder.put(int(refined is not None), 1)
            elif refine:
                coder.number("RI", int(refined is not None))
            if refined is not None:
                new, dx, dy = refined
                dw, dh = len(new[0]) - len(bitmap[0]), len(new) - len(bitmap)
                for label, value in (("RDW", dw), ("RDH", dh), ("RDX", dx), ("RDY", dy)):
                    put_number(coder, label, tables, value)
                refine_symbol(coder, tables, contexts, new, bitmap, (dw >> 1) + dx, (dh >> 1) + dy, rtemplate, adaptive)
                bitmap = new
            w, h = len(bitmap[0]), len(bitmap)
            along = (h if transposed else w) - 1
            before = corner in ((0, 2) if transposed else (2, 3))
            current += along if before else 0
            place = (number << strips) + t
            x, y = (place, current) if transposed else (current, place)
            compose(region, bitmap, x - (w - 1 if corner in (2, 3) else 0), y - (h - 1 if corner in (0, 2) else 0), operator)
            current += 0 if before else along
        put_number(coder, "DS", tables, None)
    return region


def dictionary(coder, inputs, symbols, exports, *, template=0, adaptive=None, tables=None, raw=False, aggregates=None, rtemplate=0,
               radaptive=((-1, -1), (-1, -1)), contexts=None):
    """symbols: height classes of bitmaps. aggregates: for each new symbol (in order) a list of instances, or one (reference, dx, dy)."""
    known, height, done = list(inputs), 0, 0
    total = len(inputs) + sum(map(len, symbols))
    id_bits = max((total - 1).bit_length(), 1 if coder.huffman else 0)
    ids = [(i, id_bits, 0) for i in range(total)]
    for row in symbols:
        put_number(coder, "DH", tables, len(row[0]) - height)
        height, width = len(row[0]), 0
        for bitmap in row:
            put_number(coder, "DW", tables, len(bitmap[0]) - width)
            width = len(bitmap[0])
            if aggregates is not None:
                how = aggregates[done]
                if isinstance(how, tuple):
                    put_number(coder, "AI", tables, 1)
                    reference, dx, dy = how
                    if coder.huffman:
                        coder.put(reference, id_bits)
                    else:
                        coder.identity(reference, id_bits)
                    put_number(coder, "RDX", tables, dx)
                    put_number(coder, "RDY", tables, dy)
                    refine_symbol(coder, tables, contexts, bitmap, known[reference], dx, dy, rtemplate, radaptive)
                else:
                    put_number(coder, "AI", tables, sum(len(r) for _, r in how))
                    made = text(coder, len(bitmap[0]), height, known, how, tables=tables, ids=ids, id_bits=id_bits, refine=True, rtemplate=rtemplate,
                                adaptive=radaptive, contexts=contexts)
                    bitmap[:] = made
            elif not coder.huffman:
                generic(coder, bitmap, template, adaptive)
            known.append(bitmap)
            done += 1
        put_number(coder, "DW", tables, None)
        if coder.huffman and aggregates is None:
            together = [sum((b[y] for b in row), []) for y in range(height)]
            data = b"" if raw else mmr(together, eofb=False)
            coder.value(tables["SIZE"], len(data))
            coder.align()
            if raw:
                for line in together:
                    for p in line:
                        coder.put(p, 1)
                    coder.align()
            else:
                coder.raw(data)
    keep, i = False, 0
    while i < total:
        run = 0
        while i + run < total and ((i + run) in exports) == keep:
            run += 1
        put_number(coder, "EX", tables, run)
        i, keep = i + run, not keep
    return known, [known[i] for i in sorted(exports)]
