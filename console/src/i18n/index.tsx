// Japanese first, English beside it. A text is written where it is used, both languages side by side, so that neither can be
// forgotten: t('保存', 'Save').
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import { setApiLanguage } from '../api/client';

export type Language = 'ja' | 'en';
interface Value {
  language: Language;
  setLanguage: (language: Language) => void;
  t: (ja: string, en: string) => string;
}
const Context = createContext<Value | null>(null);
const storageKey = 'kairan.language';

function stored(): Language {
  return localStorage.getItem(storageKey) === 'en' ? 'en' : 'ja';
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, set] = useState<Language>(() => {
    const first = stored();
    setApiLanguage(first);
    document.documentElement.lang = first;
    return first;
  });
  const value = useMemo<Value>(
    () => ({
      language,
      setLanguage: (next) => {
        localStorage.setItem(storageKey, next);
        setApiLanguage(next);
        document.documentElement.lang = next;
        set(next);
      },
      t: (ja, en) => (language === 'en' ? en : ja),
    }),
    [language],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useLanguage(): Value {
  const value = useContext(Context);
  if (!value) throw new Error('useLanguage outside of LanguageProvider');
  return value;
}
export function useT(): Value['t'] {
  return useLanguage().t;
}
