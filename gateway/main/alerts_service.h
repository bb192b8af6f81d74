// Warnings in the running gateway: the feeds' poller, the folder, the endpoint, the desk between them and the broadcasts.
// Threads: one owner; start() makes two of its own (the feeds wait for the network, the folder must not wait for them).
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "adapters/cap/folder.h"
#include "adapters/http_client.h"
#include "adapters/jma/poller.h"
#include "base/clock.h"
#include "broadcasts/alert_broadcasts.h"
#include "broadcasts/alert_desk.h"
#include "broadcasts/alert_releases.h"
#include "gateway/config.h"
#include "gateway/http.h"
#include "gateway/metrics.h"
#include "store/alert_book.h"

namespace kairan::gateway {

class AlertsService {
 public:
  /// All outlive the service. Reads and proves the rules in force; while the store is away, everything is held.
  /// @param sink  where orders go
  static Result<std::unique_ptr<AlertsService>> create(const Config& config, store::RedisClient& redis,
                                                       broadcasts::AlertReleases& releases, broadcasts::AlertSink& sink, broadcasts::AlertNotice notice,
                                                       const Clock& clock);
  ~AlertsService();

  /// Also called every few seconds, from the thread that looks after the desk. Before start().
  void every_tick(std::function<Status()> work) { work_ = std::move(work); }
  void start();
  void stop();
  /// Reads the rules in force anew; wrong ones are refused whole and the running ones stay. What the folder holds and nobody
  /// published changes nothing of what goes out by itself.
  Status reload();

  /// POST /webhook/cap; none without a secret.
  std::optional<Route> cap_route();
  broadcasts::AlertDesk& desk() { return *desk_; }
  void register_figures(Metrics& metrics);
  /// How the reading of the feeds goes; none when they are not read.
  std::optional<adapters::jma::PollerFigures> feed() const;

  /// Takes bytes in, whichever format they are in. kInvalid and kSyntax: they are no message.
  Status take(const std::string& bytes, const std::string& name);

 private:
  AlertsService(const Config& config, store::RedisClient& redis, broadcasts::AlertReleases& releases,
                const Clock& clock);
  /// Takes over what was published since, wherever it was published: asked before every message, so that none is decided by
  /// rules that are not in force any more. An error: the store is away.
  Status follow_publication();
  Status load_rules();
  std::shared_ptr<const broadcasts::AlertContent> content() const;
  void poll_feeds();
  void watch_folder();
  void pause(std::chrono::milliseconds length);

  const Config config_;
  const Clock& clock_;
  store::AlertBook book_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<const broadcasts::AlertContent> content_;  // guarded by mutex_
  broadcasts::AlertReleases& releases_;
  std::mutex following_;                   // before mutex_; one thread loads rules at a time
  std::optional<std::string> followed_;    // guarded by following_; hash of the publication that content_ was made for
  std::unique_ptr<broadcasts::AlertDesk> desk_;
  std::unique_ptr<adapters::jma::Poller> poller_;
  std::unique_ptr<adapters::cap::Folder> folder_;
  std::map<std::string, std::unique_ptr<adapters::HttpClient>> clients_;  // of the polling thread alone
  std::function<Status()> work_;
  std::atomic<bool> stopping_{false};
  std::thread polling_, watching_;
};

}  // namespace kairan::gateway
