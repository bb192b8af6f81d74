// Time-based one-time passwords (RFC 6238 with its defaults: HMAC-SHA-1, 30 seconds, 6 digits), as authenticator
// applications make them. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace kairan {

inline constexpr int kTotpStepSeconds = 30;

/// Which step of 30 seconds since 1970 `t` lies in.
std::int64_t totp_step(TimePoint t);
/// The six digits of a step. @param key  the shared secret's bytes (20 of them by RFC 4226)
std::string totp_code(std::string_view key, std::int64_t step);
/// The step whose code this is, of the current one and its neighbours (clocks differ); compares in constant time.
std::optional<std::int64_t> match_totp(std::string_view key, std::string_view code, TimePoint now);

/// Base32 without padding (RFC 4648), the form authenticator applications take a secret in.
std::string to_base32(std::string_view bytes);
/// The address an authenticator application reads: "otpauth://totp/ISSUER:NAME?secret=...&issuer=...".
std::string otpauth_uri(std::string_view issuer, std::string_view name, std::string_view key);

}  // namespace kairan
