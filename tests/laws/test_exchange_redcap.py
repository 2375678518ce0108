"""Whole cases go to REDCap records and come back identical; a spoilt file gives cases, problems, or one error."""

from __future__ import annotations

import csv
import io
import os
import random
from collections import Counter
from pathlib import Path

from generated_cases import document, malformed

from trimer.errors import InputError
from trimer.record.read_yaml import load_case, read_case
from trimer.record.redcap_case_forms import case_dictionary
from trimer.record.redcap_case_read import CaseRecords, read_cases
from trimer.record.redcap_case_write import cases_csv, held
from trimer.record.write_yaml import dump_case

CASES = int(os.environ.get("TRIMER_GENERATED", "20"))  # `make nightly` asks for ten thousand


def read(path: Path, text: str) -> CaseRecords:
    path.write_text(text, encoding="utf-8", newline="")
    return read_cases(path)


def test_every_case_comes_back_identical(tmp_path: Path) -> None:
    for seed in range(CASES):
        made = document(seed)
        found = read(tmp_path / "records.csv", cases_csv([made]))
        assert found.problems == (), seed
        assert [case.document for case in found.cases] == [held(made)], seed


def test_many_cases_share_a_file_whatever_the_order_of_its_rows(tmp_path: Path) -> None:
    made = [document(seed) for seed in range(20)]
    header, *rows = csv.reader(io.StringIO(cases_csv(made), newline=""))
    order = {m.id: i for i, m in enumerate(made)}
    random.Random(1).shuffle(rows)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    found = read(tmp_path / "records.csv", text.getvalue())
    assert found.problems == ()
    assert sorted((case.document for case in found.cases), key=lambda d: order[d.id]) == made


def test_codes_are_of_the_dictionary_and_numbers_pass_its_validation() -> None:
    fields = {f.name: f for f in case_dictionary()}
    for seed in range(60):
        for row in csv.DictReader(io.StringIO(cases_csv([document(seed)]), newline="")):
            for name, field in fields.items():
                cell = row[name]
                assert not cell or not field.choices or cell in dict(field.choices), (name, cell)
                if cell and field.validation == "number":
                    float(cell)
                if cell and field.validation == "integer":
                    assert cell.isascii()
                    assert cell.isdigit()


def outcome(path: Path) -> str:
    """Return what comes of reading a file; whatever is kept is a case that can be written and read again."""
    try:
        found = read_cases(path)
    except InputError as fault:
        return "refused" if fault.where.startswith(path.name) else repr(fault)
    for case in found.cases:
        again = read_case(dump_case(case)).document
        if again != case.document:
            return f"not the same: {path.read_bytes()[:100]!r}"
    assert all(p.found and p.expected and p.follows for p in found.problems)
    return "told" if found.problems else "read"


def test_a_spoilt_file_gives_cases_or_problems_or_one_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "spoilt.csv"
    payloads = [cases_csv([document(seed)]).encode() for seed in range(min(CASES, 200))]
    payloads.append(cases_csv([load_case("linder2016").document]).encode())
    outcomes: Counter[str] = Counter()
    for seed in range(10 * CASES):
        path.write_bytes(malformed(payloads[seed % len(payloads)], seed))
        outcomes[outcome(path)] += 1
    assert set(outcomes) == {"refused", "told", "read"}, outcomes
    assert outcomes["refused"] > CASES
    assert outcomes["told"] > CASES
