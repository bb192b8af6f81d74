// Asking the engine as a resident would, with the reasons for its answer.
import { useState, type FormEvent } from 'react';
import { call } from '../../api/client';
import { useSession } from '../../api/session';
import { useT } from '../../i18n';
import { PhonePreview, type LineMessage } from '../../phone/PhonePreview';
import { Badge, Button, Check, Field, ProblemNotice } from '../../ui';
import '../broadcast.css';

interface Answer {
  kind: 'answer' | 'choose' | 'none';
  intent: string;
  score: number;
  candidates: { intent: string; title: string; score: number }[];
  text: string;
  messages: LineMessage[];
  explanation: string[];
  conversation: string;
}

export function Ask() {
  const t = useT();
  const { me } = useSession();
  const [text, setText] = useState('');
  const [language, setLanguage] = useState('ja');
  const [workspace, setWorkspace] = useState(false);
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<unknown>();
  const ask = async (event?: FormEvent) => {
    event?.preventDefault();
    if (text.trim() === '') return;
    setProblem(undefined);
    try {
      setAnswer((await call<Answer>('/content/ask', { method: 'POST', body: { text, language, workspace } })).data);
    } catch (error) {
      setProblem(error);
    }
  };
  // What comes before the colon of an intent's name says what kind of answer it is.
  const kinds: Record<string, [string, string]> = {
    garbage: ['ごみの品目', 'Garbage'], faq: ['よくある質問', 'FAQ'], rule: ['決まった答え', 'Rule'], dialogue: ['順に聞く案内', 'Dialogue'], calendar: ['ごみの収集日', 'Collection days'],
  };
  const kindOf = (intent: string) => t(...(kinds[intent.split(':')[0] ?? ''] ?? [intent, intent]));
  const words = { answer: t('答える', 'Answers'), choose: t('選んでもらう', 'Offers a choice'), none: t('答えない', 'Does not answer') };
  return (
    <div className="broadcast">
      <div className="stack">
        <form className="card stack" onSubmit={(event) => void ask(event)}>
          <Field label={t('住民になったつもりで聞く', 'Ask as a resident would')}>{(field) => <input {...field} className="input" maxLength={5000} placeholder={t('例：ペットボトルの捨て方', 'e.g. ペットボトルの捨て方')} value={text} onChange={(event) => setText(event.target.value)} />}</Field>
          <div className="row filters">
            <Field label={t('ことば', 'Language')}>
              {(field) => (
                <select {...field} className="input" value={language} onChange={(event) => setLanguage(event.target.value)}>
                  <option value="ja">日本語</option>
                  <option value="ja-easy">やさしい日本語</option>
                  <option value="en">English</option>
                </select>
              )}
            </Field>
            <Check label={t('公開前の内容で試す', 'Use what is not published yet')} checked={workspace} onChange={setWorkspace} />
          </div>
          <div>
            <Button submit kind="primary" disabled={text.trim() === ''}>
              {t('聞く', 'Ask')}
            </Button>
          </div>
        </form>
        <ProblemNotice problem={problem} />
        {answer && (
          <section className="card stack">
            <div className="row">
              <Badge tone={answer.kind === 'answer' ? 'good' : answer.kind === 'choose' ? 'info' : 'quiet'}>{words[answer.kind]}</Badge>
              <span title={answer.intent}>{answer.intent ? kindOf(answer.intent) : ''}</span>
            </div>
            <h3>{t('候補', 'Candidates')}</h3>
            <div className="table-frame">
              <table className="table">
                <tbody>
                  {answer.candidates.map((each) => (
                    <tr key={each.intent}>
                      <td>{each.title}</td>
                      <td className="small nowrap" title={each.intent}>
                        {kindOf(each.intent)}
                      </td>
                      <td>
                        <div className="progress" style={{ width: 'clamp(48px, 9vw, 120px)' }} aria-hidden="true">
                          <div style={{ width: `${each.score * 100}%` }} />
                        </div>
                      </td>
                      <td className="number">{each.score.toFixed(2)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <h3>{t('なぜこの答えか', 'Why')}</h3>
            <ol className="explanation">
              {answer.explanation.map((line, index) => (
                <li key={index}>{line}</li>
              ))}
            </ol>
          </section>
        )}
      </div>
      <div>
        <PhonePreview messages={answer?.messages ?? []} account={me?.city.name ?? ''} empty={t('答えがここに表示されます', 'The answer appears here')} />
      </div>
    </div>
  );
}
