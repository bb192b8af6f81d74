// Identifiers that Kairan makes. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace kairan {

/// A random UUID (RFC 9562 version 4) in lower-case hex with hyphens.
std::string random_uuid();
/// A UUID that depends only on `name` (version 8, SHA-256 based): the same name gives the same UUID on every machine.
/// Used as LINE's X-Line-Retry-Key, so that a repeat after a crash carries the key of the first try.
std::string derived_uuid(std::string_view name);
/// A ULID (26 characters, Crockford base 32): 48 bits of time, 80 of randomness. Sorts by time.
std::string make_ulid(TimePoint now);
/// `bytes` random bytes as lower-case hex.
std::string random_hex(std::size_t bytes);

/// 64-bit FNV-1a: a stable spread over partitions and buckets; not for secrets.
std::uint64_t stable_hash(std::string_view bytes);

}  // namespace kairan
