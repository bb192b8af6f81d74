// Sends signed webhooks as LINE does: one POST per event, up to `lanes` at once, one conversation's events through one
// lane and so in order while nothing fails; again after each wait of the redelivery schedule while the bot does not
// answer 2xx in time. Threads: enqueue() from any thread; start() and stop() from one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "adapters/simulator/simulator.h"
#include "base/clock.h"
#include "base/secret.h"

namespace kairan::adapters::simulator {

struct WebhookJob {
  std::string event;  ///< one event's JSON with isRedelivery false
  std::string event_id;
  std::string chat_id;
  std::string reply_token;      ///< "" when the event has none
  std::uint64_t entry_seq = 0;  ///< the chat entry it stands for; 0 = none
  std::size_t attempt = 0;
  bool copy = false;  ///< the second delivery of a "twice" fault: its fate changes nothing
};

/// What the sender asks of and tells its owner; called without any lock of the sender.
class WebhookObserver {
 public:
  virtual ~WebhookObserver() = default;
  /// A webhook leaves now. @return its wait before leaving, when a fault asks for one, and whether it leaves twice.
  struct Start {
    std::chrono::milliseconds delay{0};
    bool twice = false;
  };
  virtual Start plan_webhook(const WebhookJob& job) = 0;
  virtual void webhook_leaves(const WebhookJob& job) = 0;
  /// `status` is 0 when no answer came. `again` = a redelivery is planned.
  virtual void webhook_ended(const WebhookJob& job, int status, bool again, std::chrono::milliseconds took) = 0;
};

class WebhookSender {
 public:
  WebhookSender(const SimulatorOptions& options, std::string destination, const Clock& clock,
                WebhookObserver& observer);
  ~WebhookSender();

  void start();
  void stop();
  void set_url(std::string url);
  std::string url() const;

  void enqueue(WebhookJob job);
  /// Signs and sends a whole body now, outside the lanes. @return the status; 0 when no answer came.
  int send_now(const std::string& body);
  /// Jobs waiting or on their way.
  std::size_t pending() const;
  void drop_pending();

 private:
  struct Timed {
    SteadyPoint due;
    std::uint64_t serial;
    WebhookJob job;
  };
  struct Later {
    bool operator()(const Timed& a, const Timed& b) const {
      return a.due != b.due ? a.due > b.due : a.serial > b.serial;
    }
  };
  struct Lane {
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::priority_queue<Timed, std::vector<Timed>, Later> jobs;  // guarded by mutex
    bool busy = false;                                           // guarded by mutex
    bool stopping = false;                                       // guarded by mutex
    std::thread thread;
  };

  void run(Lane& lane);
  void push(Lane& lane, WebhookJob job, std::chrono::milliseconds wait);
  void attempt(Lane& lane, WebhookJob job);

  const std::vector<std::chrono::milliseconds> redelivery_;
  const std::chrono::milliseconds timeout_;
  const Secret channel_secret_;
  const std::string destination_;
  const Clock& clock_;
  WebhookObserver& observer_;
  WebhookTransport transport_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  mutable std::mutex url_mutex_;
  std::string url_;           // guarded by url_mutex_
  std::uint64_t serial_ = 0;  // guarded by url_mutex_
};

/// Posts with the project's HTTP client, one kept-alive connection per thread and origin.
WebhookTransport http_transport();

}  // namespace kairan::adapters::simulator
