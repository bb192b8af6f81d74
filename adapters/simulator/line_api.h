// LINE's own paths, answered by LINE's rules. Errors are LINE's bodies {message, details?}; OAuth's are
// {error, error_description}. Every answer carries x-line-request-id. Threads: handlers run on any.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "adapters/simulator/message_rules.h"
#include "adapters/simulator/simulator.h"
#include "adapters/simulator/world.h"
#include "gateway/http.h"

namespace kairan::adapters::simulator {

gateway::HttpResponse line_ok(const nlohmann::json& body);
/// LINE's error body; `details` is left out when empty.
gateway::HttpResponse line_error(int status, const std::string& message, const Violations& details = {});
gateway::HttpResponse broken_rules(const Violations& violations);

class LineApi {
 public:
  explicit LineApi(World& world) : world_(world) {}
  std::vector<gateway::Route> routes();

 private:
  enum class RetryKey { kAllowed, kForbidden };
  enum class Body { kNone, kJson, kForm, kImage };
  struct Endpoint {
    std::string name;
    RateLimit limit;
    Body body = Body::kNone;
    RetryKey retry_key = RetryKey::kForbidden;
    bool needs_token = true;
    std::chrono::milliseconds latency{0};
  };
  /// What a handler gets besides the request.
  struct Call {
    const gateway::HttpRequest& request;
    std::string request_id;
    std::string retry_key;
  };
  using Handler = std::function<gateway::HttpResponse(const Call&)>;

  gateway::HttpResponse serve(const Endpoint& endpoint, const gateway::HttpRequest& request, const Handler& handler);
  gateway::HttpResponse admit_and_run(const Endpoint& endpoint, const Call& call, const Handler& handler);
  bool token_is_good(const gateway::HttpRequest& request);
  bool wait(std::chrono::milliseconds time);
  void write_record(const gateway::HttpRequest& request, int status);

  void add(std::vector<gateway::Route>& routes, std::string method, std::string path, Endpoint endpoint,
           gateway::HttpResponse (LineApi::*handler)(const Call&), std::size_t max_body = 0);
  Endpoint endpoint(std::string name, Body body = Body::kNone) const;
  void message_routes(std::vector<gateway::Route>& routes);
  void account_routes(std::vector<gateway::Route>& routes);
  void menu_routes(std::vector<gateway::Route>& routes);

  // line_messages.cpp
  gateway::HttpResponse reply(const Call& call);
  gateway::HttpResponse push(const Call& call);
  gateway::HttpResponse multicast(const Call& call);
  gateway::HttpResponse broadcast(const Call& call);
  gateway::HttpResponse validate(const Call& call);
  struct Checked;
  std::optional<gateway::HttpResponse> open_messages(const Call& call, Checked& checked);
  std::optional<gateway::HttpResponse> known_retry(const Call& call);
  std::optional<gateway::HttpResponse> over_quota(std::size_t recipients);
  void finish(const Call& call, const Checked& checked, const char* endpoint, std::string chat_id,
              std::vector<UserIndex> recipients, bool counted, const std::string& sent_messages);
  std::string sent_messages(const Checked& checked);
  bool reaches(UserIndex index);

  // line_account.cpp
  gateway::HttpResponse quota(const Call& call);
  gateway::HttpResponse consumption(const Call& call);
  gateway::HttpResponse delivery_count(const Call& call);
  gateway::HttpResponse profile(const Call& call);
  gateway::HttpResponse follower_ids(const Call& call);
  gateway::HttpResponse content(const Call& call);
  gateway::HttpResponse loading(const Call& call);
  gateway::HttpResponse mark_as_read(const Call& call);
  gateway::HttpResponse bot_info(const Call& call);
  gateway::HttpResponse group_get(const Call& call);
  gateway::HttpResponse group_leave(const Call& call);
  gateway::HttpResponse issue_stateless(const Call& call);
  gateway::HttpResponse verify_token(const Call& call);
  gateway::HttpResponse get_webhook(const Call& call);
  gateway::HttpResponse set_webhook(const Call& call);
  gateway::HttpResponse test_webhook(const Call& call);

  // line_menus.cpp
  gateway::HttpResponse menu_create(const Call& call);
  gateway::HttpResponse menu_validate(const Call& call);
  gateway::HttpResponse menu_list(const Call& call);
  gateway::HttpResponse menu_get(const Call& call);
  gateway::HttpResponse menu_delete(const Call& call);
  gateway::HttpResponse menu_upload(const Call& call);
  gateway::HttpResponse menu_bulk_link(const Call& call);
  gateway::HttpResponse menu_bulk_unlink(const Call& call);
  gateway::HttpResponse alias_create(const Call& call);
  gateway::HttpResponse alias_update(const Call& call);
  gateway::HttpResponse alias_get(const Call& call);
  gateway::HttpResponse alias_delete(const Call& call);
  gateway::HttpResponse person_menu_get(const Call& call);
  gateway::HttpResponse person_menu_link(const Call& call);
  gateway::HttpResponse person_menu_unlink(const Call& call);
  gateway::HttpResponse bulk(const Call& call, bool link);

  World& world_;
};

}  // namespace kairan::adapters::simulator
