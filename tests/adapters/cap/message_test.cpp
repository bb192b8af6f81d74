// CAP and L-Alert messages made by hand.
#include "adapters/cap/message.h"

#include "tests/broadcasts/alert_fixture.h"

using namespace kairan;
using namespace kairan::adapters;
using namespace kairan::broadcasts;

namespace {

std::string message(const std::string& head, const std::string& area, const std::string& info = "") {
  return "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>1</identifier><sender>s@x</sender><sent>2026-07-06T10:00:00+09:00</sent>" + head +
         "<info><language>en</language><event>x</event><severity>Severe</severity><headline>English</headline><area><areaDesc>" + area + "</area></info>" + info + "</alert>";
}
const std::string kHead = "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope>";
const std::string kOurs = "佐賀県鹿島市</areaDesc><geocode><valueName>JIS</valueName><value>412074</value></geocode>";

Result<Alert> read(const std::string& bytes) {
  const auto document = XmlDocument::parse(bytes);
  REQUIRE(document.ok());
  auto alerts = cap::read_messages(document->root(), "m.cap", test::sample_alert_content().city);
  if (!alerts) return alerts.error();
  return alerts->front();
}

}  // namespace

TEST_CASE("The city is found by its code, by its name and by the shape of the area, and only the code is sure") {
  const auto by_code = read(message(kHead, kOurs));
  REQUIRE(by_code.ok());
  REQUIRE(by_code->hazards.size() == 1);
  CHECK(by_code->hazards[0].level == find_alert_kind("cap")->level_number("severe"));
  CHECK_FALSE(by_code->hazards[0].uncertain);
  CHECK(read(message(kHead, "鹿島市</areaDesc>"))->hazards.at(0).uncertain);
  CHECK(read(message(kHead, "somewhere</areaDesc><polygon>33.0,130.0 33.2,130.0 33.2,130.2 33.0,130.2 33.0,130.0</polygon>"))->hazards.at(0).uncertain);
  CHECK(read(message(kHead, "somewhere</areaDesc><circle>33.1,130.1 5</circle>"))->hazards.size() == 1);
  CHECK(read(message(kHead, "somewhere</areaDesc><circle>35.6,139.7 5</circle>"))->hazards.empty());
  CHECK(read(message(kHead, "鹿嶋市</areaDesc>"))->hazards.empty());
  CHECK(read(message(kHead, "茨城県</areaDesc><geocode><valueName>JIS</valueName><value>082228</value></geocode>"))->hazards.empty());
}

TEST_CASE("Shapes that are none hold nothing") {
  for (const char* wrong : {"", "a,b c,d e,f g,h", "33,130 33,131 34,131", "33", "nan,nan nan,nan nan,nan nan,nan", "33,130 inf,130 33,131 33,130"}) {
    INFO(wrong);
    CHECK_FALSE(cap::polygon_holds(wrong, 33.1, 130.1));
  }
  CHECK_FALSE(cap::circle_holds("33.1,130.1", 33.1, 130.1));
  CHECK_FALSE(cap::circle_holds("33.1,130.1 -5", 33.1, 130.1));
  CHECK(cap::circle_holds("33.1,130.1 0.1", 33.1, 130.1));
}

TEST_CASE("Exercise, test, draft and system messages are not real; private ones are nobody's") {
  CHECK(read(message("<status>Exercise</status><msgType>Alert</msgType><scope>Public</scope>", kOurs))->status == AlertStatus::kDrill);
  for (const std::string status : {"Test", "System", "Draft"}) CHECK(read(message("<status>" + status + "</status><msgType>Alert</msgType><scope>Public</scope>", kOurs))->status == AlertStatus::kTest);
  CHECK(read(message("<status>Actual</status><msgType>Alert</msgType><scope>Private</scope>", kOurs))->hazards.empty());
  CHECK(read(message("<status>Actual</status><msgType>Ack</msgType><scope>Public</scope>", kOurs))->hazards.empty());
}

TEST_CASE("A message without what CAP requires is refused") {
  for (const std::string head : {"<msgType>Alert</msgType><scope>Public</scope>", "<status>Real</status><msgType>Alert</msgType><scope>Public</scope>", "<status>Actual</status><msgType>Alert</msgType>",
                                 "<status>Actual</status><msgType>Alarm</msgType><scope>Public</scope>", "<status>Actual</status><msgType>Update</msgType><scope>Public</scope>"}) {
    INFO(head);
    CHECK_FALSE(read(message(head, kOurs)).ok());
  }
}

TEST_CASE("Updates and cancels carry whom they follow") {
  const auto update = read(message("<status>Actual</status><msgType>Update</msgType><scope>Public</scope><references>s@x,0,2026-07-06T09:00:00+09:00 s@x,00,2026-07-06T08:00:00+09:00</references>", kOurs));
  REQUIRE(update.ok());
  CHECK(update->references == std::vector<std::string>{"s@x,0", "s@x,00"});
  CHECK(update->event_ids == std::vector<std::string>{"s@x,1"});
}

TEST_CASE("Japanese is preferred among several languages") {
  const auto alert = read(message(kHead, kOurs, "<info><language>ja-JP</language><event>x</event><headline>日本語</headline></info>"));
  REQUIRE(alert.ok());
  CHECK(alert->headline == "日本語");
  CHECK(alert->hazards.size() == 1);
}

TEST_CASE("A wrapper that says exercise makes its real content an exercise, and an envelope can be empty") {
  const std::string inner = message(kHead, kOurs);
  const auto wrapped = [&](const std::string& status) {
    return "<d:EDXLDistribution xmlns:d=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\"><d:distributionStatus>" + status + "</d:distributionStatus><d:contentObject>" + inner + "</d:contentObject></d:EDXLDistribution>";
  };
  CHECK(read(wrapped("Exercise"))->status == AlertStatus::kDrill);
  CHECK(read(wrapped("Actual"))->status == AlertStatus::kReal);
  CHECK_FALSE(read(wrapped("Somehow")).ok());
  CHECK_FALSE(read("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/></s:Envelope>").ok());
}
