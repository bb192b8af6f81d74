import { PageHead } from '../ui';
import { useT } from '../i18n';

export default function Home() {
  const t = useT();
  return <PageHead title={t('ホーム', 'Home')} />;
}
