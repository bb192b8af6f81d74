// What residents can choose, as the city declares it, in the language of the page.
import { useQuery } from '@tanstack/react-query';
import { get } from '../api/client';
import { useLanguage } from '../i18n';
import { labelIn, type Attribute, type DeclaredAttribute } from './model';

export function useAttributes() {
  const { language } = useLanguage();
  return useQuery({
    queryKey: ['attributes'],
    queryFn: ({ signal }) => get<{ attributes: DeclaredAttribute[] }>('/attributes', signal).then((answer) => answer.attributes),
    staleTime: 10 * 60_000,
    select: (declared): Attribute[] =>
      declared.map((each) => ({
        id: each.id, kind: each.kind, verified: each.verified, label: labelIn(each.label, language),
        values: each.values.map((value) => ({ id: value.id, label: labelIn(value.label, language) })),
      })),
  });
}
