// What is being written and is not at the server yet: kept in this browser, per account and draft, so that neither a closed tab nor a
// gateway that is away loses it. Signing out clears it (Clear-Site-Data).
const prefix = 'kairan.unsaved';
const keep = 7 * 24 * 3_600_000; // ms

interface Kept<T> {
  at: number; // Unix ms
  revision: number | undefined; // of the draft that it was written over
  form: T;
}
const keyOf = (account: string, id: string) => `${prefix}.${account}.${id}`;

/** @param id  of the draft, or "new" */
export function keepUnsaved<T>(account: string, id: string, revision: number | undefined, form: T): void {
  try {
    localStorage.setItem(keyOf(account, id), JSON.stringify({ at: Date.now(), revision, form } satisfies Kept<T>));
  } catch {
    // No room in the browser: the page still holds it.
  }
}
export function forgetUnsaved(account: string, id: string): void {
  localStorage.removeItem(keyOf(account, id));
}
/** What was kept over this revision; what is older than a week, or was written over another revision, is not given back. */
export function readUnsaved<T>(account: string, id: string, revision: number | undefined): T | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(account, id)) ?? 'null') as Kept<T> | null;
    if (!kept || Date.now() - kept.at > keep || kept.revision !== revision) return undefined;
    return kept.form;
  } catch {
    return undefined;
  }
}
