"""Rows of REDCap records, as a person fills them in, for tests."""

from __future__ import annotations

import csv
import io


def records(*rows: dict[str, str], origin: str = "2014-01-13") -> str:
    """Return records of one patient, as a person fills them in."""
    names = dict.fromkeys(("record_id", "redcap_repeat_instrument", "redcap_repeat_instance", "patient_origin"))
    names |= dict.fromkeys(name for row in rows for name in row)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(names), restval="")
    writer.writeheader()
    writer.writerow({"record_id": "a", "patient_origin": origin})
    writer.writerows({"record_id": "a", **row} for row in rows)
    return text.getvalue()


def reading(**cells: str) -> dict[str, str]:
    named = {f"reading_{name}": text for name, text in cells.items()}
    return {"redcap_repeat_instrument": "reading", "reading_place": "alone", "reading_observable": "wbc"} | named


def treatment(**cells: str) -> dict[str, str]:
    named = {f"dose_{name}": text for name, text in cells.items()}
    return {"redcap_repeat_instrument": "treatment", "dose_drug": "blinatumomab", "dose_day": "1"} | named
