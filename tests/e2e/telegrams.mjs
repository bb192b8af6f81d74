// Weather telegrams made for tests, in the form of JMA's VPWW54: what they say about the city is ours, not JMA's.
const isoJst = (date) => `${new Date(date.getTime() + 9 * 3600e3).toISOString().slice(0, 19)}+09:00`;

/** The name that a file of this type has. */
export function telegramName(at = new Date(), number = 0) {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}_${number}_VPWW54_410000.xml`;
}

/**
 * One warning for the city.
 * code, name: as in JMA's table (33 大雨特別警報, 03 大雨警報); status: 発表, 継続, 解除; infoType: 発表, 訂正, 取消; control: 通常, 訓練, 試験
 */
export function warning({ at = new Date(), code = '33', name = '大雨特別警報', status = '発表', infoType = '発表', control = '通常', headline = '' } = {}) {
  const time = isoJst(at);
  return `<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>気象警報・注意報（Ｈ２７）</Title><DateTime>${at.toISOString().slice(0, 19)}Z</DateTime>
<Status>${control}</Status><EditorialOffice>佐賀地方気象台</EditorialOffice><PublishingOffice>佐賀地方気象台</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>佐賀県気象警報・注意報</Title><ReportDateTime>${time}</ReportDateTime>
<TargetDateTime>${time}</TargetDateTime><EventID/><InfoType>${infoType}</InfoType><Serial/><InfoKind>気象警報・注意報</InfoKind>
<InfoKindVersion>1.1_2</InfoKindVersion><Headline><Text>${headline}</Text></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/"><Warning type="気象警報・注意報（市町村等）"><Item>
<Kind><Name>${name}</Name><Code>${code}</Code><Status>${status}</Status></Kind><Area><Name>鹿島市</Name><Code>4120700</Code></Area></Item></Warning></Body></Report>
`;
}
