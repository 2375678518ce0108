// @ts-check
/**
 * The timeline of a case: rows of marks over one time axis. One mark is in the tab order; arrows move along a row and
 * between rows, + and - zoom, 0 shows the whole course; a drag over the axis or the rows shows what it spans.
 */

import { Axis, days, ticks } from './calendar.js';
import { fill, h, svg } from './dom.js';
import { rows } from './rows.js';

/** @typedef {import('./case_document.js').CaseDocument} CaseDocument */
/** @typedef {import('./rows.js').Mark} Mark */
/** @typedef {import('./rows.js').Row} Row */
/** @typedef {{row: Row, top: number, height: number, levels: Map<string, number>}} Placed */

const NARROW = 620; // pixels below which the names of rows stand above them
const HEAD = 30;
const GAP = 9;
const SHORTEST = 6; // days

export class Timeline {
  /**
   * @param {CaseDocument} found
   * @param {{onpreview: (mark: Mark | null) => void, onchoose: (mark: Mark) => void}} listeners
   */
  constructor(found, listeners) {
    this.found = found;
    this.listeners = listeners;
    this.rows = rows(found);
    const [first, last] = bounds(found);
    this.from = first;
    this.to = last;
    this.chosen = '';
    this.focused = this.rows[0]?.marks[0]?.key ?? '';
    this.width = 0;
    this.axis = new Axis(this.from, this.to, 0, 1);
    this.plot = svg('svg', { class: 'timeline', role: 'group', 'aria-label': `Timeline of ${found.title}`, 'aria-describedby': 'timeline-keys' });
    this.element = h('div', { class: 'timeline-plot' }, this.plot);
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('pointerdown', (event) => this.#drag(event));
    this.watcher = new ResizeObserver(([entry]) => {
      const width = Math.round(entry.contentRect.width);
      if (width && width !== this.width) {
        this.width = width;
        this.draw();
      }
    });
    this.watcher.observe(this.element);
  }

  close() {
    this.watcher.disconnect();
  }

  /** Show a newer document of the same case, at the same place.
   * @param {CaseDocument} found
   */
  update(found) {
    this.found = found;
    this.rows = rows(found);
    this.draw();
  }

  /** Show the days from one to another.
   * @param {number} from @param {number} to
   */
  show(from, to) {
    const [first, last] = bounds(this.found);
    const length = Math.min(Math.max(to - from, SHORTEST), last - first);
    this.from = Math.min(Math.max((from + to - length) / 2, first), last - length);
    this.to = this.from + length;
    this.draw();
  }

  whole() {
    this.show(...bounds(this.found));
  }

  /** Show more (above 1) or less of the course, around the chosen mark or the middle.
   * @param {number} factor
   */
  zoom(factor) {
    const mark = this.#mark(this.chosen);
    const middle = mark && this.axis.shows(mark.start) ? mark.start : (this.from + this.to) / 2;
    this.show(middle - (middle - this.from) * factor, middle + (this.to - middle) * factor);
  }

  /** Move along the course by a share of what is shown.
   * @param {number} share
   */
  pan(share) {
    const by = (this.to - this.from) * share;
    this.show(this.from + by, this.to + by);
  }

  /** Choose the first mark of an event, and move to where it is.
   * @param {string} event
   */
  choose(event) {
    const mark = this.rows.flatMap((row) => row.marks).find((one) => one.event === event || one.verdict === event);
    if (!mark) return;
    this.#reveal(mark);
    this.#settle(mark);
  }

  draw() {
    if (!this.width) return;
    const narrow = this.width < NARROW;
    const left = narrow ? 2 : 124;
    this.axis = new Axis(this.from, this.to, left, this.width - 8);
    const placed = this.#place(narrow);
    const height = placed.length ? placed[placed.length - 1].top + placed[placed.length - 1].height + 26 : 60;
    const had = this.plot.contains(document.activeElement);
    this.plot.setAttribute('viewBox', `0 0 ${this.width} ${height}`);
    this.plot.setAttribute('width', String(this.width));
    this.plot.setAttribute('height', String(height));
    const clip = svg('clipPath', { id: 'timeline-clip' }, svg('rect', { x: left, y: 0, width: this.width - left, height }));
    const body = svg('g', { 'clip-path': 'url(#timeline-clip)' });
    fill(this.plot, svg('defs', null, clip), ...this.#calendar(height), body);
    for (const one of placed) {
      this.plot.append(...this.#names(one, narrow));
      body.append(...some(one.row.back(this.axis, one.top, one.height)), ...one.row.marks.filter((mark) => this.axis.shows(mark.start, mark.end)).map((mark) => this.#node(mark, one)));
    }
    this.#tabs();
    if (had) this.#element(this.focused)?.focus({ preventScroll: true });
  }

  /** Put rows below one another, and marks that would collide on levels of their row.
   * @param {boolean} narrow
   * @returns {Placed[]}
   */
  #place(narrow) {
    let top = HEAD;
    return this.rows.map((row) => {
      if (narrow) top += 18;
      const levels = row.step ? stacked(row.marks, this.axis) : new Map();
      const deepest = Math.max(0, ...levels.values());
      const height = Math.max(row.least, (deepest + 1) * row.step);
      const placed = { row, top, height, levels };
      top += height + GAP;
      return placed;
    });
  }

  /** @param {number} height */
  #calendar(height) {
    const { axis } = this;
    return ticks(this.found.origin, axis).flatMap(({ day, label, strong }) => {
      const x = axis.x(day);
      if (x > axis.right - 48) label = '';
      return [
        svg('line', { class: strong ? 'tick strong' : 'tick', x1: x, x2: x, y1: 6, y2: height - 20 }),
        svg('text', { class: 'tick-words', x: x + 4, y: 16 }, label),
        svg('text', { class: 'tick-words', x: x + 4, y: height - 6 }, label ? `day ${days(Math.round(day))}` : ''),
      ];
    });
  }

  /** @param {Placed} placed @param {boolean} narrow */
  #names({ row, top, height }, narrow) {
    const line = svg('line', { class: 'between', x1: 0, x2: this.width, y1: top + height + GAP / 2, y2: top + height + GAP / 2 });
    if (narrow) return [line, svg('text', { class: 'row-name', x: 2, y: top - 4 }, row.note ? `${row.label} · ${clipped(row.note)}` : row.label)];
    return [
      line,
      svg('text', { class: 'row-name', x: 0, y: top + 14 }, row.label),
      row.note && height >= 40 ? svg('text', { class: 'row-note', x: 0, y: top + 29 }, clipped(row.note)) : svg('title', null, row.note),
    ];
  }

  /** @param {Mark} mark @param {Placed} placed */
  #node(mark, { row, top, height, levels }) {
    const at = top + (levels.get(mark.key) ?? 0) * row.step;
    const x = this.axis.x(mark.start);
    const wide = Math.max((mark.end - mark.start) * this.axis.perDay, mark.width(this.axis), 16);
    const chosen = mark.key === this.chosen;
    const node = svg('g', {
      class: `mark row-${row.id}`, role: 'button', 'aria-label': mark.words,
      'aria-current': String(chosen), 'data-key': mark.key, tabindex: '-1',
    });
    node.append(
      svg('rect', { class: 'target', x: x - 8, y: at - 2, width: wide + 10, height: row.step || height, rx: 4 }),
      ...some(mark.draw(this.axis, at)),
    );
    node.addEventListener('pointerenter', () => this.listeners.onpreview(mark));
    node.addEventListener('pointerleave', () => this.listeners.onpreview(null));
    node.addEventListener('focus', () => this.#settle(mark));
    node.addEventListener('click', () => node.focus({ preventScroll: true }));
    return node;
  }

  /** Make a mark the chosen one; it stays so when the focus goes elsewhere.
   * @param {Mark} mark
   */
  #settle(mark) {
    const known = this.chosen === mark.key;
    this.chosen = mark.key;
    this.focused = mark.key;
    this.#tabs();
    if (!known) this.listeners.onchoose(mark);
  }

  /** Move along the course until a mark is in view.
   * @param {Mark} mark
   */
  #reveal(mark) {
    const half = (this.to - this.from) / 2;
    if (!this.axis.shows(mark.start, mark.end)) this.show(mark.start - half, mark.start + half);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = /** @type {Record<string, () => void>} */ ({
      ArrowRight: () => this.#along(1),
      ArrowLeft: () => this.#along(-1),
      ArrowDown: () => this.#across(1),
      ArrowUp: () => this.#across(-1),
      Home: () => this.#along(-Infinity),
      End: () => this.#along(Infinity),
      '+': () => this.zoom(0.6),
      '=': () => this.zoom(0.6),
      '-': () => this.zoom(1 / 0.6),
      0: () => this.whole(),
    });
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  }

  /** @param {number} by */
  #along(by) {
    const row = this.#row(this.focused);
    if (!row) return;
    const marks = [...row.marks].sort((a, b) => a.start - b.start);
    const at = marks.findIndex((mark) => mark.key === this.focused) + by;
    this.#focus(marks[Math.min(Math.max(at, 0), marks.length - 1)]);
  }

  /** @param {number} by */
  #across(by) {
    const row = this.#row(this.focused);
    const mark = this.#mark(this.focused);
    const next = row && this.rows[this.rows.indexOf(row) + by];
    if (!mark || !next) return;
    this.#focus(next.marks.reduce((best, one) => (Math.abs(one.start - mark.start) < Math.abs(best.start - mark.start) ? one : best)));
  }

  /** @param {Mark} mark */
  #focus(mark) {
    this.#reveal(mark);
    this.#element(mark.key)?.focus();
  }

  /** Leave one mark in the tab order: the focused one, or the first. */
  #tabs() {
    const nodes = [...this.plot.querySelectorAll('.mark')];
    const first = nodes.find((node) => node.getAttribute('data-key') === this.focused) ?? nodes[0];
    for (const node of nodes) {
      node.setAttribute('tabindex', node === first ? '0' : '-1');
      node.setAttribute('aria-current', String(node.getAttribute('data-key') === this.chosen));
    }
    if (first) this.focused = first.getAttribute('data-key') ?? '';
  }

  /** Show what a drag spans.
   * @param {PointerEvent} event
   */
  #drag(event) {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const box = this.plot.getBoundingClientRect();
    const from = event.clientX - box.left;
    const brush = svg('rect', { class: 'brush', y: 0, height: box.height, x: from, width: 0 });
    /** @param {PointerEvent} moved */
    const move = (moved) => {
      const to = Math.min(Math.max(moved.clientX - box.left, this.axis.left), this.axis.right);
      if (Math.abs(to - from) < 8 && !brush.parentNode) return;
      if (!brush.parentNode) this.plot.append(brush);
      brush.setAttribute('x', String(Math.min(from, to)));
      brush.setAttribute('width', String(Math.abs(to - from)));
    };
    /** @param {PointerEvent} last */
    const end = (last) => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', end);
      window.removeEventListener('pointercancel', end);
      const dragged = brush.parentNode && last.type === 'pointerup';
      const to = last.clientX - box.left;
      brush.remove();
      if (dragged) this.show(Math.min(this.axis.day(from), this.axis.day(to)), Math.max(this.axis.day(from), this.axis.day(to)));
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end);
    window.addEventListener('pointercancel', end);
  }

  /** @param {string} key */
  #mark(key) {
    return this.rows.flatMap((row) => row.marks).find((mark) => mark.key === key);
  }

  /** @param {string} key */
  #row(key) {
    return this.rows.find((row) => row.marks.some((mark) => mark.key === key));
  }

  /** @param {string} key @returns {SVGElement | undefined} */
  #element(key) {
    return /** @type {SVGElement[]} */ ([...this.plot.querySelectorAll('.mark')]).find((node) => node.getAttribute('data-key') === key);
  }
}

/** Return the first and the last day that can be shown; a record of one day has some around it.
 * @param {CaseDocument} found
 * @returns {[number, number]}
 */
function bounds({ span: { start_day: first, end_day: last } }) {
  const room = Math.max(SHORTEST - (last - first), 0) / 2;
  return [first - room, last + room];
}

/** Return the level of each mark of a row, so that none covers another.
 * @param {Mark[]} marks @param {Axis} axis
 */
function stacked(marks, axis) {
  /** @type {number[]} */
  const ends = [];
  const levels = new Map();
  for (const mark of [...marks].sort((a, b) => a.start - b.start)) {
    const x = axis.x(mark.start);
    if (!axis.shows(mark.start, mark.end)) continue;
    const free = ends.findIndex((end) => end <= x);
    const level = free < 0 ? ends.length : free;
    ends[level] = x + mark.width(axis) + 4;
    levels.set(mark.key, level);
  }
  return levels;
}

/** @param {(SVGElement | null)[]} nodes @returns {SVGElement[]} */
function some(nodes) {
  return nodes.flatMap((node) => (node ? [node] : []));
}

/** @param {string} note */
function clipped(note) {
  return note.length > 20 ? `${note.slice(0, 19)}…` : note;
}
