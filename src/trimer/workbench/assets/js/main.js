// @ts-check
/** The shell: reads the link, shows a view, and gives it what all views share. */

import * as api from './api.js';
import { fill, find, h } from './dom.js';
import { LinkError, START, here, link, read, same } from './state.js';
import { isDark, onTheme, toggle } from './theme.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').View} View */
/** @typedef {import('./api.js').Library} Library */
/** @typedef {{label: string, run: () => unknown}} Download */
/** @typedef {(change: {state: Readonly<State>, before: Readonly<State>}) => void} Listener */

/**
 * What a view gets. A view is a module with `show(root: HTMLElement, app: App): Promise<() => void>`, which fills the
 * empty root and returns what cleans up. Once it was left, what it says, sets, fails or offers goes nowhere.
 *
 * @typedef {object} App
 * @property {Readonly<State>} state  what the page shows; a new object after every change
 * @property {(patch: Partial<State>, options?: {push?: boolean}) => void} set  change the state and the link; with
 *   `push` a new entry of the history. Another `view` or a `push` shows in Back. Listeners of 'state' are called.
 * @property {AbortSignal} signal  aborted when the view is left
 * @property {(text: string) => void} say  say something in the status line; '' clears it
 * @property {(error: unknown) => void} fail  show an error at the top of the view; null clears it
 * @property {Library} library
 * @property {(event: 'state' | 'theme', listener: Listener) => () => void} on  listen to changes within the same view
 *   (also by Back or an edited link); returns what ends that; all ends when the view changes
 * @property {(list: Download[]) => void} downloads  what the download menu offers in this view
 */

/** @type {Record<View, string>} */
const TITLES = { case: 'Case', schedule: 'Schedule', trial: 'Trial', evidence: 'Evidence' };

/** @type {Record<View, () => Promise<{show: (root: HTMLElement, app: App) => Promise<() => void>}>>} */
const MODULES = {
  case: () => import('./case.js'),
  schedule: () => import('./schedule.js'),
  trial: () => import('./trial.js'),
  evidence: () => import('./evidence.js'),
};

class Shell {
  constructor() {
    /** @type {Readonly<State>} */
    this.state = START;
    /** @type {Library | null} */
    this.library = null;
    /** @type {{event: string, listener: Listener}[]} */
    this.listeners = [];
    /** @type {() => void} */
    this.clean = () => {};
    this.left = new AbortController();
    this.shown = 0;
    this.late = 0;
  }

  async start() {
    history.replaceState(null, '', location.pathname + location.hash); // the token is a cookie by now
    find('#theme').addEventListener('click', toggle);
    onTheme(() => this.#themed());
    this.#themed();
    find('#permalink').addEventListener('click', () => this.#copy());
    find('.skip').addEventListener('click', (event) => {
      event.preventDefault();
      find('#view').focus();
    });
    menu(/** @type {HTMLDetailsElement} */ (find('#downloads')));
    try {
      this.library = /** @type {Library} */ (await api.get('/api/library'));
    } catch (error) {
      this.fail(error);
      return;
    }
    fill(find('#notice'), this.library.notice);
    this.#picker();
    this.#read();
    if (!location.hash) this.#write(false);
    addEventListener('popstate', () => this.#read());
    addEventListener('pagehide', () => this.late && this.#write(false));
    addEventListener('hashchange', () => this.#read());
    await this.#show();
  }

  /** @param {Partial<State>} patch @param {{push?: boolean}} [options] */
  set(patch, options = {}) {
    const before = this.state;
    const state = Object.freeze({ ...before, ...patch });
    if (same(before, state)) return;
    const elsewhere = state.view !== before.view || state.case !== before.case;
    const push = options.push || elsewhere;
    if (push && this.late) this.#write(false); // so that Back leads to what was seen
    this.state = state;
    if (elsewhere) this.say('');
    if (push) this.#write(true);
    else this.#writeLater();
    this.#links();
    this.#changed(before);
  }

  /** Put the state into the address once what was changed is drawn: a browser has much to do at each new address. */
  #writeLater() {
    clearTimeout(this.late);
    this.late = window.setTimeout(() => this.#write(false), 300);
  }

  /** Put the state into the address; a browser that has had too many changes of late gets it a little later.
   * @param {boolean} push  whether as a new entry of the history
   */
  #write(push) {
    clearTimeout(this.late);
    this.late = 0;
    try {
      history[push ? 'pushState' : 'replaceState'](null, '', link(this.state, this.#version()));
    } catch {
      this.late = window.setTimeout(() => this.#write(push), 2000);
    }
  }

  /** @param {string} text */
  say(text) {
    fill(find('#status'), text);
  }

  /** @param {unknown} error */
  fail(error) {
    const place = find('#alert');
    if (!error || api.aborted(error)) return void fill(place);
    const text = error instanceof Error ? error.message : String(error);
    const hint = error instanceof api.ApiError && error.hint && !text.includes(error.hint) ? ` ${error.hint}` : '';
    if (place.textContent === text + hint) return; // else it would be read out again
    fill(place, h('p', { class: 'alert-text' }, text, hint));
    if (!(error instanceof api.ApiError) && !(error instanceof LinkError)) console.error(error);
  }

  /** @param {string} event @param {Listener} listener */
  on(event, listener) {
    const entry = { event, listener };
    this.listeners.push(entry);
    return () => {
      this.listeners = this.listeners.filter((one) => one !== entry);
    };
  }

  /** @param {Download[]} list */
  downloads(list) {
    const place = find('#downloads');
    place.hidden = !list.length;
    const close = () => place.removeAttribute('open');
    const run = (/** @type {Download} */ item) => () => {
      close();
      Promise.resolve()
        .then(item.run)
        .catch((error) => this.fail(error));
    };
    fill(find('ul', place), ...list.map((one) => h('li', null, h('button', { type: 'button', onclick: run(one) }, one.label))));
  }

  /** Take the state from the address; what cannot be read changes nothing. */
  #read() {
    if (location.hash === '#view') return;
    clearTimeout(this.late);
    const before = this.state;
    try {
      const { state, version } = read(location.hash, this.state);
      this.state = Object.freeze(state);
      this.fail(null);
      this.say(version && version !== this.#version() ? another(version, this.#version()) : '');
    } catch (error) {
      this.fail(error);
    }
    this.#links();
    if (!same(before, this.state)) this.#changed(before);
  }

  /** @param {Readonly<State>} before */
  #changed(before) {
    if (!this.shown) return;
    this.#picked();
    if (before.view !== this.state.view) void this.#show();
    else this.#tell('state', before);
  }

  async #show() {
    const { view } = this.state;
    const turn = ++this.shown;
    const root = h('div', { class: `view view-${view}` });
    this.left.abort();
    this.left = new AbortController();
    this.clean();
    this.clean = () => {};
    this.listeners = [];
    this.downloads([]);
    if (turn > 1) this.fail(null);
    find('.picker').hidden = view !== 'case';
    document.title = `${TITLES[view]} · Trimer workbench`;
    fill(find('#view'), root);
    root.setAttribute('aria-busy', 'true');
    try {
      const module = await MODULES[view]();
      if (turn !== this.shown) return;
      const clean = await module.show(root, this.#app(this.left.signal));
      if (turn === this.shown) this.clean = clean;
      else clean();
    } catch (error) {
      if (turn !== this.shown) return;
      const said = error instanceof api.ApiError ? error : new Error(`The view “${TITLES[view]}” could not be loaded: ${reason(error)}`);
      if (!(error instanceof api.ApiError)) console.error(error);
      this.fail(said);
    } finally {
      root.removeAttribute('aria-busy');
    }
  }

  /** What a view gets, which does nothing any more once the view was left.
   * @param {AbortSignal} signal
   * @returns {App}
   */
  #app(signal) {
    const shell = this;
    return {
      signal,
      library: /** @type {Library} */ (this.library),
      get state() {
        return shell.state;
      },
      set: (patch, options) => signal.aborted || this.set(patch, options),
      say: (text) => signal.aborted || this.say(text),
      fail: (error) => signal.aborted || this.fail(error),
      on: (event, listener) => (signal.aborted ? () => {} : this.on(event, listener)),
      downloads: (list) => signal.aborted || this.downloads(list),
    };
  }

  #links() {
    for (const anchor of document.querySelectorAll('.tabs a')) {
      const view = /** @type {View} */ (/** @type {HTMLElement} */ (anchor).dataset.view);
      anchor.setAttribute('href', link({ ...this.state, view }, this.#version()));
      if (view === this.state.view) anchor.setAttribute('aria-current', 'page');
      else anchor.removeAttribute('aria-current');
    }
  }

  #picker() {
    const picker = /** @type {HTMLSelectElement} */ (find('#case-picker'));
    picker.addEventListener('change', () => this.set({ case: picker.value }));
    picker.disabled = false;
    this.#picked();
  }

  /** Let the picker show the case of the state, which may be an uploaded one. */
  #picked() {
    const cases = [...(this.library?.cases ?? [])];
    const id = this.state.case;
    if (!cases.some((one) => one.name === id)) cases.push({ name: id, title: `uploaded: ${id.slice(0, 14)}…` });
    const options = cases.map(({ name, title }) => h('option', { value: name, selected: name === id }, title));
    fill(find('#case-picker'), ...options);
  }

  #themed() {
    find('#theme').setAttribute('aria-pressed', String(isDark()));
    this.#tell('theme', this.state);
  }

  /** @param {string} event @param {Readonly<State>} before */
  #tell(event, before) {
    for (const one of this.listeners) if (one.event === event) one.listener({ state: this.state, before });
  }

  async #copy() {
    const address = new URL(link(this.state, this.#version()), here()).href;
    try {
      await navigator.clipboard.writeText(address);
      this.say('The link is copied: opened on this server, it shows the same.');
    } catch {
      const field = h('input', { class: 'link', value: address, readonly: true, 'aria-label': 'Link to what the page shows' });
      fill(find('#status'), 'Copy this link: ', field);
      field.select();
    }
  }

  #version() {
    return this.library?.version ?? '';
  }
}

/** @param {string} made @param {string} here */
function another(made, here) {
  return `This link was made with Trimer ${made}; this is ${here}, so that numbers may differ.`;
}

/** @param {unknown} error */
function reason(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Close a menu by Escape and by a click elsewhere.
 * @param {HTMLDetailsElement} place
 */
function menu(place) {
  place.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    place.open = false;
    find('summary', place).focus();
  });
  document.addEventListener('click', (event) => {
    if (!place.contains(/** @type {Node} */ (event.target))) place.open = false;
  });
}

await new Shell().start();
