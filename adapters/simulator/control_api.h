// The control API under /sim/ and the phones' page: what demonstrations, tests and the page use to act as residents, to
// look at what arrived, and to ask for faults. JSON in, JSON out; docs/simulator.md lists it.
// Loopback names only: a request with another Host or Origin is refused with 403, and POST bodies must be
// application/json, so that no web page elsewhere can act here. Threads: handlers run on any.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "adapters/simulator/world.h"
#include "gateway/http.h"

namespace kairan::adapters::simulator {

inline constexpr std::size_t kListedUsers = 1000;  ///< in one answer
/// {"error": message}
gateway::HttpResponse refuse(int status, const std::string& message);

class ControlApi {
 public:
  explicit ControlApi(World& world) : world_(world) {}
  std::vector<gateway::Route> routes();

 private:
  using Handler = gateway::HttpResponse (ControlApi::*)(const gateway::HttpRequest&, const nlohmann::json& body);
  void add(std::vector<gateway::Route>& routes, const char* method, const char* path, Handler handler,
           std::size_t max_body = 64 * 1024);

  // control_api.cpp: acting
  gateway::HttpResponse users_create(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse user_act(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse user_image(const gateway::HttpRequest& request);
  gateway::HttpResponse groups_create(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse group_act(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse faults_set(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse reset(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse clock_advance(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse webhook_send(const gateway::HttpRequest& request, const nlohmann::json& body);
  Result<nlohmann::json> tap(const std::string& user, const nlohmann::json& body);

  // control_views.cpp: looking
  gateway::HttpResponse users_list(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse users_csv(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse user_view(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse group_view(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse stats(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse histogram(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse sends(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse faults_list(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse info(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse menu_image(const gateway::HttpRequest& request, const nlohmann::json& body);
  gateway::HttpResponse stream(const gateway::HttpRequest& request, const nlohmann::json& body);
  nlohmann::json chat_view(const std::string& chat_id, std::uint64_t after);
  nlohmann::json person_view(UserIndex index);

  World& world_;
};

/// Whether the request was meant for this machine's loopback and not sent by a page of elsewhere.
bool is_local_request(const gateway::HttpRequest& request);

/// Every action object of a message in reading order: quick replies, then buttons.
std::vector<nlohmann::json> actions_of(const nlohmann::json& message);

/// The page's files: "/" and "/sim/page/...".
std::vector<gateway::Route> page_routes();

}  // namespace kairan::adapters::simulator
