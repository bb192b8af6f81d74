// Sample broadcasts in many states, made through the staff API by the people whose work it is.
import { until } from './lib.mjs';

const hours = (n) => new Date(Math.ceil(Date.now() / 60000) * 60000 + n * 3_600_000).toISOString();

/** @return ids by state */
export async function sampleBroadcasts(desk) {
  const author = await desk.staff('author');
  const approver = await desk.staff('approver');
  const ids = {};
  const write = async (name, title, text, more = {}) => {
    const document = {
      title, kind: 'live', priority: 'bulk', section: '福祉課', topic: '', segment: { combinator: 'and', not: false, rules: [{ field: 'district', operator: 'in', value: ['nanaura'] }] },
      messages: [{ type: 'text', text }], schedule: null, expires: null, ...more,
    };
    ids[name] = (await author.must('POST', '/broadcasts', document)).json.id;
    return ids[name];
  };
  const act = (who, id, action, body = {}) => who.must('POST', `/broadcasts/${id}/actions/${action}`, body);
  const kenshin = { ja: '特定健診の予約を受け付けています。{district}の会場は公民館です。（見本）', 'ja-easy': '健康（けんこう）を 調（しら）べる日（ひ）の 予約（よやく）が できます。（見本（みほん））', en: 'You can book a health check. (sample)' };

  await write('draft', '子育てひろばの日程（見本）', { ja: '来月の子育てひろばの日程です。（見本）', 'ja-easy': '来月の日程をご案内いたしますので、ご確認くださいますようお願い申し上げます。' });
  await act(author, await write('submitted', '特定健診の予約受付（見本）', kenshin), 'submit');
  await act(author, await write('returned', '敬老会のご案内（見本）', { ja: '敬老会のご案内です。（見本）' }), 'submit');
  await act(approver, ids.returned, 'return', { comment: '会場の住所を足してください。' });
  await act(author, await write('resubmitted', '避難訓練のお知らせ（見本）', { ja: '日曜日に避難訓練をします。（見本）' }, { kind: 'drill' }), 'submit');
  await act(approver, ids.resubmitted, 'return', { comment: '集合の時刻を入れてください。' });
  const again = await author.must('GET', `/broadcasts/${ids.resubmitted}`);
  await author.must('PUT', `/broadcasts/${ids.resubmitted}`, { ...again.json.document, messages: [{ type: 'text', text: { ja: '日曜日の朝9時から避難訓練をします。（見本）' } }] }, { 'if-match': again.headers.get('etag') });
  await act(author, ids.resubmitted, 'submit');
  await act(author, await write('rejected', '職員募集（見本）', { ja: '職員を募集します。（見本）' }), 'submit');
  await act(approver, ids.rejected, 'reject', { comment: 'LINEではなく広報紙でお願いします。' });
  for (const [name, title, at] of [['scheduled', '断水のお知らせ（見本）', hours(3)], ['scheduled2', '図書館の休館（見本）', hours(3.2)]]) {
    await act(author, await write(name, title, { ja: `${title}です。` }, { schedule: at }), 'submit');
    await act(approver, ids[name], 'approve');
    await act(approver, ids[name], 'schedule');
  }
  await act(author, await write('approved', '海岸清掃のお知らせ（見本）', { ja: '日曜日に海岸を清掃します。（見本）' }), 'submit');
  await act(approver, ids.approved, 'approve');
  await act(author, await write('sent', '粗大ごみの受付日（見本）', { ja: '粗大ごみの受付は土曜日です。https://www.example.jp/ （見本）' }), 'submit');
  await act(approver, ids.sent, 'approve');
  await act(approver, ids.sent, 'send');
  await until('a sample is sent', async () => (await author.must('GET', `/broadcasts/${ids.sent}/status`)).json.state === 'sent', 60000);
  await act(author, await write('practice', '操作の練習（見本）', { ja: '練習です。' }, { kind: 'practice' }), 'submit');
  return ids;
}
