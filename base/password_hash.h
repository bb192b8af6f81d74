// Argon2id (RFC 9106), the only place that knows its library. Functions are pure and slow on purpose: each call holds
// kPasswordMemoryKiB for some ten milliseconds, so callers bound how many run at once. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace kairan {

/// The OWASP password storage cheat sheet's first choice for Argon2id: 19 MiB, 2 passes, 1 lane.
inline constexpr std::uint32_t kPasswordMemoryKiB = 19 * 1024;
inline constexpr std::uint32_t kPasswordPasses = 2;

/// The hash with its salt and parameters in the PHC text form ("$argon2id$v=19$m=...").
std::string hash_password(const Secret& password);
/// Whether `encoded` was made of `password`; false for anything that is not such a text.
bool verify_password(const Secret& password, const std::string& encoded);

}  // namespace kairan
