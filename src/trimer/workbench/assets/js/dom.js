// @ts-check
/**
 * Elements from data. Text only ever becomes a text node, so nothing that comes from a server, a file or a link is
 * read as markup.
 */

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, any>} Attributes */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Return an HTML element.
 *
 * An attribute that is a function is a listener (`onclick`, `oninput`); `null`, `undefined` and `false` leave the
 * attribute out, `true` writes it empty; `class` takes a text, `style` an object of CSS properties (set by script, as
 * the page's policy allows no inline style), `dataset` an object. Of the rest `value`, `checked`, `disabled`,
 * `selected`, `open`, `hidden` and `tabIndex` are set as properties.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes | null} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  set(element, attributes ?? {});
  add(element, children);
  return element;
}

/**
 * Return an SVG element; attributes and children as in {@link h}.
 *
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes | null} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes, ...children) {
  const element = /** @type {SVGElementTagNameMap[T]} */ (document.createElementNS(SVG, tag));
  set(element, attributes ?? {});
  add(element, children);
  return element;
}

/**
 * Take the children out of an element and put others in; returns the element.
 *
 * @template {Element} T
 * @param {T} element
 * @param {...(Child | Child[])} children
 * @returns {T}
 */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

const PROPERTIES = new Set(['value', 'checked', 'disabled', 'selected', 'open', 'hidden', 'tabIndex']);

/**
 * Set attributes on an element as {@link h} does.
 *
 * @param {Element} element
 * @param {Attributes} attributes
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else if (name === 'dataset') Object.assign(/** @type {HTMLElement} */ (element).dataset, value);
    else if (name === 'style') styled(/** @type {HTMLElement} */ (element), value);
    else if (PROPERTIES.has(name) && element instanceof HTMLElement) /** @type {any} */ (element)[name] = value;
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/**
 * @param {HTMLElement} element
 * @param {Record<string, string>} properties
 */
function styled(element, properties) {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, value);
}

/**
 * @param {Element} element
 * @param {(Child | Child[])[]} children
 */
function add(element, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/**
 * Return the element of a selector inside a root that is known to have it.
 *
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {T}
 */
export function find(selector, root = document) {
  const element = root.querySelector(selector);
  if (!element) throw new Error(`The page has no ${selector}.`);
  return /** @type {T} */ (element);
}
