// Sends verified webhooks on to a second address, signed anew, so that a city can run its former system beside Kairan while
// it moves. Best effort beside the durable path: a bounded queue, a few tries, and a count of what was given up.
// Threads: forward() from many; start() and stop() from the owner.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "base/secret.h"
#include "gateway/http.h"

namespace kairan::adapters::line {

struct ForwarderOptions {
  std::string url;      ///< "https://old.example.jp/line"
  Secret secret;        ///< signs what is sent there; the channel secret the other system knows
  std::size_t queue = 1000;
  std::size_t threads = 4;
  int tries = 3;
  std::chrono::milliseconds timeout{5000};
  std::chrono::milliseconds retry_wait{1000};
};

class Forwarder {
 public:
  explicit Forwarder(ForwarderOptions options);
  ~Forwarder();

  void start();
  /// Sends what is queued, each once more at most, and ends.
  void stop();
  /// Queues a verified webhook's body as it came. When the queue is full it is given up and counted.
  void forward(const gateway::HttpRequest& request);

  std::uint64_t forwarded() const { return forwarded_.load(); }
  std::uint64_t given_up() const { return given_up_.load(); }

 private:
  void run();

  const ForwarderOptions options_;
  BoundedQueue<std::string> queue_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> forwarded_{0};
  std::atomic<std::uint64_t> given_up_{0};
  std::vector<std::thread> threads_;
};

}  // namespace kairan::adapters::line
