#include "adapters/line/forwarder.h"

#include <condition_variable>
#include <mutex>

#include "adapters/line/signature.h"
#include "gateway/http_server.h"
#include "tests/support/catch.h"

using namespace kairan;
using adapters::line::Forwarder;
using adapters::line::ForwarderOptions;

namespace {

/// The former system: answers with the given statuses in turn, then 200, and keeps what it got.
class FormerSystem {
 public:
  explicit FormerSystem(std::vector<int> statuses = {})
      : statuses_(std::move(statuses)),
        server_({}, {gateway::Route{"POST", "/old/line", [this](const gateway::HttpRequest& request) { return take(request); },
                                    1 << 20}}) {
    port_ = server_.bind().value();
    REQUIRE(server_.start().ok());
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/old/line"; }
  std::vector<gateway::HttpRequest> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return got_.size() >= count; });
    return got_;
  }

 private:
  gateway::HttpResponse take(const gateway::HttpRequest& request) {
    std::lock_guard lock(mutex_);
    const std::size_t number = got_.size();
    got_.push_back(request);
    changed_.notify_all();
    return gateway::json_response(number < statuses_.size() ? statuses_[number] : 200, "{}");
  }

  const std::vector<int> statuses_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<gateway::HttpRequest> got_;  // guarded by mutex_
  gateway::HttpServer server_;
  int port_ = 0;
};

ForwarderOptions options_for(const std::string& url) {
  ForwarderOptions options;
  options.url = url;
  options.secret = Secret("former-secret");
  options.threads = 1;
  options.retry_wait = std::chrono::milliseconds(1);
  return options;
}

gateway::HttpRequest webhook(const std::string& body) {
  gateway::HttpRequest request;
  request.body = body;
  request.headers.emplace("x-line-signature", "signed with the channel secret");
  return request;
}

}  // namespace

TEST_CASE("a verified webhook reaches the former system byte for byte, signed with its secret") {
  FormerSystem former;
  Forwarder forwarder(options_for(former.url()));
  forwarder.start();
  const std::string body = "{\"destination\":\"U1\",  \"events\":[]}";
  forwarder.forward(webhook(body));
  const auto got = former.wait_for(1);
  REQUIRE(got.size() == 1);
  CHECK(got[0].body == body);
  CHECK(got[0].header_count("x-line-signature") == 1);
  CHECK(got[0].header("x-line-signature") == adapters::line::sign_body("former-secret", body));
  forwarder.stop();
  CHECK(forwarder.forwarded() == 1);
}

TEST_CASE("a former system that fails is tried again, and given up after three tries with a count") {
  FormerSystem former({500, 503, 200, 500, 500, 500});
  Forwarder forwarder(options_for(former.url()));
  forwarder.start();
  forwarder.forward(webhook("one"));
  forwarder.forward(webhook("two"));
  CHECK(former.wait_for(6).size() == 6);
  forwarder.stop();
  CHECK(forwarder.forwarded() == 1);
  CHECK(forwarder.given_up() == 1);
}

TEST_CASE("a full queue gives up at once and counts it, so that the webhook's answer never waits") {
  ForwarderOptions options = options_for("http://127.0.0.1:9/old");
  options.queue = 2;
  Forwarder forwarder(options);  // not started: nothing leaves the queue
  for (int i = 0; i < 5; ++i) forwarder.forward(webhook("x"));
  CHECK(forwarder.given_up() == 3);
}
