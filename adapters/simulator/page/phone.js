// One phone: a resident's chat with the account, as LINE shows it.
import {drawSticker, element, plainText, renderMessage, renderQuickReplies, tappableArea} from './line_renderer.js';

const TOKYO = 'Asia/Tokyo';
const timeFormat = new Intl.DateTimeFormat('ja-JP', {hour: '2-digit', minute: '2-digit', timeZone: TOKYO});
const dayFormat = new Intl.DateTimeFormat('ja-JP', {month: 'long', day: 'numeric', weekday: 'short', timeZone: TOKYO});

/// Places to send as a location; approximate points, for practice only.
const PLACES = [
  {title: '鹿島地区', address: '佐賀県鹿島市大字納富分（見本）', latitude: 33.1036, longitude: 130.0989},
  {title: '能古見地区', address: '佐賀県鹿島市大字三河内（見本）', latitude: 33.0746, longitude: 130.0702},
  {title: '古枝地区', address: '佐賀県鹿島市大字古枝（見本）', latitude: 33.0753, longitude: 130.1127},
  {title: '浜地区', address: '佐賀県鹿島市浜町（見本）', latitude: 33.0935, longitude: 130.1211},
  {title: '北鹿島地区', address: '佐賀県鹿島市大字常広（見本）', latitude: 33.1249, longitude: 130.1103},
  {title: '七浦地区', address: '佐賀県鹿島市大字音成（見本）', latitude: 33.0582, longitude: 130.1555},
];

const STICKERS = [
  {stickerId: '1988', keywords: ['こんにちは']},
  {stickerId: '1989', keywords: ['ありがとう']},
  {stickerId: '1990', keywords: ['OK', '了解']},
  {stickerId: '1991', keywords: ['こまった']},
  {stickerId: '1992', keywords: ['ハート', '好き']},
  {stickerId: '1993', keywords: ['おやすみ']},
];

export async function get(path) {
  const answer = await fetch(path, {headers: {Accept: 'application/json'}});
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

export async function post(path, body) {
  const answer = await fetch(path, {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

function button(className, label, ...children) {
  const node = element('button', className, ...children);
  node.type = 'button';
  node.setAttribute('aria-label', label);
  return node;
}

export class Phone {
  constructor({accountName, person, people, newPerson, renamed}) {
    this.accountName = accountName;
    this.newPerson = newPerson;
    this.renamed = renamed;
    this.hooks = {onAction: (action) => this.press(action), imageUrl: localImage};
    this.build();
    this.take(person);
    this.showPeople(people);
  }

  get userId() {
    return this.person.id;
  }
  name() {
    return this.person.name;
  }
  remove() {
    this.removed = true;
    this.node.remove();
  }

  // --- building ---

  build() {
    this.owner = element('select', 'owner-select');
    this.owner.setAttribute('aria-label', 'このスマートフォンの持ち主');
    this.owner.addEventListener('change', () => this.changeOwner());

    this.menuButton = button('head-button', 'メニュー', '☰');
    this.menuButton.setAttribute('aria-expanded', 'false');
    this.menuButton.addEventListener('click', () => this.togglePanel('menu'));
    const head = element('header', 'head',
      element('span', 'head-back', '‹'), icon(), element('h2', 'head-name', this.accountName), this.menuButton);
    head.querySelector('.head-back').setAttribute('aria-hidden', 'true');

    this.log = element('div', 'log');
    this.log.setAttribute('role', 'log');
    this.log.setAttribute('aria-live', 'polite');
    this.log.tabIndex = 0;
    this.typing = element('div', 'row row-account typing', icon(),
      element('div', 'typing-dots', element('i'), element('i'), element('i')));
    this.typing.setAttribute('aria-label', '入力中');
    this.typing.hidden = true;
    this.log.append(this.typing);

    this.quick = element('div', 'quick');
    this.notice = element('div', 'notice');
    this.notice.hidden = true;
    this.panel = element('div', 'panel');
    this.panel.hidden = true;
    this.menu = element('div', 'rich-menu');
    this.menu.hidden = true;

    this.plus = button('tool-button', '位置情報やスタンプを送る', '＋');
    this.plus.addEventListener('click', () => this.togglePanel('send'));
    this.keyboard = button('tool-button menu-toggle', 'メニューを開く、閉じる', '▤');
    this.keyboard.hidden = true;
    this.keyboard.addEventListener('click', () => this.toggleMenu());
    this.input = element('textarea', 'input');
    this.input.rows = 1;
    this.input.maxLength = 5000;
    this.input.placeholder = 'メッセージを入力';
    this.input.setAttribute('aria-label', 'メッセージを入力');
    this.input.addEventListener('input', () => this.fitInput());
    this.input.addEventListener('keydown', (event) => {
      // While an input method is composing, Enter picks a candidate (229: Safari says it late).
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.say();
    });
    this.sendButton = button('send-button', '送信', '➤');
    this.sendButton.addEventListener('click', () => this.say());
    const form = element('div', 'compose', this.keyboard, this.plus, this.input, this.sendButton);

    this.screen = element('div', 'screen', head, this.log, this.quick, this.notice, this.panel, form, this.menu);
    this.dialog = element('dialog', 'dialog');
    this.node = element('section', 'phone',
      element('div', 'owner', this.owner), element('div', 'case', this.screen, this.dialog));
  }

  take(person) {
    this.person = person;
    this.version = 0;
    this.epoch = undefined;
    this.entries = new Map();
    this.lastDay = '';
    this.log.replaceChildren(this.typing);
    this.quick.replaceChildren();
    this.menuId = undefined;
    this.node.setAttribute('aria-label', `${person.name}のスマートフォン`);
    this.log.setAttribute('aria-label', `${person.name}のトーク`);
    this.showFollow();
  }

  showPeople(people) {
    const options = people.map((person) => {
      const option = element('option', '', person.name);
      option.value = person.id;
      return option;
    });
    if (!people.some((person) => person.id === this.userId)) {
      const option = element('option', '', this.person.name);
      option.value = this.userId;
      options.push(option);
    }
    const fresh = element('option', '', '＋ 新しい住民（友だち追加前）');
    fresh.value = 'new';
    this.owner.replaceChildren(...options, fresh);
    this.owner.value = this.userId;
  }

  async changeOwner() {
    const chosen = this.owner.value;
    const person = chosen === 'new' ? await this.newPerson() : await get(`/sim/users/${chosen}`);
    this.take(person);
    await this.refresh();
    this.owner.value = this.userId;
    this.renamed();
  }

  // --- news ---

  async refresh() {
    if (this.refreshing) {
      this.again = true;
      return;
    }
    this.refreshing = true;
    try {
      do {
        this.again = false;
        const userId = this.userId;
        const view = await get(`/sim/users/${userId}/messages?after=${this.version}`);
        if (this.removed || userId !== this.userId) continue;
        if (this.epoch !== undefined && view.epoch !== this.epoch) {
          this.take(view.user);
          this.again = true;
          continue;
        }
        this.epoch = view.epoch;
        this.show(view);
      } while (this.again);
    } finally {
      this.refreshing = false;
    }
  }

  show(view) {
    this.version = view.version;
    this.person = view.user;
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80 || this.entries.size === 0;
    for (const entry of view.entries) {
      const node = this.drawEntry(entry);
      const known = this.entries.get(entry.seq);
      if (known) {
        known.node.replaceWith(node);
      } else {
        const day = dayFormat.format(entry.at);
        if (day !== this.lastDay) this.log.insertBefore(element('div', 'day', element('span', '', day)), this.typing);
        this.lastDay = day;
        this.log.insertBefore(node, this.typing);
      }
      this.entries.set(entry.seq, {entry, node});
    }
    this.typing.hidden = !view.loading;
    clearTimeout(this.loadingTimer);
    if (view.loading) this.loadingTimer = setTimeout(() => this.refresh().catch(() => {}), 5000);
    if (view.entries.length > 0) this.showQuickReplies();
    this.showFollow();
    this.showRichMenu(view.richMenu);
    if (atEnd || view.entries.some((entry) => entry.from === 'resident')) this.toEnd();
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    requestAnimationFrame(() => { this.log.scrollTop = this.log.scrollHeight; });
  }

  drawEntry(entry) {
    if (entry.from === 'system') {
      return element('div', 'system', element('span', '', plainText(entry.messages[0])));
    }
    const mine = entry.from === 'resident';
    const row = element('div', mine ? 'row row-resident' : 'row row-account');
    const stack = element('div', 'stack');
    stack.append(element('span', 'hidden', mine ? `${this.person.name}: ` : `${this.accountName}: `));
    if (!mine) stack.append(element('span', 'sender', this.accountName));
    for (const message of entry.messages) {
      const drawn = renderMessage(message, mine ? {imageUrl: localImage} : this.hooks);
      stack.append(element('div', 'item', ...(mine ? [drawMeta(entry), drawn] : [drawn, drawMeta(entry)])));
    }
    row.append(...(mine ? [stack] : [icon(), stack]));
    return row;
  }

  showQuickReplies() {
    const last = [...this.entries.values()].map(({entry}) => entry).filter((entry) => entry.from !== 'system').pop();
    const offered = last?.from === 'account' ? renderQuickReplies(last.messages[last.messages.length - 1], this.hooks) : null;
    this.quick.replaceChildren(...(offered ? [offered] : []));
  }

  showFollow() {
    const state = this.person.follow;
    this.screen.classList.toggle('screen-off', state !== 'following');
    this.notice.hidden = state === 'following';
    this.input.disabled = this.sendButton.disabled = this.plus.disabled = state === 'blocked';
    if (state === 'following') return;
    const add = element('button', 'add-friend', state === 'blocked' ? 'ブロックを解除' : '友だち追加');
    add.type = 'button';
    add.addEventListener('click', () => this.act('follow', {}));
    this.notice.replaceChildren(
      element('span', '', state === 'blocked' ? 'ブロック中です。' : 'まだ友だちに追加されていません。'), add);
  }

  showRichMenu(menu) {
    const id = menu ? `${menu.richMenuId}${menu.image}` : '';
    if (id === this.menuId) return;
    const first = this.menuId === undefined;
    this.menuId = id;
    this.keyboard.hidden = !menu;
    this.menu.replaceChildren();
    this.menu.hidden = !menu;
    if (!menu) return;
    if (first) this.menuOpen = menu.selected;
    const area = element('div', 'rich-menu-picture');
    area.style.aspectRatio = `${menu.size.width} / ${menu.size.height}`;
    if (menu.image) {
      const image = element('img', '');
      image.src = menu.image;
      image.alt = '';
      area.append(image);
    }
    for (const one of menu.areas) {
      area.append(tappableArea(one.bounds, menu.size.width, menu.size.height, one.action, this.hooks));
    }
    this.menuBar = button('rich-menu-bar', 'メニューを開く、閉じる', `${menu.chatBarText} `, element('span', '', '▾'));
    this.menuBar.addEventListener('click', () => this.toggleMenu());
    this.menuArea = area;
    this.menu.append(area, this.menuBar);
    this.toggleMenu(this.menuOpen);
  }

  toggleMenu(open = !this.menuOpen) {
    this.menuOpen = open;
    if (!this.menuArea) return;
    this.menuArea.hidden = !open;
    this.menuBar.setAttribute('aria-expanded', String(open));
    this.menuBar.classList.toggle('rich-menu-closed', !open);
    this.toEnd();
  }

  // --- acting ---

  async act(what, body) {
    try {
      const told = await post(`/sim/users/${this.userId}/${what}`, body);
      await this.refresh();
      return told;
    } catch {
      this.tell('うまく送れませんでした。もう一度お試しください。');
      return {};
    }
  }

  async say() {
    const text = this.input.value.trim();
    if (text === '' || this.input.disabled) return;
    this.input.value = '';
    this.fitInput();
    this.closePanel();
    await this.act('say', {text});
    this.input.focus();
  }

  fitInput() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight, 110)}px`;
    this.screen.classList.toggle('has-text', this.input.value.trim() !== '');
  }

  press(action) {
    this.closePanel();
    if (action.type === 'uri') return this.showLink(action.uri ?? '');
    if (action.type === 'location') return this.openPanel('location');
    if (action.type === 'datetimepicker') return this.askDate(action);
    if (action.type === 'camera' || action.type === 'cameraRoll') return this.tell('この画面ではカメラを使えません。');
    if (action.type === 'clipboard') {
      navigator.clipboard?.writeText(action.clipboardText ?? '').catch(() => {});
      return this.tell('コピーしました。');
    }
    if (action.inputOption === 'openRichMenu') this.toggleMenu(true);
    if (action.inputOption === 'closeRichMenu') this.toggleMenu(false);
    if (action.inputOption === 'openKeyboard') {
      this.input.value = action.fillInText ?? '';
      this.input.focus();
    }
    return this.act('act', {action});
  }

  // --- panels and dialogs ---

  togglePanel(kind) {
    if (!this.panel.hidden && this.panelKind === kind) this.closePanel();
    else this.openPanel(kind);
  }

  closePanel() {
    this.panel.hidden = true;
    this.menuButton.setAttribute('aria-expanded', 'false');
  }

  openPanel(kind) {
    this.panelKind = kind;
    this.panel.replaceChildren(...{send: () => this.sendPanel(), location: () => this.placePanel(),
      sticker: () => this.stickerPanel(), menu: () => this.accountPanel()}[kind]());
    this.panel.hidden = false;
    this.panel.className = `panel panel-of-${kind}`;
    this.menuButton.setAttribute('aria-expanded', String(kind === 'menu'));
    this.panel.querySelector('button')?.focus();
  }

  sendPanel() {
    return [['📍', '位置情報', 'location'], ['🙂', 'スタンプ', 'sticker']].map(([sign, label, kind]) => {
      const choice = button('panel-tile', label, element('span', 'panel-sign', sign), element('span', '', label));
      choice.addEventListener('click', () => this.openPanel(kind));
      return choice;
    });
  }

  placePanel() {
    const title = element('p', 'panel-title', '送る場所を選んでください（おおよその位置・見本）');
    return [title, ...PLACES.map((place) => {
      const choice = element('button', 'panel-choice', place.title);
      choice.type = 'button';
      choice.addEventListener('click', () => {
        this.closePanel();
        this.act('location', place);
      });
      return choice;
    })];
  }

  stickerPanel() {
    return STICKERS.map((sticker) => {
      const choice = button('panel-sticker', `スタンプ ${sticker.keywords[0]}`, drawSticker(sticker.keywords[0]));
      choice.addEventListener('click', () => {
        this.closePanel();
        this.act('sticker', {packageId: '446', ...sticker});
      });
      return choice;
    });
  }

  accountPanel() {
    const following = this.person.follow === 'following';
    const label = following ? 'ブロック' : this.person.follow === 'blocked' ? 'ブロックを解除' : '友だち追加';
    const toggle = element('button', following ? 'panel-choice panel-danger' : 'panel-choice', label);
    toggle.type = 'button';
    toggle.addEventListener('click', () => {
      this.closePanel();
      this.act(following ? 'block' : 'follow', {});
    });
    return [element('p', 'panel-title', `受け取った配信と返信: ${this.person.received}件`), toggle];
  }

  openDialog(...content) {
    const close = element('button', 'dialog-button', '閉じる');
    close.type = 'button';
    close.addEventListener('click', () => this.dialog.close());
    this.dialog.replaceChildren(...content, close);
    this.dialog.showModal();
  }

  tell(text) {
    this.openDialog(element('p', '', text));
  }

  showLink(uri) {
    const target = element('p', 'dialog-uri', uri);
    if (!/^https?:\/\//.test(uri)) {
      this.openDialog(element('p', '', uri.startsWith('tel:') ? '電話をかけます（練習用のため発信しません）' : 'リンク'), target);
      return;
    }
    const open = element('a', 'dialog-button dialog-main', '新しいタブで開く');
    open.href = uri;
    open.target = '_blank';
    open.rel = 'noopener noreferrer';
    this.openDialog(element('p', '', '次のページを開きます'), target, open);
  }

  askDate(action) {
    const field = element('input', 'dialog-input');
    field.type = {date: 'date', time: 'time', datetime: 'datetime-local'}[action.mode] ?? 'date';
    field.setAttribute('aria-label', action.label ?? '日時');
    for (const [name, from] of [['min', action.min], ['max', action.max], ['value', action.initial]]) {
      if (from) field[name] = from.replace('t', 'T');
    }
    const send = element('button', 'dialog-button dialog-main', '決定');
    send.type = 'button';
    send.addEventListener('click', () => {
      if (field.value === '') return;
      this.dialog.close();
      this.act('act', {action, params: {[action.mode]: field.value}});
    });
    this.openDialog(element('p', '', action.label ?? '日時を選んでください'), field, send);
  }
}

/// Pictures load from this machine only; the address of any other is shown instead.
function localImage(url) {
  try {
    const {protocol, hostname} = new URL(url);
    return protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost') ? url : null;
  } catch {
    return null;
  }
}

const STATES = {sending: '送信中', read: '既読', failed: '届いていません'};

function drawMeta(entry) {
  const time = element('time', '', timeFormat.format(entry.at));
  time.dateTime = new Date(entry.at).toISOString();
  const state = STATES[entry.state];
  return element('div', 'meta', state ? element('span', `state state-${entry.state}`, state) : null, time);
}

/// The account's round picture: the first character of a notice that goes round.
function icon() {
  const node = element('span', 'account-icon', '回');
  node.setAttribute('aria-hidden', 'true');
  return node;
}
