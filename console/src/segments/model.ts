// Segments as the API takes them: react-querybuilder's rule groups over the declared attributes, or "everyone".
import type { RuleGroupType } from 'react-querybuilder';

export interface AttributeValue {
  id: string;
  label: string;
}
/** As the server declares them, labels by language. */
export interface DeclaredAttribute {
  id: string;
  kind: Attribute['kind'];
  label: Record<string, string>;
  values: { id: string; label: Record<string, string> }[];
  verified: boolean;
  hidden: boolean;
}
export function labelIn(label: Record<string, string>, language: string): string {
  return label[language] ?? label.ja ?? '';
}
export interface Attribute {
  id: string;
  kind: 'single' | 'many' | 'yes_no' | 'birth_months';
  label: string;
  values: AttributeValue[];
  verified?: boolean;
}

export type SegmentRules = RuleGroupType | 'everyone';

export const emptyRules: RuleGroupType = { combinator: 'and', not: false, rules: [] };

export const schoolYears: { id: string; ja: string; en: string }[] = [
  { id: 'preschool', ja: '未就学', en: 'Before school' },
  ...[0, 1, 2, 3, 4, 5].map((n) => ({ id: `nursery${n}`, ja: `${n}歳児クラス`, en: `Nursery class ${n}` })),
  ...[1, 2, 3, 4, 5, 6].map((n) => ({ id: `elementary${n}`, ja: `小学${n}年`, en: `Elementary ${n}` })),
  ...[1, 2, 3].map((n) => ({ id: `junior${n}`, ja: `中学${n}年`, en: `Junior high ${n}` })),
  ...[1, 2, 3].map((n) => ({ id: `high${n}`, ja: `高校${n}年`, en: `High school ${n}` })),
];

/** What is sent: ids of the editor, which mean nothing to the server, are left out. */
export function plainRules(rules: SegmentRules): unknown {
  if (rules === 'everyone') return rules;
  const group = (value: RuleGroupType): unknown => ({
    combinator: value.combinator,
    not: Boolean(value.not),
    rules: value.rules.map((rule) =>
      'rules' in rule ? group(rule) : { field: rule.field, operator: rule.operator, value: rule.value },
    ),
  });
  return group(rules);
}

export function isEmpty(rules: SegmentRules): boolean {
  return rules !== 'everyone' && rules.rules.length === 0;
}

/** What the server sent, ready for the editor. */
export function parseRules(value: unknown): SegmentRules {
  if (value === 'everyone') return 'everyone';
  if (value && typeof value === 'object' && 'rules' in value) return value as RuleGroupType;
  return emptyRules;
}
