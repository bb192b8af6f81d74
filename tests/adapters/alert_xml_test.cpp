// XML from outside: attacks and accidents are refused with their reason.
#include "adapters/xml_document.h"
#include "adapters/xml_time.h"
#include "base/civil_time.h"
#include "tests/support/catch.h"

using namespace kairan;
using namespace kairan::adapters;

namespace {

std::string refusal(std::string_view bytes, const XmlLimits& limits = {}) {
  const auto document = XmlDocument::parse(bytes, limits);
  return document ? "" : std::string(error_code_name(document.error().code)) + ": " + document.error().detail;
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("Entities and document types are refused, whatever they would do") {
  CHECK(has(refusal("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"), "invalid"));
  CHECK(has(refusal("<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><a>&b;</a>"), "DOCTYPE"));
  CHECK(has(refusal("<!DOCTYPE a SYSTEM \"http://127.0.0.1/x.dtd\"><a/>"), "DOCTYPE"));
  // Without a document type nothing is expanded but XML's own five.
  const auto document = XmlDocument::parse("<a>&amp;lt;&lt;&x;</a>");
  REQUIRE(document.ok());
  CHECK(document->root().text() == "&lt;<&x;");
}

TEST_CASE("Truncated, empty, binary and oversized bytes are refused") {
  CHECK(has(refusal("<a><b></a>"), "syntax"));
  CHECK(has(refusal("<a><b>"), "syntax"));
  CHECK(has(refusal(""), "syntax"));
  CHECK(has(refusal("text"), "syntax"));
  CHECK(has(refusal("<a/><b/>"), "syntax"));
  CHECK(has(refusal(std::string_view("<a>\0</a>", 8)), "NUL"));
  XmlLimits small;
  small.bytes = 10;
  CHECK(has(refusal("<a>0123456789</a>", small), "too_large"));
  small.bytes = 1000;
  small.nodes = 10;
  std::string many = "<a>";
  for (int i = 0; i < 20; ++i) many += "<b/>";
  CHECK(has(refusal(many + "</a>", small), "too_large"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  CHECK(has(refusal(deep), "深すぎ"));
}

TEST_CASE("The declared encoding is believed or the document refused") {
  CHECK(refusal("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>鹿島</a>").empty());
  CHECK(refusal("\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><a/>").empty());
  CHECK(has(refusal("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>\x8e\xad</a>"), "文字コード"));
  CHECK(has(refusal("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\x8e\xad</a>"), "宣言"));
  CHECK(has(refusal(std::string_view("\xFF\xFE<\0a\0", 6)), "UTF-16"));
  const auto latin = XmlDocument::parse("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>caf\xE9</a>");
  REQUIRE(latin.ok());
  CHECK(latin->root().text() == "caf\xC3\xA9");
}

TEST_CASE("Elements are told by local name and namespace, whatever their prefix") {
  const auto document = XmlDocument::parse("<x:a xmlns:x=\"urn:one\" xmlns=\"urn:two\"><b q=\"1\">　 t\n</b><x:b><c>deep</c></x:b></x:a>");
  REQUIRE(document.ok());
  CHECK(document->root().name() == "a");
  CHECK(document->root().namespace_uri() == "urn:one");
  CHECK(document->root().children("b").size() == 2);
  CHECK(document->root().child("b").namespace_uri() == "urn:two");
  CHECK(document->root().value("b") == "t");
  CHECK(document->root().child("b").attribute("q") == "1");
  CHECK(document->root().all("c").front().text() == "deep");
  CHECK(document->root().all("zzz").empty());
  CHECK(document->root().value("b/c/d").empty());
  const XmlElement none;
  CHECK(none.text().empty());
  CHECK(none.children().empty());
  CHECK(none.value("a/b").empty());
}

TEST_CASE("Times need an offset and must exist") {
  CHECK(*parse_xml_time("2024-03-20T09:53:00+09:00") == *parse_xml_time("2024-03-20T00:53:00Z"));
  CHECK(*parse_xml_time("2012-05-02T23:21:04-00:00") == *parse_xml_time("2012-05-02T23:21:04Z"));
  CHECK(*parse_xml_time("2010-08-30T04:07:00-06:00") == *parse_xml_time("2010-08-30T10:07:00Z"));
  CHECK(*parse_xml_time("2024-01-01T00:00:00.1239Z") - *parse_xml_time("2024-01-01T00:00:00Z") == milliseconds(123));
  CHECK(format_iso(jst_date(*parse_xml_time("2024-03-20T23:30:00Z"))) == "2024-03-21");
  for (const char* wrong : {"", "2024-03-20", "2024-03-20T09:53:00", "2024-02-30T09:53:00Z", "2024-13-20T09:53:00Z", "2024-03-20T25:53:00Z",
                            "2024-03-20T09:53:00+9:00", "2024-03-20T09:53:00+09:99", "20240320T095300Z00000", "2024-03-20T09:53:00Zx"}) {
    INFO(wrong);
    CHECK_FALSE(parse_xml_time(wrong).has_value());
  }
}
