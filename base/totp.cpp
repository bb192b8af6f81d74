#include "base/totp.h"

#include <array>

#include "base/crypto.h"

namespace kairan {
namespace {

constexpr std::uint32_t kModulus = 1'000'000;  // six digits
constexpr std::size_t kDigits = 6;

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.';
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4U]);
      out.push_back(kHex[byte & 15U]);
    }
  }
  return out;
}

}  // namespace

std::int64_t totp_step(TimePoint t) { return to_unix_ms(t) / 1000 / kTotpStepSeconds; }

std::string totp_code(std::string_view key, std::int64_t step) {
  std::string counter(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) {
    counter[7 - i] = static_cast<char>((static_cast<std::uint64_t>(step) >> (8 * i)) & 0xffU);
  }
  const auto digest = hmac_sha1(key, counter);
  const std::size_t at = digest.back() & 15U;  // RFC 4226 section 5.3: dynamic truncation
  const std::uint32_t number = (std::uint32_t{digest.at(at)} & 0x7fU) << 24U | std::uint32_t{digest.at(at + 1)} << 16U |
                               std::uint32_t{digest.at(at + 2)} << 8U | std::uint32_t{digest.at(at + 3)};
  std::string code = std::to_string(number % kModulus);
  code.insert(0, kDigits - code.size(), '0');
  return code;
}

std::optional<std::int64_t> match_totp(std::string_view key, std::string_view code, TimePoint now) {
  std::optional<std::int64_t> matched;
  const std::int64_t current = totp_step(now);
  for (const std::int64_t step : {current - 1, current, current + 1}) {
    if (constant_time_equal(totp_code(key, step), code) && !matched) matched = step;
  }
  return matched;
}

std::string to_base32(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8U) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push_back(kAlphabet[(held >> bits) & 31U]);
    }
    held &= (1U << bits) - 1U;
  }
  if (bits > 0) out.push_back(kAlphabet[(held << (5 - bits)) & 31U]);
  return out;
}

std::string otpauth_uri(std::string_view issuer, std::string_view name, std::string_view key) {
  return "otpauth://totp/" + percent_encode(issuer) + ":" + percent_encode(name) + "?secret=" + to_base32(key) +
         "&issuer=" + percent_encode(issuer);
}

}  // namespace kairan
