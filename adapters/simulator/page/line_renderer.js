// Draws LINE message objects as LINE shows them. No dependencies, no state, no network but the images that messages name.
//
//   renderMessages(messages, hooks) -> DocumentFragment
//     messages  an array of LINE message objects (what a reply or push carries, or what a webhook's `message` holds)
//     hooks     all optional:
//       onAction(action, origin)  a button, area or chip was pressed; `action` is LINE's action object, `origin` the
//                                 element pressed. Without it everything is drawn as disabled.
//       imageUrl(url) -> url|null where an image is loaded from; null draws a frame with the address instead
//   renderMessage(message, hooks) -> HTMLElement            one message without its quick replies
//   renderQuickReplies(message, hooks) -> HTMLElement|null  the chips of a message
//   plainText(message) -> string                            what a screen reader or a list should say
//   linkify(text) -> DocumentFragment                       text with its http(s) addresses as links
//   drawSticker(keyword) -> SVGElement
//
// Styles are in line_messages.css (classes begin with "line-"). Text only ever becomes a text node.

const SVG = 'http://www.w3.org/2000/svg';

export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function linkify(text) {
  const out = document.createDocumentFragment();
  const pattern = /https?:\/\/[\w\-./?%&=+#:~@!$'()*,;[\]]+/g;
  let end = 0;
  for (const match of String(text).matchAll(pattern)) {
    const url = match[0].replace(/[).,;:!?'\]]+$/, '');
    out.append(text.slice(end, match.index));
    const link = element('a', '', url);
    link.href = url;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    out.append(link);
    end = match.index + url.length;
  }
  out.append(String(text).slice(end));
  return out;
}

export function renderMessages(messages, hooks = {}) {
  const out = document.createDocumentFragment();
  for (const message of messages ?? []) out.append(renderMessage(message, hooks));
  return out;
}

export function renderMessage(message, hooks = {}) {
  const draw = drawers[message?.type];
  const body = draw ? draw(message, hooks) : bubble(`（${message?.type ?? '不明'}のメッセージ）`);
  body.classList.add('line-message');
  return body;
}

const drawers = {
  text: (message) => bubble(message.text),
  textV2: (message) => bubble(filled(message)),
  sticker: (message) => drawStickerMessage(message),
  image: (message, hooks) =>
    element('div', 'line-image', picture(message.originalContentUrl || message.previewImageUrl, '画像', hooks)),
  video: () => element('div', 'line-media', '▶ 動画'),
  audio: (message) => element('div', 'line-media', `♪ 音声 ${Math.round((message.duration ?? 0) / 1000)}秒`),
  file: (message) => element('div', 'line-media', `📄 ${message.fileName ?? 'ファイル'}`),
  location: (message) => drawLocation(message),
  template: (message, hooks) => drawTemplate(message, hooks),
  flex: (message, hooks) => drawFlex(message, hooks),
  imagemap: (message, hooks) => drawImagemap(message, hooks),
  coupon: () => element('div', 'line-media', 'クーポン'),
};

function bubble(text) {
  return element('div', 'line-text', linkify(text ?? ''));
}

/// textV2: {key} stands for a mention or an emoji, {{ and }} for braces.
function filled(message) {
  return (message.text ?? '').replace(/\{\{|\}\}|\{(\w{1,20})\}/g, (whole, key) => {
    if (whole === '{{') return '{';
    if (whole === '}}') return '}';
    const value = message.substitution?.[key];
    if (value?.type === 'mention') return value.mentionee?.type === 'all' ? '@すべて' : '@メンバー';
    return value?.type === 'emoji' ? '🙂' : whole;
  });
}

function picture(url, label, hooks) {
  const address = hooks.imageUrl ? hooks.imageUrl(url) : url;
  const frame = () => {
    const box = element('div', 'line-picture-frame', element('span', '', '🖼'), element('small', '', url ?? ''));
    box.setAttribute('role', 'img');
    box.setAttribute('aria-label', label);
    return box;
  };
  if (!address) return frame();
  const image = element('img', 'line-picture');
  image.alt = label;
  image.src = address;
  image.addEventListener('error', () => image.replaceWith(frame()), {once: true});
  return image;
}

/// A pressable element for an action: a button, or a disabled one when nobody listens.
function pressable(action, className, hooks, ...children) {
  const button = element('button', className, ...children);
  button.type = 'button';
  if (!action || !hooks.onAction) button.disabled = true;
  else button.addEventListener('click', () => hooks.onAction(action, button));
  return button;
}

// --- location ---

function drawLocation(message) {
  const card = element('div', 'line-location');
  card.append(drawMap(message.latitude, message.longitude));
  const words = element('div', 'line-location-text');
  words.append(element('strong', '', message.title || '位置情報'));
  words.append(element('span', '', message.address || `${message.latitude}, ${message.longitude}`));
  card.append(words);
  return card;
}

/// Not a map of the place: a drawing that says "a place", the same for the same coordinates.
function drawMap(latitude, longitude) {
  let seed = Math.abs(Math.round((latitude || 0) * 1e4) * 31 + Math.round((longitude || 0) * 1e4)) % 9973;
  const next = (limit) => ((seed = (seed * 7919 + 104729) % 9973) / 9973) * limit;
  const map = svg('svg', {viewBox: '0 0 240 120', class: 'line-map', role: 'img', 'aria-label': '地図（略図）'});
  map.append(svg('rect', {width: 240, height: 120, fill: '#eef0e6'}));
  map.append(svg('path', {
    d: `M0 ${80 + next(30)} C 60 ${70 + next(30)}, 150 ${100 + next(20)}, 240 ${70 + next(40)} V120 H0Z`, fill: '#bcdcf2',
  }));
  for (let i = 0; i < 3; i += 1) {
    map.append(svg('rect', {
      x: next(200), y: next(60), width: 25 + next(30), height: 14 + next(18), rx: 3, fill: i === 0 ? '#cfe5bd' : '#e0dfd6',
    }));
  }
  for (let i = 0; i < 2; i += 1) {
    const y = 15 + next(80);
    map.append(svg('path', {d: `M0 ${y} L240 ${y + next(40) - 20}`, stroke: '#fff', 'stroke-width': 6}));
    const x = 30 + next(180);
    map.append(svg('path', {d: `M${x} 0 L${x + next(40) - 20} 120`, stroke: '#fff', 'stroke-width': 4}));
  }
  map.append(svg('path', {d: 'M120 76 c-14 -18 -20 -24 -20 -34 a20 20 0 0 1 40 0 c0 10 -6 16 -20 34z', fill: '#e5453b'}));
  map.append(svg('circle', {cx: 120, cy: 42, r: 8, fill: '#fff'}));
  return map;
}

// --- stickers ---

const faces = [
  {match: /ありがと|thank|感謝/i, skin: '#ffd76a', mouth: 'M38 66 Q55 84 72 66', extra: 'bow'},
  {match: /こまった|困|泣|sad|cry|ごめん|sorry/i, skin: '#9fd0ff', mouth: 'M40 76 Q55 62 70 76', extra: 'tear'},
  {match: /ハート|heart|love|好き/i, skin: '#ffb3c1', mouth: 'M38 64 Q55 86 72 64', extra: 'heart'},
  {match: /おやすみ|sleep|night/i, skin: '#c9c2f5', mouth: 'M48 70 Q55 76 62 70', extra: 'sleep'},
  {match: /ok|了解|わかった|いいね|good/i, skin: '#b6e58c', mouth: 'M38 64 Q55 84 72 64', extra: 'ok'},
];

export function drawSticker(keyword = '') {
  const face = faces.find((candidate) => candidate.match.test(keyword)) ??
    {skin: '#ffe08a', mouth: 'M40 66 Q55 80 70 66', extra: ''};
  const picture = svg('svg', {viewBox: '0 0 110 110', class: 'line-sticker-picture', 'aria-hidden': 'true'});
  picture.append(svg('circle', {cx: 55, cy: 55, r: 44, fill: face.skin, stroke: '#5b4636', 'stroke-width': 3}));
  const closed = face.extra === 'sleep' || face.extra === 'bow';
  for (const x of [40, 70]) {
    picture.append(closed
      ? svg('path', {d: `M${x - 6} 48 Q${x} 54 ${x + 6} 48`, fill: 'none', stroke: '#5b4636', 'stroke-width': 3})
      : svg('circle', {cx: x, cy: 48, r: 4.5, fill: '#5b4636'}));
    picture.append(svg('ellipse', {cx: x + (x < 55 ? -8 : 8), cy: 62, rx: 7, ry: 4, fill: '#ff8f8f', opacity: 0.6}));
  }
  picture.append(svg('path', {d: face.mouth, fill: 'none', stroke: '#5b4636', 'stroke-width': 3.5, 'stroke-linecap': 'round'}));
  if (face.extra === 'tear') picture.append(svg('path', {d: 'M76 54 q8 12 0 16 q-8 -4 0 -16z', fill: '#4aa3ff'}));
  if (face.extra === 'heart') {
    picture.append(svg('path', {d: 'M88 30 c-6 -12 -22 -4 -14 8 l14 14 l14 -14 c8 -12 -8 -20 -14 -8z', fill: '#ff4d6d'}));
  }
  if (face.extra === 'ok' || face.extra === 'sleep' || face.extra === 'bow') {
    const label = svg('text', {x: 84, y: 28, 'font-size': 18, 'font-weight': 700, fill: '#e5453b', 'text-anchor': 'middle'});
    label.textContent = {ok: 'OK', sleep: 'Zz', bow: '♪'}[face.extra];
    picture.append(label);
  }
  return picture;
}

function drawStickerMessage(message) {
  const keyword = message.keywords?.[0] ?? message.text ?? '';
  const box = element('div', 'line-sticker', drawSticker(keyword), element('span', '', keyword || 'スタンプ'));
  box.setAttribute('role', 'img');
  box.setAttribute('aria-label', `スタンプ ${keyword}`);
  return box;
}

// --- templates ---

function templateActions(actions, hooks) {
  const list = element('div', 'line-template-actions');
  for (const action of actions ?? []) list.append(pressable(action, 'line-template-action', hooks, action.label ?? ''));
  return list;
}

function templateCard(column, hooks) {
  const card = element('div', 'line-template');
  if (column.thumbnailImageUrl) {
    const wide = element('div', 'line-template-image', picture(column.thumbnailImageUrl, column.title ?? '画像', hooks));
    card.append(wide);
  }
  const words = element('div', 'line-template-text');
  if (column.title) words.append(element('strong', '', column.title));
  words.append(element('p', '', linkify(column.text ?? '')));
  card.append(words, templateActions(column.actions, hooks));
  return card;
}

function drawTemplate(message, hooks) {
  const template = message.template ?? {};
  if (template.type === 'confirm') {
    const card = templateCard(template, hooks);
    card.classList.add('line-confirm');
    return card;
  }
  if (template.type === 'carousel') return carousel((template.columns ?? []).map((column) => templateCard(column, hooks)));
  if (template.type === 'image_carousel') {
    return carousel((template.columns ?? []).map((column) => pressable(column.action, 'line-image-column', hooks,
      picture(column.imageUrl, column.action?.label ?? '画像', hooks),
      column.action?.label ? element('span', '', column.action.label) : null)));
  }
  return templateCard(template, hooks);
}

function carousel(cards) {
  const row = element('div', 'line-carousel', ...cards);
  row.tabIndex = 0;
  row.setAttribute('role', 'group');
  row.setAttribute('aria-label', `カード${cards.length}枚（横に動かせます）`);
  return row;
}

function drawImagemap(message, hooks) {
  const box = element('div', 'line-image', picture(`${message.baseUrl}/700`, message.altText ?? '画像', hooks));
  const height = message.baseSize?.height || 1040;
  for (const action of message.actions ?? []) {
    const asAction = action.type === 'uri' ? {type: 'uri', uri: action.linkUri, label: action.label} : action;
    box.append(tappableArea(action.area, 1040, height, asAction, hooks));
  }
  return box;
}

/// A transparent button over a part of an image; shared by image maps and rich menus.
export function tappableArea(area, width, height, action, hooks) {
  const button = pressable(action, 'line-area', hooks);
  button.style.left = `${(area.x / width) * 100}%`;
  button.style.top = `${(area.y / height) * 100}%`;
  button.style.width = `${(area.width / width) * 100}%`;
  button.style.height = `${(area.height / height) * 100}%`;
  button.setAttribute('aria-label', action.label || action.text || action.displayText || action.uri || 'ボタン');
  return button;
}

// --- Flex ---

const textSizes = {xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, '3xl': 35, '4xl': 48, '5xl': 74};
const gaps = {none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20};
const imageSizes = {xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, '3xl': 180, '4xl': 200, '5xl': 220};
const bubbleWidths = {nano: 120, micro: 160, deca: 220, hecto: 241, kilo: 260, mega: 300, giga: 386};

function drawFlex(message, hooks) {
  const contents = message.contents ?? {};
  const box = contents.type === 'carousel'
    ? carousel((contents.contents ?? []).map((one) => flexBubble(one, hooks)))
    : element('div', 'line-flex', flexBubble(contents, hooks));
  box.setAttribute('aria-label', message.altText ?? '');
  return box;
}

function flexBubble(bubble, hooks) {
  const node = element('div', 'line-bubble');
  node.style.width = `${bubbleWidths[bubble.size] ?? bubbleWidths.mega}px`;
  if (bubble.direction === 'rtl') node.dir = 'rtl';
  for (const block of ['header', 'hero', 'body', 'footer']) {
    const component = bubble[block];
    if (!component) continue;
    const part = element('div', `line-bubble-${block}`);
    const style = bubble.styles?.[block];
    if (style?.backgroundColor) part.style.backgroundColor = style.backgroundColor;
    if (style?.separator) part.style.borderTop = `1px solid ${style.separatorColor || '#d4d6da'}`;
    part.append(flexComponent(component, 'vertical', hooks));
    node.append(part);
  }
  return node;
}

function pixels(value, table) {
  if (value === undefined || value === null || value === '') return '';
  if (value in table) return `${table[value]}px`;
  return /^\d+(\.\d+)?(px|%)$/.test(value) ? value : '';
}

function flexComponent(component, parent, hooks) {
  const drawer = flexDrawers[component.type];
  const node = drawer ? drawer(component, hooks) : element('span');
  const style = node.style;
  const along = component.flex;
  const share = parent === 'vertical' ? 0 : component.type === 'icon' || component.type === 'separator' ? 0 : 1;
  const flex = along ?? share;
  style.flex = flex === 0 ? '0 0 auto' : `${flex} 1 0`;
  if (parent === 'vertical' && flex === 0) style.flex = '0 0 auto';
  if (component.margin) style[parent === 'vertical' ? 'marginTop' : 'marginLeft'] = pixels(component.margin, gaps);
  if (component.gravity && parent === 'horizontal') {
    style.alignSelf = {top: 'flex-start', center: 'center', bottom: 'flex-end'}[component.gravity] ?? '';
  }
  if (component.position === 'absolute') {
    style.position = 'absolute';
    for (const [name, side] of [['offsetTop', 'top'], ['offsetBottom', 'bottom'], ['offsetStart', 'left'], ['offsetEnd', 'right']]) {
      if (component[name]) style[side] = pixels(component[name], gaps);
    }
  }
  if (component.action && component.type !== 'button') makePressable(node, component.action, hooks);
  return node;
}

function makePressable(node, action, hooks) {
  if (!hooks.onAction) return;
  node.classList.add('line-pressable');
  node.tabIndex = 0;
  node.setAttribute('role', 'button');
  if (action.label) node.setAttribute('aria-label', action.label);
  node.addEventListener('click', (event) => {
    event.stopPropagation();
    hooks.onAction(action, node);
  });
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    hooks.onAction(action, node);
  });
}

const flexDrawers = {
  box(box, hooks) {
    const node = element('div', `line-box line-box-${box.layout ?? 'vertical'}`);
    const style = node.style;
    for (const [name, property] of [['paddingAll', 'padding'], ['paddingTop', 'paddingTop'], ['paddingBottom', 'paddingBottom'],
      ['paddingStart', 'paddingLeft'], ['paddingEnd', 'paddingRight']]) {
      if (box[name]) style[property] = pixels(box[name], gaps);
    }
    if (box.backgroundColor) style.backgroundColor = box.backgroundColor;
    if (box.borderWidth || box.borderColor) {
      const thin = {none: '0', light: '0.5px', normal: '1px', 'semi-bold': '2px', medium: '3px', bold: '4px'};
      style.border = `${thin[box.borderWidth] ?? box.borderWidth ?? '1px'} solid ${box.borderColor ?? '#d4d6da'}`;
    }
    if (box.cornerRadius) style.borderRadius = pixels(box.cornerRadius, {...gaps, xs: 3, sm: 4, md: 7, lg: 10, xl: 13, xxl: 17});
    for (const name of ['width', 'height', 'maxWidth', 'maxHeight']) if (box[name]) style[name] = pixels(box[name], {});
    if (box.justifyContent) style.justifyContent = box.justifyContent;
    if (box.alignItems) style.alignItems = box.alignItems;
    if (box.background?.type === 'linearGradient') {
      style.background = `linear-gradient(${box.background.angle}, ${box.background.startColor}, ${box.background.endColor})`;
    }
    if (box.spacing) style.gap = pixels(box.spacing, gaps);
    for (const child of box.contents ?? []) node.append(flexComponent(child, box.layout ?? 'vertical', hooks));
    return node;
  },
  text(text) {
    const node = element('div', 'line-flex-text');
    styleText(node, text);
    if (text.align) node.style.textAlign = {start: 'left', center: 'center', end: 'right'}[text.align] ?? '';
    if (text.lineSpacing) node.style.lineHeight = `calc(1.3em + ${pixels(text.lineSpacing, {})})`;
    if (text.maxLines > 0) {
      node.classList.add('line-clamp');
      node.style.webkitLineClamp = String(text.maxLines);
    }
    if (!text.wrap) node.classList.add('line-one-line');
    if (text.contents?.length) {
      for (const span of text.contents) {
        const part = element('span', '', span.text ?? '');
        styleText(part, span);
        node.append(part);
      }
    } else {
      node.append(text.text ?? '');
    }
    return node;
  },
  button(button, hooks) {
    const style = button.style || 'link';
    const node = pressable(button.action, `line-flex-button line-flex-${style}`, hooks, button.action?.label ?? '');
    if (button.height === 'sm') node.classList.add('line-flex-sm');
    if (button.color) node.style[style === 'link' ? 'color' : 'backgroundColor'] = button.color;
    return node;
  },
  image(image, hooks) {
    const node = element('div', 'line-flex-image');
    const [wide, high] = (image.aspectRatio ?? '1:1').split(':').map(Number);
    node.style.aspectRatio = `${wide || 1} / ${high || 1}`;
    node.style.width = image.size === 'full' ? '100%' : pixels(image.size ?? 'md', imageSizes);
    node.style.alignSelf = {start: 'flex-start', end: 'flex-end'}[image.align] ?? 'center';
    if (image.backgroundColor) node.style.backgroundColor = image.backgroundColor;
    const drawn = picture(image.url, image.action?.label ?? '画像', hooks);
    if (image.aspectMode === 'cover') drawn.classList.add('line-cover');
    node.append(drawn);
    return node;
  },
  icon(icon, hooks) {
    const node = element('span', 'line-flex-icon', picture(icon.url, '', hooks));
    node.style.width = node.style.height = pixels(icon.size ?? 'md', textSizes);
    return node;
  },
  separator(separator) {
    const node = element('div', 'line-separator');
    if (separator.color) node.style.backgroundColor = separator.color;
    return node;
  },
  filler: () => element('div', 'line-filler'),
  spacer: (spacer) => {
    const node = element('div');
    node.style.height = node.style.width = pixels(spacer.size ?? 'md', gaps);
    return node;
  },
  video: () => element('div', 'line-media', '▶ 動画'),
};

function styleText(node, text) {
  const style = node.style;
  if (text.size) style.fontSize = pixels(text.size, textSizes);
  if (text.color) style.color = text.color;
  if (text.weight === 'bold') style.fontWeight = '700';
  if (text.style === 'italic') style.fontStyle = 'italic';
  if (text.decoration) style.textDecoration = text.decoration === 'none' ? '' : text.decoration;
}

// --- quick replies, and words for those who do not see ---

export function renderQuickReplies(message, hooks = {}) {
  const items = message?.quickReply?.items ?? [];
  if (items.length === 0) return null;
  const row = element('div', 'line-quick-replies');
  row.setAttribute('role', 'group');
  row.setAttribute('aria-label', '返信の候補');
  for (const item of items) row.append(pressable(item.action, 'line-quick-reply', hooks, item.action?.label ?? ''));
  return row;
}

export function plainText(message) {
  switch (message?.type) {
    case 'text': return message.text ?? '';
    case 'textV2': return filled(message);
    case 'sticker': return `スタンプ ${message.keywords?.[0] ?? ''}`;
    case 'location': return `位置情報 ${message.title ?? ''} ${message.address ?? ''}`;
    case 'image': return '画像';
    default: return message?.altText ?? '';
  }
}
