// The signature of a LINE webhook (line-platform 1.2): Base64 of HMAC-SHA256 over the body's bytes as received, keyed with
// the channel secret as its text. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace kairan::adapters::line {

/// The value LINE puts into x-line-signature for this body. The simulator signs with the same function.
std::string sign_body(std::string_view channel_secret, std::string_view body);

/// Whether `signature` was made over `body` with one of `secrets`: two are accepted while a secret is being changed,
/// because LINE gives no overlap. Compares in constant time and goes through all secrets whatever the first one says.
/// An empty secret matches nothing.
bool signature_matches(const std::vector<Secret>& secrets, std::string_view body, std::string_view signature);

}  // namespace kairan::adapters::line
