"""Files spoilt by accident or on purpose, of any format; the same bytes for the same payload and seed."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from typing import Any

NUMBERS = (
    "1e999", "-1e999", "9" * 400, "NaN", "nan", "Infinity", "-inf", "1e-999", "0x10", "1_000", "1,5", "١٢", "-0", "",
    "٣.٥", "99999999999999999999", "2014-02-30", "0000-00-00", "9999-99-99", "12:61",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, 1e308, float("nan"), float("inf"), "", " ", "x" * 5000, [], {}, [[]], [None],
    {"": {}}, {"schema": "trimer/case/1"}, ["a", 1], "2014-02-30", "e9999", "\x00", "\ud800", "=1+1", "__class__",
    "../../x",
)  # fmt: skip
PIECES = (
    b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xfe\xff", b"\r", b"\n", b"\x1a", b'"', b"'", b",",
    b"<", b"&", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"{", b"]", b": ", b"- ", b"*a", b"&a ",
    b"!!python/object:os.system ", b"\t", b"${x}", b"e01", b"\xe2\x80\xa8", b"\x7f", b"---\n", b"%YAML 9\n", b"=1+1",
)  # fmt: skip


def malformed(payload: bytes, seed: int) -> bytes:
    """Return a payload spoilt in one to three ways."""
    rng = random.Random(seed)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        spoilt = rng.choice(WAYS)(payload, rng)
        payload = spoilt if spoilt != payload else rng.choice(SURE)(payload, rng)
    return payload


def flip_bits(payload: bytes, rng: random.Random) -> bytes:
    made = bytearray(payload or b"\x00")
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return bytes(made)


def span(payload: bytes, rng: random.Random) -> tuple[int, int]:
    at = rng.randrange(len(payload) + 1)
    return at, min(len(payload), at + rng.choice((1, 2, 8, 40, 300)))


def truncate(payload: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(payload) + 1)
    return payload[:at] if rng.random() < 0.8 else payload[at:]


def remove(payload: bytes, rng: random.Random) -> bytes:
    first, last = span(payload, rng)
    return payload[:first] + payload[last:]


def repeat(payload: bytes, rng: random.Random) -> bytes:
    first, last = span(payload, rng)
    return payload[:last] + payload[first:last] * rng.choice((1, 1, 2, 50)) + payload[last:]


def swap(payload: bytes, rng: random.Random) -> bytes:
    (a, b), (c, d) = sorted((span(payload, rng), span(payload, rng)))
    return payload if b > c else payload[:a] + payload[c:d] + payload[b:c] + payload[a:b] + payload[d:]


def insert(payload: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(payload) + 1)
    piece = rng.choice((*PIECES, rng.randbytes(rng.choice((1, 4, 30)))))
    return payload[:at] + piece + payload[at:]


def edit_lines(payload: bytes, rng: random.Random) -> bytes:
    lines = payload.splitlines(keepends=True) or [b""]
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    how = rng.randrange(5)
    if how == 0:
        del lines[a]
    elif how == 1:
        lines.insert(b, lines[a])
    elif how == 2:
        lines[a], lines[b] = lines[b], lines[a]
    elif how == 3:
        lines[a] = b" " * rng.randint(1, 6) + lines[a]
    else:
        lines[a] = lines[a].lstrip()
    return b"".join(lines)


def spoil_value(payload: bytes, rng: random.Random) -> bytes:
    """Put something else for a number, or for what stands behind a colon, a comma, an equals sign or an angle."""
    starts = [i + 1 for i, byte in enumerate(payload) if byte in b":,=>\t"]
    if not starts:
        return insert(payload, rng)
    first = rng.choice(starts)
    last = first
    while last < len(payload) and payload[last] not in b",\n<\t}]":
        last += 1
    put = rng.choice((*NUMBERS, *(str(v) for v in VALUES)))
    return payload[:first] + put.encode("utf-8", "surrogatepass") + payload[last:]


def nest(payload: bytes, rng: random.Random) -> bytes:
    depth = rng.choice((5, 30, 2000, 100_000))
    opened, closed = rng.choice(
        ((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"(", b")"), (b'"', b'"'), (b"- ", b""))
    )
    first, last = span(payload, rng)
    middle = rng.choice((payload[first:last], b"1", b""))
    whole = opened * depth + middle + closed * (depth if rng.random() < 0.7 else 0)
    return whole if rng.random() < 0.3 else payload[:first] + whole + payload[last:]


def recode(payload: bytes, rng: random.Random) -> bytes:
    text = payload.decode("utf-8", "replace")
    how = rng.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "cp037", "utf-8-sig", "utf-7"))
    return text.encode(how, "replace")


def replace_all(payload: bytes, rng: random.Random) -> bytes:
    options = (
        b"",
        b"\n",
        b" ",
        b"\x00",
        b"null",
        b"[]",
        b"{}",
        b'""',
        b"0",
        b"\xef\xbb\xbf",
        b"PK\x03\x04",
        b"<a/>",
        b"a,b\n",
    )
    return rng.choice((*options, rng.randbytes(rng.choice((1, 20, 400))), payload * 2, payload[::-1]))


def edit_json(payload: bytes, rng: random.Random) -> bytes:
    """Change the tree of a JSON document: other types, fields lost, renamed, doubled, or moved; else spoil a value."""
    if payload[:1] not in (b"{", b"["):
        return spoil_value(payload, rng)
    try:
        tree = json.loads(payload)
    except (ValueError, RecursionError):
        return spoil_value(payload, rng)
    parents: list[Any] = []
    open_ = [tree]
    while open_:
        if isinstance(top := open_.pop(), dict | list) and top:
            parents.append(top)
            open_ += top.values() if isinstance(top, dict) else top
    if not parents:
        return spoil_value(payload, rng)
    for _ in range(rng.choice((1, 1, 2, 5))):
        parent, other = rng.choice(parents), rng.choice(parents)
        if not parent or not other:
            continue
        key = rng.choice(list(parent)) if isinstance(parent, dict) else rng.randrange(len(parent))
        taken = rng.choice(list(other.values()) if isinstance(other, dict) else other)
        _change(parent, key, json.loads(json.dumps(taken)), rng)
    return json.dumps(tree, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _change(parent: Any, key: Any, taken: Any, rng: random.Random) -> None:
    how = rng.randrange(6)
    if how == 0:
        del parent[key]
    elif how == 1:
        parent[key] = taken
    elif how == 2:
        parent[key] = [parent[key]] * rng.choice((1, 2))
    elif how == 3 and isinstance(parent, dict):
        parent[rng.choice((f"{key}_", key.upper(), "", "__proto__"))] = parent.pop(key)
    elif how == 4:
        parent[key] = rng.choice(NUMBERS)
    else:
        parent[key] = rng.choice(VALUES)


def edit_csv(payload: bytes, rng: random.Random) -> bytes:
    """Change cells, rows or columns of a table; what is none has a value spoilt."""
    head = payload[:2000].split(b"\n", 1)[0]
    mark = "," if head.count(b",") >= head.count(b"\t") else "\t"
    if head[:1] in (b"{", b"<", b"[") or mark.encode() not in head:
        return spoil_value(payload, rng)
    try:
        rows = list(csv.reader(io.StringIO(payload.decode("utf-8"), newline=""), delimiter=mark))
    except (UnicodeDecodeError, csv.Error):
        return spoil_value(payload, rng)
    if not (rows := [row for row in rows if row]):
        return spoil_value(payload, rng)
    for _ in range(rng.choice((1, 1, 3, 10))):
        _change_table(rows, rng)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _change_table(rows: list[list[str]], rng: random.Random) -> None:
    row, other = rng.choice(rows), rng.choice(rows)
    a = rng.randrange(len(row)) if row else 0
    how = rng.randrange(9)
    filled = [i for i, cell in enumerate(row) if cell]
    if how <= 2 and filled:
        row[rng.choice(filled)] = rng.choice((*NUMBERS, *(str(v) for v in VALUES)))
    elif how == 3 and filled and other:
        row[rng.choice(filled)] = rng.choice(other)
    elif how == 4:
        row.insert(a, "x")
    elif how == 5 and row:
        del row[a]
    elif how == 6:
        rows.append(list(row))
    elif how == 7 and len(rows) > 1:
        rows.remove(row)
    else:
        for each in rows:
            if len(each) > a:
                del each[a]
        rows[:] = [each for each in rows if each] or [["x"]]


Way = Callable[[bytes, random.Random], bytes]
SURE: tuple[Way, ...] = (flip_bits, insert)
WAYS: tuple[Way, ...] = (
    flip_bits, truncate, remove, repeat, swap, insert, edit_lines, spoil_value, spoil_value, nest, recode, replace_all,
    edit_json, edit_json, edit_json, edit_csv, edit_csv, edit_csv,
)  # fmt: skip
