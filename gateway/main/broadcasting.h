// The parts that send broadcasts, put together: deliverers, composer, ledger, dispatcher. Decides nothing.
// Threads: one owner; the parts have their own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/line/line_channel.h"
#include "adapters/line/line_deliverer.h"
#include "base/clock.h"
#include "broadcasts/composer.h"
#include "broadcasts/dispatcher.h"
#include "broadcasts/ledger_reach.h"
#include "broadcasts/ledger_status.h"
#include "broadcasts/practice_deliverer.h"
#include "broadcasts/staff_notice.h"
#include "gateway/config.h"
#include "store/broadcast_ledger.h"
#include "store/broadcasts.h"
#include "store/redis_client.h"
#include "store/subscribers.h"

namespace kairan::gateway {

struct BroadcastingParts {
  const Config& config;
  store::RedisClient& redis;
  store::Subscribers& subscribers;
  adapters::line::LineChannel& line;
  broadcasts::SchemaSource schema;
  broadcasts::AllowList practice;           ///< who may be in a practice's audience
  broadcasts::StaffNotice* staff = nullptr; ///< null: notices go to the log alone
  const Clock& clock;
};

class Broadcasting {
 public:
  explicit Broadcasting(BroadcastingParts parts);
  ~Broadcasting();  ///< stops

  /// Begins to send. @param installation  the store's id, part of every retry key
  void start(const std::string& installation);
  /// Lets tries in flight end.
  void stop();

  store::Broadcasts& broadcasts() { return broadcasts_; }
  store::BroadcastLedger& ledger() { return ledger_; }
  broadcasts::SegmentComposer& composer() { return composer_; }
  broadcasts::Deliverer& line() { return line_; }
  broadcasts::Deliverer& practice() { return practice_; }
  broadcasts::LedgerReach& reach() { return reach_; }
  broadcasts::LedgerStatus& figures() { return figures_; }

  /// Redis connections that it may hold at once.
  static std::size_t connections(const Config& config);

 private:
  BroadcastingParts parts_;
  adapters::line::LineDeliverer line_;
  broadcasts::PracticeDeliverer practice_;
  store::Broadcasts broadcasts_;
  store::BroadcastLedger ledger_;
  broadcasts::LedgerReach reach_;
  broadcasts::LedgerStatus figures_;
  broadcasts::SegmentComposer composer_;
  std::unique_ptr<broadcasts::StaffNotice> log_notice_;
  std::unique_ptr<broadcasts::Dispatcher> dispatcher_;
};

}  // namespace kairan::gateway
