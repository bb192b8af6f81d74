// The floor: the least a durable webhook can be. cpp-httplib, one HMAC over the body, one XADD to a Redis with the same
// settings as the gateway's, 200. No parsing, no deduplication, no partitions, no answer to anyone. What the gateway
// costs above this is what its promises cost.
// usage: floor --port N --secret S --redis SOCKET_PATH [--workers N]
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include <hiredis/hiredis.h>
#include <httplib.h>

#include "base/crypto.h"

namespace {

struct FreeContext {
  void operator()(redisContext* c) const { redisFree(c); }
};
struct FreeReply {
  void operator()(void* r) const { freeReplyObject(r); }
};

/// One context a worker thread; a broken one is replaced at the next use.
redisContext* context_of_this_thread(const std::string& socket_path) {
  thread_local std::unique_ptr<redisContext, FreeContext> context;
  if (!context || context->err != 0) context.reset(redisConnectUnix(socket_path.c_str()));
  return context.get();
}

bool store(const std::string& socket_path, const std::string& body) {
  redisContext* context = context_of_this_thread(socket_path);
  if (context == nullptr || context->err != 0) return false;
  const char* argv[] = {"XADD", "floor", "*", "b", body.data()};
  const std::size_t lengths[] = {4, 5, 1, 1, body.size()};
  const std::unique_ptr<void, FreeReply> reply(redisCommandArgv(context, 5, argv, lengths));
  return reply && static_cast<redisReply*>(reply.get())->type == REDIS_REPLY_STRING;
}

}  // namespace

int main(int argc, char** argv) {
  int port = 0;
  std::string secret, socket_path;
  std::size_t workers = 64;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--port") port = std::atoi(argv[i + 1]);
    else if (name == "--secret") secret = argv[i + 1];
    else if (name == "--redis") socket_path = argv[i + 1];
    else if (name == "--workers") workers = static_cast<std::size_t>(std::atoll(argv[i + 1]));
  }
  if (port == 0 || secret.empty() || socket_path.empty()) {
    std::cerr << "usage: floor --port N --secret S --redis SOCKET_PATH [--workers N]\n";
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);

  httplib::Server server;
  server.new_task_queue = [workers] { return new httplib::ThreadPool(workers); };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000);
  server.set_keep_alive_timeout(15);
  server.Post("/webhook/line", [&](const httplib::Request& request, httplib::Response& response) {
    const auto mac = kairan::hmac_sha256(secret, request.body);
    if (!kairan::constant_time_equal(kairan::to_base64(kairan::bytes_of(mac)), request.get_header_value("x-line-signature"))) {
      response.status = 401;
    } else {
      response.status = store(socket_path, request.body) ? 200 : 503;
    }
  });
  server.Get("/healthz", [](const httplib::Request&, httplib::Response& response) { response.set_content("ok", "text/plain"); });
  if (!server.listen("127.0.0.1", port)) {
    std::cerr << "floor: cannot listen on " << port << "\n";
    return 1;
  }
  return 0;
}
