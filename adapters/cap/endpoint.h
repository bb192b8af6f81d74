// POST /webhook/cap: CAP and L-Alert messages from systems that share a secret with the city. Nothing unsigned is parsed.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "gateway/http.h"

namespace kairan::adapters::cap {

inline constexpr std::size_t kMaxMessageBytes = std::size_t{2} << 20;

/// Takes a verified body in, durably. kInvalid or kSyntax: not a message; kTooLarge; any other error: try again later.
using TakeMessage = std::function<Status(const std::string& body)>;

/// The request carries either "Authorization: Bearer SECRET" or "X-Kairan-Signature: sha256=HEX" with the HMAC-SHA256 of the
/// raw body under the secret; both are compared in constant time.
///   200 taken in, 400 not a message, 401 no or wrong proof, 413 too large, 503 nowhere to keep it
gateway::Route cap_route(Secret secret, TakeMessage take);

}  // namespace kairan::adapters::cap
