// Telegrams made by hand: what every telegram must have, and what is refused.
#include "adapters/jma/telegram.h"

#include "tests/broadcasts/alert_fixture.h"

using namespace kairan;
using namespace kairan::adapters;
using namespace kairan::broadcasts;

namespace {

std::string telegram(const std::string& changes_from = "", const std::string& to = "") {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Report xmlns=\"http://xml.kishou.go.jp/jmaxml1/\"><Control><Title>気象警報・注意報（Ｈ２７）</Title>"
      "<DateTime>2026-07-06T01:00:00Z</DateTime><Status>通常</Status><EditorialOffice>佐賀地方気象台</EditorialOffice></Control>"
      "<Head xmlns=\"http://xml.kishou.go.jp/jmaxml1/informationBasis1/\"><Title>佐賀県気象警報・注意報</Title><ReportDateTime>2026-07-06T10:00:00+09:00</ReportDateTime>"
      "<TargetDateTime>2026-07-06T10:00:00+09:00</TargetDateTime><EventID/><InfoType>発表</InfoType><Serial/><InfoKind>気象警報・注意報</InfoKind><Headline><Text/></Headline></Head>"
      "<Body xmlns=\"http://xml.kishou.go.jp/jmaxml1/body/meteorology1/\"><Warning type=\"気象警報・注意報（府県予報区等）\"><Item><Kind><Name>大雨特別警報</Name><Code>33</Code><Status>発表</Status></Kind>"
      "<Area><Name>佐賀県</Name><Code>410000</Code></Area></Item></Warning><Warning type=\"気象警報・注意報（市町村等）\"><Item><Kind><Name>大雨警報</Name><Code>03</Code><Status>発表</Status></Kind>"
      "<Area><Name>鹿島市</Name><Code>4120700</Code></Area></Item></Warning></Body></Report>";
  if (changes_from.empty()) return text;
  const std::size_t found = text.find(changes_from);
  REQUIRE(found != std::string::npos);
  return text.replace(found, changes_from.size(), to);
}

Result<Alert> read(const std::string& bytes, const std::string& name = "20260706010000_0_VPWW54_410000.xml") {
  const auto document = XmlDocument::parse(bytes);
  REQUIRE(document.ok());
  return jma::read_telegram(document->root(), name, test::sample_alert_content().city);
}

}  // namespace

TEST_CASE("Only what stands under the municipalities is the city's: the prefecture's special warning is not") {
  const auto alert = read(telegram());
  REQUIRE(alert.ok());
  REQUIRE(alert->hazards.size() == 1);
  CHECK(alert->hazards[0].kind == "rain");
  CHECK(alert->hazards[0].level == 2);
  CHECK(alert->type == "VPWW54");
  CHECK(alert->reported == test::at(10));
}

TEST_CASE("A telegram whose status, info type or time cannot be read is refused, never guessed to be real") {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"<Status>通常</Status><Editorial", "<Status>本番</Status><Editorial"},
           {"<Status>通常</Status><Editorial", "<Editorial"},
           {"<InfoType>発表", "<InfoType>発表？"},
           {"<ReportDateTime>2026-07-06T10:00:00+09:00", "<ReportDateTime>きのう"},
           {"http://xml.kishou.go.jp/jmaxml1/\"", "http://example.org/jmaxml1/\""}}) {
    INFO(to);
    CHECK_FALSE(read(telegram(from, to)).ok());
  }
}

TEST_CASE("A code that no table has, for the city, is shown to a person") {
  const auto alert = read(telegram("<Code>03</Code>", "<Code>77</Code>"));
  REQUIRE(alert.ok());
  REQUIRE(alert->hazards.size() == 1);
  CHECK(alert->hazards[0].kind == "other");
  CHECK(alert->hazards[0].uncertain);
}

TEST_CASE("An unknown type is recorded, and shown when it names the city") {
  const auto elsewhere = read(telegram("4120700", "4120800"), "20260706010000_0_VPXX50_410000.xml");
  REQUIRE(elsewhere.ok());
  CHECK(elsewhere->hazards.empty());
  const auto ours = read(telegram("<InfoKind>気象警報・注意報", "<InfoKind>新しい情報"), "20260706010000_0_VPXX50_410000.xml");
  REQUIRE(ours.ok());
  REQUIRE(ours->hazards.size() == 1);
  CHECK(ours->hazards[0].kind == "other");
}

TEST_CASE("An unknown area code and the code of another kind of area are not ours") {
  CHECK(read(telegram("<Code>4120700</Code>", "<Code>9999999</Code>"))->hazards.empty());
  CHECK(read(telegram("<Code>4120700</Code>", "<Code>412070</Code>"))->hazards.empty());
  CHECK(read(telegram("（市町村等）", "（市町村等をまとめた地域等）"))->hazards.empty());
}

TEST_CASE("The type is read from a name that has one") {
  CHECK(jma::type_in_name("https://www.data.jma.go.jp/developer/xml/data/20240320005334_0_VPWW53_030000.xml") == "VPWW53");
  CHECK(jma::type_in_name("16_01_01_220728_VXKOii.xml") == "VXKOii");
  CHECK(jma::type_in_name("20220918154907_08013775_VTSE41.xml") == "VTSE41");
  CHECK(jma::type_in_name("telegram.xml").empty());
  CHECK(jma::type_in_name("AVPWW53B.xml").empty());
  CHECK(jma::type_in_name("").empty());
}
