// Accounts, as operators keep them.
#include <memory>
#include <nlohmann/json.hpp>

#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/fields.h"
#include "gateway/staff_api/session_views.h"

namespace kairan::gateway::staff {
namespace {

using store::Account;

class AccountCalls {
 public:
  explicit AccountCalls(const Parts& parts) : parts_(parts) {}

  Reply list(const Call&) const {
    const auto all = parts_.accounts.all();
    if (!all) return refuse_quietly(all.error());
    nlohmann::json items = nlohmann::json::array();
    for (const Account& account : *all) items.push_back(account_json(account));
    return ok({{"items", std::move(items)}});
  }

  Reply read(const Call& call) const { return show(call.parameter("name"), 200); }

  Reply add(const Call& call) const {
    Fields fields(call);
    NewAccount account;
    account.name = fields.text("name", 1, 32);
    account.roles = roles(fields, fields.texts("roles", 1, 6, 32));
    account.section = fields.text("section", 1, 40);
    account.password = Secret(fields.secret("password", 256));
    account.must_change_password = true;  // somebody else chose it
    if (auto refused = fields.refused()) return *std::move(refused);
    if (const Status added = parts_.rules.add(account, call.actor); !added) return refuse_with_reason(added.error());
    return show(account.name, 201);
  }

  Reply change(const Call& call) const {
    const std::string name = call.parameter("name");
    Fields fields(call);
    std::optional<store::Roles> wanted;
    if (fields.has("roles")) wanted = roles(fields, fields.texts("roles", 1, 6, 32));
    const auto section = fields.optional_text("section", 40);
    const auto disabled = fields.optional_flag("disabled");
    if (auto refused = fields.refused()) return *std::move(refused);
    const auto account = parts_.accounts.find(name);
    if (!account) return refuse_quietly(account.error());
    if (!*account) return refuse("not_found");
    if (wanted || section) {
      const Status changed = parts_.rules.set_roles(name, wanted.value_or((*account)->roles), section, call.actor);
      if (!changed) return refuse_with_reason(changed.error());
    }
    if (disabled && *disabled != (*account)->disabled) {
      const Status changed = parts_.rules.set_disabled(name, *disabled, call.actor);
      if (!changed) return refuse_with_reason(changed.error());
    }
    return ended(name, show(name, 200));
  }

  Reply set_password(const Call& call) const {
    Fields fields(call);
    const Secret password(fields.secret("password", 256));
    if (auto refused = fields.refused()) return *std::move(refused);
    const std::string name = call.parameter("name");
    const Status changed = parts_.rules.set_password(name, password, true, call.actor);
    return changed ? ended(name, no_content()) : refuse_with_reason(changed.error());
  }

  Reply remove_second_factor(const Call& call) const {
    const std::string name = call.parameter("name");
    const Status changed = parts_.rules.remove_second_factor(name, call.actor);
    return changed ? ended(name, no_content()) : refuse_with_reason(changed.error());
  }

  Reply sessions(const Call& call) const {
    const std::string name = call.parameter("name");
    if (const auto account = parts_.accounts.find(name); !account || !*account) {
      return account ? refuse("not_found") : refuse_quietly(account.error());
    }
    const auto all = parts_.sessions.of(name, call.now);
    if (!all) return refuse_quietly(all.error());
    return ok(session_list_json(*all, call.session ? call.session->id : std::string()));
  }

  Reply end_sessions(const Call& call) const {
    const std::string name = call.parameter("name");
    if (const auto account = parts_.accounts.find(name); !account || !*account) {
      return account ? refuse("not_found") : refuse_quietly(account.error());
    }
    const Status noted = parts_.rules.audit(call.actor, "account.sessions_ended", name, "");
    if (!noted) return refuse_quietly(noted.error());
    return ended(name, no_content());
  }

 private:
  static store::Roles roles(Fields& fields, const std::vector<std::string>& names) {
    store::Roles roles;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (const auto role = store::parse_role(names[i])) {
        roles.add(*role);
      } else {
        fields.wrong("roles[" + std::to_string(i) + "]", {"役割の名前ではありません。", "This is no role."});
      }
    }
    return roles;
  }

  Reply show(const std::string& name, int status) const {
    const auto account = parts_.accounts.find(name);
    if (!account) return refuse_quietly(account.error());
    if (!*account) return refuse("not_found");
    Reply reply = ok(account_json(**account));
    reply.status = status;
    return reply;
  }

  /// The account's new generation has ended the sessions already; this takes them out of the lists.
  Reply ended(const std::string& name, Reply reply) const {
    if (const Status ended = parts_.sessions.end_all(name); !ended) return refuse_quietly(ended.error());
    return reply;
  }

  const Parts& parts_;
};

}  // namespace

void add_account_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto calls = std::make_shared<AccountCalls>(parts);
  const auto add = [&](const char* method, const char* pattern, Reply (AccountCalls::*run)(const Call&) const) {
    endpoints.push_back({method, pattern, [calls, run](const Call& call) { return (*calls.*run)(call); }, 16 * 1024});
  };
  add("GET", "/api/v1/accounts", &AccountCalls::list);
  add("POST", "/api/v1/accounts", &AccountCalls::add);
  add("GET", "/api/v1/accounts/{name}", &AccountCalls::read);
  add("PATCH", "/api/v1/accounts/{name}", &AccountCalls::change);
  add("POST", "/api/v1/accounts/{name}/password", &AccountCalls::set_password);
  add("DELETE", "/api/v1/accounts/{name}/second-factor", &AccountCalls::remove_second_factor);
  add("GET", "/api/v1/accounts/{name}/sessions", &AccountCalls::sessions);
  add("DELETE", "/api/v1/accounts/{name}/sessions", &AccountCalls::end_sessions);
}

}  // namespace kairan::gateway::staff
