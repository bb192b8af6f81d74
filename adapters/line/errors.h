// One table from LINE's answers to outcomes (line-platform 2.3, 2.4). Pure functions, any thread.
#pragma once

#include "adapters/http_client.h"
#include "base/outcome.h"
#include "base/result.h"

namespace kairan::adapters::line {

/// What a call may conclude from an answer depends on what protects its repetition.
enum class SendKind {
  kReply,  ///< protected by the reply token, which works once
  kKeyed,  ///< push, multicast, broadcast: protected by X-Line-Retry-Key
};

/// | answer | outcome |
/// | --- | --- |
/// | 2xx | accepted |
/// | 409 to a keyed call | accepted, `already_accepted`, `request_id` of the request that was taken |
/// | 400 to a reply that names the reply token | refused, `reply_token_dead` |
/// | 401 | unauthorized |
/// | 429 that names the month's limit | quota exhausted |
/// | any other 429 | later: after Retry-After if LINE sends one (it documents none), else one second |
/// | any other 400 to 499, except 408 and 409 | refused |
/// | everything else: 1xx, 3xx, 408, 409 to a reply, 5xx | unknown |
///
/// LINE does not keep its texts stable. A 429 in words this table does not know is `kLater`, which repeats nothing that
/// was taken; whether the month is spent is then asked with ApiClient::month_is_spent().
/// `detail` names the status and the places LINE complains about, never its text, which may quote a message.
SendResult classify(SendKind kind, const HttpReply& reply);

/// A call without an answer: kUnavailable is `kLater` (nothing was taken), every other error is `kUnknown`.
SendResult classify(const Error& transport_error);

/// For calls that ask rather than send: 400 kInvalid, 401 and 403 kRefused, 404 and 410 kNotFound, 409 kConflict, 413
/// kTooLarge, 429 and 5xx kUnavailable, other 4xx kRefused, anything else kInternal.
Error error_of(const HttpReply& reply);

}  // namespace kairan::adapters::line
