// @ts-check
/** Figures drawn by the server, each on a white plate with what it shows in words and links to its files. */

import { file } from './api.js';
import { fill, h } from './dom.js';

/**
 * @typedef {object} Shown
 * @property {string} kind
 * @property {string} label
 * @property {string} alt  what the figure shows, for who cannot see it
 * @property {string} [ask]  how long it takes, where that is so long that it is only drawn when asked for
 */

/**
 * Return a card with a figure; the image is asked for when it comes into view, so that nothing is drawn
 * while only the top of a page is read; one that takes long, by a button.
 *
 * @param {string} base  such as `/api/cases/linder2016/figure`
 * @param {Shown} shown
 * @param {string} [query]
 */
export function figure(base, { kind, label, alt, ask }, query = '') {
  const path = `${base}/${kind}.svg${query}`;
  const plate = h('div', { class: 'plate drawing', tabindex: '0', role: 'group', 'aria-label': label });
  const image = h('img', { alt, decoding: 'async', class: 'drawn' });
  const wait = h('p', { class: 'wait' }, 'The server draws …');
  image.addEventListener('load', () => {
    wait.remove();
    plate.classList.remove('drawing');
  });
  image.addEventListener('error', async () => {
    const said = await file(path).then(() => 'The figure could not be shown.', (error) => String(error.message));
    plate.classList.remove('drawing');
    fill(plate, h('p', { class: 'wait' }, said));
  });
  const draw = () => {
    image.src = path;
  };
  if (ask) {
    const asked = () => {
      plate.focus();
      fill(plate, wait, image);
      draw();
    };
    fill(plate, h('button', { type: 'button', onclick: asked, 'aria-label': `Draw (${ask}): ${label}` }, `Draw (${ask})`));
  } else {
    fill(plate, wait, image);
    const watcher = new IntersectionObserver((entries) => {
      if (!entries.some((one) => one.isIntersecting)) return;
      watcher.disconnect();
      draw();
    }, { rootMargin: '120px' });
    watcher.observe(plate);
  }
  return h('figure', { class: 'card shown' },
    h('figcaption', null, h('h3', null, label), h('p', { class: 'dim' }, alt)),
    plate,
    h('p', { class: 'files' }, ...files(base, kind, label, query)));
}

/** @param {string} base @param {string} kind @param {string} label @param {string} query */
function files(base, kind, label, query) {
  return ['svg', 'png', 'pdf'].map((end) =>
    h('a', { href: `${base}/${kind}.${end}${query}`, download: `${kind}.${end}`, class: 'file', 'aria-label': `${label} as ${end.toUpperCase()}` }, end.toUpperCase()));
}
