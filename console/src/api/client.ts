// Calls to the staff API (/api/v1): JSON in and out, the CSRF token on everything that changes something, errors as
// problem+json. What the API refuses comes back as a Problem that says, in the reader's language, what to do.

export interface FieldError {
  field: string; // path in the request: "messages[0].text.ja"
  message: string;
}

/** RFC 9457, as the gateway writes it. */
export class Problem extends Error {
  constructor(
    readonly status: number, // 0: no answer at all
    readonly title: string,
    readonly detail: string,
    readonly code: string,
    readonly errors: FieldError[] = [],
  ) {
    super(detail || title);
    this.name = 'Problem';
  }
  /** The gateway does not answer, or its store is away: trying again later may help. */
  get passing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503;
  }
  get signedOut(): boolean {
    return this.status === 401;
  }
  fieldError(field: string): string | undefined {
    return this.errors.find((error) => error.field === field)?.message;
  }
}

type Listener = () => void;
const signedOutListeners = new Set<Listener>();
/** Called whenever an answer says that the session is gone. @return how to stop listening */
export function onSignedOut(listener: Listener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

let csrfToken = '';
export function setCsrfToken(token: string): void {
  csrfToken = token;
}
let language = 'ja';
export function setApiLanguage(value: string): void {
  language = value;
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown; // sent as JSON, or as it is when it is a Blob or FormData
  revision?: number; // If-Match: refused with 412 when somebody else was quicker
  idempotencyKey?: string; // a repeat with this key creates nothing twice
  signal?: AbortSignal;
  background?: boolean; // polling: does not keep the session alive
}

export interface Answer<T> {
  data: T;
  revision?: number; // ETag
}

const base = '/api/v1';

async function send(path: string, options: CallOptions): Promise<Response> {
  const method = options.method ?? (options.body === undefined ? 'GET' : 'POST');
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': language };
  let body: BodyInit | undefined;
  if (options.body instanceof Blob || options.body instanceof FormData) {
    body = options.body;
    if (options.body instanceof Blob) headers['Content-Type'] = options.body.type || 'application/octet-stream';
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body);
    headers['Content-Type'] = 'application/json';
  }
  if (method !== 'GET') headers['X-CSRF-Token'] = csrfToken;
  if (options.revision !== undefined) headers['If-Match'] = `"${options.revision}"`;
  if (options.background) headers['X-Kairan-Background'] = '1';
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey;
  try {
    return await fetch(base + path, { method, headers, body, signal: options.signal, credentials: 'same-origin', cache: 'no-store' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'サーバーにつながりません', 'しばらく待つと自動でつながります。入力した内容はこの画面に残っています。', 'offline');
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const json = JSON.parse(text) as Record<string, unknown>;
    const errors = Array.isArray(json.errors) ? (json.errors as FieldError[]) : [];
    return new Problem(response.status, String(json.title ?? ''), String(json.detail ?? ''), String(json.code ?? ''), errors);
  } catch {
    return new Problem(response.status, `エラー（${response.status}）`, 'もう一度お試しください。続くときは運用担当に知らせてください。', 'unexpected');
  }
}

export async function call<T>(path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const response = await send(path, options);
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.signedOut && !path.startsWith('/session')) signedOutListeners.forEach((listener) => listener());
    throw problem;
  }
  const tag = /"(\d+)"/.exec(response.headers.get('ETag') ?? '');
  const revision = tag ? Number(tag[1]) : undefined;
  if (response.status === 204) return { data: undefined as T, revision };
  return { data: (await response.json()) as T, revision };
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call<T>(path, { signal })).data;
}

/** The same for what a page asks again and again by itself. */
export async function poll<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call<T>(path, { signal, background: true })).data;
}

export async function post<T>(path: string, body: unknown = {}, options: CallOptions = {}): Promise<T> {
  return (await call<T>(path, { ...options, method: 'POST', body })).data;
}

/** A fresh key for one intention of the user; the same press repeated sends the same key. */
export function newKey(): string {
  return crypto.randomUUID();
}

/** Saves an answer as a file (CSV exports). */
export async function download(path: string, fileName: string): Promise<void> {
  const response = await send(path, {});
  if (!response.ok) throw await problemOf(response);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Query string of the values that are set. */
export function query(values: Record<string, string | number | boolean | undefined>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  if (pairs.length === 0) return '';
  return '?' + pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
}
