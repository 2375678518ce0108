// @ts-check
/**
 * A record of one's own: chosen or dropped, sent to the page's own server, and either opened or shown again with
 * every problem beside the line it is on.
 */

import { ApiError, post } from './api.js';
import { fill, h } from './dom.js';

/** @typedef {import('./api.js').Problem} Problem */

const LARGEST = 1e6; // bytes, as of every case file
const AROUND = 2; // lines shown before and after one that is wrong
const MOST = 60; // problems shown with their lines

/**
 * Return the form for a record of one's own.
 *
 * @param {(id: string) => void} onopen
 * @param {string} [lead]  said first, for example that a link's file is asked for
 */
export function upload(onopen, lead = '') {
  const said = h('div', { class: 'upload-said', role: 'status' });
  const problems = h('div', { class: 'problems' });
  const input = h('input', { type: 'file', id: 'case-file', accept: '.yaml,.yml', 'aria-describedby': 'case-file-note', onchange: () => chosen() });
  const area = h('div', { class: 'drop' },
    h('label', { for: 'case-file' }, 'Open a record of your own'),
    input,
    h('p', { class: 'dim', id: 'case-file-note' }, 'A case file (.yaml, at most 1 MB), chosen here or dropped on this card. ', `It goes to ${server()} and nowhere else.`));

  function chosen() {
    void take(input.files?.[0]);
    input.value = ''; // so that the same file, mended, can be chosen again
  }

  /** @param {File | undefined} file */
  async function take(file) {
    if (!file) return;
    fill(problems);
    if (file.size > LARGEST) {
      return fill(said, h('p', { class: 'bad' }, `${file.name} has ${(file.size / 1e6).toFixed(1)} MB; a case file has at most 1 MB. Is it the right file?`));
    }
    fill(said, `${file.name} is being read …`);
    let text = '';
    try {
      text = await file.text();
      const found = await post('/api/cases', { name: file.name, text });
      fill(said, `${file.name} was read: ${found.title}`);
      onopen(found.id);
    } catch (error) {
      refused(file.name, text, error);
    }
  }

  /** @param {string} name @param {string} text @param {unknown} error */
  function refused(name, text, error) {
    if (!(error instanceof ApiError) || !error.problems.length) {
      fill(said, h('p', { class: 'bad' }, error instanceof Error ? error.message : String(error)));
      return;
    }
    const count = error.problems.length;
    fill(said, h('p', { class: 'bad' }, `${name} could not be taken: ${count === 1 ? 'one problem' : `${count} problems`}. Each stands below beside its line.`));
    fill(problems, ...listed(text, error.problems));
  }

  for (const kind of ['dragover', 'dragenter']) {
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.add('over');
    });
  }
  area.addEventListener('dragleave', () => area.classList.remove('over'));
  area.addEventListener('drop', (event) => {
    event.preventDefault();
    area.classList.remove('over');
    void take(event.dataTransfer?.files[0]);
  });
  return h('section', { class: 'card upload', 'aria-label': 'A record of your own' }, lead ? h('p', null, h('b', null, lead)) : null, area, said, problems);
}

/** Where a record goes. */
function server() {
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);
  return local ? 'the Trimer on this machine' : `the Trimer at ${location.host}`;
}

/**
 * Return a list of what is wrong, whose links lead to the excerpts below it.
 *
 * @param {string} text
 * @param {Problem[]} problems
 */
function listed(text, problems) {
  const lines = text.split(/\r\n|\r|\n/);
  const shown = problems.slice(0, MOST);
  return [
    h('ol', { class: 'problem-list' }, shown.map((one, i) => {
      const where = [one.path, one.line ? `line ${one.line}` : ''].filter(Boolean).join(', ') || 'the file';
      const link = h('a', { href: `#problem-${i}`, onclick: (/** @type {Event} */ event) => jump(event, i) }, where);
      return h('li', null, one.line ? link : h('b', null, where), `: ${one.message ?? ''}`);
    })),
    problems.length > MOST ? h('p', { class: 'dim' }, `${problems.length - MOST} more are left out until these are mended.`) : '',
    ...shown.map((one, i) => (one.line ? excerpt(lines, one, i) : '')),
  ];
}

/** The address holds the page's state, so that a link into the page moves by script.
 * @param {Event} event @param {number} i
 */
function jump(event, i) {
  event.preventDefault();
  const place = document.getElementById(`problem-${i}`);
  place?.scrollIntoView({ block: 'center' });
  place?.focus({ preventScroll: true });
}

/** @param {string[]} lines @param {Problem} problem @param {number} i */
function excerpt(lines, problem, i) {
  const at = problem.line ?? 1;
  const from = Math.max(at - AROUND, 1);
  const rows = lines.slice(from - 1, at + AROUND).map((line, offset) => {
    const number = from + offset;
    const wrong = number === at;
    return h('div', { class: wrong ? 'line wrong' : 'line' },
      h('span', { class: 'line-number' }, `${number}`), h('code', null, line.slice(0, 400) || ' '));
  });
  const told = problem.hint && !problem.message?.includes(problem.hint) ? [problem.hint] : [];
  return h('div', { class: 'excerpt', id: `problem-${i}`, tabindex: '-1' },
    h('p', { class: 'problem-words' }, h('b', null, problem.path ?? 'Here'), ` ${problem.message ?? ''}`, told.map((text) => h('small', null, text))),
    h('div', { class: 'scroll lines', tabindex: '0', role: 'region', 'aria-label': `Lines ${from} to ${from + rows.length - 1} of the file` }, rows));
}
