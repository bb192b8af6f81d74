// Shapes of the staff API that several pages share; gateway/api/openapi.yaml describes them.
import type { SegmentRules } from '../segments/model';

export type Kind = 'live' | 'drill' | 'practice';
export type Priority = 'bulk' | 'scheduled' | 'emergency';
export type State =
  | 'draft' | 'submitted' | 'returned' | 'rejected' | 'approved' | 'scheduled' | 'held' | 'freezing' | 'sending' | 'paused'
  | 'sent' | 'sent_with_unknown' | 'stopped' | 'cancelled' | 'expired' | 'failed';

export interface BroadcastDocument {
  title: string;
  kind: Kind;
  priority: Priority;
  section: string;
  topic: string;
  segment: SegmentRules | null; // null: nobody chosen yet
  messages: unknown[];
  schedule?: unknown; // null or absent: when it is ordered; a time; or a rule
  expires?: string | null;
  fallbacks?: Record<string, unknown>;
}

export interface HistoryEntry {
  at: string;
  account: string;
  action: string;
  from: State;
  to: State;
  comment: string;
}

export interface BroadcastSummary {
  id: string;
  state: State;
  state_label: string;
  title: string;
  kind: Kind;
  priority: Priority;
  section: string;
  topic: string;
  author: string;
  created: string;
  due: string | null;
  segment_sentence: string;
  reason: string;
  effect?: '' | 'correct' | 'withdraw';
  revision: number;
}

export interface Broadcast {
  summary: BroadcastSummary;
  document: BroadcastDocument;
  returned_document: BroadcastDocument | null; // as it was when it was last returned
  approver: string;
  corrects: string;
  corrected_by: string;
  rule_id: string;
  approved_count: number | null;
  history: HistoryEntry[];
  possible: string[]; // actions this account may take now
}

export interface Preview {
  variants: { language: string; label: string; messages: Record<string, unknown>[] }[];
  problems: DocumentProblem[];
}

/** A number that hides itself under 5 outside the sending desk. */
export interface Count {
  value?: number | null;
  shown: string;
}

export interface Counts {
  planned: number;
  in_flight: number;
  accepted: number;
  refused: number;
  unknown: number;
}
export interface BroadcastStatus {
  id: string;
  state: State;
  reason: string;
  audience: number;
  batches: Counts;
  recipients: Counts;
  first_batch_at: string | null;
  last_batch_at: string | null;
}

export interface DocumentProblem {
  path: string;
  message: string;
  warning: boolean;
}
export interface DryRun {
  recipients: number;
  registered: number;
  undeclared: number;
  variants: { label: string; recipients: number; batches: number; preview: string }[];
  batches: number;
  seconds: number;
  quota_left: number | null;
  quota_known: boolean;
  problems: DocumentProblem[];
  nth_this_week: { nth: number; recipients: number }[];
  sentence: string;
  blocks_after_topic: number;
  topic_broadcasts: number;
}

export interface Page<T> {
  items: T[];
  offset: number;
  more: boolean;
}

export interface HealthPart {
  name: string;
  label: string;
  state: 'ok' | 'warning' | 'failed' | 'unknown';
  detail: string;
  value?: number;
}
export interface BalanceRow {
  name: string;
  label: string;
  last_7_days: number;
  last_28_days: number;
  weekly_plan: number | null;
  last_at?: string | null;
}
export type Need =
  | { why: 'approve' | 'returned' | 'held' | 'failed' | 'unknown' | 'paused'; broadcast: BroadcastSummary }
  | { why: 'alert'; alert: { id: string; title: string; received: string; acknowledged_by: string } }
  | { why: 'rules_to_publish' | 'rules_returned'; rules: { hash: string; by: string; at: string; comment: string } };
export interface HomeAnswer {
  needs_me: Need[];
  today: BroadcastSummary[];
  health: { ok: boolean; parts: HealthPart[] };
  balance: { sections: BalanceRow[]; topics: BalanceRow[] };
}

export interface Template {
  id: string;
  kind: 'emergency' | 'correction' | 'ordinary';
  title: string;
  fields: { name: string; label: string; example?: string; most?: number; districts?: boolean }[];
  messages: unknown[];
  published: boolean;
}
