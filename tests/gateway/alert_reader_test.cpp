// Bytes of any origin to alerts: by file, by mail, by mailbox.
#include "gateway/main/alert_reader.h"

#include "tests/broadcasts/alert_fixture.h"

using namespace kairan;
using namespace kairan::gateway;

namespace {

std::string cap(const std::string& id) {
  return "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>" + id +
         "</identifier><sender>s@x</sender><sent>2026-07-06T10:00:00+09:00</sent><status>Actual</status><msgType>Alert"
         "</msgType><scope>Public</scope><info><language>en</language><event>x</event><severity>Severe</severity>"
         "<headline>English</headline><area><areaDesc>佐賀県鹿島市</areaDesc></area></info></alert>";
}
std::string mail(const std::string& body) {
  return "Subject: alert\nContent-Type: text/xml; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n" + body + "\n";
}
Result<std::vector<broadcasts::Alert>> read(const std::string& bytes) {
  return read_alerts(bytes, "m", test::sample_alert_content().city);
}
std::vector<broadcasts::Alert> alerts(const std::string& bytes) {
  auto found = read(bytes);
  REQUIRE(found.ok());
  return *std::move(found);
}

}  // namespace

TEST_CASE("A message is the same alert as a file, in a mail, and in a mailbox among others") {
  const auto file = alerts(cap("1"));
  REQUIRE(file.size() == 1);
  const auto in_mail = alerts(mail(cap("1")));
  REQUIRE(in_mail.size() == 1);
  CHECK(in_mail[0].event_ids == file[0].event_ids);
  const auto box =
      alerts(("From a Mon Jul  6 10:00:00 2026\n" + mail(cap("1")) + "\nFrom b Mon Jul  6 10:00:01 2026\n" +
              mail("<nonsense/>") + "\nFrom c Mon Jul  6 10:00:02 2026\n" + mail(cap("2"))));
  REQUIRE(box.size() == 2);
  CHECK(box[0].event_ids == file[0].event_ids);
  CHECK(box[0].digest != box[1].digest);
  CHECK(box[0].name == "m#1");
  CHECK(box[1].name == "m#3");
}

TEST_CASE("A mail without a message is refused with the reason") {
  CHECK(read(mail("plain text")).error().code == ErrorCode::kInvalid);
  CHECK_FALSE(read(mail("<alert")));
  CHECK_FALSE(read(mail("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")));
}
