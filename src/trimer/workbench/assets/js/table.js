// @ts-check
/** A table that is sorted by the buttons in its head and shown a page at a time, so that thousands of rows are quick. */

import { fill, h } from './dom.js';

/**
 * @template T
 * @typedef {object} Column
 * @property {string} label
 * @property {(row: T) => import('./dom.js').Child | import('./dom.js').Child[]} cell
 * @property {(row: T) => number | string | null} [by]  what it is sorted by; left out: not sorted
 * @property {boolean} [head]  whether it names the row
 * @property {string} [class]
 */

/** @template T */
export class PagedTable {
  /**
   * @param {string} label
   * @param {Column<T>[]} columns
   * @param {number} [size]  rows of a page
   */
  constructor(label, columns, size = 50) {
    this.columns = columns;
    this.size = size;
    /** @type {T[]} */
    this.rows = [];
    this.page = 0;
    this.column = -1;
    this.rising = true;
    this.body = h('tbody', null);
    this.heads = columns.map((column, i) => h('th', { scope: 'col', class: column.class },
      column.by ? h('button', { type: 'button', onclick: () => this.#sort(i) }, column.label) : column.label));
    this.said = h('p', { class: 'page-said', role: 'status' });
    this.back = h('button', { type: 'button', onclick: () => this.#turn(-1) }, 'Previous');
    this.next = h('button', { type: 'button', onclick: () => this.#turn(1) }, 'Next');
    this.scroll = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label },
      h('table', null, h('thead', null, h('tr', null, this.heads)), this.body));
    this.element = h('div', { class: 'paged' }, this.scroll, h('div', { class: 'pages' }, this.back, this.said, this.next));
  }

  /** Show other rows, from the first page on.
   * @param {T[]} rows
   */
  show(rows) {
    this.rows = rows;
    this.page = 0;
    this.#draw();
  }

  /** @param {number} i */
  #sort(i) {
    this.rising = this.column === i ? !this.rising : true;
    this.column = i;
    this.page = 0;
    this.#draw();
  }

  /** @param {number} by */
  #turn(by) {
    const page = this.page + by;
    if (page < 0 || page * this.size >= this.rows.length) return;
    this.page = page;
    this.#draw();
    this.scroll.scrollTop = 0;
  }

  #draw() {
    const by = this.columns[this.column]?.by;
    const rows = by ? [...this.rows].sort((a, b) => compare(by(a), by(b), this.rising)) : this.rows;
    const last = Math.max(Math.ceil(rows.length / this.size) - 1, 0);
    const from = this.page * this.size;
    const shown = rows.slice(from, from + this.size);
    this.heads.forEach((head, i) => {
      if (i === this.column) head.setAttribute('aria-sort', this.rising ? 'ascending' : 'descending');
      else head.removeAttribute('aria-sort');
    });
    fill(this.body, ...shown.map((row) => h('tr', null, this.columns.map((column) =>
      column.head ? h('th', { scope: 'row', class: column.class }, column.cell(row)) : h('td', { class: column.class }, column.cell(row))))));
    fill(this.said, rows.length ? `${from + 1} to ${from + shown.length} of ${rows.length}` : 'No row fits.');
    this.back.ariaDisabled = String(this.page === 0); // not disabled: a button keeps the focus at the last page, too
    this.next.ariaDisabled = String(this.page === last);
    this.back.hidden = this.next.hidden = last === 0;
  }
}

/** Compare so that what is missing comes last, rising or falling.
 * @param {number | string | null} a @param {number | string | null} b @param {boolean} rising
 */
function compare(a, b, rising) {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
  return rising ? order : -order;
}
