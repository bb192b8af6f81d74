#include "base/crypto.h"

#include <set>
#include <type_traits>

#include "base/ids.h"
#include "tests/support/catch.h"

using namespace kairan;

namespace {
Sealer sealer(char fill) { return Sealer(Secret(std::string(Sealer::kKeyBytes, fill))); }

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
}  // namespace

TEST_CASE("hashes agree with published vectors") {
  // FIPS 180-4 example "abc"; RFC 4231 test case 2.
  CHECK(to_hex(bytes_of(sha256("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(bytes_of(hmac_sha256("Jefe", "what do ya want for nothing?"))) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // RFC 4648 section 10.
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("hex is read strictly") {
  CHECK(from_hex("00ffA1").value() == std::string("\x00\xff\xa1", 3));
  CHECK_FALSE(from_hex("0").ok());
  CHECK_FALSE(from_hex("0g").ok());
}

TEST_CASE("sealed bytes open only with their key and their context, whole") {
  const std::string plain = "住所と名前";
  const std::string sealed = sealer('k').seal(plain, "event:1");
  CHECK(sealed.size() == plain.size() + Sealer::kOverheadBytes);
  CHECK(sealed.find("住所") == std::string::npos);
  CHECK(sealer('k').open(sealed, "event:1").value() == plain);
  CHECK(sealer('k').open(sealed, "event:2").error().code == ErrorCode::kCorrupt);
  CHECK(sealer('x').open(sealed, "event:1").error().code == ErrorCode::kCorrupt);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string damaged = sealed;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    CHECK_FALSE(sealer('k').open(damaged, "event:1").ok());
    CHECK_FALSE(sealer('k').open(std::string_view(sealed).substr(0, i), "event:1").ok());
  }
}

TEST_CASE("sealing the same text twice gives different bytes") {
  CHECK(sealer('k').seal("同じ", "c") != sealer('k').seal("同じ", "c"));
}

TEST_CASE("a pseudonym is stable, depends on the key, and does not show the id") {
  const std::string id = "U0123456789abcdef0123456789abcdef";
  CHECK(sealer('k').pseudonym(id) == sealer('k').pseudonym(id));
  CHECK(sealer('k').pseudonym(id) != sealer('x').pseudonym(id));
  CHECK(sealer('k').pseudonym(id).size() == 16);
}

TEST_CASE("a secret has no way into a stream and leaves nothing where it was moved from") {
  STATIC_REQUIRE_FALSE(Printable<Secret>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Secret, std::string>);
  Secret from(std::string(40, 's'));
  const Secret to = std::move(from);
  CHECK(to.size() == 40);
  CHECK(from.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
}

TEST_CASE("derived UUIDs repeat for one name and differ for others") {
  CHECK(derived_uuid("a") == derived_uuid("a"));
  CHECK(derived_uuid("a") != derived_uuid("b"));
  const std::string uuid = derived_uuid("a");
  CHECK(uuid.size() == 36);
  CHECK(uuid[14] == '8');
  CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
}

TEST_CASE("ULIDs sort by time and do not repeat") {
  CHECK(make_ulid(from_unix_ms(1'000)) < make_ulid(from_unix_ms(2'000)));
  CHECK(make_ulid(from_unix_ms(1'469'918'176'385)).substr(0, 10) == "01ARYZ6S41");  // the ULID specification's example
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(make_ulid(from_unix_ms(5)));
  CHECK(seen.size() == 1000);
}
