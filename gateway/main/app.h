// The running gateway: every part built in dependency order, started in order, stopped in reverse. Decides nothing.
// Threads: one owner; the parts have their own.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "adapters/line/forwarder.h"
#include "adapters/line/line_channel.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "gateway/config.h"
#include "gateway/gap_store.h"
#include "gateway/health_routes.h"
#include "gateway/http_server.h"
#include "gateway/intake.h"
#include "gateway/main/alerts_service.h"
#include "gateway/main/console.h"
#include "gateway/main/console_parts.h"
#include "gateway/main/disaster_menu.h"
#include "gateway/metrics.h"
#include "gateway/night_work.h"
#include "gateway/pipeline_metrics.h"
#include "gateway/reply_sender.h"
#include "gateway/request_metrics.h"
#include "gateway/router.h"
#include "gateway/resident_erasure.h"
#include "gateway/safety_desk.h"
#include "gateway/shard_runner.h"
#include "gateway/shelter_desk.h"
#include "gateway/spool.h"
#include "store/conversations.h"
#include "store/embedded_redis.h"
#include "store/inbox.h"
#include "store/installation.h"
#include "store/redis_client.h"
#include "store/subscribers.h"

namespace kairan::gateway {

class Broadcasting;
class StaffDesk;

/// Failures asked for by tests, from the command line.
struct Faults {
  bool spool_fsync = false;  ///< every sync of the spool fails
};

class App {
 public:
  /// Builds and starts everything. The error says, for an operator, what is missing and what to do.
  static Result<std::unique_ptr<App>> start(const Config& config, const Faults& faults);
  ~App();  ///< stops orderly: no new webhooks, then what is in flight ends, then leases are given up

  /// Loads the content folder anew and swaps it in; on error the running content stays and the problems are logged.
  Status reload_content();
  /// True when a part that cannot be mended inside has failed: exit and be restarted.
  bool failed() const;

  int public_port() const { return public_port_; }
  int console_port() const { return console_port_; }

 private:
  struct Content {
    intents::Loaded loaded;
    store::AttributeSchema attributes;
  };

  App(const Config& config, const Faults& faults);
  static Result<Content> load_content(const std::string& folder);
  Status build();
  Status open_store();
  void build_pipeline();
  SettingsServices settings_services();
  Result<std::vector<std::string>> follower_ids();
  void begin_work();
  Status serve_http();
  ConsoleSources console_sources();
  void watch_redis();
  void clean_file();
  std::vector<Check> checks();
  std::vector<staff::HealthPart> health_parts();
  void register_figures();
  std::string metrics_page();

  const Config config_;
  const Faults faults_;
  SystemClock clock_;
  Metrics metrics_;
  PipelineMetrics pipeline_metrics_;
  Sealer sealer_;
  std::unique_ptr<EngineSlot> engine_;

  std::unique_ptr<store::EmbeddedRedis> embedded_redis_;
  std::unique_ptr<store::RedisClient> redis_;
  store::Partition partitions_ = store::kDefaultPartitions;
  std::string installation_;
  std::unique_ptr<store::Inbox> inbox_;
  std::unique_ptr<store::Subscribers> subscribers_;
  std::unique_ptr<store::Conversations> conversations_;
  std::unique_ptr<RedisGapStore> gaps_;

  std::unique_ptr<adapters::line::LineChannel> line_;
  std::unique_ptr<adapters::line::Forwarder> forwarder_;
  std::unique_ptr<SchemaSlot> schema_;
  std::unique_ptr<SettingsDesk> settings_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<StaffDesk> staff_desk_;
  std::unique_ptr<Broadcasting> broadcasting_;
  std::unique_ptr<ReplySender> sender_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<ResidentErasure> erasure_;
  std::unique_ptr<NightWork> night_;
  std::unique_ptr<ShardRunner> runner_;
  std::unique_ptr<broadcasts::AlertSink> alert_sink_;
  std::unique_ptr<AlertsService> alerts_;
  std::shared_ptr<const ShelterList> shelter_list_;
  std::unique_ptr<ShelterDesk> shelters_;
  std::unique_ptr<SafetyDesk> safety_;
  std::unique_ptr<DisasterMenu> disaster_menu_;
  std::unique_ptr<RequestMetrics> public_requests_;
  std::unique_ptr<RequestMetrics> console_requests_;
  std::unique_ptr<Console> console_;
  std::unique_ptr<HttpServer> public_server_;
  std::unique_ptr<HttpServer> console_server_;
  int public_port_ = 0;
  int console_port_ = 0;

  bool store_open_ = false;           // written before the watch starts, then by the watch alone
  std::atomic<bool> working_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> redis_refused_{false};
  std::uint64_t erasures_in_file_ = 0;  // as watch_redis() last saw and logged it; touched by its thread alone
  std::thread redis_watch_;
};

}  // namespace kairan::gateway
