// Signing in and out, and what a person does with the own account.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/crypto.h"
#include "base/ids.h"
#include "base/text.h"
#include "gateway/staff_api/cookies.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/fields.h"
#include "gateway/staff_api/session_views.h"
#include "gateway/staff_api/staff_api.h"

namespace kairan::gateway::staff {
namespace {

using store::Account;
using store::Actor;
using store::Session;

constexpr std::string_view kDeviceCookie = "kairan_device";
constexpr std::size_t kDeviceNonceBytes = 16;
constexpr std::chrono::seconds kDeviceLife{std::chrono::hours(24 * 180)};
constexpr int kFreeTries = 5;         ///< of one account from one place
constexpr int kFreeTriesOfSource = 30;  ///< of one place, on any account
constexpr std::size_t kAgentCharacters = 120;
constexpr store::SessionTimes kHalfTimes{std::chrono::minutes(5), std::chrono::minutes(5)};

std::string device_value(const Sealer& sealer, std::string_view account, std::string_view nonce) {
  return std::string(nonce) + "." + sealer.pseudonym("device/" + std::string(account) + "/" + std::string(nonce));
}

/// The nonce of a cookie that this account got when it logged in with this browser before; "" without one. Guesses from
/// elsewhere, also from the same address, do not slow such a browser down.
std::string known_device(const Call& call, const Sealer& sealer, std::string_view account) {
  const std::string value = cookie(call.request, kDeviceCookie);
  const std::size_t dot = value.find('.');
  if (dot == std::string::npos || dot != kDeviceNonceBytes * 2) return {};
  const std::string nonce = value.substr(0, dot);
  return constant_time_equal(value, device_value(sealer, account, nonce)) ? nonce : std::string();
}

std::string device_cookie(const Call& call, const Sealer& sealer, std::string_view account) {
  std::string text(kDeviceCookie);
  text.append("=").append(device_value(sealer, account, random_hex(kDeviceNonceBytes)));
  text.append("; Path=/api/v1/session; HttpOnly; SameSite=Strict; Max-Age=").append(std::to_string(kDeviceLife.count()));
  if (call.https()) text.append("; Secure");
  return text;
}

class SessionCalls {
 public:
  explicit SessionCalls(const Parts& parts) : parts_(parts) {}

  Reply me(const Call& call) const {
    const Account& account = *call.account;
    nlohmann::json body;
    body["name"] = account.name;
    body["roles"] = roles_json(account.roles);
    body["section"] = account.section;
    body["must_change_password"] = account.must_change_password;
    body["second_factor"] = account.has_second_factor();
    body["must_set_second_factor"] =
        parts_.settings.second_factor && needs_second_factor(account.roles) && !account.has_second_factor();
    body["csrf_token"] = call.csrf_token;
    body["expires"] = time_text(call.session->ends);
    body["city"]["name"] = parts_.city_name ? parts_.city_name() : std::string();
    body["demo"] = parts_.settings.demo;
    return ok(body);
  }

  Reply login(const Call& call) const {
    Fields fields(call);
    const std::string name = fields.text("name", 1, 64);
    const Secret password(fields.secret("password", 256));
    if (auto refused = fields.refused()) return *std::move(refused);

    const std::string device = known_device(call, parts_.sealer, name);
    const std::string own = "login\n" + name + "\n" + (device.empty() ? call.request.remote_addr : "device " + device);
    std::vector<store::LoginTries::Count> counts{{own, kFreeTries}};
    if (device.empty()) counts.push_back({"source\n" + call.request.remote_addr, kFreeTriesOfSource});
    if (auto delayed = wait(counts, call)) return *std::move(delayed);

    auto account = parts_.rules.check_password(name, password);
    if (!account) return account.error().code == ErrorCode::kUnavailable && !store_is_away() ? refuse("busy") : refuse_quietly(account.error());
    if (!*account) {
      if (auto failed = note_failure(name, "password")) return *std::move(failed);
      return refuse("login_failed");
    }
    if (const Status ended = end_previous(call); !ended) return refuse_quietly(ended.error());
    if ((*account)->has_second_factor()) return begin(call, **account, true, own);
    return begin(call, **account, false, own);
  }

  Reply second_factor(const Call& call) const {
    Fields fields(call);
    const std::string code = fields.text("code", 1, 64);
    if (auto refused = fields.refused()) return *std::move(refused);
    const std::string token = session_token(call.request);
    if (token.empty()) return refuse("unauthenticated");
    const auto half = parts_.sessions.find(token, call.now, false);
    if (!half) return refuse_quietly(half.error());
    if (!*half || !(*half)->half) return refuse("unauthenticated");
    const auto account = parts_.accounts.find((*half)->account);
    if (!account) return refuse_quietly(account.error());
    if (!*account || (*account)->disabled || (*account)->generation != (*half)->generation) return refuse("unauthenticated");

    // Whoever came here knows the password, so this count is not one that others could use up.
    const std::string own = "code\n" + (*half)->account;
    if (auto delayed = wait({{own, kFreeTries}}, call)) return *std::move(delayed);
    const auto fits = parts_.rules.check_second_factor(**account, trim(code));
    if (!fits) return refuse_quietly(fits.error());
    if (!*fits) {
      if (auto failed = note_failure((*half)->account, "second factor")) return *std::move(failed);
      return refuse("second_factor_failed");
    }
    if (const Status ended = parts_.sessions.end(**half); !ended) return refuse_quietly(ended.error());
    return begin(call, **account, false, own);
  }

  Reply logout(const Call& call) const {
    if (const Status ended = parts_.sessions.end(*call.session); !ended) return refuse_quietly(ended.error());
    Reply reply = no_content();
    reply.headers.emplace_back("Set-Cookie", session_cookie("", call.https()));
    reply.headers.emplace_back("Clear-Site-Data", "\"cache\", \"storage\"");
    return reply;
  }

  Reply change_password(const Call& call) const {
    Fields fields(call);
    const Secret current(fields.secret("current", 256));
    const Secret password(fields.secret("password", 256));
    if (auto refused = fields.refused()) return *std::move(refused);
    const std::string& name = call.actor.name;
    if (auto delayed = wait({{"change\n" + name, kFreeTries}}, call)) return *std::move(delayed);
    const auto known = parts_.rules.check_password(name, current);
    if (!known) return refuse_quietly(known.error());
    if (!*known) return wrong_field("current", {"今のパスワードが違います。", "The current password is wrong."});
    if (constant_time_equal(current.reveal(), password.reveal())) {
      return wrong_field("password", {"今と同じパスワードです。", "It is the same as now."});
    }
    const Status changed = parts_.rules.set_password(name, password, false, call.actor);
    if (!changed && changed.error().code == ErrorCode::kInvalid) return wrong_field("password", told(changed.error()));
    if (!changed) return refuse_quietly(changed.error());
    if (const Status forgiven = parts_.tries.forgive("change\n" + name); !forgiven) return refuse_quietly(forgiven.error());
    // The account has moved on, which ends every session; this person goes on with a new one.
    const auto account = parts_.accounts.find(name);
    if (!account || !*account) return refuse("unauthenticated");
    if (const Status ended = parts_.sessions.end_all(name); !ended) return refuse_quietly(ended.error());
    Reply reply = begin(call, **account, false, "");
    if (reply.refusal) return reply;
    reply.status = 204;
    reply.body.clear();
    return reply;
  }

  Reply offer(const Call& call) const {
    const auto made = parts_.rules.offer_second_factor(call.actor.name);
    if (!made) return refuse_with_reason(made.error());
    return ok({{"uri", made->uri}, {"secret", made->secret}});
  }

  Reply confirm(const Call& call) const {
    Fields fields(call);
    const std::string code = fields.text("code", 1, 64);
    if (auto refused = fields.refused()) return *std::move(refused);
    if (auto delayed = wait({{"confirm\n" + call.actor.name, kFreeTries}}, call)) return *std::move(delayed);
    const auto codes = parts_.rules.confirm_second_factor(call.actor.name, trim(code));
    if (!codes && codes.error().code == ErrorCode::kInvalid) return wrong_field("code", told(codes.error()));
    if (!codes) return refuse_with_reason(codes.error());
    return ok({{"recovery_codes", *codes}});
  }

  Reply sessions(const Call& call) const {
    const auto all = parts_.sessions.of(call.actor.name, call.now);
    if (!all) return refuse_quietly(all.error());
    return ok(session_list_json(*all, call.session->id));
  }

  Reply end_session(const Call& call) const {
    const auto ended = parts_.sessions.end_of(call.actor.name, call.parameter("id"));
    if (!ended) return refuse_quietly(ended.error());
    return *ended ? no_content() : refuse("not_found");
  }

 private:
  static Reply wrong_field(std::string field, StaffText message) {
    return refuse("invalid", {}, {{std::move(field), std::move(message)}});
  }

  bool store_is_away() const { return !parts_.accounts.find("system"); }

  std::optional<Reply> wait(const std::vector<store::LoginTries::Count>& counts, const Call& call) const {
    const auto delay = parts_.tries.begin(counts, call.now);
    if (!delay) return refuse_quietly(delay.error());
    if (delay->count() <= 0) return std::nullopt;
    Reply reply = refuse("login_delayed");
    reply.refusal->retry_after = std::chrono::ceil<std::chrono::seconds>(*delay);
    return reply;
  }

  /// A name that is no account may be a password typed into the wrong field: it is not written down.
  std::optional<Reply> note_failure(const std::string& name, std::string_view what) const {
    const auto known = store::is_account_name(name) ? parts_.accounts.find(name) : Result<std::optional<Account>>(std::optional<Account>());
    if (!known) return refuse_quietly(known.error());
    const std::string shown = *known ? name : "unknown";
    const Status noted = parts_.rules.audit(Actor{shown, {}, ""}, "login.failed", shown, what);
    if (!noted) return refuse_quietly(noted.error());
    return std::nullopt;
  }

  Status end_previous(const Call& call) const {
    const std::string token = session_token(call.request);
    if (token.empty()) return {};
    const auto previous = parts_.sessions.find(token, call.now, false);
    if (!previous) return previous.error();
    return *previous ? parts_.sessions.end(**previous) : Status();
  }

  /// A session of its own id, whatever cookie came with the request.
  Reply begin(const Call& call, const Account& account, bool half, const std::string& forgive) const {
    if (!half) {
      if (!forgive.empty()) {
        if (const Status forgiven = parts_.tries.forgive(forgive); !forgiven) return refuse_quietly(forgiven.error());
      }
      const Status noted = parts_.rules.audit(account.actor(), "login", account.name, "");
      if (!noted) return refuse_quietly(noted.error());
    }
    Session session;
    session.account = account.name;
    session.generation = account.generation;
    session.half = half;
    session.created = call.now;
    session.source = call.request.remote_addr;
    session.agent = shorten_graphemes(escape_for_log(call.request.header("user-agent")), kAgentCharacters);
    const auto token = parts_.sessions.begin(std::move(session), half ? kHalfTimes : parts_.settings.session);
    if (!token) return refuse_quietly(token.error());
    Reply reply = ok({{"second_factor_required", half}});
    reply.headers.emplace_back("Set-Cookie", session_cookie(*token, call.https()));
    if (!half) reply.headers.emplace_back("Set-Cookie", device_cookie(call, parts_.sealer, account.name));
    return reply;
  }

  const Parts& parts_;
};

}  // namespace

void add_session_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto calls = std::make_shared<SessionCalls>(parts);
  const auto add = [&](const char* method, const char* pattern, Reply (SessionCalls::*run)(const Call&) const) {
    endpoints.push_back({method, pattern, [calls, run](const Call& call) { return (*calls.*run)(call); }, 16 * 1024});
  };
  add("GET", "/api/v1/session", &SessionCalls::me);
  add("POST", "/api/v1/session/login", &SessionCalls::login);
  add("POST", "/api/v1/session/second-factor", &SessionCalls::second_factor);
  add("POST", "/api/v1/session/logout", &SessionCalls::logout);
  add("POST", "/api/v1/session/password", &SessionCalls::change_password);
  add("POST", "/api/v1/session/second-factor/offer", &SessionCalls::offer);
  add("POST", "/api/v1/session/second-factor/confirm", &SessionCalls::confirm);
  add("GET", "/api/v1/session/sessions", &SessionCalls::sessions);
  add("DELETE", "/api/v1/session/sessions/{id}", &SessionCalls::end_session);
}

}  // namespace kairan::gateway::staff
