#include "store/media.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_redis.h"

namespace kairan::store {
namespace {

using test::must;
using namespace std::string_literals;

std::string number(std::uint32_t value, int bytes) {
  std::string text;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
  return text;
}
std::string chunk(const std::string& type, const std::string& data) {
  return number(static_cast<std::uint32_t>(data.size()), 4) + type + data + "crc!";
}
std::string png(std::uint32_t width, std::uint32_t height, const std::string& extra = "") {
  return "\x89PNG\r\n\x1a\n"s + chunk("IHDR", number(width, 4) + number(height, 4) + "\x08\x02\0\0\0"s) + extra +
         chunk("IDAT", "pixels") + chunk("IEND", "");
}
std::string segment(unsigned marker, const std::string& data) {
  return "\xFF"s + static_cast<char>(marker) + number(static_cast<std::uint32_t>(data.size() + 2), 2) + data;
}
std::string jpeg(std::uint32_t width, std::uint32_t height, const std::string& extra = "") {
  return "\xFF\xD8"s + segment(0xE0, "JFIF") + extra + segment(0xC0, "\x08"s + number(height, 2) + number(width, 2) + "\x03") +
         segment(0xDA, "scan") + "pixels\xFF\xD9";
}

}  // namespace

TEST_CASE("only what draws a picture is kept") {
  const std::string place = "place: 33.1, 130.1";
  const Picture a = must(clean_picture(png(100, 50, chunk("tEXt", place) + chunk("eXIf", place)) + place));
  CHECK(a.bytes == png(100, 50));
  CHECK(a.width == 100);
  CHECK(a.height == 50);
  const Picture b = must(clean_picture(jpeg(100, 50, segment(0xE1, "Exif" + place) + segment(0xFE, place)) + place));
  CHECK(b.bytes == jpeg(100, 50));
  CHECK(b.extension == "jpg");
}

TEST_CASE("what is no picture, ends early, moves or is too large is refused with the reason") {
  for (const std::string& wrong :
       {""s, "GIF89a"s, "<svg/>"s, png(100, 50, chunk("acTL", "12345678")), png(0, 50), png(5000, 50), jpeg(100, 5000),
        std::string(1'000'001, 'x')}) {
    const auto picture = clean_picture(wrong);
    REQUIRE_FALSE(picture);
    CHECK_FALSE(picture.error().detail.empty());
  }
  const std::string whole_png = png(100, 50);
  const std::string whole_jpeg = jpeg(100, 50);
  for (std::size_t length = 0; length < whole_png.size(); ++length) CHECK_FALSE(clean_picture(whole_png.substr(0, length)));
  for (std::size_t length = 0; length < whole_jpeg.size(); ++length) CHECK_FALSE(clean_picture(whole_jpeg.substr(0, length)));
}

TEST_CASE("a picture is found by the hash of its bytes, and by nothing else") {
  const test::TempDir folder;
  Media media(folder.path() + "/media");
  const std::string name = must(media.add(png(10, 10)));
  CHECK(name == to_hex(bytes_of(sha256(png(10, 10)))) + ".png");
  CHECK(must(media.add(png(10, 10, chunk("tEXt", "x")))) == name);
  CHECK(must(media.read(name)) == png(10, 10));
  for (const std::string& wrong : {""s, "../data_key"s, name + "x", "/etc/passwd"s, std::string(64, 'a') + ".png"}) {
    CHECK_FALSE(media.read(wrong));
  }
}

TEST_CASE("a picture is put back under its name, and only as itself") {
  const test::TempDir from_folder;
  const test::TempDir to_folder;
  Media from(from_folder.file("media"));
  CHECK(must(from.names()).empty());
  const std::string a = must(from.add(png(10, 10)));
  const std::string b = must(from.add(jpeg(10, 10)));
  std::vector<std::string> both{a, b};
  std::sort(both.begin(), both.end());
  CHECK(must(from.names()) == both);

  Media to(to_folder.file("media"));
  CHECK(to.put_back(a, png(11, 10)).error().code == ErrorCode::kCorrupt);
  CHECK(to.put_back("../" + a, png(10, 10)).error().code == ErrorCode::kCorrupt);
  CHECK(must(to.names()).empty());
  for (const std::string& name : both) must(to.put_back(name, must(from.read(name))));
  must(to.put_back(a, png(10, 10)));
  CHECK(must(to.names()) == both);
  CHECK(must(to.read(a)) == png(10, 10));
}

}  // namespace kairan::store
