#include "adapters/simulator/line_api.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/crypto.h"
#include "base/ids.h"

namespace kairan::adapters::simulator {

using gateway::HttpRequest;
using gateway::HttpResponse;
using nlohmann::json;

namespace {

constexpr std::size_t kMaxBody = 2u << 20;  // "Request body at most 2 MB (413)"
// The server refuses what is longer without reading it; up to here LINE's own error body can be given.
constexpr std::size_t kReadBody = kMaxBody + (64u << 10);

constexpr char kRateMessage[] = "The API rate limit has been exceeded. Try again later.";

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
    if (hyphen ? text[i] != '-' : !hex) return false;
  }
  return true;
}

}  // namespace

HttpResponse line_ok(const json& body) {
  return gateway::json_response(200, dump_json(body));
}

HttpResponse line_error(int status, const std::string& message, const Violations& details) {
  json body = {{"message", message}};
  for (const Violation& violation : details) {
    body["details"].push_back({{"message", violation.message}, {"property", violation.property}});
  }
  return gateway::json_response(status, dump_json(body));
}

HttpResponse broken_rules(const Violations& violations) {
  return line_error(400, "The request body has " + std::to_string(violations.size()) + " error(s)", violations);
}

std::vector<gateway::Route> LineApi::routes() {
  std::vector<gateway::Route> routes;
  message_routes(routes);
  account_routes(routes);
  menu_routes(routes);
  return routes;
}

LineApi::Endpoint LineApi::endpoint(std::string name, Body body) const {
  Endpoint made;
  made.name = std::move(name);
  made.limit = world_.options.limits.others;
  made.body = body;
  made.latency = world_.options.latency.others;
  return made;
}

void LineApi::add(std::vector<gateway::Route>& routes, std::string method, std::string path, Endpoint endpoint,
                  HttpResponse (LineApi::*handler)(const Call&), std::size_t max_body) {
  gateway::Route route;
  route.method = std::move(method);
  route.path = std::move(path);
  route.max_body_bytes = max_body != 0 ? max_body : kReadBody;
  route.handler = [this, endpoint = std::move(endpoint), handler](const HttpRequest& request) {
    return serve(endpoint, request, [this, handler](const Call& call) { return (this->*handler)(call); });
  };
  routes.push_back(std::move(route));
}

HttpResponse LineApi::serve(const Endpoint& endpoint, const HttpRequest& request, const Handler& handler) {
  const Call call{request, random_uuid(), std::string(request.header("x-line-retry-key"))};
  FaultPlan plan;
  {
    std::lock_guard lock(world_.mutex);
    ++world_.endpoints[endpoint.name].requests;
    if (endpoint.name == "multicast") world_.multicast_requests.note(world_.clock.steady_now());
    plan = world_.faults.draw(endpoint.name);
  }
  HttpResponse response;
  if (plan.drop_before) {
    response.drop = true;
  } else if (plan.status_before != 0) {
    response = line_error(plan.status_before, plan.status_before == 429 ? kRateMessage : "A fault that was asked for");
  } else {
    response = admit_and_run(endpoint, call, handler);
    if (plan.status_after != 0) response = line_error(plan.status_after, "A fault that was asked for");
    if (plan.drop_after) response.drop = true;
  }
  if (!wait(endpoint.latency + plan.delay)) response.close = true;
  response.headers.emplace_back("x-line-request-id", call.request_id);
  write_record(request, response.drop ? 0 : response.status);
  std::lock_guard lock(world_.mutex);
  EndpointStats& stats = world_.endpoints[endpoint.name];
  if (response.drop) {
    ++stats.dropped;
  } else {
    ++stats.answered[response.status];
  }
  return response;
}

HttpResponse LineApi::admit_and_run(const Endpoint& endpoint, const Call& call, const Handler& handler) {
  if (endpoint.needs_token && !token_is_good(call.request)) {
    return line_error(401,
                      "Authentication failed due to the following reason: invalid token. Confirm that the access "
                      "token in the authorization header is valid.");
  }
  if (world_.options.limits.rates) {
    std::lock_guard lock(world_.mutex);
    const SteadyPoint now = world_.clock.steady_now();
    auto& bucket =
        world_.buckets.try_emplace(endpoint.name, endpoint.limit.bucket, endpoint.limit.per_second, now).first->second;
    if (!bucket.try_take(1, now)) return line_error(429, kRateMessage);
  }
  if (call.request.body.size() > kMaxBody) return line_error(413, "Request entity too large");
  const std::string_view type = call.request.header("content-type");
  if (endpoint.body == Body::kJson && type.rfind("application/json", 0) != 0) {
    return line_error(415, "The Content-Type header must be application/json");
  }
  if (endpoint.body == Body::kForm && type.rfind("application/x-www-form-urlencoded", 0) != 0) {
    return line_error(415, "The Content-Type header must be application/x-www-form-urlencoded");
  }
  const bool has_key = call.request.header_count("x-line-retry-key") > 0;
  if (has_key && endpoint.retry_key == RetryKey::kForbidden) {
    return line_error(400, "The X-Line-Retry-Key header is not supported by this endpoint");
  }
  if (has_key && !is_uuid(call.retry_key)) return line_error(400, "The X-Line-Retry-Key header is not a UUID");
  return handler(call);
}

bool LineApi::token_is_good(const HttpRequest& request) {
  constexpr std::string_view kBearer = "Bearer ";
  std::string_view given = request.header("authorization");
  if (given.substr(0, kBearer.size()) != kBearer) return false;
  given.remove_prefix(kBearer.size());
  const Secret& fixed = world_.options.access_token;
  if (!fixed.empty() && constant_time_equal(given, fixed.reveal())) return true;
  std::lock_guard lock(world_.mutex);
  const auto it = world_.issued_tokens.find(std::string(given));
  return it != world_.issued_tokens.end() && world_.clock.now() < it->second;
}

/// False when the simulator stops meanwhile.
bool LineApi::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(world_.mutex);
  if (time.count() == 0) return !world_.stopping;
  // The condition is notified for every change of a conversation too, so the waits are for the deadline alone.
  const auto until = std::chrono::steady_clock::now() + time;
  return !world_.pause.wait_until(lock, until, [this] { return world_.stopping; });
}

void LineApi::write_record(const HttpRequest& request, int status) {
  if (world_.options.record_file.empty()) return;
  json line = {{"method", request.method}, {"path", request.path}, {"status", status}};
  auto body = parse_json(request.body, {kReadBody, 64});
  line["body"] = body ? std::move(*body) : json(request.body.empty() ? json(nullptr) : json(request.body));
  line["content_type"] = std::string(request.header("content-type"));
  line["retry_key"] = std::string(request.header("x-line-retry-key"));
  for (const auto& [name, value] : request.query) line["query"][name] = value;
  const std::string text = dump_json(line);
  std::lock_guard lock(world_.mutex);
  world_.record << text << '\n' << std::flush;
}

}  // namespace kairan::adapters::simulator
