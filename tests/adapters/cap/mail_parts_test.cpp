// Mails and mailbox files made by hand.
#include "adapters/cap/mail_parts.h"

#include "tests/support/catch.h"

using namespace kairan::adapters::cap;

namespace {

const std::string kFirst = "<?xml version=\"1.0\"?><alert>1</alert>";
const std::string kFirstBase64 = "PD94bWwgdmVyc2lvbj0iMS4wIj8+PGFs\r\nZXJ0PjE8L2FsZXJ0Pg==";

std::string attached(const std::string& encoding, const std::string& body) {
  return "From: a@example.jp\r\nSubject: =?UTF-8?B?44Kr?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n "
         "boundary=\"==b==\"\r\n\r\nnot for you\r\n--==b==\r\nContent-Type: text/plain\r\n\r\nSee the attachment.\r\n"
         "--==b==\r\nContent-Type: application/octet-stream; name=a.xml\r\nContent-Transfer-Encoding: " +
         encoding + "\r\n\r\n" + body + "\r\n--==b==--\r\nafterwards\r\n";
}

}  // namespace

TEST_CASE("XML in a mail is found whatever its transfer encoding and label") {
  CHECK(is_mail(attached("base64", "")));
  CHECK(xml_parts(attached("base64", kFirstBase64)) == std::vector<std::string>{kFirst});
  const auto quoted = xml_parts(attached("Quoted-Printable", "<?xml version=3D\"1.0\"?><alert>=\r\n1</alert>"));
  REQUIRE(quoted.size() == 1);
  CHECK(quoted[0].substr(0, kFirst.size()) == kFirst);
  const auto plain = xml_parts(attached("8bit", kFirst));
  REQUIRE(plain.size() == 1);
  CHECK(plain[0].substr(0, kFirst.size()) == kFirst);
  // A mail that is nothing but the message.
  CHECK(xml_parts("Content-Type: text/xml\n\n" + kFirst) == std::vector<std::string>{kFirst});
}

TEST_CASE("A mailbox gives the parts of all its mails in order; a line From inside a text begins none") {
  const std::string box =
      "From a@example.jp Mon Jul  6 10:00:00 2026\n" + attached("base64", kFirstBase64) +
      "\nFrom b@example.jp Mon Jul  6 10:01:00 2026\nSubject: 2\n\n<alert>\nFrom here on: 2</alert>\n";
  CHECK(is_mail(box));
  const auto parts = xml_parts(box);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0] == kFirst);
  CHECK(parts[1] == "<alert>\nFrom here on: 2</alert>\n");
}

TEST_CASE("What is XML itself is no mail, and what holds no XML gives nothing") {
  for (const char* bytes : {"<?xml version=\"1.0\"?><a/>", "\xEF\xBB\xBF<a/>", "", "\xFF\xFE<", "no field here"}) {
    CHECK_FALSE(is_mail(bytes));
  }
  CHECK(xml_parts("Subject: x\n\nplain text").empty());
  CHECK(xml_parts("Content-Type: text/html\n\n<!DOCTYPE html><p>x").empty());
  CHECK(xml_parts("From x\n").empty());
}

TEST_CASE("A mail that is cut off, nested without end or of thousands of parts ends all the same") {
  const std::string whole = attached("base64", kFirstBase64);
  for (std::size_t length = 0; length < whole.size(); ++length) (void)xml_parts(whole.substr(0, length));
  std::string nested, many = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 2000; ++i) {
    nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" + std::to_string(i) + "\n";
    many += "--b\n\n<a/>\n";
  }
  CHECK(xml_parts(nested + "\n<a/>").empty());
  CHECK(xml_parts(many).size() == kMaxMailParts);
}
