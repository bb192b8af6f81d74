// The door of the staff API (/api/v1): finds the endpoint, knows who calls, refuses forged requests, asks the table of rights,
// gives a repeated request its first answer, and lets the handler do the rest.
//
// The order of refusals is fixed: path, who (401), forged (403), what must be done first (403), rights (403), repeats, content.
// Threads: any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/http.h"
#include "gateway/staff_api/call.h"
#include "gateway/staff_api/parts.h"
#include "gateway/staff_api/permissions.h"

namespace kairan::gateway::staff {

class StaffApi {
 public:
  /// Aborts when an endpoint has no line in the table of rights: it would be a hole or a dead end.
  StaffApi(const Parts& parts, std::vector<Endpoint> endpoints);

  /// Entries for a server's table: every method below /api/v1/.
  std::vector<Route> routes();
  HttpResponse handle(const HttpRequest& request);
  /// Before a body is read: how long it may be, or the refusal.
  Admission admit(const HttpRequest& head);

  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

 private:
  struct Caller {
    store::Actor actor;
    std::optional<store::Session> session;
    std::optional<store::Account> account;
    std::string csrf_token;
    std::vector<std::string> scopes;
    bool by_key = false;
    std::optional<Reply> refused;
  };
  Reply answer(const HttpRequest& request, Language language);
  std::optional<Reply> may_call(const HttpRequest& request, const Endpoint& endpoint, Caller& caller);
  Caller who(const HttpRequest& request);
  Caller who_by_key(std::string_view bearer);
  Caller who_by_session(const HttpRequest& request);
  std::optional<Reply> forged(const HttpRequest& request, const Caller& caller, bool open) const;
  std::optional<Reply> obligations(const Caller& caller, std::string_view pattern) const;
  Reply once(const Call& call, const Endpoint& endpoint);

  const Parts parts_;
  const std::vector<Endpoint> endpoints_;
  PathTable table_;
};

/// The token of the session cookie, or "".
std::string session_token(const HttpRequest& request);
/// The cookie that carries it; an empty token takes it away.
std::string session_cookie(std::string_view token, bool https);
/// What a page must send back with everything it changes.
std::string csrf_token_of(std::string_view session_token);

/// Whether a person with these roles needs a second factor: one click of theirs reaches residents or accounts.
bool needs_second_factor(const store::Roles& roles);

}  // namespace kairan::gateway::staff
