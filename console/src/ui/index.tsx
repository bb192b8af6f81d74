// The parts that every page is made of. They carry labels, states and errors, so that pages cannot forget them.
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Problem } from '../api/client';
import type { Kind } from '../api/types';
import { useLanguage, useT } from '../i18n';

type Tone = 'info' | 'good' | 'warn' | 'bad';

export function Notice({ tone, title, children }: { tone: Tone | 'drill' | 'practice'; title?: string; children?: ReactNode }) {
  return (
    <div className={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <div>
        {title && <strong>{title}</strong>}
        {children}
      </div>
    </div>
  );
}

export function ProblemNotice({ problem, retry }: { problem: unknown; retry?: () => void }) {
  const t = useT();
  if (!problem) return null;
  const known = problem instanceof Problem ? problem : undefined;
  // Each thing once; what the fields are said to lack says more than the sentence over all of them.
  const said = [...new Set((known?.errors ?? []).map((each) => each.message))];
  return (
    <Notice tone="bad" title={known?.status === 0 ? t(known.title, 'The server does not answer') : known?.title || t('うまくいきませんでした', 'Something went wrong')}>
      {said.length > 1 ? (
        <ul>
          {said.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      ) : (
        <p>{said[0] ?? known?.detail ?? t('もう一度お試しください。', 'Please try again.')}</p>
      )}
      {retry && (
        <button type="button" className="button button-small" onClick={retry}>
          {t('もう一度', 'Try again')}
        </button>
      )}
    </Notice>
  );
}

export function Loading({ what }: { what?: string }) {
  const t = useT();
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      <span>{what ?? t('読み込んでいます', 'Loading')}</span>
    </div>
  );
}

export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p>{children}</p>
      {action && <p style={{ marginTop: 12 }}>{action}</p>}
    </div>
  );
}

interface ButtonProps {
  children: ReactNode;
  onClick?: () => Promise<unknown> | void;
  kind?: 'primary' | 'danger' | 'quiet' | 'drill' | 'practice';
  small?: boolean;
  submit?: boolean;
  disabled?: boolean;
  describedBy?: string;
}
/** While its action runs it cannot be pressed again. */
export function Button({ children, onClick, kind, small, submit, disabled, describedBy }: ButtonProps) {
  const [busy, setBusy] = useState(false);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const press = async () => {
    if (!onClick || busy) return;
    setBusy(true);
    try {
      await onClick();
    } finally {
      if (mounted.current) setBusy(false);
    }
  };
  const classes = ['button', kind && `button-${kind}`, small && 'button-small'].filter(Boolean).join(' ');
  return (
    <button type={submit ? 'submit' : 'button'} className={classes} disabled={disabled || busy} aria-busy={busy} aria-describedby={describedBy} onClick={submit ? undefined : press}>
      {busy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string;
  required?: boolean;
  counter?: { length: number; most: number };
  children: (attributes: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean; required: boolean | undefined }) => ReactNode;
}
export function Field({ label, hint, error, required, counter, children }: FieldProps) {
  const t = useT();
  const id = useId();
  const describedBy = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined;
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {required && <span className="required">{t('必須', 'required')}</span>}
      </label>
      {hint && (
        <div className="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error && (
        <div className="field-error" id={`${id}-error`} role="alert">
          {error}
        </div>
      )}
      {children({ id, 'aria-describedby': describedBy, 'aria-invalid': Boolean(error), required })}
      {counter && (
        <div className={counter.length > counter.most ? 'counter counter-over' : 'counter'} aria-live="polite">
          {counter.length.toLocaleString()} / {counter.most.toLocaleString()}
        </div>
      )}
    </div>
  );
}

export function Check({ label, checked, onChange, disabled }: { label: ReactNode; checked: boolean; onChange: (on: boolean) => void; disabled?: boolean }) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface DialogProps {
  open: boolean;
  title: string;
  kind?: Kind; // says in colour, frame and word what is about to be sent
  onClose: () => void;
  children: ReactNode;
  actions: ReactNode;
}
/** To the other language; what the API said in the former one is asked for again. */
export function LanguageSwitch() {
  const { language, setLanguage } = useLanguage();
  const queries = useQueryClient();
  const other = language === 'ja' ? 'en' : 'ja';
  return (
    <button type="button" className="button button-quiet button-small" lang={other} onClick={() => {
        setLanguage(other);
        void queries.invalidateQueries();
      }}
    >
      {other === 'en' ? 'English' : '日本語'}
    </button>
  );
}

const kindWords: Record<Kind, [string, string]> = { live: ['本番', 'LIVE'], drill: ['訓練', 'DRILL'], practice: ['練習', 'PRACTICE'] };
/** A modal dialog of the platform: focus stays inside, Escape closes, focus returns to where it was. */
export function Dialog({ open, title, kind, onClose, children, actions }: DialogProps) {
  const t = useT();
  const node = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = node.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog ref={node} className={`dialog${kind ? ` dialog-${kind}` : ''}`} aria-labelledby={id} onClose={onClose} onCancel={onClose}>
      {open && (
        <div className="dialog-body">
          {kind && <p className="dialog-band">{t(...kindWords[kind])}</p>}
          <h2 id={id}>{title}</h2>
          {children}
          <div className="dialog-actions">{actions}</div>
        </div>
      )}
    </dialog>
  );
}

export function Badge({ tone = 'quiet', children }: { tone?: Tone | 'quiet' | 'drill' | 'practice' | 'emergency'; children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

export function PageHead({ title, lead, actions }: { title: string; lead?: ReactNode; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} | 回覧`;
  }, [title]);
  return (
    <header className="row-between">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p className="weak">{lead}</p>}
      </div>
      {actions && <div className="row no-print">{actions}</div>}
    </header>
  );
}
