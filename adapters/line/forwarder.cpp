#include "adapters/line/forwarder.h"

#include <utility>

#include "adapters/http_client.h"
#include "adapters/line/signature.h"
#include "base/log.h"

namespace kairan::adapters::line {
namespace {

/// "https://host:port/path?x" → "https://host:port" and "/path?x".
std::pair<std::string, std::string> split_url(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t path = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  if (path == std::string::npos) return {url, "/"};
  return {url.substr(0, path), url.substr(path)};
}

}  // namespace

Forwarder::Forwarder(ForwarderOptions options) : options_(std::move(options)), queue_(options_.queue) {}

Forwarder::~Forwarder() { stop(); }

void Forwarder::start() {
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { run(); });
}

void Forwarder::stop() {
  stopping_ = true;
  queue_.close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Forwarder::forward(const gateway::HttpRequest& request) {
  std::string body = request.body;
  if (!queue_.try_push(std::move(body))) ++given_up_;
}

void Forwarder::run() {
  const auto [origin, path] = split_url(options_.url);
  HttpClient client(origin);
  while (auto body = queue_.pop()) {
    HttpCall call;
    call.method = "POST";
    call.path = path;
    call.content_type = "application/json; charset=utf-8";
    call.headers = {{"x-line-signature", sign_body(options_.secret.reveal(), *body)}};
    call.body = std::move(*body);
    call.timeout = options_.timeout;
    bool taken = false;
    for (int i = 0; i < options_.tries && !taken; ++i) {
      if (i > 0) {
        if (stopping_) break;
        std::this_thread::sleep_for(options_.retry_wait);
      }
      const auto reply = client.call(call);
      taken = reply && reply->status >= 200 && reply->status < 300;
    }
    if (taken) {
      ++forwarded_;
    } else {
      ++given_up_;
      log::warn("forward.given_up", {{"bytes", call.body.size()}});
    }
  }
}

}  // namespace kairan::adapters::line
