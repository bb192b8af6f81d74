// The parts of the path from webhook to answer on a real, private Redis, with a channel and an engine in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "gateway/gap_store.h"
#include "gateway/intake.h"
#include "gateway/metrics.h"
#include "gateway/pipeline_metrics.h"
#include "gateway/reply_sender.h"
#include "gateway/router.h"
#include "gateway/settings_desk.h"
#include "gateway/shard_runner.h"
#include "store/conversations.h"
#include "store/inbox.h"
#include "store/subscribers.h"
#include "tests/support/fake_channel.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_engine.h"
#include "tests/support/test_redis.h"

namespace kairan::test {

inline constexpr store::Partition kTestPartitions = 4;

/// Waits until `condition` holds, at most `limit`. @return whether it does.
template <typename Condition>
bool eventually(const Condition& condition, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

struct Pipeline {
  explicit Pipeline(TestRedis& redis)
      : inbox(redis.client(), kTestPartitions),
        subscribers(redis.client(), sealer, kTestPartitions),
        conversations(redis.client(), sealer),
        engine(std::make_shared<FakeEngine>()),
        slot(engine),
        gaps(redis.client(), sealer),
        schema(store::AttributeSchema()),
        settings(schema, subscribers, conversations, clock),
        router(slot, settings, subscribers, conversations, gaps, sealer, clock) {
    redis.flush();
    channel.event_time = clock.now();
  }

  gateway::Channels channels() { return {{"fake", &channel}}; }

  gateway::ReplySenderOptions sender_options() const {
    gateway::ReplySenderOptions options;
    options.threads = 4;
    options.first_backoff = std::chrono::milliseconds(1);
    options.max_backoff = std::chrono::milliseconds(5);
    return options;
  }
  std::unique_ptr<gateway::ReplySender> make_sender() {
    return std::make_unique<gateway::ReplySender>(inbox, channels(), clock, pipeline_metrics, sender_options());
  }
  gateway::ShardRunnerOptions runner_options(const std::string& owner) const {
    gateway::ShardRunnerOptions options;
    options.owner = owner;
    options.partitions = kTestPartitions;
    options.workers = 2;
    options.heartbeat = std::chrono::milliseconds(30);
    options.read_block = std::chrono::milliseconds(20);
    return options;
  }

  /// Takes "id|chat|text" lines in as the door would.
  void take(const std::vector<std::string>& lines) {
    std::vector<store::NewEvent> events;
    for (const std::string& line : lines) {
      const gateway::Webhook webhook = must(channel.parse_webhook(line));
      const gateway::IncomingEvent& event = webhook.events.at(0);
      events.push_back({store::partition_of(event.chat_id, kTestPartitions), event.id, "fake",
                        gateway::seal_event(sealer, event), clock.now()});
    }
    must(inbox.append(events, clock.now(), std::chrono::seconds(5)));
  }
  store::Inbox::Figures figures() { return must(inbox.figures()); }
  std::uint64_t outcome(const std::string& name) {
    const auto all = figures().outcomes;
    const auto it = all.find(name);
    return it == all.end() ? 0 : it->second;
  }

  FakeClock clock;
  Sealer sealer{Secret(std::string(Sealer::kKeyBytes, 'k'))};
  gateway::Metrics metrics;
  gateway::PipelineMetrics pipeline_metrics{metrics};
  FakeChannel channel;
  store::Inbox inbox;
  store::Subscribers subscribers;
  store::Conversations conversations;
  std::shared_ptr<FakeEngine> engine;
  gateway::EngineSlot slot;
  gateway::RedisGapStore gaps;
  gateway::SchemaSlot schema;
  gateway::SettingsDesk settings;
  gateway::Router router;
};

}  // namespace kairan::test
