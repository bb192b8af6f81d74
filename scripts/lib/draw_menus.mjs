// Writes one HTML page per menu and language, to be photographed by scripts/draw-menus.
// usage: node draw_menus.mjs MENUS.json FOLDER; prints "NAME WIDTH HEIGHT" a line.
// Colours follow the Digital Agency's design system: blue 900 on white for every day, and a dark red head for disasters.
// Words are as large as the tile allows: on a phone of 390 points the picture is shown at less than a sixth of its size.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , file, folder] = process.argv;
const menus = JSON.parse(readFileSync(file, 'utf8'));

const looks = {
  calm: { ink: '#00118F', tile: '#FFFFFF', ground: '#D9E6FF', disc: '#E8F1FE', line: '#C5D7FB', special: '#00118F', specialInk: '#FFFFFF', specialDisc: '#264AF4' },
  alert: { ink: '#7F0000', tile: '#FFFFFF', ground: '#F6D0C9', disc: '#FDEEEE', line: '#FFBBBB', special: '#3B3B3B', specialInk: '#FFFFFF', specialDisc: '#5A5A5A' },
};

// Drawn here, on a 96 grid, in the manner of road signs: few strokes, no detail that a phone would lose.
const stroke = (d, width = 6) => `<path d="${d}" fill="none" stroke="currentColor" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
const solid = (d) => `<path d="${d}" fill="currentColor"/>`;
const circle = (x, y, r, fill = 'currentColor') => `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}"/>`;
const icons = {
  calendar: stroke('M16 22h64v58H16z M16 40h64 M32 12v16 M64 12v16') + solid('M30 52h12v10H30z M54 52h12v10H54z M30 66h12v8H30z'),
  bin: stroke('M18 28h60 M38 28v-9h20v9 M25 28l5 54h36l5-54') + stroke('M41 42l2 27 M55 42l-2 27', 5),
  document: stroke('M24 12h34l16 16v56H24z M57 13v17h16') + stroke('M36 46h26 M36 58h26 M36 70h16', 5),
  family: circle(33, 27, 12) + solid('M13 82v-20c0-13 8-20 20-20s20 7 20 20v20z') + circle(68, 46, 9) + solid('M55 82v-13c0-8 5-13 13-13s14 5 14 13v13z'),
  shelter: stroke('M10 50L48 16l38 34') + stroke('M20 46v38h56V46') + circle(48, 47, 7) + solid('M38 80l4-24h12l4 24h-7l-3-14-3 14z'),
  bell: stroke('M48 14c-15 0-24 11-24 26v16l-9 14h66l-9-14V40c0-15-9-26-24-26z') + stroke('M39 78a9 9 0 0 0 18 0'),
  safe: circle(38, 26, 13) + solid('M14 84V66c0-13 9-21 24-21 6 0 11 1 15 4-8 5-12 13-11 23l1 12z') + stroke('M54 68l10 11 20-24', 8),
  open: stroke('M14 84h68 M26 84V18h44v66') + stroke('M26 18l26 12v54') + circle(45, 54, 4),
  map: stroke('M14 24l22-9 24 9 22-9v57l-22 9-24-9-22 9z') + stroke('M36 15v57 M60 24v57', 5),
  info: `<circle cx="48" cy="48" r="35" fill="none" stroke="currentColor" stroke-width="6"/>` + circle(48, 31, 5) + stroke('M48 45v24', 8),
  back: stroke('M40 24L16 48l24 24') + stroke('M18 48h44c12 0 18 8 18 18v8'),
};

const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
/// 手続（てつづ）き: the reading goes above the characters it belongs to.
const ruby = (text) => escape(text).replace(/([㐀-鿿々〇]+)（([ぁ-ゟ]+)）/g, '<ruby>$1<rt>$2</rt></ruby>');
const pick = (texts, language) => texts[language] ?? (language === 'en' ? texts.en : undefined) ?? texts.ja ?? '';

/// Units of width: a full-width sign is 1, a Latin letter about 0.6; readings count nothing.
const widthOf = (text) => [...text.replace(/（[ぁ-ゟ]+）/g, '')].reduce((sum, c) => sum + (c === ' ' ? 0.3 : /[\u0020-\u024f]/.test(c) ? 0.64 : 1), 0);

/// Breaks where a reader would: at spaces, after ・, の and を, and before a few nouns; into two lines at most, as evenly as possible.
function lines(text) {
  if (widthOf(text) <= 5.2) return [text];
  let best = null;
  for (let i = 1; i < text.length; i += 1) {
    const rest = text.slice(i);
    if (!(/[ ・のを]$/.test(text.slice(0, i)) || /^(避難所|マップ|メニュー)/.test(rest)) || rest[0] === ' ') continue;
    const parts = [text.slice(0, i).trim(), text.slice(i).trim()];
    if (parts.some((p) => p === '')) continue;
    const width = Math.max(...parts.map(widthOf));
    if (!best || width < best.width) best = { parts, width };
  }
  return best ? best.parts : [text];
}

function tile(area, look, language) {
  const label = lines(pick(area.label, language));
  const most = Math.max(...label.map(widthOf), 4.2);
  const pad = 22;
  const size = Math.floor(Math.min(148, (area.width - 2 * pad - 90) / most));
  const colours = area.switches
    ? `background:${look.special};color:${look.specialInk};border-color:${look.special}`
    : `background:${look.tile};color:${look.ink};border-color:${look.line}`;
  const disc = area.switches ? look.specialDisc : look.disc;
  const two = label.length > 1 || /（[ぁ-ゟ]/.test(pick(area.label, language));
  const round = two ? 280 : 350;
  return `<div class="tile" style="left:${area.x + pad}px;top:${area.y + pad}px;width:${area.width - 2 * pad}px;height:${area.height - 2 * pad}px;${colours}">
  <div class="disc" style="background:${disc};width:${round}px;height:${round}px"><svg viewBox="0 0 96 96" width="${round * 0.7}" height="${round * 0.7}">${icons[area.icon] ?? ''}</svg></div>
  <div class="label" style="font-size:${size}px">${label.map((l) => `<div>${ruby(l)}</div>`).join('')}</div></div>`;
}

for (const menu of menus) {
  for (const language of menu.languages) {
    const look = looks[menu.look];
    const html = `<!doctype html><html lang="${language === 'en' ? 'en' : 'ja'}"><meta charset="utf-8"><style>
*{box-sizing:border-box;margin:0}
body{position:relative;width:${menu.width}px;height:${menu.height}px;overflow:hidden;background:${look.ground};font-family:"Noto Sans CJK JP","Noto Sans JP","IPAGothic",sans-serif;font-weight:700}
.tile{position:absolute;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:36px;border:6px solid;border-radius:56px}
.disc{display:flex;align-items:center;justify-content:center;flex:none;border-radius:50%}
.label{line-height:1.22;text-align:center;white-space:nowrap;letter-spacing:.01em}
ruby rt{font-size:.42em;font-weight:700}
</style><body>${menu.areas.map((area) => tile(area, look, language)).join('\n')}</body></html>`;
    const name = `${menu.name}.${language}`;
    writeFileSync(join(folder, `${name}.html`), html);
    console.log(`${name} ${menu.width} ${menu.height}`);
  }
}
