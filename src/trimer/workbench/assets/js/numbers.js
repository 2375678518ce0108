// @ts-check
/** Numbers as people read them. */

const SUPER = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Return a number with three digits, as a power of ten where it is tiny or huge. @param {number | null | undefined} x */
export function short(x) {
  if (x === null || x === undefined || !Number.isFinite(x)) return 'n/a';
  const size = Math.abs(x);
  if (x !== 0 && (size < 1e-3 || size >= 1e5)) return power(x);
  return Number(x.toPrecision(3)).toLocaleString('en-GB', { maximumSignificantDigits: 3 });
}

/** Return the tick of a decade. @param {number} x */
export function decade(x) {
  const exponent = Math.round(Math.log10(x));
  return exponent >= -2 && exponent <= 3 ? String(Number(x.toPrecision(1))) : `10${raised(exponent)}`;
}

/** Return a share in per cent. @param {number | null | undefined} share */
export function percent(share) {
  return share === null || share === undefined ? 'n/a' : `${Number((100 * share).toFixed(1))} %`;
}

/** Return a unit as it is written on a page. @param {string} unit */
export function unitText(unit) {
  const words = /** @type {Record<string, string>} */ ({ Cel: '°C', '1e9/L': '10⁹/L', '1e6/L': '10⁶/L', '1e9': '10⁹', fraction: '', 'ug/day': 'µg/day', ug: 'µg' });
  return words[unit] ?? unit;
}

/** @param {number} x */
function power(x) {
  const exponent = Math.floor(Math.log10(Math.abs(x)));
  return `${Number((x / 10 ** exponent).toPrecision(2))}×10${raised(exponent)}`;
}

/** @param {number} exponent */
function raised(exponent) {
  return (exponent < 0 ? '⁻' : '') + [...String(Math.abs(exponent))].map((digit) => SUPER[Number(digit)]).join('');
}
