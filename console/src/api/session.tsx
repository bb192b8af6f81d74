// Who is signed in. The session lives in an HttpOnly cookie; this only knows its name and rights, and what to do when it ends: the
// sign-in form appears over the page, so that what was being written stays.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { get, onSignedOut, post, Problem, setCsrfToken } from './client';

export type Role = 'author' | 'approver' | 'emergency_officer' | 'content_editor' | 'operator' | 'auditor';

export interface Me {
  name: string;
  roles: Role[];
  section: string;
  must_change_password: boolean;
  second_factor: boolean;
  must_set_second_factor: boolean;
  csrf_token: string;
  city: { name: string };
  demo: boolean; // a demonstration: the second factor is off and the passwords are on the screen of the operator
}

interface Value {
  me: Me | undefined; // undefined: nobody is signed in
  loading: boolean;
  problem: Problem | undefined; // the gateway does not answer
  expired: boolean; // the session ended while a page was open
  may: (...roles: Role[]) => boolean; // has one of these roles
  refresh: () => Promise<void>;
  signOut: () => Promise<void>;
}

const Context = createContext<Value | null>(null);

async function readMe(): Promise<Me | null> {
  try {
    const me = await get<Me>('/session');
    setCsrfToken(me.csrf_token);
    return me;
  } catch (error) {
    if (error instanceof Problem && error.signedOut) return null;
    throw error;
  }
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { data, isPending, error, refetch } = useQuery({ queryKey: ['session'], queryFn: readMe, staleTime: 60_000, retry: 2 });
  const [expired, setExpired] = useState(false);
  useEffect(() => onSignedOut(() => setExpired(true)), []);
  const value = useMemo<Value>(
    () => ({
      me: data ?? undefined,
      loading: isPending,
      problem: error instanceof Problem ? error : undefined,
      expired: expired && Boolean(data),
      may: (...roles) => Boolean(data && roles.some((role) => data.roles.includes(role))),
      refresh: async () => {
        await refetch();
        setExpired(false);
      },
      signOut: async () => {
        await post('/session/logout');
        setCsrfToken('');
        client.clear();
        location.assign('/');
      },
    }),
    [client, data, error, expired, isPending, refetch],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useSession(): Value {
  const value = useContext(Context);
  if (!value) throw new Error('useSession outside of SessionProvider');
  return value;
}
