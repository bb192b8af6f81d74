// Whom a notice concerns, built from rules. The words are those of the settings that residents see; everything can be done with
// the keyboard.
import { useMemo } from 'react';
import { QueryBuilder, type Field, type RuleGroupType, type ValueEditorProps, type ActionProps, type NotToggleProps } from 'react-querybuilder';
import { useLanguage } from '../i18n';
import { schoolYears, type Attribute } from './model';
import './segments.css';

interface Choice {
  name: string;
  label: string;
}
interface SegmentField extends Field {
  kind: Attribute['kind'] | 'school_year' | 'broadcast';
  choices: Choice[];
}

function valueList(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return String(value ?? '').split(',').map((part) => part.trim()).filter(Boolean);
}

function ValueEditor({ fieldData, operator, value, handleOnChange, disabled, title }: ValueEditorProps) {
  const { t } = useLanguage();
  const field = fieldData as SegmentField;
  if (operator === 'null' || operator === 'notNull') return null;
  if (field.kind === 'birth_months') {
    const ages = valueList(value).map(Number);
    const least = ages[0] ?? 0;
    const most = ages[1] ?? least;
    const years = Array.from({ length: 19 }, (_, n) => n);
    const select = (label: string, current: number, change: (n: number) => void) => (
      <select className="input segment-age" aria-label={label} disabled={disabled} value={current} onChange={(event) => change(Number(event.target.value))}>
        {years.map((n) => (
          <option key={n} value={n}>
            {t(`${n}歳`, `${n}`)}
          </option>
        ))}
      </select>
    );
    if (operator !== 'between' && operator !== 'notBetween') {
      return select(t('年齢', 'Age'), least, (n) => handleOnChange(n));
    }
    return (
      <span className="row segment-ages">
        {select(t('年齢（下）', 'Age from'), least, (n) => handleOnChange([n, Math.max(n, most)]))}
        <span>{t('から', 'to')}</span>
        {select(t('年齢（上）', 'Age to'), most, (n) => handleOnChange([Math.min(n, least), n]))}
      </span>
    );
  }
  if (field.kind === 'yes_no') {
    return (
      <select className="input segment-value" aria-label={title} disabled={disabled} value={String(value)} onChange={(event) => handleOnChange(event.target.value === 'true')}>
        <option value="true">{t('はい', 'Yes')}</option>
        <option value="false">{t('いいえ', 'No')}</option>
      </select>
    );
  }
  const chosen = valueList(value);
  const toggle = (name: string, on: boolean) =>
    handleOnChange(field.choices.map((choice) => choice.name).filter((each) => (each === name ? on : chosen.includes(each))));
  return (
    <fieldset className="segment-choices">
      <legend className="visually-hidden">{field.label}</legend>
      {field.choices.map((choice) => (
        <label key={choice.name} className={chosen.includes(choice.name) ? 'segment-choice segment-chosen' : 'segment-choice'}>
          <input type="checkbox" disabled={disabled} checked={chosen.includes(choice.name)} onChange={(event) => toggle(choice.name, event.target.checked)} />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function ActionButton({ label, title, handleOnClick, disabled, className }: ActionProps) {
  return (
    <button type="button" className={`button button-small ${className ?? ''}`} title={title} aria-label={typeof title === 'string' ? title : undefined} disabled={disabled} onClick={handleOnClick}>
      {label}
    </button>
  );
}

interface Option {
  name?: string;
  value?: string;
  label: string;
}
/** A select that says what it chooses. */
function Selector({ options, value, handleOnChange, title, className, disabled }: { options: unknown; value?: unknown; handleOnChange: (value: string) => void; title?: string; className?: string; disabled?: boolean }) {
  return (
    <select className={className} aria-label={title} disabled={disabled} value={String(value ?? '')} onChange={(event) => handleOnChange(event.target.value)}>
      {(options as Option[]).map((option) => (
        <option key={option.name} value={option.name}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

function NotToggle({ checked, handleOnChange, disabled }: NotToggleProps) {
  const { t } = useLanguage();
  return (
    <label className="check segment-not">
      <input type="checkbox" checked={Boolean(checked)} disabled={disabled} onChange={(event) => handleOnChange(event.target.checked)} />
      <span>{t('この条件に当てはまる人を除く', 'Everyone but these')}</span>
    </label>
  );
}

interface Props {
  attributes: Attribute[];
  broadcasts?: { id: string; title: string }[]; // for 「受け取った人」
  rules: RuleGroupType;
  onChange: (rules: RuleGroupType) => void;
  disabled?: boolean;
  errors?: { path: string; message: string }[];
}

export function SegmentBuilder({ attributes, broadcasts = [], rules, onChange, disabled, errors = [] }: Props) {
  const { t, language } = useLanguage();
  const fields = useMemo<SegmentField[]>(() => {
    const all: SegmentField[] = [];
    const operator = (name: string, ja: string, en: string) => ({ name, value: name, label: t(ja, en) });
    const listed = [operator('in', 'のどれか', 'is any of'), operator('notIn', 'のどれでもない', 'is none of')];
    const answered = [operator('null', 'を選んでいない', 'not chosen'), operator('notNull', 'を選んでいる', 'chosen')];
    for (const attribute of attributes) {
      const choices = attribute.values.map((value) => ({ name: value.id, label: value.label }));
      const base = { name: attribute.id, value: attribute.id, label: attribute.label, choices };
      if (attribute.kind === 'birth_months') {
        all.push({
          ...base, label: t('子どもの年齢', 'Age of children'), kind: 'birth_months', defaultValue: [0, 2],
          operators: [operator('between', 'の範囲の子がいる', 'has a child of'), operator('notBetween', 'の範囲の子がいない', 'has no child of'), ...answered],
        });
        all.push({
          name: `${attribute.id}.school_year`, value: `${attribute.id}.school_year`, label: t('子どもの学年', 'School year of children'), kind: 'school_year',
          choices: schoolYears.map((year) => ({ name: year.id, label: language === 'en' ? year.en : year.ja })), defaultValue: [], operators: listed,
        });
      } else if (attribute.kind === 'yes_no') {
        all.push({ ...base, kind: 'yes_no', defaultValue: true, operators: [operator('=', 'は', 'is'), ...answered] });
      } else {
        const every = attribute.kind === 'many' ? [operator('all', 'のすべて', 'has all of')] : [];
        all.push({ ...base, kind: attribute.kind, defaultValue: [], operators: [...listed, ...every, ...answered] });
      }
    }
    if (broadcasts.length > 0) {
      all.push({
        name: 'broadcast', value: 'broadcast', label: t('これまでの配信', 'Earlier notices'), kind: 'broadcast', defaultValue: [],
        choices: broadcasts.map((each) => ({ name: each.id, label: each.title })),
        operators: [operator('received', 'を受け取った', 'received'), operator('notReceived', 'を受け取っていない', 'did not receive')],
      });
    }
    return all;
  }, [attributes, broadcasts, language, t]);

  return (
    <div className="segment">
      <QueryBuilder
        fields={fields}
        query={rules}
        onQueryChange={onChange}
        disabled={disabled}
        showNotToggle
        listsAsArrays
        combinators={[
          { name: 'and', value: 'and', label: t('すべてに当てはまる', 'all of these') },
          { name: 'or', value: 'or', label: t('どれかに当てはまる', 'any of these') },
        ]}
        controlElements={{ valueEditor: ValueEditor, actionElement: ActionButton, notToggle: NotToggle, fieldSelector: Selector, operatorSelector: Selector, combinatorSelector: Selector }}
        controlClassnames={{ queryBuilder: 'segment-tree', fields: 'input', operators: 'input', combinators: 'input' }}
        translations={{
          fields: { title: t('項目', 'Item'), placeholderLabel: '', placeholderName: '', placeholderGroupLabel: '' },
          operators: { title: t('条件', 'Condition'), placeholderLabel: '', placeholderName: '', placeholderGroupLabel: '' },
          value: { title: t('値', 'Value') },
          combinators: { title: t('組み合わせ方', 'How rules combine') },
          addRule: { label: t('＋ 条件を足す', '+ Add rule'), title: t('条件を足す', 'Add a rule') },
          addGroup: { label: t('＋ 条件のまとまりを足す', '+ Add group'), title: t('条件のまとまりを足す', 'Add a group of rules') },
          removeRule: { label: t('削除', 'Remove'), title: t('この条件を削除', 'Remove this rule') },
          removeGroup: { label: t('まとまりを削除', 'Remove group'), title: t('このまとまりを削除', 'Remove this group') },
          notToggle: { label: '', title: '' },
        }}
        resetOnFieldChange
        resetOnOperatorChange={false}
      />
      {errors.length > 0 && (
        <ul className="field-error" role="alert">
          {errors.map((error) => (
            <li key={error.path + error.message}>{error.message}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
