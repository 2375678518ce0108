"""A short invented record with one drug, every form of datum among its findings; quick for other simulators to load."""

from __future__ import annotations

TEXT = """
schema: trimer/case/1
id: short
title: A short invented course
source: {citation: none, title: Invented for the tests, authors: Nobody, journal: None, year: 2026}
patient:
  sex: not stated
  age: 40 year
  size:
    weight: {value: 70 kg, kind: assumed, note: not stated}
    height: {value: 1.70 m, kind: assumed, note: not stated}
origin: e01
events:
  - id: e01
    number: 1
    kind: marrow
    label: marrow at relapse
    date: {on: 2015-02-02}
    context: response assessment
    observations:
      - {observable: marrow_blast_percent, value: 68, unit: "%", denominator: nucleated cells}
      - {observable: platelets, value: 31, unit: 1e9/L}
      - {observable: haemoglobin, value: 9.1, unit: g/dL}
  - id: e02
    number: 2
    kind: drug
    label: blinatumomab begins
    date: {on: 2015-02-04}
    given:
      - {drug: blinatumomab, rate: 9 ug/day, route: civ}
  - id: e03
    number: 3
    kind: symptom
    label: first days
    date: {on: 2015-02-06}
    observations:
      - {observable: temperature, value: 38.9, unit: Cel}
      - {observable: hypotension, value: 1, unit: grade}
      - {observable: wbc, interval: [1, 4], unit: 1e9/L}
      - {observable: blood_blast_percent, interval: [0, 100], unit: "%", denominator: white cells}
  - id: e04
    number: 4
    kind: marrow
    label: marrow after the first cycle
    date: {on: 2015-03-05}
    context: response assessment
    observations:
      - {observable: marrow_blast_percent, value: 5, unit: "%", comparator: "<", denominator: nucleated cells}
      - {observable: anc, value: 1, unit: 1e9/L, comparator: ">"}
      - {observable: platelets, value: 247, unit: 1e9/L}
      - {observable: mrd_marrow, value: 1e-4, unit: fraction, comparator: "<", denominator: nucleated cells}
    conclusion: complete remission
realisation:
  orders:
    - {event: e02, drug: blinatumomab, rate: 9 ug/day, route: civ, lasts: 7 day, kind: stated}
    - {event: e02, offset: 7 day, drug: blinatumomab, rate: 28 ug/day, route: civ, lasts: 21 day, kind: stated}
"""
