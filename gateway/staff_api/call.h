// One call of the staff API as its handler sees it: who calls, what the path named, in which language to answer. Everything that
// all calls have in common (session, rights, forged requests, repeats) was decided before. Values only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "gateway/http.h"
#include "gateway/staff_api/path_table.h"
#include "gateway/staff_api/reply.h"
#include "store/accounts.h"
#include "store/actor.h"
#include "store/sessions.h"

namespace kairan::gateway::staff {

struct Call {
  const HttpRequest& request;
  PathParameters path;
  Language language = Language::kJa;
  TimePoint now;
  store::Actor actor;
  std::optional<store::Session> session;  ///< none: a key, or nobody
  std::optional<store::Account> account;  ///< of the session
  std::string csrf_token;                 ///< of the session
  std::string idempotency_key;            ///< as sent; may be empty

  std::string parameter(std::string_view name) const {
    const auto it = path.find(name);
    return it == path.end() ? std::string() : it->second;
  }
  std::string_view words(std::string_view ja, std::string_view en) const { return language == Language::kEn ? en : ja; }
  /// Whether the client speaks TLS to the proxy in front.
  bool https() const { return request.header("x-forwarded-proto") == "https"; }
};

using Handler = std::function<Reply(const Call&)>;

inline constexpr std::size_t kJsonBodyBytes = 256 * 1024;

/// One thing the API offers. Who may use it is permissions.h's.
struct Endpoint {
  std::string method;
  std::string pattern;
  Handler handler;
  std::size_t max_body = kJsonBodyBytes;
};

/// The revision in If-Match: "N". A reply instead when it is missing or not one.
struct Revision {
  std::uint64_t number = 0;
  std::optional<Reply> refused;
};
Revision required_revision(const Call& call);
std::optional<std::uint64_t> optional_revision(const Call& call);

/// offset and count of a list, within bounds: 0..1,000,000 and 1..most.
struct Page {
  std::size_t offset = 0, count = 50;
};
Page page_of(const Call& call, std::size_t most = 200, std::size_t otherwise = 50);

}  // namespace kairan::gateway::staff
