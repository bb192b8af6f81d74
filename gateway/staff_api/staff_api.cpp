#include "gateway/staff_api/staff_api.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/crypto.h"
#include "gateway/http_parser.h"
#include "gateway/staff_api/api_keys.h"
#include "gateway/staff_api/cookies.h"

namespace kairan::gateway::staff {
namespace {

using store::Role;
using store::Roles;

constexpr std::string_view kApiPrefix = "/api/v1/";
constexpr std::string_view kSessionPrefix = "/api/v1/session";
constexpr std::string_view kCookie = "kairan_session";
constexpr std::string_view kSecureCookie = "__Host-kairan_session";
constexpr std::size_t kTokenBytes = 64;
/// What may come before anybody knows who sends it.
constexpr std::size_t kUnknownBodyBytes = kJsonBodyBytes;

bool is_https(const HttpRequest& request) { return request.header("x-forwarded-proto") == "https"; }

bool only_reads(std::string_view method) { return method == "GET" || method == "HEAD"; }

/// Whether a browser says that this request was made by a page of this site, or says nothing.
bool from_this_site(const HttpRequest& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return true;
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && request.header_count("host") == 1 &&
         equal_ignoring_case(origin.substr(scheme + 3), request.header("host"));
}

bool is_key(std::string_view key) {
  return key.size() >= 8 && key.size() <= 64 && std::all_of(key.begin(), key.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

}  // namespace

std::string cookie(const HttpRequest& request, std::string_view name) {
  const auto [first, last] = request.headers.equal_range("cookie");
  for (auto it = first; it != last; ++it) {
    std::string_view rest = it->second;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      std::string_view pair = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
      if (pair.size() > name.size() && pair.substr(0, name.size()) == name && pair[name.size()] == '=') {
        return std::string(pair.substr(name.size() + 1));
      }
    }
  }
  return {};
}

std::string session_token(const HttpRequest& request) {
  std::string token = cookie(request, is_https(request) ? kSecureCookie : kCookie);
  return token.size() == kTokenBytes ? token : std::string();
}

std::string session_cookie(std::string_view token, bool https) {
  std::string text(https ? kSecureCookie : kCookie);
  text.append("=").append(token).append("; Path=/; HttpOnly; SameSite=Strict");
  if (https) text.append("; Secure");
  if (token.empty()) text.append("; Max-Age=0");
  return text;
}

std::string csrf_token_of(std::string_view token) { return to_hex(bytes_of(hmac_sha256(token, "csrf"))); }

bool needs_second_factor(const Roles& roles) {
  return roles.has_any({Role::kApprover, Role::kEmergencyOfficer, Role::kOperator});
}

StaffApi::StaffApi(const Parts& parts, std::vector<Endpoint> endpoints) : parts_(parts), endpoints_(std::move(endpoints)) {
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    if (find_right(endpoints_[i].method, endpoints_[i].pattern) == nullptr) std::abort();
    table_.add(endpoints_[i].method, endpoints_[i].pattern, i);
  }
}

std::vector<Route> StaffApi::routes() {
  std::vector<Route> routes;
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    Route route{method, std::string(kApiPrefix) + "*", [this](const HttpRequest& request) { return handle(request); }};
    route.admit = [this](const HttpRequest& head) { return admit(head); };
    routes.push_back(std::move(route));
  }
  return routes;
}

HttpResponse StaffApi::handle(const HttpRequest& request) {
  const Language language = language_of(request);
  return to_http(answer(request, language), language);
}

Admission StaffApi::admit(const HttpRequest& head) {
  const Language language = language_of(head);
  const PathTable::Match match = table_.find(head.method, head.path);
  const std::size_t most = match.what ? endpoints_[*match.what].max_body : kUnknownBodyBytes;
  std::uint64_t announced = 0;
  const std::string_view length = head.header("content-length");
  std::from_chars(length.data(), length.data() + length.size(), announced);
  if (announced > most) return {most, to_http(refuse("too_large"), language)};
  if (most <= kUnknownBodyBytes) return {most, std::nullopt};
  // A long body is read only from somebody who may send it.
  Caller caller = who(head);
  if (auto refused = may_call(head, endpoints_[*match.what], caller)) return {0, to_http(*std::move(refused), language)};
  return {most, std::nullopt};
}

StaffApi::Caller StaffApi::who(const HttpRequest& request) {
  const std::string_view authorization = request.header("authorization");
  if (authorization.substr(0, 7) == "Bearer ") return who_by_key(authorization.substr(7));
  return who_by_session(request);
}

StaffApi::Caller StaffApi::who_by_key(std::string_view bearer) {
  Caller caller;
  caller.by_key = true;
  const auto key = find_api_key(parts_.api_keys, bearer, parts_.clock.now());
  if (!key) {
    caller.refused = refuse_quietly(key.error());
  } else if (!*key) {
    caller.refused = refuse("unauthenticated");
  } else {
    caller.actor = {"key:" + (*key)->id, roles_of_scopes((*key)->scopes), (*key)->section};
    caller.scopes = (*key)->scopes;
  }
  return caller;
}

StaffApi::Caller StaffApi::who_by_session(const HttpRequest& request) {
  Caller caller;
  const std::string token = session_token(request);
  if (token.empty()) {
    caller.refused = refuse("unauthenticated");
    return caller;
  }
  const bool used = request.header("x-kairan-background").empty();
  auto session = parts_.sessions.find(token, parts_.clock.now(), used);
  if (!session) {
    caller.refused = refuse_quietly(session.error());
    return caller;
  }
  if (!*session || (*session)->half) {
    caller.refused = refuse("unauthenticated");
    return caller;
  }
  auto account = parts_.accounts.find((*session)->account);
  if (!account) {
    caller.refused = refuse_quietly(account.error());
    return caller;
  }
  if (!*account || (*account)->disabled || (*account)->generation != (*session)->generation) {
    caller.refused = refuse("unauthenticated");
    if (const Status ended = parts_.sessions.end(**session); !ended) caller.refused = refuse_quietly(ended.error());
    return caller;
  }
  caller.actor = (*account)->actor();
  caller.session = *std::move(session);
  caller.account = *std::move(account);
  caller.csrf_token = csrf_token_of(token);
  return caller;
}

std::optional<Reply> StaffApi::forged(const HttpRequest& request, const Caller& caller, bool open) const {
  if (only_reads(request.method) || caller.by_key) return std::nullopt;
  if (!from_this_site(request)) return refuse("csrf_failed");
  // Before a login there is no token yet; a form of another site cannot send JSON, and the answer is not for it.
  if (open) return std::nullopt;
  if (!constant_time_equal(request.header("x-csrf-token"), caller.csrf_token)) return refuse("csrf_failed");
  return std::nullopt;
}

std::optional<Reply> StaffApi::obligations(const Caller& caller, std::string_view pattern) const {
  if (!caller.account || pattern.substr(0, kSessionPrefix.size()) == kSessionPrefix) return std::nullopt;
  if (caller.account->must_change_password) return refuse("password_change_required");
  if (parts_.settings.second_factor && needs_second_factor(caller.actor.roles) && !caller.account->has_second_factor()) {
    return refuse("second_factor_required");
  }
  return std::nullopt;
}

std::optional<Reply> StaffApi::may_call(const HttpRequest& request, const Endpoint& endpoint, Caller& caller) {
  const Right& right = *find_right(endpoint.method, endpoint.pattern);
  if (right.access == Access::kOpen) {
    caller = Caller{};
    return forged(request, caller, true);
  }
  if (caller.refused) return std::move(caller.refused);
  if (auto refused = forged(request, caller, false)) return refused;
  if (auto refused = obligations(caller, endpoint.pattern)) return refused;
  if (caller.by_key) {
    const bool granted = !right.scope.empty() && std::find(caller.scopes.begin(), caller.scopes.end(), right.scope) != caller.scopes.end();
    if (!granted) return refuse("not_allowed");
  } else if (!may(right, caller.actor.roles)) {
    return refuse("not_allowed");
  }
  return std::nullopt;
}

Reply StaffApi::answer(const HttpRequest& request, Language language) {
  PathTable::Match match = table_.find(request.method, request.path);
  if (!match.what) {
    if (match.allowed.empty()) return refuse("not_found");
    Reply reply = refuse("method_not_allowed");
    reply.headers.emplace_back("Allow", match.allowed);
    return reply;
  }
  const Endpoint& endpoint = endpoints_[*match.what];
  const bool open = find_right(endpoint.method, endpoint.pattern)->access == Access::kOpen;
  Caller caller = open ? Caller{} : who(request);
  if (auto refused = may_call(request, endpoint, caller)) return *std::move(refused);
  Call call{request,       std::move(match.parameters), language,          parts_.clock.now(), caller.actor,
            caller.session, caller.account,              caller.csrf_token, std::string(request.header("idempotency-key"))};
  if (request.method == "POST" && !call.idempotency_key.empty()) return once(call, endpoint);
  return endpoint.handler(call);
}

/// A request with a key of its own has its effect once: a repeat within a day gets the first answer, if it was a success.
Reply StaffApi::once(const Call& call, const Endpoint& endpoint) {
  if (!is_key(call.idempotency_key)) return refuse("idempotency_key_invalid");
  const std::string request = call.actor.name + "\n" + call.request.path + "\n" + call.idempotency_key;
  const std::string context = "idempotency/" + request;
  const auto begun = parts_.once.begin(request, to_hex(bytes_of(sha256(call.request.body))));
  if (!begun) return refuse_quietly(begun.error());
  switch (begun->state) {
    case store::OnceOnly::State::kRunning:
      return refuse("in_progress");
    case store::OnceOnly::State::kOtherBody:
      return refuse("idempotency_key_reused");
    case store::OnceOnly::State::kDone: {
      const auto opened = parts_.sealer.open(begun->answer, context);
      if (!opened) return refuse_quietly(opened.error());
      Reply reply;
      reply.status = begun->status;
      // The ETag's line comes first; the rest is the body.
      const std::size_t line = opened->find('\n');
      if (line != std::string::npos && line > 0) reply.headers.emplace_back("ETag", opened->substr(0, line));
      reply.body = line == std::string::npos ? *opened : opened->substr(line + 1);
      return reply;
    }
    case store::OnceOnly::State::kNew:
      break;
  }
  Reply reply = endpoint.handler(call);
  if (reply.refusal || reply.stream) {
    // What may have happened although nobody knows is not offered for another try by forgetting it: it runs out by itself.
    const bool unknown = reply.refusal && reply.refusal->code == "store_unavailable";
    if (!unknown) {
      if (const Status forgotten = parts_.once.forget(request); !forgotten) return refuse_quietly(forgotten.error());
    }
    return reply;
  }
  std::string etag;
  for (const auto& [name, value] : reply.headers) {
    if (name == "ETag") etag = value;
  }
  const Status kept = parts_.once.finish(request, reply.status, parts_.sealer.seal(etag + "\n" + reply.body, context));
  return kept ? reply : refuse_quietly(kept.error());
}

}  // namespace kairan::gateway::staff
