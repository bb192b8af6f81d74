// The only place that touches OpenSSL: hashes, HMAC, Base64, random bytes, and sealing of personal data.
// All functions are pure or self-contained and may be called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace kairan {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view data);
Sha256 hmac_sha256(std::string_view key, std::string_view data);
/// For one-time passwords alone, whose standard has no other hash that applications understand.
std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view data);

std::string to_hex(std::string_view bytes);
/// Nothing but lower- or upper-case pairs of hex digits; kSyntax otherwise.
Result<std::string> from_hex(std::string_view hex);
std::string to_base64(std::string_view bytes);

/// Compares without leaking where the difference is; false at once when lengths differ (lengths are not secret here).
bool constant_time_equal(std::string_view a, std::string_view b);

/// `count` bytes from the system's generator. Aborts if the generator fails: nothing safe can follow.
std::string random_bytes(std::size_t count);

inline std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Seals personal data with AES-256-GCM (NIST SP 800-38D): 12 random bytes of nonce, the ciphertext, 16 bytes of tag.
/// `context` is authenticated but not stored, so that sealed bytes cannot be moved to another key or purpose.
/// Threads: one Sealer may be used from many threads.
class Sealer {
 public:
  /// @param key  exactly 32 bytes; a key of another length aborts (config checks it first).
  explicit Sealer(Secret key);

  std::string seal(std::string_view plain, std::string_view context) const;
  /// kCorrupt when the bytes were not sealed with this key and context.
  Result<std::string> open(std::string_view sealed, std::string_view context) const;

  /// A stable pseudonym of an id for logs and counters: first 16 hex digits of HMAC(key, "log" + id).
  std::string pseudonym(std::string_view id) const;

  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kOverheadBytes = 28;

 private:
  Secret key_;
};

}  // namespace kairan
