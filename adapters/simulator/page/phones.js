// The page: which phones stand side by side, and news from the simulator. One phone is phone.js.
import {element} from './line_renderer.js';
import {Phone, get, post} from './phone.js';

const MOST = 4;
const POLL_MS = 1500;

const root = document.getElementById('phones');
const tabs = document.getElementById('tabs');
const connection = document.getElementById('connection');
const fewer = document.getElementById('fewer');
const more = document.getElementById('more');

const phones = [];
let info = {accountName: ''};
let people = [];

async function loadPeople() {
  people = (await get('/sim/users?limit=50')).users;
  for (const phone of phones) phone.showPeople(people);
}

async function addPhone() {
  if (phones.length >= MOST) return;
  const used = new Set(phones.map((phone) => phone.userId));
  let person = people.find((candidate) => !used.has(candidate.id));
  if (!person) person = await newPerson();
  const phone = new Phone({accountName: info.accountName, person, people, newPerson, renamed: drawTabs});
  phones.push(phone);
  root.append(phone.node);
  drawTabs();
  await phone.refresh();
}

async function newPerson() {
  const made = await post('/sim/users', {count: 1, follow: false});
  await loadPeople();
  return people.find((person) => person.id === made.ids[0]) ?? get(`/sim/users/${made.ids[0]}`);
}

function removePhone() {
  if (phones.length <= 1) return;
  phones.pop().remove();
  drawTabs();
}

let shown = 0;
function drawTabs() {
  shown = Math.min(shown, phones.length - 1);
  tabs.replaceChildren(...phones.map((phone, index) => {
    const tab = element('button', index === shown ? 'tab tab-on' : 'tab', phone.name());
    tab.type = 'button';
    tab.setAttribute('aria-pressed', String(index === shown));
    tab.addEventListener('click', () => {
      shown = index;
      drawTabs();
    });
    phone.node.classList.toggle('phone-hidden', index !== shown);
    return tab;
  }));
  fewer.disabled = phones.length <= 1;
  more.disabled = phones.length >= MOST;
}

function say(state, text) {
  connection.className = `connection connection-${state}`;
  connection.textContent = text;
}

async function refreshAll() {
  try {
    await Promise.all(phones.map((phone) => phone.refresh()));
    return true;
  } catch {
    return false;
  }
}

// News come by server-sent events; while there are none, the page asks by itself.
let streaming = false;
function listen() {
  const source = new EventSource('/sim/stream');
  source.addEventListener('open', () => {
    streaming = true;
    say('on', '接続中');
    refreshAll();
  });
  source.addEventListener('message', refreshAll);
  source.addEventListener('error', () => {
    streaming = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 10_000);
  });
}
setInterval(async () => {
  if (streaming) return;
  if (await refreshAll()) say('on', '接続中');
  else say('off', '接続が切れています');
}, POLL_MS);

fewer.addEventListener('click', removePhone);
more.addEventListener('click', addPhone);

async function begin() {
  try {
    info = await get('/sim/info');
    await loadPeople();
    const wanted = Number(new URLSearchParams(location.search).get('phones')) || (innerWidth >= 1180 ? 3 : innerWidth >= 800 ? 2 : 1);
    for (let i = 0; i < Math.min(MOST, Math.max(1, wanted)); i += 1) await addPhone();
    listen();
  } catch {
    say('off', '接続できません');
    setTimeout(() => location.reload(), 3000);
  }
}
begin();
