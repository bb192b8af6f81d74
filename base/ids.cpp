#include "base/ids.h"

#include <cstdint>

#include "base/crypto.h"

namespace kairan {
namespace {

std::string format_uuid(std::string bytes, unsigned version) {
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0f) | (version << 4));
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3f) | 0x80);
  const std::string hex = to_hex(bytes);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20, 12);
}

}  // namespace

std::string random_uuid() { return format_uuid(random_bytes(16), 4); }

std::string derived_uuid(std::string_view name) {
  return format_uuid(std::string(bytes_of(sha256(name)).substr(0, 16)), 8);
}

std::string make_ulid(TimePoint now) {
  constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string ulid(26, '0');
  auto time = static_cast<std::uint64_t>(to_unix_ms(now));
  for (int i = 9; i >= 0; --i) {
    ulid[static_cast<std::size_t>(i)] = kAlphabet[time & 31];
    time >>= 5;
  }
  const std::string random = random_bytes(16);
  for (std::size_t i = 10; i < 26; ++i) ulid[i] = kAlphabet[static_cast<unsigned char>(random[i - 10]) & 31];
  return ulid;
}

std::string random_hex(std::size_t bytes) { return to_hex(random_bytes(bytes)); }

std::uint64_t stable_hash(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ull;
  }
  return hash;
}

}  // namespace kairan
