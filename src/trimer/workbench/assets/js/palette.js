// @ts-check
/** One colour, one meaning, as in the figures of the report; a pair each for light and dark, both AA on a card. */

/** @type {Record<string, readonly [light: string, dark: string]>} */
const MEANINGS = {
  blasts: ['#c2410c', '#ff9466'],
  dim: ['#6d2a80', '#d9a3ea'],
  t_cells: ['#005f9e', '#6cb8f0'],
  cytokine: ['#9b3f7d', '#e79acb'],
  temperature: ['#b3541e', '#f0a36b'],
  neutrophils: ['#00795c', '#5fcfa9'],
  platelets: ['#8a5a00', '#e0b04c'],
  engager: ['#3d3a9c', '#b3b0ff'],
  crs: ['#7a4b94', '#cfa3e6'],
  severe: ['#b42318', '#ff9d91'],
  pinned: ['#5a6470', '#a8b2bd'],
  ink: ['#1b1f24', '#e8ebee'],
  soft: ['#56606b', '#a8b2bd'],
  grid: ['#e9edf1', '#2c3239'],
  paper: ['#ffffff', '#1d2126'],
};

/** @type {readonly [RegExp, string][]} */
const NAMES = [
  [/dim/, 'dim'],
  [/blast|mrd/, 'blasts'],
  [/t_cells|cd8/, 't_cells'],
  [/^il|ifn|cytok/, 'cytokine'],
  [/temperature/, 'temperature'],
  [/^anc|neutro/, 'neutrophils'],
  [/platelet/, 'platelets'],
  [/_plasma$|rate/, 'engager'],
  [/severe/, 'severe'],
  [/crs/, 'crs'],
];

/** Return the meaning that a panel's name has. @param {string} name */
export function meaning(name) {
  return NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? 'ink';
}

/** Return the colour of a meaning. @param {string} of @param {boolean} dark */
export function colour(of, dark) {
  return MEANINGS[of][dark ? 1 : 0];
}

/** Return a colour let through by a share. @param {string} hex @param {number} share */
export function faint(hex, share) {
  return hex + Math.round(share * 255).toString(16).padStart(2, '0');
}
