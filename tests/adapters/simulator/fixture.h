// A simulator with a fake clock, its handlers called without a socket, and a bot that notes every webhook it gets.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/simulator/simulator.h"
#include "gateway/http.h"
#include "tests/support/fake_clock.h"

namespace kairan::test {

struct ReceivedWebhook {
  std::string body;
  std::string signature;
};

/// Threads: members may be called from the test's thread; the bot answers on the simulator's.
class SimulatorFixture {
 public:
  using Change = std::function<void(adapters::simulator::SimulatorOptions&)>;

  explicit SimulatorFixture(const Change& change = {}) {
    adapters::simulator::SimulatorOptions options;
    options.channel_secret = Secret("8c570fa6dd201bb328f1c1eac23a96d8");
    options.access_token = Secret("token-of-the-test");
    options.webhook_url = "http://127.0.0.1:1/webhook";
    options.latency.reply = milliseconds(0);
    options.first_users = 2;
    options.redelivery = {std::chrono::seconds(10), std::chrono::seconds(60)};
    options.transport = [this](const std::string&, const std::string& body, const std::string& signature,
                               milliseconds) { return answer(body, signature); };
    options.advance_clock = [this](milliseconds by) { clock.advance(by); };
    if (change) change(options);
    simulator.emplace(std::move(options), clock);
    for (auto& route : simulator->routes()) routes_.push_back(std::move(route));
    started = simulator->start().ok();
  }
  ~SimulatorFixture() { simulator->stop(); }

  gateway::HttpResponse call(const std::string& method, const std::string& path, const std::string& body = "",
                             std::vector<std::pair<std::string, std::string>> headers = {}) {
    gateway::HttpRequest request;
    request.method = method;
    const auto question = path.find('?');
    request.path = path.substr(0, question);
    if (question != std::string::npos) {
      std::string rest = path.substr(question + 1);
      for (std::size_t at = 0; at < rest.size();) {
        const auto end = std::min(rest.find('&', at), rest.size());
        const std::string pair = rest.substr(at, end - at);
        request.query.emplace(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
        at = end + 1;
      }
    }
    request.body = body;
    request.headers = {{"host", "127.0.0.1:9000"},
                       {"authorization", "Bearer token-of-the-test"},
                       {"content-type", "application/json"}};
    for (auto& [name, value] : headers) {
      request.headers.erase(name);
      if (!value.empty()) request.headers.emplace(name, value);
    }
    const gateway::Route* best = nullptr;
    for (const gateway::Route& route : routes_) {
      if (route.method != method) continue;
      const bool prefix = route.path.size() > 2 && route.path.compare(route.path.size() - 2, 2, "/*") == 0;
      const std::string stem = prefix ? route.path.substr(0, route.path.size() - 1) : route.path;
      if (prefix ? request.path.compare(0, stem.size(), stem) != 0 : request.path != stem) continue;
      if (best == nullptr || route.path.size() > best->path.size()) best = &route;
      if (best == &route) request.rest = prefix ? request.path.substr(stem.size()) : "";
    }
    if (best == nullptr) return gateway::json_response(404, "{}");
    return best->handler(request);
  }

  nlohmann::json get(const std::string& path) { return nlohmann::json::parse(call("GET", path).body); }
  nlohmann::json act(const std::string& path, const nlohmann::json& body) {
    return nlohmann::json::parse(call("POST", path, body.dump()).body);
  }
  std::string user(std::size_t index) { return get("/sim/users").at("users").at(index).at("id").get<std::string>(); }
  nlohmann::json say(const std::string& text, std::size_t index = 0) {
    return act("/sim/users/" + user(index) + "/say", {{"text", text}});
  }
  gateway::HttpResponse reply(const std::string& token, const std::string& text = "はい") {
    return call("POST", "/v2/bot/message/reply",
                nlohmann::json{{"replyToken", token}, {"messages", {{{"type", "text"}, {"text", text}}}}}.dump());
  }
  gateway::HttpResponse multicast(const std::vector<std::string>& to, const std::string& retry_key = "",
                                  const std::string& text = "お知らせ") {
    return send("multicast", {{"to", to}, {"messages", {{{"type", "text"}, {"text", text}}}}}, retry_key);
  }
  gateway::HttpResponse push(const std::string& to, const std::string& retry_key = "") {
    return send("push", {{"to", to}, {"messages", {{{"type", "text"}, {"text", "お知らせ"}}}}}, retry_key);
  }
  gateway::HttpResponse send(const std::string& way, const nlohmann::json& body, const std::string& retry_key) {
    return call("POST", "/v2/bot/message/" + way, body.dump(), {{"x-line-retry-key", retry_key}});
  }
  static std::string header(const gateway::HttpResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  /// What the bot answers to webhooks; 0 = no answer.
  void set_bot_status(int status) {
    std::lock_guard lock(mutex_);
    bot_status_ = status;
  }
  /// Waits until the bot got `count` webhooks in all. Fails by returning fewer.
  std::vector<ReceivedWebhook> webhooks(std::size_t count) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, std::chrono::seconds(10), [&] { return received_.size() >= count; });
    return received_;
  }
  nlohmann::json webhook_event(std::size_t number) {
    const auto all = webhooks(number + 1);
    return all.size() <= number ? nlohmann::json() : nlohmann::json::parse(all[number].body).at("events").at(0);
  }
  /// Waits until a statistic under "webhooks" has this value.
  bool wait_stat(const std::string& name, std::uint64_t value) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < until) {
      if (get("/sim/stats").at("webhooks").at(name) == value) return true;
      std::this_thread::yield();
    }
    return false;
  }

  FakeClock clock;
  std::optional<adapters::simulator::Simulator> simulator;
  bool started = false;

 private:
  std::optional<int> answer(const std::string& body, const std::string& signature) {
    int status = 0;
    {
      std::lock_guard lock(mutex_);
      received_.push_back({body, signature});
      status = bot_status_;
    }
    came_.notify_all();
    return status == 0 ? std::nullopt : std::optional<int>(status);
  }

  std::vector<gateway::Route> routes_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<ReceivedWebhook> received_;  // guarded by mutex_
  int bot_status_ = 200;                   // guarded by mutex_
};

}  // namespace kairan::test
